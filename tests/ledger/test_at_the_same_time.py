"""Batches of one organisation at once, and pages read while one lands: before or after, no mix."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connections

from duebook.database.migrate import connect
from duebook.ingest.load import IMPORTS, Results
from duebook.reports.aging import aging, aging_page
from duebook.reports.invoices import invoices
from duebook.visibility.seeing import seeing
from tests.ledger.books import TODAY, Books, invoice
from tests.ledger.telling import Files

PATIENCE_SECONDS = 60.0
Connection = psycopg.Connection[Any]


def payment(number: str, amount: str) -> dict[str, Any]:
    row = {"account_number": "A", "payment_number": number, "amount": amount}
    return {**row, "date": "2026-02-01"}


def applied(source: str, charge: str, amount: str) -> dict[str, Any]:
    row = {"source_number": source, "invoice_number": charge, "amount": amount}
    return {**row, "date": "2026-02-01"}


ONE: Files = {
    "invoices": [invoice("1", "100.00", account_name="One"), invoice("2", "20.00")],
    "payments": [payment("P1", "60.00")],
    "allocations": [applied("P1", "1", "60.00")],
}
OTHER: Files = {
    "invoices": [
        *(invoice("1", "120.00", account_name="Other"), invoice("3", "7.00", account_number="B")),
    ],
    "payments": [payment("P1", "60.00"), payment("P2", "70.00")],
    "allocations": [applied("P1", "1", "50.00"), applied("P2", "1", "70.00")],
}


@contextmanager
def imports_wait(books: Books) -> Iterator[Connection]:
    """Batches stage their rows and then wait, all of them, until this ends."""
    with connect() as own:
        own.execute("SELECT pg_advisory_lock(%s, %s::int)", [IMPORTS, books.org_id])
        yield own  # The lock goes with the connection.


def waiting(own: Connection, books: Books) -> list[int]:
    """The database's processes in which batches of the organisation stand there."""
    rows = own.execute(
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        " AND classid = %s::bigint AND objid = %s::bigint",
        [IMPORTS, books.org_id],
    )
    return [int(row[0]) for row in rows]


class Loading(threading.Thread):
    """A batch in a thread of its own, as a worker beside others."""

    def __init__(self, books: Books, files: Files) -> None:
        super().__init__()
        self.books, self.files = books, files
        self.results: Results | None = None
        self.trouble: Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            self.results = self.books.loads_all(self.files)
        except Exception as trouble:
            self.trouble = trouble
        finally:
            connections.close_all()

    def done(self) -> Results:
        self.join(PATIENCE_SECONDS)
        if self.trouble:
            raise self.trouble
        assert self.results is not None
        return self.results


def soon(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.01)


def at_once(books: Books, *batches: Files) -> list[Results]:
    with imports_wait(books) as own:
        loading = [Loading(books, files) for files in batches]
        soon(lambda: len(waiting(own, books)) == len(batches))
    return [each.done() for each in loading]


def in_turn(*batches: Files) -> dict[str, Any]:
    books = Books(accounts=["A"])
    for files in batches:
        books.loads_all(files)
    return books.facts()


def test_two_batches_at_once_give_one_of_the_two_results_in_turn(server: None) -> None:
    results = [in_turn(ONE, OTHER), in_turn(OTHER, ONE)]
    assert results[0] != results[1]
    for _ in range(3):
        books = Books(accounts=["A"])
        at_once(books, ONE, OTHER)
        assert books.facts() in results


def test_the_same_batch_twice_at_once_lands_once(books: Books) -> None:
    first, again = sorted(at_once(books, ONE, ONE), key=lambda each: each.says_nothing_new)
    assert (first.says_nothing_new, again.says_nothing_new) == (False, True)
    assert books.facts() == in_turn(ONE)


def test_many_batches_at_once_all_land(books: Books) -> None:
    """Of accounts in opposite orders: whoever took locks one by one would meet the others."""
    numbers = [f"B{n}" for n in range(6)]
    batches: list[Files] = []
    for n in range(4):
        some = numbers[::-1] if n % 2 else numbers
        rows = [invoice(f"{n} {b}", "1.00", account_number=b, account_name=f"{n}") for b in some]
        batches.append({"invoices": [*rows, invoice("all", f"{n + 1}.00", account_number="B0")]})
    at_once(books, *batches)
    assert books.asks("SELECT count(*) FROM ar.document") == [25]
    assert [books.outstanding(on=f"{TODAY}", account=b) for b in numbers[1:]] == [4] * 5


def test_batches_of_two_organisations_do_not_wait_for_each_other(books: Books) -> None:
    with imports_wait(books) as own:
        waits = Loading(books, ONE)
        soon(lambda: bool(waiting(own, books)))
        other = Books(accounts=["A"])
        other.loads_all(ONE)
    waits.done()
    assert other.facts() == books.facts()


def figures() -> tuple[Any, ...]:
    """What pages show, question by question."""
    page = aging_page(as_of=TODAY, size=50)
    balances = [(row.invoice_number, row.balance) for row in invoices(as_of=TODAY)]
    return [row.outstanding for row in aging(as_of=TODAY)], page.rows, page.totals, balances


def test_a_page_shows_what_was_or_what_is_but_no_mix(books: Books) -> None:
    books.loads_all(ONE)
    viewer = books.viewer(books.admin_email)
    with seeing(viewer, read_only=True):
        before = figures()

    with imports_wait(books) as own:
        loading = Loading(books, OTHER)
        soon(lambda: bool(waiting(own, books)))
        page = seeing(viewer, read_only=True)
        page.__enter__()
        first = [row.outstanding for row in aging(as_of=TODAY)]
    loading.done()
    rest = figures()
    page.__exit__(None, None, None)
    with seeing(viewer, read_only=True):
        after = figures()

    assert first == before[0]
    assert rest == before
    assert after != before


@pytest.mark.parametrize("moment", range(4))
def test_pages_read_all_the_while_see_one_or_the_other(books: Books, moment: int) -> None:
    books.loads_all(ONE)
    viewer = books.viewer(books.admin_email)
    with seeing(viewer, read_only=True):
        before = figures()
    loading = Loading(books, OTHER)
    seen = []
    while loading.is_alive():
        time.sleep(moment / 100)
        with seeing(viewer, read_only=True):
            seen.append(figures())
    loading.done()
    with seeing(viewer, read_only=True):
        after = figures()
    assert all(each in (before, after) for each in seen)


def test_a_batch_whose_connection_is_cut_leaves_nothing_and_frees_the_next(books: Books) -> None:
    facts = books.facts()
    with imports_wait(books) as own:
        loading = Loading(books, ONE)
        soon(lambda: bool(waiting(own, books)))
        own.execute("SELECT pg_terminate_backend(%s)", waiting(own, books))
        loading.join(PATIENCE_SECONDS)
    assert isinstance(loading.trouble, (psycopg.OperationalError, OperationalError))
    assert books.facts() == facts
    books.loads_all(ONE)
    assert books.facts() == in_turn(ONE)
