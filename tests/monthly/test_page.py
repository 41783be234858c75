"""The monthly report's page: its figures, its order and filters, its drills, and who sees what."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from tests.customers.conftest import amount, text
from tests.monthly.conftest import MONTHS, TODAY, page, sums
from tests.people.conftest import Browser, customer, signed_in
from tests.world import Company

NET = {"2026-03": "40", "2026-04": "50", "2026-05": "60", "2026-06": "-30"}
CLOSING = {"2026-03": "140", "2026-04": "190", "2026-05": "250", "2026-06": "220"}


def of(figures: dict[str, str], *, before: str = "0") -> list[Decimal]:
    return [Decimal(figures.get(month, before)) for month in MONTHS]


def test_the_figures_of_each_mode(admin: Browser, company: Company) -> None:
    assert page(admin, company).cells["First"] == of(NET)
    assert page(admin, company, "?measure=closing").cells["First"] == of(CLOSING, before="100")
    opened = of(dict.fromkeys(MONTHS[6:], "1"))
    assert page(admin, company, "?data_type=open_orders").cells["First"] == opened
    amounts = page(admin, company, "?data_type=open_orders&measure=amount")
    assert amounts.cells["First"] == [77 * each for each in opened]


def test_what_stands_out_is_said_in_words(admin: Browser, company: Company) -> None:
    flags = page(admin, company).flags
    assert flags["First"] == "Rising 3 mo. Order 166 days"
    assert flags["Second"] == "Since Feb 2026"
    assert flags["Third"] == ""
    assert page(admin, company, "?flag=began").names == ["Second"]


def test_order_search_zeros_and_currency(admin: Browser, company: Company) -> None:
    assert page(admin, company, "?sort=account_name").names == ["First", "Second", "Third"]
    assert page(admin, company, "?sort=-month_8").names[0] == "Second"  # February
    assert page(admin, company, "?sort=owed").names == ["Third", "First", "Second"]
    assert page(admin, company, "?q=seco").names == ["Second"]
    assert page(admin, company, "?zeros=hide&sort=account_name").names == ["First", "Second"]
    assert page(admin, company, "?currency=EUR").names == ["Fourth"]
    owner = company.viewer(company.member_email).person_id
    assert page(admin, company, f"?owner={owner}").names == ["First"]


@pytest.mark.parametrize(
    ("query", "cells"),
    [("", NET), ("?measure=closing", None), ("?data_type=open_orders&measure=amount", None)],
)
def test_each_cell_opens_documents_that_add_up_to_it(
    admin: Browser, company: Company, query: str, cells: dict[str, str] | None
) -> None:
    sheet = page(admin, company, query)
    for name in ("First", "Second"):
        for figure, link in zip(sheet.cells[name], sheet.links[name], strict=True):
            html = admin.get(f"/o/{company.slug}/monthly/{link}").content.decode()
            assert "The documents add up to the cell" in html
            shown = re.findall(r'<td class="n sum">(.*?)</td>', html)
            assert [amount(text(each)) for each in shown][-1:] == ([figure] if shown else [])
            assert shown or not figure


def test_a_closing_says_from_which_months_it_is(admin: Browser, company: Company) -> None:
    link = f"/o/{company.slug}/monthly/{customer(company, 'C1')}/USD/2026-06/?measure=closing"
    said = text(admin.get(link).content.decode().partition("<main")[2])
    assert "Dec 2024 100.00 Mar 2026 40.00 Apr 2026 50.00 May 2026 60.00" in said
    assert "Credits and receipts not applied −30.00 Closing balance 220.00" in said


def test_an_account_has_both_modes_and_what_is_open(admin: Browser, company: Company) -> None:
    link = f"/o/{company.slug}/monthly/{customer(company, 'C1')}/USD/"
    said = text(admin.get(link).content.decode().partition("<main")[2])
    assert "Jun 2026 −30.00 220.00 1 77.00" in said
    assert "1 order open for 6 mo." in said
    for wrong in ("EUR/", "USD/2024-12/", "USD/nothing/"):
        address = link.removesuffix("USD/") + wrong
        assert admin.get(address).status_code == 404


def test_the_sums_tie_out(admin: Browser, company: Company) -> None:
    said = sums(admin, company)
    assert "Closing = outstanding today" in said
    assert "Opening, 1 Jul 2025 100.00 12-month net 370.00 Owed today 470.00" in said
    assert "Total, 3 customers, USD 0 0 0 0 0 0 0 500.00 −210.00 50.00 60.00 −30.00" in said
    assert "All customers" in said and "3 customers" in said


def test_notes_say_what_is_counted_beside_the_basic_kinds(admin: Browser, company: Company) -> None:
    company.loads(
        "adjustments",
        [
            {"account_number": "C4", "adjustment_number": "D", "kind": "debit", "amount": "4.00"}
            | {"date": "2026-06-11", "currency": "EUR"}
        ],
    )
    address = f"/o/{company.slug}/monthly/notes/"
    assert "came to 4.00 EUR in these months" in text(
        admin.get(f"{address}?currency=EUR").content.decode()
    )
    for query in ("", "?currency=EUR&data_type=open_orders"):
        assert "basic kinds" not in admin.get(address + query).content.decode()


def test_figures_of_seven_digits_are_set_smaller_so_that_twelve_months_fit(server: None) -> None:
    company = Company("long", today=TODAY)
    company.owes("1000000.00", due="2026-12-31", issued="2026-06-01", number="1")
    company.owes("999999.99", due="2026-12-31", issued="2026-06-01", number="2", account="C2")
    admin = signed_in(company.admin_email)
    assert 'monthly net long"' in page(admin, company).html
    assert 'monthly net"' in page(admin, company, "?q=second").html


def test_members_see_totals_of_what_they_see(
    member: Browser, admin: Browser, company: Company
) -> None:
    sheet = page(member, company)
    assert sheet.cells == {"First": of(NET)}
    assert "totals and the chart are of these alone" in text(sheet.html)
    assert "totals and the chart are of these alone" not in text(page(admin, company).html)
    assert "12-month net 120.00 Owed today 220.00" in sums(member, company)
    foreign = f"/o/{company.slug}/monthly/{customer(company, 'C2')}/USD/"
    assert member.get(foreign).status_code == 404
    assert signed_in(company.client_email).get(f"/o/{company.slug}/monthly/").status_code == 404


@pytest.mark.parametrize(
    ("query", "allowed"),
    [
        ("?data_type=cash", "debt, open_orders"),
        ("?measure=count", "net, closing"),
        ("?data_type=open_orders&measure=net", "count, amount"),
        ("?sort=size", "account_name, -account_name"),
        ("?lang=tlhx", "th, "),
        ("?flag=odd", "rising, began, old_order"),
        ("?owner=me", "is not a number"),
        ("?zeros=1", "hide, show"),
        ("?data_type=DEBT", "debt, open_orders"),
        ("?measure=Net", "net, closing"),
        ("?measure=" + "9" * 3000, "net, closing"),
        ("?measure=%00net%20x", "net, closing"),
        ("?lang=root", "th, "),
        ("?lang=und", "th, "),
        ("?lang=en.UTF-8", "th, "),
        ("?lang=" + "a" * 3000, "th, "),
        ("?data_type=debt&data_type=open_orders", "“data_type” is given twice"),
        ("?measure=net&measure=closing", "“measure” is given twice"),
        ("?through=2026-05", "The command line and the API take “through”"),
        ("?through=0001-01", "The command line and the API take “through”"),
        ("?through=9999-12", "The command line and the API take “through”"),
        ("?as_of=2026-05-31", "the current month and the eleven before it"),
    ],
)
def test_what_there_is_not_is_refused_with_what_there_is(
    admin: Browser, company: Company, query: str, allowed: str
) -> None:
    assert allowed in text(page(admin, company, query, status=400).html)


@pytest.mark.parametrize("query", ["?data_type=&measure=&lang=&sort=", "?lang=EN", "?lang=en_US"])
def test_what_is_empty_or_spelled_otherwise_is_the_usual(
    admin: Browser, company: Company, query: str
) -> None:
    assert page(admin, company, query).cells == page(admin, company).cells


def test_a_file_refuses_what_the_page_refuses(admin: Browser, company: Company) -> None:
    address = f"/o/{company.slug}/monthly/files/"
    for wrong in (
        {"measure": "count"},
        {"lang": "root"},
        {"through": "2026-05"},
        {"format": "pdf"},
    ):
        assert admin.post(address, wrong).status_code == 400


def test_months_are_named_in_the_language_asked_for(admin: Browser, company: Company) -> None:
    assert "มิ.ย. 2026" in page(admin, company, "?lang=th").html
    assert "jun 2026" in page(admin, company, "?lang=es").html
