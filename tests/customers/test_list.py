"""The customers' list: what it shows, its order, its filters, and that panel and rows agree."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from duebook.visibility.seeing import NotReady
from duebook.web.customers import asked, views
from tests.customers.conftest import Sheet, amount, figures, listed, text
from tests.people.conftest import Browser, customer, signed_in
from tests.world import Company

SUMMED = {
    "outstanding": "Net AR Amount",
    "current": "Current Invoices",
    "past_due": "Past Due Invoices",
    "debit": "Debit Adjustments",
    "credit": "Credit Adjustments",
}


def test_every_figure_of_an_account(admin: Browser, company: Company) -> None:
    (row,) = [each for each in listed(admin, company).rows if each["number"] == "C1"]
    assert row["name"].startswith("First C1")
    assert "Disputed" in row["name"]
    assert row["type"] == "Credit Active"
    assert row["outstanding"] == "103.00"  # 98 + 40 + 5 - 10 - 30
    assert (row["current"], row["past_due"]) == ("40.00", "98.00")
    assert (row["debit"], row["credit"]) == ("5.00", "40.00")
    assert row["d91_plus"] == "98.00"
    assert row["d1_30"] == "–"
    assert row["days"] == "106.5"  # 98 x 150 / 138


def test_the_panel_is_the_sum_of_the_rows(admin: Browser, company: Company) -> None:
    for query in ("", "?currency=EUR", "?q=fir", "?status=Inactive", "?as_of=2026-02-15"):
        sheet, panel = listed(admin, company, query), figures(admin, company, query)
        for column, name in SUMMED.items():
            assert amount(panel[name]) == sheet.sum(column), (query, name)
        late = sum(
            (sheet.sum(each) for each in ("d1_30", "d31_60", "d61_90", "d91_plus")), Decimal(0)
        )
        assert late == amount(panel["Past Due Invoices"])
        assert panel["Outstanding Invoices"] != "" and amount(panel["Outstanding Invoices"]) == (
            sheet.sum("current") + sheet.sum("past_due")
        )


def test_the_row_of_totals_repeats_the_panel(admin: Browser, company: Company) -> None:
    html = admin.get(f"/o/{company.slug}/customers/figures/").content.decode()
    foot = re.search(r'<tfoot id="totals"[^>]*>(.*?)</tfoot>', html, re.S)
    assert foot
    assert text(foot[1]).startswith("Total of 4 accounts, USD 110.00 40.00 105.00 5.00 40.00")
    assert "4 accounts match" in html
    assert "Ties out to the cent" in html


def test_one_currency_at_a_time(admin: Browser, company: Company) -> None:
    assert "C3" not in listed(admin, company).numbers
    assert listed(admin, company, "?currency=EUR").numbers == ["C3"]


def test_names_are_text_and_never_markup(admin: Browser, company: Company) -> None:
    sheet = listed(admin, company, "?q=osterlund")
    assert sheet.numbers == ["Ö-4"]
    assert sheet.rows[0]["name"].startswith("Österlund & <b>")


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("?status=Inactive", {"C2"}),
        ("?status=Inactive&status=Active", {"C1", "C2", "Ö-4", "P-5"}),
        ("?invitation=Pending", {"P-5"}),
        ("?invitation=Accepted", {"C1"}),
        ("?invitation=Accepted&invitation=Pending", {"C1", "P-5"}),
        ("?invitation=Not+Invited&status=Active", {"Ö-4"}),
        ("?q=C&status=Inactive", {"C2"}),
        ("?q=nobody", set()),
    ],
)
def test_filters(admin: Browser, company: Company, query: str, numbers: set[str]) -> None:
    assert set(listed(admin, company, query).numbers) == numbers


def test_each_head_sorts_and_a_second_click_reverses(admin: Browser, company: Company) -> None:
    html = listed(admin, company).html
    heads = re.findall(r'<a href="\?([^"]*)" data-sort', html)
    assert len(heads) == 13
    for head in heads:
        once = listed(admin, company, "?" + head.replace("&amp;", "&"))
        here = re.search(r'aria-sort="\w+"><a href="\?([^"]*)" data-sort', once.html)
        assert here, head
        back = listed(admin, company, "?" + here[1].replace("&amp;", "&"))
        assert sorted(once.numbers) == sorted(back.numbers)
        assert 'aria-sort="' in back.html
    up = listed(admin, company, "?sort=outstanding_amount")
    down = listed(admin, company, "?sort=-outstanding_amount")
    assert up.numbers[-1] == down.numbers[0] == "C1"


def test_pages_go_on_where_the_last_ended(
    admin: Browser, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = listed(admin, company).numbers
    monkeypatch.setattr(views, "ROWS", 1)
    seen, query = [], ""
    for _page in whole:
        sheet = listed(admin, company, query)
        seen += sheet.numbers
        more = re.search(r'rel="next" href="(\?[^"]*)"', sheet.html)
        query = more[1].replace("&amp;", "&") if more else ""
    assert seen == whole
    assert query == ""
    back = re.search(r'rel="prev" href="(\?[^"]*)"', sheet.html)
    assert back
    assert listed(admin, company, back[1].replace("&amp;", "&")).numbers == [whole[-2]]


def way(sheet: Sheet, rel: str) -> str:
    found = re.search(rf'rel="{rel}" href="(\?[^"]*)"', sheet.html)
    assert found
    return found[1].replace("&amp;", "&")


def test_a_row_that_moves_between_two_pages_takes_no_others_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The last account of a page pays all: the next page begins where it was, not where it is."""
    books = Company("turning", today=date(2026, 6, 30))
    for number, owed in (("A", "400.00"), ("B", "300.00"), ("C", "200.00"), ("D", "100.00")):
        books.owes(owed, due="2026-01-31", account=number, number=f"I{number}")
    nora, sort = signed_in(books.admin_email), "sort=-outstanding_amount"
    monkeypatch.setattr(views, "ROWS", 2)
    first = listed(nora, books, f"?{sort}")
    assert first.numbers == ["A", "B"]
    books.loads(
        "payments",
        [{"account_number": "B", "payment_number": "P", "amount": "300.00", "date": "2026-02-01"}],
    )
    second = listed(nora, books, way(first, "next"))
    assert second.numbers == ["C", "D"]
    assert listed(nora, books, way(second, "prev")).numbers == ["A"]
    # Where nothing comes any more the list is shown from its start, not as empty.
    end = f"?{sort}&after={customer(books, 'C3')}.USD"
    assert listed(nora, books, end).numbers == ["A", "C"]
    # What somebody made of the address counts as the row alone, and so does another list's.
    changed = way(first, "next")[:-9]
    other = way(first, "next").replace(sort, "sort=account_number")
    assert listed(nora, books, changed).numbers == ["C1", "C2"]
    assert listed(nora, books, other).numbers == ["C", "C1"]


def test_a_past_day_is_marked(admin: Browser, company: Company) -> None:
    sheet = listed(admin, company, "?as_of=2026-01-31")
    assert "names, types, status, invitations and owners are today" in sheet.html
    assert "31 Jan 2026" in sheet.html
    (row,) = [each for each in sheet.rows if each["number"] == "C1"]
    assert (row["outstanding"], row["past_due"]) == ("190.00", "–")


@pytest.mark.parametrize(
    "query",
    [
        "?sort=color",
        "?status=Gone",
        "?invitation=Maybe",
        "?as_of=2999-01-01",
        "?as_of=0001-01-01",
        "?as_of=x",
    ],
)
def test_what_is_unclear_is_said(admin: Browser, company: Company, query: str) -> None:
    answer = admin.get(f"/o/{company.slug}/customers/{query}")
    assert answer.status_code == 400


def test_a_member_sees_and_sums_up_what_is_theirs(company: Company) -> None:
    ben = signed_in(company.member_email)
    assert listed(ben, company).numbers == ["C1"]
    assert figures(ben, company)["Net AR Amount"] == "103.00"


def test_likes_are_kept(admin: Browser, company: Company) -> None:
    admin.cookies["customers"] = "compact.no-late.folded.<b>"
    html = listed(admin, company).html
    assert '<table class="ledger sticky customers no-late compact"' in html
    assert 'aria-expanded="false"' in html


def test_an_organisation_without_accounts_says_what_comes_next(server: None) -> None:
    from duebook.visibility.organisations import add_person, create_organisation
    from tests.world import PASSWORD

    create_organisation("bare-list", name="Bare")
    add_person("a@bare.example", slug="bare-list", role="admin", accounts=[], password=PASSWORD)
    page = signed_in("a@bare.example").get("/o/bare-list/customers/").content.decode()
    assert "No account yet." in page


def test_a_page_whose_figures_take_long_says_so(
    admin: Browser, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise NotReady

    monkeypatch.setattr(asked, "ready", busy)
    answer = admin.get(f"/o/{company.slug}/customers/?as_of=2025-11-11")
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert "being worked out" in text(answer.content.decode())
