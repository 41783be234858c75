"""A batch taken back, and the ledger before and after."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from random import Random
from typing import Any, LiteralString

from duebook.ingest.load import Results
from duebook.ledger.undo import Undone, undo
from duebook.visibility.organisations import console_of
from tests.ledger.books import Books
from tests.ledger.sources import Fact, batch
from tests.ledger.telling import Files
from tests.strategies import ACCOUNTS

AT = datetime(2026, 6, 30, 12, tzinfo=UTC)
NAMED = """
    WITH named AS (
        SELECT d.*, CASE WHEN settles_id IS NULL THEN d.id::text
            ELSE concat_ws(' ', d.kind, d.settles_id, d.issue_date, d.void_on) END AS name
        FROM ar.document d)
"""
# Everything that is stated, and everything that follows from it. What follows has no lasting ids.
LEDGER: dict[str, LiteralString] = {
    "accounts": "SELECT to_jsonb(c) FROM ar.customer c ORDER BY c.id",
    "internal": "SELECT to_jsonb(i) FROM ar.customer_internal i ORDER BY i.customer_id",
    "access": "SELECT to_jsonb(a) FROM ar.customer_access a ORDER BY a::text",
    "documents": "SELECT to_jsonb(d) FROM ar.document d WHERE settles_id IS NULL ORDER BY d.id",
    "versions": "SELECT to_jsonb(v) FROM ar.document_version v ORDER BY document_id, version",
    "lines": "SELECT to_jsonb(l) FROM ar.document_line l ORDER BY document_id, line_number",
    "links": "SELECT to_jsonb(l) FROM ar.order_link l ORDER BY order_id, invoice_id",
    "shipments": "SELECT to_jsonb(s) FROM ar.shipment s ORDER BY number",
    "reminders": "SELECT to_jsonb(r) FROM ar.reminder r ORDER BY document_id, reminded_on",
    "stock": "SELECT to_jsonb(s) FROM ar.stock s ORDER BY customer_id, item, counted_on",
    "settlements": "SELECT to_jsonb(s) FROM ar.settlement s ORDER BY document_id, stated_on",
    "disputes": "SELECT to_jsonb(p) FROM ar.dispute p ORDER BY id",
    "applied": "SELECT to_jsonb(a) FROM ar.allocation a WHERE origin IN ('stated', 'transfer')"
    " ORDER BY id",
    "settled": "SELECT to_jsonb(d) - '{id,run_id,recorded_at}'::text[] FROM ar.document d"
    " WHERE settles_id IS NOT NULL ORDER BY settles_id, issue_date, void_on",
    "fitted": NAMED + "SELECT jsonb_build_array(s.name, c.name,"
    " to_jsonb(a) - '{id,run_id,source_id,charge_id}'::text[])"
    " FROM ar.allocation a JOIN named s ON s.id = a.source_id JOIN named c ON c.id = a.charge_id"
    " WHERE a.origin NOT IN ('stated', 'transfer') ORDER BY 1",
    "kept": "SELECT to_jsonb(b) FROM ar.ingest_before b ORDER BY b::text",
}


def everything(books: Books) -> dict[str, list[Any]]:
    return {name: books.asks(query) for name, query in LEDGER.items()}


def difference(one: dict[str, list[Any]], other: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """What only one of two ledgers has, by table."""
    apart = {
        name: [*({*one[name]} - {*other[name]}), "against", *({*other[name]} - {*one[name]})]
        for name in one
    }
    return {name: rows for name, rows in apart.items() if rows != ["against"]}


def undoes(books: Books, results: Results, **more: Any) -> Undone:
    assert results.batch_id is not None
    return undo(console_of(books.slug), results.batch_id, at=AT, **more)


def told(facts: list[Fact], chance: Random, books: Books | None = None) -> Files:
    """The files of some facts, with more around them: ids, accounts, lines, orders."""
    files: Files = defaultdict(list)
    files |= batch(facts)
    for kind in ("invoices", "payments"):
        for row in files.get(kind, []):
            number = row.get("invoice_number") or row.get("payment_number")
            if not str(row["amount"]).startswith("-"):
                row["external_id"] = f"{row.get('kind', '')} {number}"
    invoices = [row for row in files.get("invoices", []) if row.get("kind") == "invoice"]
    for row in invoices[:2]:
        text = chance.choice(("Goods", "Freight"))
        files["invoice_lines"].append(
            {
                "invoice_number": row["invoice_number"],
                "line_number": "1",
                "description": text,
                "amount": "1",
            }
        )
    if invoices and chance.random() < 0.5:
        row = invoices[0]
        files["orders"].append(
            {
                "account_number": row["account_number"],
                "order_number": "O1",
                "order_date": "2026-01-01",
                "amount": chance.choice(("10", "20")),
                "currency": row["currency"],
            }
        )
        files["order_links"].append(
            {
                "order_number": "O1",
                "invoice_number": row["invoice_number"],
                "amount": chance.choice(("1", "2")),
            }
        )
    if invoices and chance.random() < 0.3:
        files["reminders"].append(
            {
                "invoice_number": invoices[0]["invoice_number"],
                "date": chance.choice(("2026-03-01", "2026-04-01")),
                "level": chance.choice(("1", "2")),
            }
        )
    if chance.random() < 0.3:
        files["shipments"].append(
            {
                "account_number": chance.choice(ACCOUNTS),
                "shipment_number": chance.choice(("S1", "S2")),
                "shipped_date": "2026-01-01",
                "status": chance.choice(("shipped", "delivered", "cancelled")),
            }
        )
        files["inventory"].append(
            {
                "account_number": chance.choice(ACCOUNTS),
                "item": chance.choice(("X", "Y:1")),
                "quantity": chance.choice(("1", "2.5")),
                "date": chance.choice(("2026-01-01", "2026-01-02")),
            }
        )
    if chance.random() < 0.4:
        owner = books.member_email if books and chance.random() < 0.5 else ""
        files["accounts"].append(
            {
                "account_number": chance.choice(ACCOUNTS),
                "name": chance.choice(("One", "Two")),
                "owner_email": owner,
            }
        )
    return {kind: rows for kind, rows in files.items() if rows}
