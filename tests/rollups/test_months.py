"""Windows of twelve months: what is kept of them equals the documents after any sequence of
changes, and they roll by themselves at midnight, over ends of months and years.
"""

from __future__ import annotations

from argparse import Namespace
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from duebook.console.upkeep import check
from duebook.database.migrate import connect
from duebook.reports.aging import aging
from duebook.reports.monthly import Window, monthly, window
from duebook.reports.monthly_drill import debt_lines, vintage
from duebook.reports.monthly_page import PageRow, page, totals
from duebook.reports.monthly_question import Question
from duebook.rollups import months
from duebook.rollups.days import keep_ready
from duebook.visibility.organisations import console_of
from duebook.visibility.seeing import NotReady, raw, seeing
from tests.ledger.books import IDLE, Books, invoice
from tests.ledger.telling import Telling, loadable, major
from tests.model import Ledger
from tests.rollups.test_days import InItsZone
from tests.strategies import ACCOUNTS, TODAY, random_ledger

PAST = date(2026, 1, 1)
DAY = timedelta(days=1)
FIRSTS = [  # the first of a month: of a year, and on a night whose clocks are moved
    ("Pacific/Auckland", date(2026, 1, 1)),
    ("America/New_York", date(2026, 3, 1)),
    ("Africa/Cairo", date(2026, 5, 1)),
]


@dataclass(frozen=True)
class Plan:
    ledger: Ledger
    owned: set[str]
    crowded: bool
    chance: int


def plans() -> st.SearchStrategy[Plan]:
    return st.builds(
        Plan,
        ledger=random_ledger().map(loadable),
        owned=st.sets(st.sampled_from(ACCOUNTS), min_size=1, max_size=3),
        crowded=st.booleans(),
        chance=st.integers(0, 99),
    )


@settings(max_examples=settings().max_examples // 4)
@given(plan=plans())
def test_every_month_is_what_the_documents_say(server: None, plan: Plan) -> None:
    """The windows are kept from the start, so that every batch must move them."""
    accounts = [*ACCOUNTS, *(IDLE if plan.crowded else [])]
    books = Books(accounts=accounts, owned=sorted(plan.owned), today=TODAY)
    for through in (None, PAST):
        months.ready(console_of(books.slug), through=through)
    Telling(books, plan.ledger, Random(plan.chance)).tell()

    for through in (None, PAST):
        note(f"through {through}")
        check_window(books, plan.ledger, books.admin_email, set(accounts), through)
        check_window(books, plan.ledger, books.member_email, plan.owned, through)
    assert kept(books) == rebuilt(books)


def check_window(
    books: Books, ledger: Ledger, email: str, accounts: set[str], through: date | None
) -> None:
    asked = window(TODAY, through)
    assert asked is not None
    with months.seeing_months(books.viewer(email), through=through):
        rows = page(Question(), asked, limit=1000).rows
        sums = totals(Question(), asked)
        owed = {(row.account_number, row.currency): row.outstanding for row in aging(as_of=TODAY)}
        check_drills(rows, asked)
    assert {row.account_number for row in rows} == accounts
    for row in rows:
        days = [asked.months[0] - DAY, *asked.ends]
        expected = [
            major(ledger.owed((row.account_number, row.currency), day), row.currency)
            for day in days
        ]
        assert [row.opening, *row.closing] == expected
        assert row.net == [after - before for before, after in pairwise(expected)]
        if through is None:
            assert row.owed == owed.pop((row.account_number, row.currency), 0)
    assert through or not any(owed.values())
    for total in sums:
        of_it = [row for row in rows if row.currency == total.currency]
        assert total.rows == len(of_it)
        assert list(total.closing) == [
            sum(each) for each in zip(*(r.closing for r in of_it), strict=True)
        ]


def check_drills(rows: list[PageRow], asked: Window) -> None:
    """Every cell is the sum of its documents."""
    for row in rows:
        if not any([*row.net, *row.closing]):
            continue
        for place, month in enumerate(asked.months):
            for measure in ("net", "closing"):
                lines = debt_lines(row.customer_id, row.currency, month, measure, asked)
                assert sum(line.amount for line in lines) == row.cells(measure)[place]
        assert vintage(row.customer_id, row.currency, month, asked).closing == row.owed


@pytest.mark.parametrize(("timezone", "first"), FIRSTS)
def test_the_window_rolls_at_the_organisations_own_midnight(
    server: None, timezone: str, first: date
) -> None:
    books, zone, eve = InItsZone(timezone), ZoneInfo(timezone), first - DAY
    console = console_of(books.slug)
    last = datetime(eve.year, eve.month, eve.day, 23, 59, 59, tzinfo=zone).astimezone(UTC)
    keep_ready(console, at=last - timedelta(hours=12))
    books.invoice("1", "100.00", issue_date=str(eve), due_date=str(eve))
    books.invoice("2", "40.00", issue_date=str(first), due_date=str(first))
    books.loads("orders", [ordered("O", eve, closed=first), ordered("P", first)])

    keep_ready(console, at=last)
    assert first.replace(day=1) in windows(books)  # the next one is there before it is needed
    before = row_of(books, eve)
    assert (before.net[-1], before.closing[-1], before.count[-1]) == (100, 100, 1)
    keep_ready(console, at=last + timedelta(seconds=1))
    after = row_of(books, first)
    assert (list(after.net[-2:]), after.closing[-1]) == ([100, 40], 140)
    assert (list(after.count[-2:]), list(after.amount[-2:])) == ([1, 1], [7, 7])
    assert after.closing[:-1] == before.closing[1:]
    assert kept(books) == rebuilt(books)


def test_what_was_known_before_counts_from_its_day_and_nobody_else_is_looked_at(
    server: None,
) -> None:
    """Post-dated documents, an allocation that takes effect later, a payment that comes back."""
    books = InItsZone("Europe/Berlin")
    console, days = console_of(books.slug), [date(2026, 6, n) for n in range(10, 16)]
    months.keep_ready(console, days[0])
    books.invoice("1", "100.00", issue_date="2026-06-01", order_number="O")
    books.loads("orders", [ordered("O", date(2026, 6, 1), closed=days[0])])
    books.payment("P", "100.00", date=str(days[2]))
    books.applies("P", "1", "100.00", date=str(days[4]))
    books.loads("invoices", [invoice("2", "9.00", account_number="idle 1")])
    touched = "SELECT m.xmin FROM ar.customer_month m JOIN ar.customer c ON c.id = m.customer_id"
    found = []
    for day in days:
        still = books.asks(touched + " WHERE c.account_number = 'idle 1'")
        months.keep_ready(console, day)
        assert books.asks(touched + " WHERE c.account_number = 'idle 1'") == still
        row = row_of(books, day)
        found.append((row.closing[-1], row.count[-1]))
        assert kept(books) == rebuilt(books)
    # owed until it is paid; the order is open until its invoice has no balance
    assert found == [(100, 1), (100, 1), (0, 1), (0, 1), (0, 0), (0, 0)]


def test_few_accounts_move_in_every_window_and_many_forget_past_ones(server: None) -> None:
    books = Books(accounts=["A", *IDLE], today=TODAY)
    console = console_of(books.slug)
    for through in (None, PAST):
        months.ready(console, through=through)
    books.invoice("1", "100.00")
    assert len(windows(books)) == 2
    assert row_of(books, date(2026, 1, 31)).closing[-1] == row_of(books, TODAY).closing[-1] == 100

    books.loads("invoices", [invoice(each, "1.00", account_number=each) for each in IDLE])
    assert windows(books) == [TODAY.replace(day=1)]
    assert kept(books) == rebuilt(books)


def test_a_window_that_is_not_there_is_asked_for_again(server: None) -> None:
    books = Books(accounts=["A"], today=TODAY)
    asked = window(TODAY)
    assert asked is not None
    with books.admin(), pytest.raises(NotReady):
        monthly("debt", asked)


def test_a_day_that_comes_back_has_its_months_again(server: None) -> None:
    """With a time zone further west, or a clock that is set back, it is yesterday again."""
    books = Books(accounts=["A"], today=TODAY)
    books.invoice("1", "100.00", issue_date=TODAY.isoformat())
    books.invoice("2", "10.00")
    console = console_of(books.slug)
    months.ready(console)
    assert row_of(books, TODAY).owed == 110
    with connect() as own:
        own.execute(
            "UPDATE ar.org SET today_fixed = %s WHERE org_id = %s", [TODAY - DAY, books.org_id]
        )
    months.ready(console)
    assert row_of(books, TODAY - DAY).owed == 10


def test_of_the_days_that_are_kept_ready_only_today_has_months(server: None) -> None:
    """A day of the month before, for the accounts' pages, is no end of a month."""
    books = Books(accounts=["A"], today=TODAY)
    keep_ready(console_of(books.slug), at=datetime(2026, 5, 15, 12, tzinfo=UTC))
    assert windows(books) == [TODAY.replace(day=1)]


def test_windows_that_were_asked_for_grow_old(server: None) -> None:
    books = Books(accounts=["A"], today=TODAY)
    console = console_of(books.slug)
    asked = [date(2025, at, 1) for at in range(1, months.ASKED_KEPT + 3)]
    for through in asked:
        months.ready(console, through=through)
    months.keep_ready(console, TODAY)

    assert windows(books) == [*asked[2:], TODAY.replace(day=1)]
    assert set(books.asks("SELECT DISTINCT month FROM ar.customer_month")) == set(windows(books))


def test_checking_proves_the_months_and_makes_no_day_a_fault(
    server: None, capsys: pytest.CaptureFixture[str]
) -> None:
    books = Books(accounts=["A"], today=TODAY)
    books.invoice("1", "100.00")
    with connect() as own:
        own.execute(
            "UPDATE ar.org SET today_fixed = %s WHERE org_id = %s", [TODAY + DAY, books.org_id]
        )
    assert check(Namespace(slug=books.slug)) == 0

    months.ready(console_of(books.slug))
    with connect() as own:
        own.execute("UPDATE ar.customer_month SET owed_3 = 7 WHERE org_id = %s", [books.org_id])
    assert check(Namespace(slug=books.slug)) == 1
    assert capsys.readouterr().out.startswith("A differs from its documents")


def ordered(number: str, day: date, *, closed: date | None = None) -> dict[str, Any]:
    row = {"account_number": "A", "order_number": number, "order_date": day, "amount": 7}
    return {**row, "closed_date": closed or ""}


def windows(books: Books) -> list[date]:
    return books.asks("SELECT month FROM ar.org_window ORDER BY month")


def row_of(books: Books, until: date, account: str = "A") -> PageRow:
    asked = window(until)
    assert asked is not None
    with seeing(books.viewer(books.admin_email), read_only=True):
        return next(
            row for row in page(Question(), asked, limit=99).rows if row.account_number == account
        )


def kept(books: Books) -> list[Any]:
    return books.asks(
        "SELECT m::text FROM ar.customer_month m ORDER BY month, customer_id, currency"
    )


def rebuilt(books: Books) -> list[Any]:
    with books.console():
        raw().execute("SELECT rollup.rebuild()")
    return kept(books)
