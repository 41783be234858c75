"""An older word does not overwrite a newer one, whatever kind of file it comes in."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from duebook.ingest.filing import VERSIONLESS
from tests.ledger.books import Books, invoice

# kind -> a row, and what may change in it
SAID: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "accounts": ({"account_number": "B", "name": "Old"}, {"name": "New"}),
    "invoices": (invoice("1", "100.00"), {"amount": "120.00"}),
    "adjustments": (
        {
            "account_number": "A",
            "adjustment_number": "D1",
            "kind": "debit",
            "amount": "5.00",
            "date": "2026-02-01",
        },
        {"amount": "6.00"},
    ),
    "payments": (
        {"account_number": "A", "payment_number": "P1", "amount": "5.00", "date": "2026-02-01"},
        {"amount": "6.00"},
    ),
    "orders": (
        {"account_number": "A", "order_number": "O1", "amount": "5.00", "order_date": "2026-02-01"},
        {"amount": "6.00"},
    ),
    "invoice_lines": (
        {"invoice_number": "0", "line_number": "1", "description": "Goods", "amount": "5.00"},
        {"amount": "6.00"},
    ),
    "allocations": (
        {"source_number": "P0", "invoice_number": "0", "amount": "5.00", "date": "2026-02-01"},
        {"amount": "6.00"},
    ),
    "order_links": (
        {"order_number": "O0", "invoice_number": "0", "amount": "5.00"},
        {"amount": "6"},
    ),
    "shipments": (
        {"account_number": "A", "shipment_number": "S", "shipped_date": "2026-02-01"},
        {"shipped_date": "2026-02-02"},
    ),
    "reminders": ({"invoice_number": "0", "date": "2026-03-01", "level": "1"}, {"level": "2"}),
    "inventory": (
        {"account_number": "A", "item": "X", "date": "2026-02-01", "quantity": "5"},
        {"quantity": "6"},
    ),
}


@pytest.fixture
def begun(books: Books) -> Books:
    """What lines, allocations and links refer to."""
    books.invoice("0", "50.00")
    books.payment("P0", "50.00", date="2026-02-01")
    row = {"account_number": "A", "order_number": "O0", "order_date": "2026-01-01", "amount": "50"}
    books.loads("orders", [row])
    return books


def counts(books: Books, kind: str, row: dict[str, Any], **more: Any) -> dict[str, int]:
    return dict(books.loads(kind, [row], **more).counts)


@pytest.mark.parametrize("kind", SAID)
def test_an_older_version_is_stale_and_a_newer_one_counts(begun: Books, kind: str) -> None:
    row, change = SAID[kind]
    assert counts(begun, kind, {**row, "source_version": "9"}) == {"new": 1}
    newer = {**row, **change, "source_version": "10"}
    assert counts(begun, kind, newer) == {"changed": 1}
    facts, written = begun.facts(), begun.written()
    for older in ("9", "09", "8"):
        assert counts(begun, kind, {**row, "source_version": older}) == {"stale": 1}
    assert (begun.facts(), begun.written()) == (facts, written)
    assert counts(begun, kind, newer) == {"unchanged": 1}
    assert counts(begun, kind, {**row, "source_version": "011"}) == {"changed": 1}


@pytest.mark.parametrize("kind", SAID)
def test_an_older_date_is_stale_and_a_newer_one_counts(begun: Books, kind: str) -> None:
    row, change = SAID[kind]
    assert counts(begun, kind, row, as_at=date(2026, 3, 1)) == {"new": 1}
    facts, written = begun.facts(), begun.written()
    assert counts(begun, kind, {**row, **change}, as_at=date(2026, 2, 28)) == {"stale": 1}
    assert (begun.facts(), begun.written()) == (facts, written)
    assert counts(begun, kind, {**row, **change}, as_at=date(2026, 3, 1)) == {"changed": 1}
    assert counts(begun, kind, row, as_at=date(2026, 3, 2)) == {"changed": 1}


@pytest.mark.parametrize("kind", SAID)
def test_without_either_the_last_word_counts_and_is_noted(begun: Books, kind: str) -> None:
    row, change = SAID[kind]
    first = begun.loads(kind, [row])
    again = begun.loads(kind, [row])
    changed = begun.loads(kind, [{**row, **change}])
    assert [dict(each.counts) for each in (first, again, changed)] == [
        *({"new": 1}, {"unchanged": 1}, {"changed": 1})
    ]
    assert (VERSIONLESS in first.warnings, again.warnings) == (False, {})
    assert changed.warnings[VERSIONLESS] == 1


@pytest.mark.parametrize("kind", SAID)
def test_a_version_is_not_older_than_none_but_its_date_may_be(begun: Books, kind: str) -> None:
    row, change = SAID[kind]
    begun.loads(kind, [row], as_at=date(2026, 3, 1))
    told = {**row, **change, "source_version": "1"}
    assert counts(begun, kind, told, as_at=date(2026, 2, 1)) == {"stale": 1}
    assert counts(begun, kind, told) == {"changed": 1}


def test_an_account_that_an_invoice_brought_is_not_newer_than_its_own_file(books: Books) -> None:
    row = invoice("1", "1.00", account_number="B")
    books.loads("invoices", [row], as_at=date(2026, 5, 1))
    named = {"account_number": "B", "name": "Bistro"}
    assert counts(books, "accounts", named, as_at=date(2026, 3, 1)) == {"changed": 1}
    assert counts(books, "accounts", {**named, "name": "X"}, as_at=date(2026, 2, 1)) == {"stale": 1}
