"""Windows of twelve months that the worker makes, and readers who come before or meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from http import HTTPStatus

import pytest
from django.db import connections

from duebook.jobs.upkeep import keep_days
from duebook.reports.monthly import window
from duebook.reports.monthly_page import page as page_of
from duebook.reports.monthly_question import Question
from duebook.rollups import making, months
from duebook.visibility.organisations import console_of
from duebook.visibility.seeing import raw, seeing
from tests.api.conftest import Service, token_of
from tests.ledger.books import Books, invoice
from tests.monthly.conftest import page
from tests.people.conftest import signed_in
from tests.rollups.test_months import kept, rebuilt, windows
from tests.world import Company

TODAY = date(2026, 6, 30)
BUSY = HTTPStatus.SERVICE_UNAVAILABLE


def test_the_worker_makes_them_after_an_import_and_they_are_right(server: None) -> None:
    books = Books(accounts=["A", "B"], today=TODAY)
    books.invoice("1", "100.00", issue_date="2026-06-01")
    assert windows(books) == []
    keep_days(console_of(books.slug))
    assert windows(books) == [TODAY.replace(day=1)]
    # A reader makes nothing any more: read only, without `ready`.
    assert owed(books) == {"A": Decimal(100), "B": Decimal(0)}

    books.loads("invoices", [invoice("2", "7.00", account_number="B", issue_date="2026-05-01")])
    keep_days(console_of(books.slug))
    assert owed(books) == {"A": Decimal(100), "B": Decimal(7)}
    assert kept(books) == rebuilt(books)


def test_who_comes_while_they_are_made_is_told_so_and_gets_no_figure(
    server: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Page, cell and API, while the worker has made the months and not yet committed them."""
    monkeypatch.setattr(making, "PATIENCE", "100ms")
    company = Company("made", today=TODAY)
    company.owes("100.00", due="2026-12-31", issued="2026-06-01", number="1")
    browser, service = signed_in(company.admin_email), Service(token_of(company, "read"))
    with Making(company):
        for part in ("", "sums/", "notes/"):
            answer = browser.get(f"/o/{company.slug}/monthly/{part}")
            assert answer.status_code == BUSY
            assert answer["Retry-After"]
            assert "100.00" not in answer.content.decode()
        answered = service.get("monthly")
        assert answered.status_code == BUSY
        assert set(answered.json()) == {"detail"}
    assert page(browser, company).cells["First"][-1] == 100
    assert service.asks("monthly")["rows"][0]["cells"][-1] == "100.00"


def test_readers_at_once_do_not_block_each_other(server: None) -> None:
    """Eight come first together, of the current window and of two past ones in either order."""
    books = Books(accounts=["A"], today=TODAY)
    books.invoice("1", "100.00", issue_date="2026-02-01")
    past = (None, date(2026, 3, 1), date(2026, 1, 1))
    found: list[list[Decimal]] = []

    def read(order: tuple[date | None, ...]) -> None:
        told = []
        for through in order:
            asked = window(TODAY, through)
            assert asked is not None
            with months.seeing_months(books.viewer(books.admin_email), through=through):
                told += [row.owed for row in page_of(Question(), asked, limit=9).rows]
        found.append(sorted(told))

    threads = [
        Reader(lambda at=at: read(past if at % 2 else past[::-1]))  # type: ignore[misc]
        for at in range(8)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert [each.trouble for each in threads] == [None] * 8
    assert found == [[Decimal(0), Decimal(100), Decimal(100)]] * 8
    assert kept(books) == rebuilt(books)


def owed(books: Books) -> dict[str, Decimal]:
    asked = window(TODAY)
    assert asked is not None
    with seeing(books.viewer(books.admin_email), read_only=True):
        return {row.account_number: row.owed for row in page_of(Question(), asked, limit=9).rows}


class Reader(threading.Thread):
    def __init__(self, read: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self.read, self.trouble = read, None

    def run(self) -> None:
        try:
            self.read()
        except Exception as trouble:
            self.trouble = trouble  # type: ignore[assignment]
        finally:
            connections.close_all()


@dataclass
class Making:
    """The worker has worked the months out in a transaction that ends when this does."""

    company: Company

    def __enter__(self) -> None:
        self.made, self.enough = threading.Event(), threading.Event()
        self.thread = Reader(self._make)
        self.thread.start()
        assert self.made.wait(60), self.thread.trouble

    def __exit__(self, *_: object) -> None:
        self.enough.set()
        self.thread.join(60)
        assert self.thread.trouble is None

    def _make(self) -> None:
        with seeing(console_of(self.company.slug), by="worker"):
            raw("worker").execute("SELECT rollup.ensure_months(%s)", [TODAY])
            self.made.set()
            self.enough.wait(60)
