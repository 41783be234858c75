"""One account: its tabs, whose sums are the list's figures, its documents, and why it ranks."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from duebook.reports.account import account, document, items, owed
from duebook.reports.customers import of_account, typical
from duebook.rollups.days import seeing_days
from duebook.web.customers.account import why
from tests.customers.conftest import NOW, TODAY, text
from tests.people.conftest import Browser, customer, signed_in
from tests.world import Company


@pytest.fixture
def first(company: Company) -> int:
    return customer(company, "C1")


def page(browser: Browser, company: Company, account: int, query: str = "") -> str:
    answer = browser.get(f"/o/{company.slug}/customers/{account}/{query}")
    assert answer.status_code == 200
    html = answer.content.decode()
    assert isinstance(html, str)
    return html


def documents(html: str) -> list[str]:
    """The rows of a tab as text."""
    table = re.search(r'<table class="ledger panel-rows items".*?</table>', html, re.S)
    return [text(each) for each in re.findall(r"<tr>.*?</tr>", table[0], re.S)[1:]] if table else []


def test_the_head_says_who_and_how_much(admin: Browser, company: Company, first: int) -> None:
    html = text(page(admin, company, first))
    for words in ("First", "C1", "Accepted", "103.00", "Owner", "30 days net", "12 month ends"):
        assert words in html, html


def test_open_invoices_come_first_and_void_ones_on_request(
    admin: Browser, company: Company, first: int
) -> None:
    rows = documents(page(admin, company, first))
    assert rows[:2] == [
        "1 100.00 98.00 31 Jan 2026 150 days late Partially paid 2 accepted, 1 returned",
        "2 40.00 40.00 31 Jul 2026 in 31 days Open",
    ]
    assert rows[2] == "2 documents 140.00 138.00"
    assert documents(page(admin, company, first, "?state=paid"))[0].startswith("3 50.00 0.00")
    assert documents(page(admin, company, first, "?state=void"))[0].startswith("4 8.00 0.00")
    everything = documents(page(admin, company, first, "?state=all"))
    assert [each.split()[0] for each in everything[:-1]] == ["1", "3", "2"]


def test_credits_stand_in_sections_and_add_up_to_the_list(
    admin: Browser, company: Company, first: int
) -> None:
    html = page(admin, company, first, "?tab=credits")
    rows = documents(html)
    assert "Credit notes" in html and "On account" in html
    assert [row for row in rows if row.startswith("Credit note ")] == [
        "Credit note CN 2 Jun 2026 12.00 10.00 Partly applied"
    ]
    assert rows[-1] == "2 documents 42.00 40.00"


def test_debits_payments_and_no_orders(admin: Browser, company: Company, first: int) -> None:
    assert documents(page(admin, company, first, "?tab=debits"))[0] == (
        "D 1 Jun 2026 1 Jul 2026 5.00 5.00 Open Freight"
    )
    html = page(admin, company, first, "?tab=payments")
    assert "No payment through the portal yet." in html
    rows = documents(html)
    assert rows[0] == "R 3 Jun 2026 30.00 30.00 Open wire"
    assert rows[1] == "P 2 Apr 2026 50.00 0.00 Applied"
    assert documents(page(admin, company, first, "?tab=orders")) == []


@pytest.mark.parametrize("day", ["2026-02-15", "2026-04-02", "2026-06-03", "2026-06-30"])
def test_tabs_add_up_to_the_rows_of_the_list(company: Company, first: int, day: str) -> None:
    as_of = type(TODAY).fromisoformat(day)
    with seeing_days(company.viewer(company.admin_email), as_of):
        for row in of_account(first, as_of=as_of, at=NOW):
            left = {
                part: items(first, part=part, currency=row.currency, as_of=as_of).chosen.balance
                for part in ("invoices", "debits", "credits")
            }
            assert left["invoices"] == row.outstanding_invoice_amount
            assert left["debits"] == row.debit_adjustment_amount
            assert left["credits"] == row.credit_adjustment_amount
            history = owed(first, currency=row.currency, days=[as_of])
            assert history[-1].owed == row.outstanding_amount


def test_what_a_source_reports_is_no_payment_by_name(admin: Browser, company: Company) -> None:
    html = page(admin, company, customer(company, "P-5"), "?tab=payments")
    assert "settled according to source" in documents(html)[0]


def test_tabs_sort_and_page(company: Company, first: int) -> None:
    named = {"part": "invoices", "currency": "USD", "as_of": TODAY}
    with seeing_days(company.viewer(company.admin_email), TODAY):
        every = ("open", "partially_paid", "paid")
        for sort in ("number", "-number", "amount", "-balance", "due_date", "status"):
            whole = items(first, **named, statuses=every, sort=sort).rows  # type: ignore[arg-type]
            pages = [
                items(first, **named, statuses=every, sort=sort, page=n, size=1).rows[0]  # type: ignore[arg-type]
                for n in (1, 2, 3)
            ]
            assert pages == whole
        beyond = items(first, **named, statuses=every, page=9, size=2)  # type: ignore[arg-type]
        assert beyond.page == beyond.pages == 2


def test_the_points_add_up_to_the_score_of_the_list(company: Company) -> None:
    with seeing_days(company.viewer(company.admin_email), TODAY):
        for number in ("C1", "C2", "Ö-4"):
            (row,) = of_account(customer(company, number), as_of=TODAY, at=NOW)
            told = why(row, typical=typical(as_of=TODAY, currency=row.currency))
            assert told["score"] == row.collection_priority
            points = told["factors"]
            assert isinstance(points, list)
            assert sum((each for _, each in points), Decimal(0)) == told["score"]


def test_a_document_with_its_lines_and_what_settles_it(
    admin: Browser, company: Company, first: int
) -> None:
    with seeing_days(company.viewer(company.admin_email), TODAY):
        found = items(first, part="invoices", currency="USD", as_of=TODAY).rows[0]
    html = admin.get(f"/o/{company.slug}/customers/{first}/documents/{found.id}/").content.decode()
    tables = re.findall(r'<table class="ledger panel-rows items">.*?</table>', html, re.S)
    lines, applied = (re.findall(r"<tr>.*?</tr>", each, re.S)[1:] for each in tables)
    assert [text(each).split()[0] for each in lines] == ["1", "2", "10"]
    assert text(lines[1]) == "2 Item 2 4 7.50 30.00 accepted"
    assert text(lines[2]).endswith("10.00 returned R-1")
    assert text(applied[0]) == "CN Credit note 4 Jun 2026 2.00"


def test_others_see_none_of_it(company: Company, first: int) -> None:
    ben, second = signed_in(company.member_email), customer(company, "C2")
    assert ben.get(f"/o/{company.slug}/customers/{first}/").status_code == 200
    assert ben.get(f"/o/{company.slug}/customers/{second}/").status_code == 404
    assert ben.get(f"/o/{company.slug}/customers/999999999/").status_code == 404
    with seeing_days(company.viewer(company.member_email), TODAY):
        assert account(second) is None
        assert document(second, 1, as_of=TODAY) is None


def test_a_document_of_another_account_is_not_there(
    admin: Browser, company: Company, first: int
) -> None:
    with seeing_days(company.viewer(company.admin_email), TODAY):
        found = items(first, part="invoices", currency="USD", as_of=TODAY).rows[0]
    other = customer(company, "C2")
    address = f"/o/{company.slug}/customers/{other}/documents/{found.id}/"
    assert admin.get(address).status_code == 404


@pytest.mark.parametrize("query", ["?tab=x", "?state=x", "?order=x", "?page=0", "?page=x"])
def test_what_is_unclear_is_said(admin: Browser, company: Company, first: int, query: str) -> None:
    assert admin.get(f"/o/{company.slug}/customers/{first}/{query}").status_code == 400
