"""One account: its tabs, whose sums are the list's figures, its documents, and why it ranks."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from functools import partial
from html import unescape

import pytest

from duebook.reports.account import account, history, owed
from duebook.reports.account_items import PARTS, Item, Tab, added, document, items, sums
from duebook.reports.customers import of_account
from duebook.reports.monthly import Window, window
from duebook.rollups.days import LOOK_BACK, ready, seeing_days
from duebook.rollups.months import seeing_months
from duebook.web.customers.why import why
from tests.customers.conftest import NOW, TODAY, text
from tests.people.conftest import Browser, customer, signed_in
from tests.world import Company

asked_for = window(TODAY)
assert asked_for
WINDOW: Window = asked_for


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
                part: added(sums(Tab(first, part, row.currency, as_of), statuses=PARTS[part][:2]))
                for part in ("invoices", "debits", "credits")
            }
            assert left["invoices"].balance == row.outstanding_invoice_amount
            assert left["invoices"].documents == row.outstanding_invoice_count
            assert left["debits"].balance == row.debit_adjustment_amount
            assert left["debits"].documents == row.debit_adjustment_count
            assert left["credits"].balance == row.credit_adjustment_amount
            assert left["credits"].documents == row.credit_adjustment_count


def test_the_history_is_what_was_owed_on_those_days(company: Company, first: int) -> None:
    days = [date(2026, 1, 31), date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31), TODAY]
    with seeing_days(company.viewer(company.admin_email), *days):
        was = [of_account(first, as_of=day, at=NOW)[0].outstanding_amount for day in days]
        found = owed(first, currency="USD", days=days, now=was[-1])
        assert [(each.at, each.owed) for each in found] == list(zip(days, was, strict=True))


def test_the_history_is_what_the_monthly_report_keeps(company: Company, first: int) -> None:
    admin = company.viewer(company.admin_email)
    with seeing_days(admin, TODAY):
        (row,) = of_account(first, as_of=TODAY, at=NOW)
        now = row.outstanding_amount
        told = partial(history, first, currency="USD", as_of=TODAY, now=now)
        by_documents = owed(first, currency="USD", days=WINDOW.ends, now=now)
        assert told() == by_documents
    with seeing_months(admin):
        assert told() == by_documents


def test_what_a_source_reports_is_no_payment_by_name(admin: Browser, company: Company) -> None:
    html = page(admin, company, customer(company, "P-5"), "?tab=payments")
    assert "settled according to source" in documents(html)[0]


@pytest.fixture(scope="module")
def busy(company: Company) -> int:
    """An account with 130 invoices, some of them alike in amount and day; every third is paid."""
    rows = [
        {"account_number": "B-6", "invoice_number": f"B{n:03}", "issue_date": "2026-01-05"}
        | {"due_date": f"2026-0{1 + n % 5}-{10 + n % 7}", "amount": f"{1 + n % 9}.00"}
        | ({"settled_date": "2026-06-01"} if n % 3 == 0 else {})
        for n in range(130)
    ]
    company.loads("accounts", [{"account_number": "B-6", "name": "Busy"}])
    company.loads("invoices", rows)
    return customer(company, "B-6")


@pytest.mark.parametrize(
    "sort", ["", "number", "-amount", "balance", "-due_date", "status", "date"]
)
def test_pages_follow_one_another_and_lead_back(company: Company, busy: int, sort: str) -> None:
    tab = Tab(busy, "invoices", "USD", TODAY)
    with seeing_days(company.viewer(company.admin_email), TODAY):
        for statuses in (("open", "partially_paid"), ("open", "partially_paid", "paid")):
            whole = items(tab, statuses=statuses, sort=sort, limit=500)
            assert not whole.has_before and not whole.has_after
            assert len(whole.rows) == len({each.id for each in whole.rows})
            walked: list[Item] = []
            page = items(tab, statuses=statuses, sort=sort, limit=7)
            while True:
                walked += page.rows
                if not page.has_after:
                    break
                page = items(tab, statuses=statuses, sort=sort, after=walked[-1].id, limit=7)
                assert page.has_before
            assert walked == whole.rows
            back = items(tab, statuses=statuses, sort=sort, before=walked[-1].id, limit=7)
            assert (back.rows, back.has_before, back.has_after) == (walked[-8:-1], True, True)


def test_a_page_that_begins_nowhere_is_the_first(company: Company, busy: int) -> None:
    tab = Tab(busy, "invoices", "USD", TODAY)
    with seeing_days(company.viewer(company.admin_email), TODAY):
        first = items(tab, statuses=("open",), limit=7)
        assert items(tab, statuses=("open",), after=10**12, limit=7) == first
        assert items(tab, statuses=("open",), before=10**12, limit=7) == first


def test_a_page_says_what_all_pages_come_to(admin: Browser, company: Company, busy: int) -> None:
    html = page(admin, company, busy)
    rows = documents(html)
    assert len(rows) == 51 and rows[-1].startswith("86 documents")
    assert "Ties out to the cent" in text(html)
    after = re.search(r'rel="next" href="([^"]*after_id=[^"]*)"', html)
    assert after
    second = admin.get(after[1].replace("&amp;", "&")).content.decode()
    assert len(documents(second)) == 37
    assert documents(second)[-1] == rows[-1]


def test_a_large_account_is_added_up_by_itself(
    admin: Browser, company: Company, busy: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("duebook.reports.account_items.LARGE", 100)
    html = page(admin, company, busy)
    assert documents(html)[-1] == "Add all of them up"
    there = re.search(r'hx-get="([^"]*counted=yes[^"]*)"', html)
    assert there
    counted = admin.get(there[1].replace("&amp;", "&")).content.decode()
    assert documents(counted)[-1].startswith("86 documents")


def test_the_points_add_up_to_the_score_of_the_list(company: Company) -> None:
    with seeing_days(company.viewer(company.admin_email), TODAY):
        for number in ("C1", "C2", "Ö-4"):
            (row,) = of_account(customer(company, number), as_of=TODAY, at=NOW)
            told = why(row)
            assert told.score == row.collection_priority
            assert sum((each.points for each in told.lines), Decimal(0)) == told.score


def test_the_change_over_thirty_days_is_that_of_its_factors(company: Company, first: int) -> None:
    before = TODAY - LOOK_BACK
    admin = company.viewer(company.admin_email)
    ready(admin, before)
    with seeing_days(admin, TODAY):
        (now,) = of_account(first, as_of=TODAY, at=NOW)
        (then,) = of_account(first, as_of=before, at=NOW)
        told = why(now)
        assert told.moved == now.collection_priority - then.collection_priority
        assert told.moved == sum((each.moved or 0 for each in told.lines), Decimal(0))
        assert told.since == before


def test_the_card_asks_for_the_change_once(admin: Browser, company: Company, first: int) -> None:
    html = page(admin, company, first, "?as_of=2026-05-20")
    there = re.search(r'hx-get="([^"]*/priority/[^"]*)"', html)
    assert there and "since" not in text(html)
    card = admin.get(there[1].replace("&amp;", "&")).content.decode()
    card = re.search(r'<section class="why".*?</section>', card, re.S)[0]  # type: ignore[index]
    assert "20 Apr 2026" in text(card) and "hx-get" not in card
    assert there[0] not in page(admin, company, first, "?as_of=2026-05-20")


def invoice_of(account: int) -> Item:
    """The first by number, which has lines and a credit applied to it."""
    tab = Tab(account, "invoices", "USD", TODAY)
    return items(tab, statuses=("open", "partially_paid"), sort="number").rows[0]


def test_a_document_with_its_lines_and_what_settles_it(
    admin: Browser, company: Company, first: int
) -> None:
    with seeing_days(company.viewer(company.admin_email), TODAY):
        found = invoice_of(first)
    html = admin.get(f"/o/{company.slug}/customers/{first}/documents/{found.id}/").content.decode()
    tables = re.findall(r'<table class="ledger panel-rows(?: items)?">.*?</table>', html, re.S)
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
        found = invoice_of(first)
    other = customer(company, "C2")
    address = f"/o/{company.slug}/customers/{other}/documents/{found.id}/"
    assert admin.get(address).status_code == 404


@pytest.mark.parametrize(
    "query", ["?tab=x", "?state=x", "?order=x", "?after_id=x", "?tab=activity&before_event=x"]
)
def test_what_is_unclear_is_said(admin: Browser, company: Company, first: int, query: str) -> None:
    assert admin.get(f"/o/{company.slug}/customers/{first}/{query}").status_code == 400


def test_the_accounts_before_and_after_are_those_of_the_list(
    admin: Browser, company: Company, first: int
) -> None:
    asked = "?sort=account_name&tab=credits"
    second, third = (customer(company, number) for number in ("Ö-4", "P-5"))

    def ways(account: int) -> dict[str, int]:
        html = page(admin, company, account, f"around/{asked}")
        found = re.findall(
            r'customers/(\d+)/\?sort=account_name&amp;tab=credits" rel="(\w+)"', html
        )
        return {way: int(other) for other, way in found}

    html = page(admin, company, first, asked)
    assert f'hx-get="/o/{company.slug}/customers/{first}/around/?sort=account_name' in html
    assert ways(first)["next"] == second
    assert ways(second) == {"prev": first, "next": third}
    assert "3 of 5" in text(page(admin, company, second, f"around/{asked}"))


def test_without_scripts_links_lead_to_the_accounts_before_and_after(
    admin: Browser, company: Company, first: int
) -> None:
    asked = "?sort=account_name&tab=credits"
    second = customer(company, "Ö-4")
    html = page(admin, company, first, asked)
    ways = {unescape(href) for href in re.findall(r'href="([^"]*around/[^"]*go=\w+)"', html)}
    assert {way.rpartition("=")[2] for way in ways} == {"previous", "next"}
    landed = {}
    for way in ways:
        answer = admin.get(way)
        assert answer.status_code == 302
        landed[way.rpartition("=")[2]] = answer["Location"]
    at = f"/o/{company.slug}/customers/"
    assert landed["next"] == f"{at}{second}/{asked}"
    back = admin.get(f"{at}{second}/around/{asked}&go=previous")["Location"]
    assert back == f"{at}{first}/{asked}"
    assert "go=" not in "".join(landed.values())
    assert admin.get(f"{at}{first}/around/{asked}&go=up").status_code == 400
