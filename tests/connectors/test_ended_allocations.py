"""An allocation that its source has taken back: told anew as zero, by its external_id."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from duebook.ledger.undo import undo
from duebook.visibility.seeing import raw
from tests.ledger.books import Books

ON = "2026-06-30"


def applied(books: Books, amount: str) -> str:
    row = {
        "source_number": "P",
        "invoice_number": "1",
        "amount": amount,
        "date": "2026-05-03",
        "external_id": "x",
    }
    result = books.loads("allocations", [row])
    return next(iter(result.counts))


def test_what_was_applied_is_open_again_and_an_undo_applies_it_again(books: Books) -> None:
    books.loads("invoices", [{"account_number": "A", "invoice_number": "1",
                              "issue_date": "2026-05-01", "amount": "100.00"}])  # fmt: skip
    books.loads("payments", [{"account_number": "A", "payment_number": "P",
                              "date": "2026-05-02", "amount": "100.00"}])  # fmt: skip
    assert applied(books, "60.00") == "new"
    assert books.balance("1", on=ON) == Decimal("40.00")

    assert applied(books, "0") == "changed"
    assert books.balance("1", on=ON) == Decimal("100.00")

    with books.admin():
        (last,) = raw().execute("SELECT max(id) FROM ar.ingest_run").fetchall()[0]
    undo(books.viewer(books.admin_email), last, at=datetime.now(UTC))
    assert books.balance("1", on=ON) == Decimal("40.00")

    assert applied(books, "0") == "changed"
    assert applied(books, "0") == "unchanged"
    assert applied(books, "60.00") == "changed"
    assert books.balance("1", on=ON) == Decimal("40.00")


def test_a_zero_that_nobody_knows_is_skipped(books: Books) -> None:
    books.loads("invoices", [{"account_number": "A", "invoice_number": "1",
                              "issue_date": "2026-05-01", "amount": "100.00"}])  # fmt: skip
    rows = [
        {"source_number": "P", "invoice_number": "1", "amount": amount, "date": "2026-05-03",
         "external_id": amount}
        for amount in ("0", "10.00")
    ]  # fmt: skip
    books.loads("payments", [{"account_number": "A", "payment_number": "P",
                              "date": "2026-05-02", "amount": "100.00"}])  # fmt: skip
    assert dict(books.loads("allocations", rows).counts) == {"skipped": 1, "new": 1}
