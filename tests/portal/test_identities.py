"""The client's figures against the operators', on random ledgers and any day; drills add up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

from hypothesis import given, note, settings
from hypothesis import strategies as st

from duebook.reports import clients
from duebook.reports.aging import PortalRow, aging, portal_aging
from duebook.reports.clients import FIGURES, ORDERS, Question
from duebook.reports.customers import Asked, customers
from duebook.rollups.days import ready, seeing_days
from duebook.visibility.organisations import console_of
from tests.ledger.books import Books
from tests.ledger.telling import Telling, loadable
from tests.model import Ledger
from tests.strategies import ACCOUNTS, TODAY, as_of_days, random_ledger

AT = datetime(2026, 6, 30, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Plan:
    ledger: Ledger
    spoken_for: set[str]
    chance: int
    days: list[date]


def plans() -> st.SearchStrategy[Plan]:
    return st.builds(
        Plan,
        ledger=random_ledger().map(loadable),
        spoken_for=st.sets(st.sampled_from(ACCOUNTS), min_size=1, max_size=2),
        chance=st.integers(0, 99),
        days=st.lists(as_of_days(), min_size=1, max_size=2, unique=True),
    )


@settings(max_examples=6, deadline=None)
@given(plan=plans())
def test_the_portal_says_what_the_operators_see(server: None, plan: Plan) -> None:
    spoken = sorted(plan.spoken_for)
    books = Books(accounts=ACCOUNTS, spoken_for=spoken, today=TODAY)
    Telling(books, plan.ledger, Random(plan.chance)).tell()
    ready(console_of(books.slug), TODAY, *plan.days)
    for day in {TODAY, *plan.days}:
        note(f"as of {day}")
        same_as_operators(books, day, spoken)
        with books.client():
            rows = portal_aging(as_of=day)
            for row in rows:
                _adds_up(row, day)
            _trend(rows, day)
            _pages(day)
            _statements(rows, day)


def same_as_operators(books: Books, day: date, spoken: list[str]) -> None:
    with books.client():
        mine = portal_aging(as_of=day)
    with seeing_days(books.viewer(books.admin_email), day):
        theirs = {
            (row.account_number, row.currency): row
            for row in customers(Asked(as_of=day, currency=""), at=AT).rows
        }
        reported = {(row.account_number, row.currency): row for row in aging(as_of=day)}
    for row in mine:
        listed = theirs[row.account_number, row.currency]
        aged = reported[row.account_number, row.currency]
        assert row.total == listed.current_amount + listed.past_due_amount
        assert row.outstanding == listed.outstanding_amount == aged.outstanding
        assert row.disputed == aged.disputed
    assert {row.account_number for row in mine} == {a for a, _ in reported} & {*spoken}


def _adds_up(row: PortalRow, day: date) -> None:
    buckets = row.days_0_30 + row.days_31_60 + row.days_61_90 + row.days_90_plus
    assert buckets + row.disputed == row.total
    assert row.total + row.debit_adjustments - row.unapplied_credits == row.outstanding
    for figure in FIGURES:
        asked = Question(
            as_of=day, customer_id=row.customer_id, currency=row.currency, figure=figure
        )
        page = clients.documents(asked, sort="due_date", size=None)
        assert sum((each.part for each in page.rows), Decimal(0)) == getattr(row, figure), figure
        sums = sum((each.part for each in page.sums or []), Decimal(0))
        assert sums == getattr(row, figure), figure


def _trend(rows: list[PortalRow], day: date) -> None:
    year = clients.year(as_of=day, owed=_owed(rows))
    for at in (-1, -2, -3, 0):
        owed = _owed(portal_aging(as_of=clients.month_ends(day)[at]))
        told = {code: ends[at].owed for code, ends in year.months.items() if ends[at].owed}
        assert told == {code: amount for code, amount in owed.items() if amount}


def _owed(rows: list[PortalRow]) -> dict[str, Decimal]:
    owed: dict[str, Decimal] = {}
    for row in rows:
        owed[row.currency] = owed.get(row.currency, Decimal(0)) + row.outstanding
    return owed


def _pages(day: date) -> None:
    """Page by page one meets each document once, in whatever order."""
    for column in ORDERS:
        for sort in (column, f"-{column}"):
            whole = clients.documents(Question(as_of=day), sort=sort, size=None)
            met: list[int] = []
            after = ""
            while True:
                page = clients.documents(Question(as_of=day), sort=sort, after=after, size=3)
                met.extend(each.id for each in page.rows)
                if not page.has_more:
                    break
                after = page.rows[-1].key
            assert met == [each.id for each in whole.rows]
            assert len(met) == len(set(met)) == whole.count


def _statements(rows: list[PortalRow], day: date) -> None:
    """Opening and changes come to what is owed at the end."""
    for row in rows:
        since = day - 45 * DAY
        named = {"customer_id": row.customer_id, "currency": row.currency}
        opening, moved = clients.activity(**named, since=since, until=day)  # type: ignore[arg-type]
        assert opening + sum((each.amount for each in moved), Decimal(0)) == row.outstanding
        assert [each.at for each in moved] == sorted(each.at for each in moved)
        assert all(since <= each.at <= day for each in moved)
        before = portal_aging(as_of=since - DAY, customer_id=row.customer_id)
        owed = [each.outstanding for each in before if each.currency == row.currency]
        assert opening == sum(owed, Decimal(0))
