"""Which days are kept: midnight in the organisation's own time zone, evenings, days that are asked
for, and what a batch does to them.
"""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.db import connections

from duebook.ledger import posting
from duebook.reports.customers import Asked, CustomerRow, customers
from duebook.rollups import making
from duebook.rollups.days import (
    ASKED_KEPT,
    LOOK_BACK,
    all_ready,
    compared_with,
    keep_ready,
    ready,
    seeing_days,
    worked_out,
)
from duebook.visibility.organisations import console_of, create_organisation, current
from duebook.visibility.seeing import NotReady, raw, seeing
from tests.ledger.books import IDLE, TODAY, Books, invoice

AT = datetime(2026, 6, 30, 12, tzinfo=UTC)
MIDNIGHTS = [  # the last one moves its clocks that night, at or after midnight
    ("Pacific/Auckland", date(2026, 7, 15)),
    ("America/New_York", date(2026, 3, 8)),
    ("Europe/Berlin", date(2026, 10, 25)),
    ("Africa/Cairo", date(2026, 4, 24)),  # there is no midnight: 00:00 is 01:00
]


class InItsZone(Books):
    """An organisation whose clock goes."""

    def __init__(self, timezone: str) -> None:
        super().__init__(accounts=["A", *IDLE])
        with psycopg.connect(_superuser(), autocommit=True) as own:
            own.execute(
                "UPDATE ar.org SET today_fixed = NULL, timezone = %s WHERE org_id = %s",
                [timezone, self.org_id],
            )


def _superuser() -> str:
    from duebook.database.migrate import connect

    with connect() as own:
        return own.info.dsn + f" password={own.info.password}"


def days_of(books: Books) -> list[date]:
    return books.asks("SELECT day FROM ar.org_day ORDER BY day")


def row(books: Books, day: date, account: str = "A") -> CustomerRow:
    with seeing_days(books.viewer(books.admin_email), day):
        (found,) = customers(Asked(day, search=account), at=AT).rows
    return found


@pytest.mark.parametrize(("timezone", "day"), MIDNIGHTS)
def test_past_due_starts_at_the_organisations_own_midnight(
    server: None, timezone: str, day: date
) -> None:
    books, zone = InItsZone(timezone), ZoneInfo(timezone)
    yesterday = day - timedelta(days=1)
    books.invoice("1", "100.00", issue_date="2026-01-01", due_date=str(yesterday))
    last = datetime(yesterday.year, yesterday.month, yesterday.day, 23, 59, 59, tzinfo=zone)
    console = console_of(books.slug)

    for moment, today in ((last, yesterday), (last + timedelta(seconds=1), day)):
        at = moment.astimezone(UTC)
        if moment is not last:
            at = last.astimezone(UTC) + timedelta(seconds=1)
        keep_ready(console, at=at)
        with seeing(console):
            assert current(console, at=at).today == today
        assert today in days_of(books)
    assert day in days_of(books)
    assert (row(books, yesterday).current_amount, row(books, day).d1_30_amount) == (100, 100)
    assert row(books, day).weighted_avg_days_overdue == Decimal("1.0000")


def test_tomorrow_is_ready_before_midnight_and_kept_right(server: None) -> None:
    books = InItsZone("Europe/Berlin")
    console = console_of(books.slug)
    noon = datetime(2026, 6, 30, 10, tzinfo=UTC)

    keep_ready(console, at=noon)
    assert days_of(books)[-1] == date(2026, 6, 30)
    keep_ready(console, at=noon + timedelta(hours=8))
    assert days_of(books)[-1] == date(2026, 7, 1)
    books.invoice("1", "100.00", due_date="2026-06-30")

    assert row(books, date(2026, 6, 30)).current_amount == 100
    assert row(books, date(2026, 7, 1)).past_due_amount == 100


def test_a_stopped_clock_has_no_tomorrow(server: None) -> None:
    books = Books(accounts=["A"], today=TODAY)
    keep_ready(console_of(books.slug), at=datetime(2026, 6, 30, 23, tzinfo=UTC))

    assert days_of(books) == sorted([*compared_with(TODAY), TODAY - LOOK_BACK, TODAY])


def test_a_month_before_the_last_day_is_the_last_day() -> None:
    assert compared_with(date(2026, 3, 31)) == (date(2026, 3, 24), date(2026, 2, 28))
    assert compared_with(date(2026, 1, 5)) == (date(2025, 12, 29), date(2025, 12, 5))


def test_days_that_were_asked_for_grow_old(server: None) -> None:
    books = Books(accounts=["A"], today=TODAY)
    console = console_of(books.slug)
    asked = [date(2026, 1, 1) + timedelta(days=n) for n in range(ASKED_KEPT + 2)]
    for day in asked:
        ready(console, day)
    keep_ready(console, at=AT)

    wanted = {TODAY, TODAY - LOOK_BACK, *compared_with(TODAY)}
    assert wanted | set(asked[2:]) == set(days_of(books))
    left = books.asks("SELECT DISTINCT day FROM ar.customer_aging")
    assert set(left) == set(days_of(books))


def test_few_accounts_move_on_every_day_and_many_forget_past_ones(server: None) -> None:
    books = Books(accounts=["A", *IDLE], today=TODAY)
    console, past = console_of(books.slug), date(2026, 2, 1)
    ready(console, past)

    books.invoice("1", "100.00")
    assert past in days_of(books)
    assert row(books, past).past_due_amount == row(books, TODAY).past_due_amount == 100

    books.loads("invoices", [invoice(each, "1.00", account_number=each) for each in IDLE])
    assert days_of(books) == [TODAY]
    assert row(books, past, account="idle 7").past_due_amount == 1


def test_a_page_whose_day_has_just_gone_asks_again(server: None) -> None:
    books = Books(accounts=["A"], today=TODAY)
    with books.admin(), pytest.raises(NotReady):
        customers(Asked(date(2026, 1, 1)), at=AT)


def test_an_account_in_another_currency_leaves_no_row_when_it_is_paid(server: None) -> None:
    """Yesterday's debt counts towards the typical amount, but is no row of today's."""
    books = Books(accounts=["A", *IDLE], today=TODAY)
    books.invoice("1", "100.00", currency="EUR")
    assert row(books, TODAY).currency == "EUR"
    books.payment("P", "100.00", date=str(TODAY), currency="EUR")
    books.applies("P", "1", "100.00", date=str(TODAY))

    assert (row(books, TODAY).currency, row(books, TODAY).outstanding_amount) == ("USD", 0)
    assert books.asks(
        "SELECT outstanding_before FROM ar.customer_aging WHERE currency = 'EUR'"
    ) == [10000]


def test_names_status_and_currency_of_accounts_follow_their_file(server: None) -> None:
    books = Books(accounts=["A", *IDLE], today=TODAY)
    ready(console_of(books.slug), date(2026, 1, 1))
    books.loads(
        "accounts",
        [{"account_number": "A", "name": "Anew", "currency": "EUR", "status": "inactive"}],
    )

    for day in (TODAY, date(2026, 1, 1)):
        found = row(books, day, account="anew")
        assert (found.currency, found.account_status) == ("EUR", "Inactive")


def test_who_makes_a_day_and_who_posts_take_turns(server: None) -> None:
    """A day that is made while a batch is about to end is right once both have."""
    books = Books(accounts=["A", *IDLE], today=TODAY)
    console, past, made = console_of(books.slug), date(2026, 2, 1), threading.Event()

    def make() -> None:
        ready(console, past)
        made.set()
        for alias in connections:
            connections[alias].close()

    with seeing(console):
        raw().execute("SELECT rollup.refresh(ARRAY[1]::bigint[])")
        other = threading.Thread(target=make)
        other.start()
        assert not made.wait(0.3)
        raw().execute("UPDATE ar.customer SET sort_name = 'late' WHERE account_number = 'A'")
        posting.roll_up(raw(), org_id=books.org_id, customers=None)
    other.join(120)

    assert made.is_set()
    with books.admin():
        assert past in worked_out(books.org_id, past)
    assert books.asks(
        "SELECT DISTINCT a.sort_name FROM ar.customer_aging a JOIN ar.customer c"
        " ON c.id = a.customer_id WHERE c.account_number = 'A'"
    ) == ["late"]


def test_of_many_who_ask_for_a_day_at_once_one_makes_it(server: None) -> None:
    books = Books(accounts=["A"], today=TODAY)
    console, past = console_of(books.slug), date(2026, 2, 1)
    together, made = threading.Barrier(4), []

    def ask() -> None:
        together.wait(60)
        with seeing(console):
            made.extend(raw().execute("SELECT rollup.ensure(%s, true)", [past]).fetchall())
        for alias in connections:
            connections[alias].close()

    asking = [threading.Thread(target=ask) for _ in range(together.parties)]
    for each in asking:
        each.start()
    for each in asking:
        each.join(120)
    assert sorted(made) == [(False,), (False,), (False,), (True,)]


def test_days_are_weighed_by_small_and_by_very_large_amounts(server: None) -> None:
    books = Books(accounts=["A"], today=TODAY)
    books.invoice("large", "30000000.00", due_date=str(TODAY - timedelta(days=10)))
    books.invoice("small", "10000000.00", due_date=str(TODAY - timedelta(days=2)))

    for day, average in ((TODAY, 8), (TODAY - timedelta(days=2), 6)):
        assert row(books, day).weighted_avg_days_overdue == average


def test_a_reader_does_not_wait_for_long(server: None, monkeypatch: pytest.MonkeyPatch) -> None:
    books = Books(accounts=["A"], today=TODAY)
    console, met = console_of(books.slug), []
    monkeypatch.setattr(making, "PATIENCE", "50ms")

    def read() -> None:
        with pytest.raises(NotReady):
            ready(console, date(2026, 2, 1))
        met.append(True)
        for alias in connections:
            connections[alias].close()

    with seeing(console):
        raw().execute("SELECT rollup.refresh(ARRAY[1]::bigint[])")
        other = threading.Thread(target=read)
        other.start()
        other.join(120)
    assert met


def test_the_worker_looks_after_every_organisation(server: None) -> None:
    slugs = [Books(accounts=["A"], today=TODAY), Books(today=TODAY)]
    empty = f"empty-{slugs[0].slug}"
    create_organisation(empty, name="Empty", today=TODAY)
    all_ready(at=AT)

    for books in slugs:
        assert set(days_of(books)) >= {TODAY, *compared_with(TODAY)}
    with seeing(console_of(empty)):
        assert raw().execute("SELECT count(*) FROM ar.org_day").fetchone() == (4,)
