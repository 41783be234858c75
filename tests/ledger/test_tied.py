"""What hangs on a document belongs to its customer: the database refuses anything else."""

from __future__ import annotations

import psycopg
import pytest

from duebook.database.migrate import connect
from tests.ledger.books import Books

PARTS = {
    "document_line": "document_id, customer_id, line_number, description, amount"
    ") SELECT org_id, d.id, c.id, '9', 'Goods', 1",
    "dispute": "document_id, customer_id, opened_on) SELECT org_id, d.id, c.id, '2026-02-01'",
    "settlement": "document_id, customer_id, stated_on, settled_amount"
    ") SELECT org_id, d.id, c.id, '2026-02-01', 1",
    "order_link": "order_id, customer_id, invoice_id) SELECT org_id, d.id, c.id, d.id",
}


@pytest.mark.parametrize("table", PARTS)
def test_a_part_of_a_document_is_of_its_customer(books: Books, table: str) -> None:
    books.loads("accounts", [{"account_number": "B", "name": "Other"}])
    books.invoice("1", "100.00")
    row = f"INSERT INTO ar.{table} (org_id, {PARTS[table]}"
    row += " FROM ar.document d JOIN ar.customer c USING (org_id)"
    row += " WHERE org_id = %s AND d.number = '1' AND c.account_number = %s"
    with connect() as own, own.transaction(force_rollback=True):
        assert own.execute(row, [books.org_id, "A"]).rowcount == 1  # type: ignore[arg-type]
    with connect() as own, pytest.raises(psycopg.errors.ForeignKeyViolation):
        own.execute(row, [books.org_id, "B"])  # type: ignore[arg-type]


def test_lines_and_disputes_move_with_their_invoice(books: Books) -> None:
    books.loads("accounts", [{"account_number": "B", "name": "Other"}])
    books.invoice("1", "100.00", external_id="X", disputed="yes")
    line = {"invoice_number": "1", "line_number": "1", "description": "Goods", "amount": "100.00"}
    books.loads("invoice_lines", [line])
    books.invoice("1", "100.00", external_id="X", account_number="B")
    whose = "SELECT c.account_number FROM ar.{} p JOIN ar.customer c ON c.id = p.customer_id"
    assert books.asks(whose.format("document_line")) == ["B"]  # type: ignore[arg-type]
    assert books.asks(whose.format("dispute")) == ["B"]  # type: ignore[arg-type]
