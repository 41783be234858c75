"""The customers' list: its rows, its order, its pages, its search and what it adds up to."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from duebook.reports import customers_filter
from duebook.reports.customers import (
    Asked,
    CustomerRow,
    Page,
    Totals,
    accounts,
    customers,
    panel,
)
from duebook.reports.customers_around import Position, around, position
from duebook.reports.customers_order import SORTS
from duebook.reports.searching import like
from duebook.rollups.days import seeing_days
from tests.ledger.books import Books, invoice

TODAY = date(2026, 6, 30)
AT = datetime(2026, 6, 30, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def books(server: None) -> Books:
    """A owes 100 long overdue and 40 not yet due, in part disputed; B has 30 on account; C has
    nothing; Ä is inactive and owes 7; all but C are the member's.
    """
    books = Books(today=TODAY)
    books._joins("member", books.member_email)
    mine = {"owner_email": books.member_email}
    books.loads(
        "accounts",
        [
            {"account_number": "A", "name": "Zeta", "account_type": "Cash", **mine},
            {"account_number": "B", "name": "Beta", "credit_limit": "500.00", **mine},
            {"account_number": "C", "name": "Gamma", "currency": "EUR"},
            {"account_number": "D-77", "name": "Ärger & Söhne", "status": "inactive", **mine},
        ],
    )
    books.loads(
        "invoices",
        [
            invoice("1", "100.00", due_date="2026-01-31"),
            invoice("2", "40.00", due_date="2026-07-31", discount_amount="2.00", **DISCOUNT),
            invoice("3", "7.00", account_number="D-77", due_date="2026-06-15"),
        ],
    )
    books.payment("R", "30.00", date="2026-06-01", account_number="B")
    return books


DISCOUNT = {"discount_date": "2026-06-30", "disputed": "yes"}


def rows(books: Books, as_of: date = TODAY, *, email: str = "", **asked: Any) -> list[CustomerRow]:
    return page(books, as_of, email=email, **asked).rows


def page(
    books: Books,
    as_of: date = TODAY,
    *,
    email: str = "",
    after: str = "",
    before: str = "",
    limit: int | None = None,
    **asked: Any,
) -> Page:
    with seeing_days(books.viewer(email or books.admin_email), as_of):
        what = Asked(as_of, **asked)
        return customers(what, after=after, before=before, limit=limit, at=AT)


def numbers(found: list[CustomerRow]) -> list[str]:
    return [row.account_number for row in found]


def test_every_figure_of_a_row(books: Books) -> None:
    (row,) = rows(books, search="zeta")

    assert row.account_type == "Cash"
    assert row.account_status == "Active"
    assert row.invitation_status == "Not Invited"
    assert row.current_amount == Decimal("40.00")
    assert row.past_due_amount == row.d91_plus_amount == Decimal("100.00")
    assert row.outstanding_amount == Decimal("140.00")
    assert (row.current_count, row.past_due_count, row.d91_plus_count) == (1, 1, 1)
    assert row.disputed_amount == Decimal("40.00")
    assert row.discount_amount == Decimal("2.00")
    assert row.statement_amount == Decimal("140.00")
    assert row.oldest_due_date == date(2026, 1, 31)
    assert row.weighted_avg_days_overdue == Decimal("107.1429")  # 100 x 150 days / 140


def test_accounts_with_nothing_open_are_listed_in_their_own_currency(books: Books) -> None:
    (row,) = rows(books, search="gamma")

    assert row.currency == "EUR"
    assert row.outstanding_amount == Decimal("0.00")
    assert row.oldest_due_date is None


def test_money_on_account_is_a_credit(books: Books) -> None:
    (row,) = rows(books, search="beta")

    assert row.outstanding_amount == Decimal("-30.00")
    assert (row.credit_adjustment_amount, row.credit_adjustment_count) == (Decimal("30.00"), 1)
    assert row.credit_limit == Decimal("500.00")


@pytest.mark.parametrize(
    ("search", "found"),
    [("ARGER", ["D-77"]), ("d-7", ["D-77"]), ("g", ["C"]), ("eta", ["A", "B"]), ("%", []),
     ("sohne", ["D-77"]), ("nobody", []), (" d ", ["D-77"])],
)  # fmt: skip
def test_search_finds_parts_of_names_and_numbers(
    books: Books, search: str, found: list[str]
) -> None:
    assert numbers(rows(books, search=search, sort="account_number")) == found


def test_filters_together_mean_and(books: Books) -> None:
    assert numbers(rows(books, status=("Inactive",))) == ["D-77"]
    assert numbers(rows(books, status=("Active",), sort="account_name")) == ["B", "C", "A"]
    assert numbers(rows(books, status=("Inactive",), search="zeta")) == []
    assert numbers(rows(books, currency="EUR")) == ["C"]
    assert len(rows(books, status=("Active", "Inactive"))) == 4


def test_pages_follow_each_other_both_ways(books: Books) -> None:
    for sort in ("account_name", "-outstanding_amount", "oldest_due_date", "credit_limit"):
        every = rows(books, sort=sort)
        first = page(books, sort=sort, limit=2)
        second = page(books, sort=sort, limit=2, after=first.rows[-1].key)
        back = page(books, sort=sort, limit=2, before=second.rows[0].key)

        assert first.rows + second.rows == every
        assert (first.has_before, first.has_after) == (False, True)
        assert (second.has_before, second.has_after) == (True, False)
        assert back == Page(first.rows, has_before=False, has_after=True, last=first.last)


@pytest.mark.parametrize("day", [TODAY, date(2026, 6, 20)])
def test_every_column_sorts_page_by_page_as_at_once(books: Books, day: date) -> None:
    ways = [f"{sign}{column}" for column in SORTS for sign in ("", "-")]
    with seeing_days(books.viewer(books.admin_email), day):
        for sort in ways:
            asked = Asked(day, currency="USD", sort=sort)
            every, after, walked = customers(asked, at=AT).rows, "", []
            while True:
                page = customers(asked, after=after, limit=1, at=AT)
                walked += page.rows
                after = page.rows[0].key
                if not page.has_after:
                    break
            back = customers(asked, before=after, limit=2, at=AT)
            first = customers(asked, limit=1, at=AT)
            told = json.loads(json.dumps(first.last, default=str))  # as an address holds it
            others = customers(asked, after=told, limit=2, at=AT)

            assert len(every) == 3
            assert first.rows + others.rows == every, sort
            assert walked == every, sort
            assert back.rows == every[:2], sort


@pytest.mark.parametrize("currency", ["", "USD"])
def test_an_account_of_another_type_moves_on_every_day(server: None, currency: str) -> None:
    books, earlier = Books(accounts=["A", "B"], today=TODAY), TODAY.replace(day=1)

    def told(sort: str, day: date) -> list[str]:
        found = page(books, day, limit=5, sort=sort, currency=currency).rows
        return [f"{row.account_number} {row.account_type}" for row in found]

    for day in (TODAY, earlier):
        assert told("account_type", day) == ["A Credit", "B Credit"]
    books.loads("accounts", [{"account_number": "A", "name": "A", "account_type": "System"}])

    for day in (TODAY, earlier):
        assert told("account_type", day) == ["B Credit", "A System"]
        assert told("-account_type", day) == ["A System", "B Credit"]


@pytest.mark.parametrize("email", ["admin_email", "member_email"])
def test_around_a_row_stand_its_neighbours_in_the_list(books: Books, email: str) -> None:
    with seeing_days(books.viewer(getattr(books, email)), TODAY):
        for sort in ("account_name", "-account_type", "-current_amount", "outstanding_amount"):
            asked = Asked(TODAY, currency="USD", sort=sort)
            every = customers(asked, at=AT).rows
            ids = [None, *(row.customer_id for row in every), None]
            for place, row in enumerate(every):
                assert around(asked, row, at=AT) == (ids[place], ids[place + 2]), sort
                assert position(asked, row, at=AT) == Position(place + 1, len(every)), sort
            others = replace(asked, but=(every[0].customer_id,))  # it is gone from the list itself
            assert around(others, every[0], at=AT) == (None, ids[2])
            assert position(others, every[0], at=AT) is None


def test_a_search_that_means_many_is_looked_for_in_the_text(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_by_one = {word: (numbers(rows(books, search=word)), sums(books, word)) for word in WORDS}
    monkeypatch.setattr(customers_filter, "NAMED", 0)
    for word in WORDS:
        assert (numbers(rows(books, search=word)), sums(books, word)) == one_by_one[word], word
    monkeypatch.setattr(customers_filter, "_most_are_like", lambda patterns: True)
    for word in WORDS:
        assert (numbers(rows(books, search=word)), sums(books, word)) == one_by_one[word], word


def test_what_most_numbers_begin_with_is_looked_for_in_the_text(server: None) -> None:
    names = [f"C0{number:02}" for number in range(40)]
    books = Books(accounts=[*names, "K9"], today=TODAY)
    everybody = sums(books, "")[0]
    with seeing_days(books.viewer(books.admin_email), TODAY):
        dense = {word: customers_filter._most_are_like(like(word)) for word in ("c0", "k", "c003")}

    assert dense == {"c0": True, "k": False, "c003": False}
    assert numbers(rows(books, search="c0", sort="account_number", limit=3)) == names[:3]
    assert sums(books, "c0")[0] == replace(everybody, accounts=40)


WORDS = ("z", "et", "eta", "77", "a", "nobody")


def sums(books: Books, search: str) -> list[Totals]:
    with seeing_days(books.viewer(books.admin_email), TODAY):
        return panel(Asked(TODAY, search=search), at=AT)


def test_ties_are_decided_by_outstanding_then_name(books: Books) -> None:
    assert numbers(rows(books, currency="USD", sort="-statement_amount")) == ["A", "D-77", "B"]
    assert numbers(rows(books, sort="debit_adjustment_amount", currency="USD")) == [
        "A",
        "D-77",
        "B",
    ]
    assert numbers(rows(books, sort="-account_name")) == ["A", "C", "B", "D-77"]


def test_a_member_sees_and_sums_their_own(books: Books) -> None:
    found = rows(books, email=books.member_email, sort="account_number")
    with seeing_days(books.viewer(books.member_email), TODAY):
        (total,) = panel(Asked(TODAY), at=AT)
        mine = accounts(Asked(TODAY), at=AT)

    assert numbers(found) == ["A", "B", "D-77"]
    assert total.accounts == 3
    assert total.invoicing_accounts == 2
    assert total.outstanding_amount == Decimal("117.00")
    assert mine == sorted(row.customer_id for row in found)


def test_the_panel_compares_with_other_days(books: Books) -> None:
    week = date(2026, 6, 23)
    with seeing_days(books.viewer(books.admin_email), TODAY, week):
        euros, dollars, euros_then, dollars_then = panel(Asked(TODAY), days=(week,), at=AT)

    assert (euros.currency, euros.accounts) == ("EUR", 1)
    assert dollars.day == TODAY
    assert dollars.outstanding_amount == Decimal("117.00")
    assert dollars_then.day == week
    assert dollars_then.current_amount == Decimal("40.00")
    assert dollars_then.past_due_amount == Decimal("107.00")
    assert euros_then.outstanding_amount == Decimal(0)


def test_as_of_a_past_day_figures_are_of_that_day(books: Books) -> None:
    found = {row.account_number: row for row in rows(books, date(2026, 1, 31))}

    assert set(found) == {"A", "B", "C", "D-77"}
    assert found["A"].current_amount == Decimal("140.00")  # due that very day
    assert found["B"].outstanding_amount == Decimal(0)


@pytest.mark.parametrize(("currency", "zero"), [("USD", "0.00"), ("JPY", "0"), ("KWD", "0.000")])
def test_no_rows_add_up_to_nothing_in_the_decimals_of_the_currency(
    books: Books, currency: str, zero: str
) -> None:
    with seeing_days(books.viewer(books.admin_email), TODAY):
        (found,) = panel(Asked(TODAY, currency=currency, search="nobody at all"), at=AT)
    assert {str(found.net_ar_amount), str(found.current_amount), str(found.d91_plus_amount)} == {
        zero
    }
