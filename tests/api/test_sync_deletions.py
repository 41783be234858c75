"""What a source says is gone: it counts no more, in whatever order that is heard."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from duebook.ledger.undo import undo
from duebook.visibility.organisations import console_of
from tests.api.conftest import Service, token_of
from tests.ledger.books import Books, invoice

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
Row = dict[str, Any]


@pytest.fixture
def books(server: None) -> Books:
    return Books(accounts=["A"])


@pytest.fixture
def erp(books: Books) -> Service:
    return Service(token_of(books, "ingest"))


def said(version: int, number: str = "1", amount: str = "100.00", **more: Any) -> Row:
    row = {**invoice(number, amount), "external_id": f"i{number}", "source_version": str(version)}
    return {**row, **more}


def gone(version: int | None, number: str = "1", **more: Any) -> Row:
    version_told = {} if version is None else {"source_version": str(version)}
    return {"external_id": f"i{number}", "deleted": True, **version_told, **more}


def owed(books: Books) -> Decimal:
    return books.outstanding(on="2026-06-30")


def test_a_deleted_document_counts_on_no_date_and_keeps_its_version(
    books: Books, erp: Service
) -> None:
    erp.pushes("invoices", said(1))
    assert erp.actions("invoices", gone(2)) == ["deleted"]
    assert [books.outstanding(on=day) for day in ("2026-01-15", "2026-06-30")] == [0, 0]
    kept = "SELECT facts->>'amount', facts->>'source_version' FROM ar.document_version"
    assert books.asks(kept) == [("10000", "1")]
    assert erp.actions("invoices", gone(2)) == ["unchanged"]
    assert erp.actions("invoices", said(1)) == ["stale"]
    assert erp.actions("invoices", said(2)) == ["stale"], "what was deleted last stays deleted"
    assert erp.actions("invoices", said(3, amount="90.00")) == ["changed"]
    assert owed(books) == Decimal("90.00")


@pytest.mark.parametrize("by", ["external_id", "number"])
def test_a_deletion_that_comes_first_still_wins(books: Books, erp: Service, by: str) -> None:
    row = gone(5)
    if by == "number":
        row = {"invoice_number": "1", "deleted": True, "source_version": "5"}
    assert erp.actions("invoices", row, gone(7, number="2")) == ["deleted", "deleted"]
    assert erp.actions("invoices", row) == ["unchanged"]
    assert erp.actions("invoices", said(4), said(4, number="2")) == ["stale", "stale"]
    assert books.loads("invoices", [said(5), said(7, number="2")]).counts == {"stale": 2}, "by file"
    assert owed(books) == 0
    assert erp.actions("invoices", said(6)) == ["new"]
    assert erp.actions("invoices", said(5)) == ["stale"], "older than what came back"
    assert owed(books) == Decimal("100.00")


WORDS: list[tuple[Row, ...]] = [
    (said(1), gone(2)),
    (said(1), gone(2), said(3, amount="90.00")),
    (said(1), said(2, amount="80.00"), gone(2)),
    (gone(1), said(2), gone(3), said(4, amount="70.00")),
]
LAST = [Decimal(0), Decimal("90.00"), Decimal(0), Decimal("70.00")]


@pytest.mark.parametrize(("words", "last"), list(zip(WORDS, LAST, strict=True)))
def test_the_last_version_holds_in_any_order_and_in_any_calls(
    server: None, words: tuple[Row, ...], last: Decimal
) -> None:
    for place, order in enumerate(permutations(words)):
        if place % 3:  # a third of them is telling enough
            continue
        books = Books(accounts=["A"])
        erp = Service(token_of(books, "ingest"))
        cut = place % (len(order) + 1)
        for call in filter(None, (order[:cut], order[cut:])):
            assert "invalid" not in erp.actions("invoices", *call)
        assert owed(books) == last, order


def test_without_versions_the_last_word_counts(books: Books, erp: Service) -> None:
    plain = invoice("1", "100.00")
    by_number = {"invoice_number": "1", "deleted": True}
    assert erp.actions("invoices", by_number) == ["unchanged"], "there is nothing to remember"
    assert erp.actions("invoices", plain, by_number) == ["stale", "unchanged"]
    assert erp.actions("invoices", by_number, plain) == ["stale", "new"]
    assert erp.actions("invoices", by_number) == ["deleted"]
    assert erp.actions("invoices", plain) == ["changed"]
    assert owed(books) == Decimal("100.00")


def test_money_applied_to_what_is_deleted_is_on_account(books: Books, erp: Service) -> None:
    erp.pushes("invoices", said(1))
    books.payment("P", "60.00", date="2026-02-01")
    books.applies("P", "1", "60.00", date="2026-02-01")
    assert erp.actions("invoices", gone(2)) == ["deleted"]
    row = books.aging(on="2026-06-30")
    assert row is not None
    assert (row.unapplied_credits, row.outstanding) == (Decimal("60.00"), Decimal("-60.00"))
    assert erp.actions("invoices", said(3)) == ["changed"]
    assert books.balance("1", on="2026-06-30") == Decimal("40.00")


def test_what_a_source_reported_as_settled_goes_with_its_invoice(
    books: Books, erp: Service
) -> None:
    erp.pushes("invoices", said(1, outstanding_amount="25.00"))
    erp.pushes("invoices", gone(2))
    assert owed(books) == 0
    assert books.asks("SELECT count(*) FROM ar.document WHERE settles_id IS NOT NULL") == [0]


def test_a_deleted_payment_opens_what_it_paid(books: Books, erp: Service) -> None:
    erp.pushes("invoices", said(1))
    payment = {"account_number": "A", "payment_number": "P", "amount": "60", "date": "2026-02-01"}
    erp.pushes("payments", payment)
    books.applies("P", "1", "60.00", date="2026-02-01")
    assert erp.actions("payments", {"payment_number": "P", "deleted": True}) == ["deleted"]
    assert books.balance("1", on="2026-06-30") == Decimal("100.00")


def test_a_number_of_two_documents_names_neither(books: Books, erp: Service) -> None:
    erp.pushes("invoices", invoice("1", "10.00"), invoice("1", "-3.00"))
    (told,) = erp.pushes("invoices", {"invoice_number": "1", "deleted": True})["results"]
    assert told["action"] == "invalid"
    assert "credit_invoice 1, invoice 1" in told["reason"]
    row = {"invoice_number": "1", "kind": "credit_invoice", "deleted": True}
    assert erp.actions("invoices", row) == ["deleted"]
    assert owed(books) == Decimal("10.00")


def test_an_account_becomes_inactive_and_owes_what_it_owes(books: Books, erp: Service) -> None:
    erp.pushes("accounts", {"account_number": "A", "name": "Acme", "source_version": "1"})
    erp.pushes("invoices", invoice("1", "10.00"))
    row = {"account_number": "A", "deleted": True, "source_version": "2"}
    assert erp.actions("accounts", row) == ["deleted"]
    active = "SELECT active FROM ar.customer WHERE account_number = 'A'"
    assert (books.asks(active), owed(books)) == ([False], Decimal("10.00"))
    known = {"account_number": "A", "name": "Acme"}
    assert erp.actions("accounts", {**known, "source_version": "1"}) == ["stale"]
    assert erp.actions("accounts", {**known, "source_version": "3"}) == ["changed"]
    assert books.asks(active) == [True]
    unknown = {"external_id": "b", "deleted": True, "source_version": "5"}
    late = {"account_number": "B", "name": "B", "external_id": "b", "source_version": "4"}
    assert erp.actions("accounts", unknown) == ["deleted"]
    assert erp.actions("accounts", late) == ["stale"]
    assert erp.actions("accounts", {**late, "source_version": "6"}) == ["new"]


PARTS: dict[str, Row] = {
    "invoice_lines": {"invoice_number": "1", "line_number": "1", "description": "x", "amount": "1"},
    "order_links": {"order_number": "O", "invoice_number": "1", "amount": "5.00"},
    "allocations": {
        "source_number": "P",
        "invoice_number": "1",
        "amount": "60.00",
        "date": "2026-02-01",
    },
    "shipments": {"account_number": "A", "shipment_number": "S", "shipped_date": "2026-02-01"},
    "reminders": {"invoice_number": "1", "date": "2026-03-01", "level": 1},
    "inventory": {"account_number": "A", "item": "X", "quantity": "7.5", "date": "2026-02-01"},
}
KNOWN_BY = {
    "invoice_lines": ("invoice_number", "line_number"),
    "order_links": ("order_number", "invoice_number"),
    "allocations": ("source_number", "invoice_number"),
    "shipments": ("shipment_number",),
    "inventory": ("account_number", "item"),
    "reminders": ("invoice_number", "date"),
}
TABLES = {
    "invoice_lines": "document_line",
    "order_links": "order_link",
    "shipments": "shipment",
    "inventory": "stock",
    "reminders": "reminder",
}


@pytest.mark.parametrize("by", ["external_id", "numbers"])
@pytest.mark.parametrize("kind", PARTS)
def test_lines_links_and_allocations_go_and_come_back_by_version(
    books: Books, erp: Service, kind: str, by: str
) -> None:
    erp.pushes("invoices", said(1))
    order = {"account_number": "A", "order_number": "O", "order_date": "2026-01-01", "amount": "9"}
    erp.pushes("orders", order)
    books.payment("P", "60.00", date="2026-02-01")
    row = {**PARTS[kind], "external_id": "part"}
    names = {"external_id": "part"} if by == "external_id" else {
        name: row[name] for name in KNOWN_BY[kind]
    }  # fmt: skip

    def deleted(version: int) -> Row:
        return {**names, "deleted": True, "source_version": str(version)}

    def stated(version: int) -> Row:
        return {**row, "source_version": str(version)}

    def count() -> int:
        table = TABLES.get(kind, "allocation")
        (found,) = books.asks(f"SELECT count(*) FROM ar.{table}")  # type: ignore[arg-type]
        return int(found)

    assert erp.actions(kind, stated(1)) == ["new"]
    assert erp.actions(kind, deleted(0)) == ["stale"]
    assert erp.actions(kind, deleted(2)) == ["deleted"]
    assert count() == 0
    assert owed(books) == Decimal("40.00")
    assert books.balance("1", on="2026-06-30") == Decimal("100.00")
    assert erp.actions(kind, deleted(2)) == ["unchanged"]
    assert erp.actions(kind, stated(1)) == ["stale"]
    assert erp.actions(kind, stated(3)) == ["new"]
    assert count() == 1
    assert erp.actions(kind, stated(2)) == ["stale"]


def test_a_deleted_transfer_takes_both_its_halves(server: None) -> None:
    books = Books(accounts=["A", "B"])
    erp = Service(token_of(books, "ingest"))
    erp.pushes("invoices", said(1))
    books.payment("P", "100.00", date="2026-02-01", account_number="B")
    row = {**PARTS["allocations"], "external_id": "t", "source_version": "1"}
    assert erp.actions("allocations", row) == ["new"]
    before = books.facts()
    assert books.balance("1", on="2026-06-30") == Decimal("40.00")
    told = erp.pushes("allocations", {"external_id": "t", "deleted": True, "source_version": "2"})
    assert told["counts"] == {"deleted": 1}
    assert books.balance("1", on="2026-06-30") == Decimal("100.00")
    assert books.outstanding(on="2026-06-30", account="B") == Decimal("-100.00")
    undo(console_of(books.slug), told["run"], at=NOW)
    assert books.facts() == before
    by_number = {name: row[name] for name in KNOWN_BY["allocations"]}
    again = {**by_number, "deleted": True, "source_version": "2"}
    assert erp.actions("allocations", again) == ["deleted"]
    assert books.balance("1", on="2026-06-30") == Decimal("100.00")
    assert erp.actions("allocations", {**row, "source_version": "3"}) == ["new"]
    assert books.balance("1", on="2026-06-30") == Decimal("40.00")
    assert books.outstanding(on="2026-06-30", account="B") == Decimal("-40.00")


@pytest.mark.parametrize("kind", ["invoices", "accounts", *PARTS])
def test_a_deletion_can_be_undone(books: Books, erp: Service, kind: str) -> None:
    erp.pushes("invoices", said(1))
    order = {"account_number": "A", "order_number": "O", "order_date": "2026-01-01", "amount": "9"}
    erp.pushes("orders", order)
    books.payment("P", "60.00", date="2026-02-01")
    for part, row in PARTS.items():
        erp.pushes(part, {**row, "external_id": part, "source_version": "1"})
    before = books.facts()
    names = {"invoices": "i1", "accounts": None}.get(kind, kind)
    row = {"external_id": names} if names else {"account_number": "A"}
    told = erp.pushes(
        kind,
        {**row, "deleted": True, "source_version": "2"},
        {"external_id": "never heard of", "deleted": True, "source_version": "1"},
    )
    assert told["counts"] == {"deleted": 2}
    undo(console_of(books.slug), told["run"], at=NOW)
    assert books.facts() == before
    assert books.asks("SELECT count(*) FROM ar.tombstone") == [0]
