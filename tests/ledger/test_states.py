"""Which states count, from when on, and what is disputed."""

from __future__ import annotations

import pytest

from tests.ledger.books import Books
from tests.ledger.documents import documents, left


@pytest.mark.parametrize("status", ["void", "draft", "cancelled"])
def test_what_was_never_sent_counts_on_no_date(books: Books, status: str) -> None:
    books.invoice("1", "100.00", status=status, as_at="2026-03-01")

    assert left(books, "1", "01-01", "02-28", "06-30") == [0, 0, 0]
    assert books.invoice("1", "100.00", status=status, as_at="2026-04-01").says_nothing_new


@pytest.mark.parametrize("status", ["pending", "frozen", "terminated", "disputed", "void"])
def test_a_payment_that_did_not_settle_counts_on_no_date(books: Books, status: str) -> None:
    books.payment("P1", "100.00", date="2026-02-01", status=status)

    assert left(books, "P1", "02-01", "06-30") == [0, 0]


def test_a_payment_counts_once_it_has_settled(books: Books) -> None:
    books.payment("P1", "100.00", date="2026-02-01", status="pending")
    books.payment("P1", "100.00", date="2026-02-03", status="settled")

    assert left(books, "P1", "02-02", "02-03") == [0, 100]


def test_a_draft_counts_once_it_is_sent(books: Books) -> None:
    books.invoice("1", "100.00", status="draft")
    books.payment("P1", "60.00", date="2026-02-01")
    books.applies("P1", "1", "60.00", date="2026-02-01")
    assert left(books, "P1", "06-30") == [60]

    books.invoice("1", "100.00", status="sent", issue_date="2026-02-10")
    assert left(books, "1", "02-09", "02-10") == [0, 40]
    assert left(books, "P1", "02-09", "02-10") == [60, 0]


@pytest.mark.parametrize("status", ["void", "cancelled"])
def test_what_is_void_later_counts_until_the_day_before(books: Books, status: str) -> None:
    books.invoice("1", "100.00", status="sent")
    books.invoice("1", "100.00", status=status, as_at="2026-03-01")

    assert documents(books) == ["invoice 1 100 void 2026-03-01"]
    assert left(books, "1", "01-01", "02-28", "03-01") == [100, 100, 0]
    assert books.invoice("1", "100.00", status=status, as_at="2026-04-01").says_nothing_new


def test_a_void_document_is_not_void_before_its_corrected_date(books: Books) -> None:
    books.invoice("1", "100.00", status="sent")
    books.invoice("1", "100.00", status="void", as_at="2026-03-01")
    books.invoice("1", "100.00", status="void", issue_date="2026-04-01", as_at="2026-05-01")

    assert documents(books) == ["invoice 1 100 void 2026-04-01"]
    assert left(books, "1", "01-01", "03-31", "04-01") == [0, 0, 0]


@pytest.mark.parametrize("status", ["bounced", "terminated", "disputed"])
def test_a_bounced_payment_by_status(books: Books, status: str) -> None:
    books.invoice("1", "100.00")
    books.payment("P1", "100.00", date="2026-02-01")
    books.applies("P1", "1", "100.00", date="2026-02-01")
    books.payment("P1", "100.00", date="2026-02-01", status=status, as_at="2026-03-01")

    assert left(books, "1", "02-01", "02-28", "03-01") == [0, 0, 100]


# Disputes


def disputes(books: Books) -> list[str]:
    return books.asks(
        "SELECT concat_ws(' ', opened_on, resolved_on, ended_on) FROM ar.dispute ORDER BY opened_on"
    )


def disputed(books: Books, *days: str) -> list[int]:
    rows = [books.aging(on=f"2026-{day}") for day in days]
    return [int(row.disputed) if row else 0 for row in rows]


def test_a_dispute_flag_counts_from_the_issue_date_or_from_the_run_that_sets_it(
    books: Books,
) -> None:
    books.invoice("1", "100.00", disputed="yes")
    books.invoice("2", "10.00", disputed="no")
    assert disputed(books, "01-01", "06-30") == [100, 100]

    books.invoice("2", "10.00", disputed="yes", as_at="2026-03-01")
    books.invoice("1", "100.00", disputed="", as_at="2026-04-01")
    assert disputed(books, "02-28", "03-01", "03-31", "04-01") == [100, 110, 110, 10]
    assert disputes(books) == ["2026-01-01 2026-04-01 2026-04-01", "2026-03-01 infinity"]

    books.invoice("1", "100.00", disputed="yes", as_at="2026-05-01")
    assert disputed(books, "04-30", "05-01") == [10, 110]


def test_a_file_without_the_flag_leaves_disputes_alone(books: Books) -> None:
    books.invoice("1", "100.00", disputed="yes", dispute_reason="Two pallets were missing.")
    books.invoice("1", "90.00", as_at="2026-03-01")

    assert disputed(books, "02-28", "03-01") == [90, 90]
    assert books.asks("SELECT reason FROM ar.dispute") == ["Two pallets were missing."]


def test_a_dispute_ends_when_the_invoice_is_settled_and_does_not_come_back(books: Books) -> None:
    books.invoice("1", "100.00", disputed="yes")
    books.payment("P1", "100.00", date="2026-02-01")
    books.applies("P1", "1", "100.00", date="2026-02-01")
    books.payment("P1", "-100.00", date="2026-03-01")

    assert disputed(books, "01-31", "02-01", "03-01") == [100, 0, 0]
    assert left(books, "1", "03-01") == [100]
    assert disputes(books) == ["2026-01-01 2026-02-01"]


def test_the_flag_of_a_credit_note_says_nothing(books: Books) -> None:
    books.invoice("C1", "-100.00", disputed="yes")

    assert disputes(books) == []
    assert books.invoice("C1", "-100.00", disputed="yes").says_nothing_new
