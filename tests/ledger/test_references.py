"""Which document a row means, what happens when it means none or several, and transfers."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from duebook.ingest.load import Refused
from tests.ledger.books import Books, invoice


def left(books: Books, number: str, *days: str) -> list[int]:
    return [int(books.balance(number, on=f"2026-{day}")) for day in days]


def allocated(**more: Any) -> dict[str, Any]:
    row = {"source_number": "P1", "invoice_number": "1", "amount": "10.00", "date": "2026-02-01"}
    return {**row, **more}


# Keys


def test_a_row_repeated_whole_counts_once(books: Books) -> None:
    result = books.loads("invoices", [invoice("1", "100.00")] * 2)

    assert result.counts == {"new": 1, "repeated": 1}
    assert books.outstanding(on="2026-06-30") == Decimal("100.00")


def test_of_one_key_with_two_contents_the_later_row_is_invalid(books: Books) -> None:
    result = books.loads("invoices", [invoice("1", "100.00"), invoice("1", "120.00")])

    assert result.counts == {"new": 1, "invalid": 1}
    assert [(row.line, row.column, row.value) for row in result.invalid] == [
        (3, "invoice_number", "1")
    ]
    assert "line 2" in result.invalid[0].reason
    assert books.outstanding(on="2026-06-30") == Decimal("100.00")


def test_numbers_are_text_and_keep_their_zeros(books: Books) -> None:
    books.loads("invoices", [invoice("7", "100.00"), invoice("007", "10.00")])

    assert (left(books, "7", "06-30"), left(books, "007", "06-30")) == ([100], [10])


def test_an_external_id_names_one_document_of_a_file(books: Books) -> None:
    rows = [invoice("1", "1.00", external_id="e1"), invoice("2", "2.00", external_id="e1")]
    result = books.loads("invoices", rows)

    assert result.counts == {"new": 1, "invalid": 1}
    assert books.outstanding(on="2026-06-30") == 1


def test_a_document_is_meant_once_per_file_by_id_or_by_number(books: Books) -> None:
    books.invoice("1", "100.00", external_id="e1")
    rows = [invoice("2", "120.00", external_id="e1"), invoice("1", "130.00")]
    result = books.loads("invoices", rows)

    assert result.counts == {"changed": 1, "invalid": 1}
    assert left(books, "2", "06-30") == [120]


def test_a_number_of_another_account_is_refused(books: Books) -> None:
    books.invoice("1", "100.00")
    with pytest.raises(Refused, match="belongs to another account"):
        books.invoice("1", "100.00", account_number="B")


# Allocations


def test_a_number_of_several_documents_is_refused_with_their_names(books: Books) -> None:
    books.invoice("1", "100.00")
    books.invoice("1", "50.00", kind="receipt_tax_invoice")
    books.payment("P1", "30.00", date="2026-02-01")
    with pytest.raises(Refused, match="invoice 1, receipt_tax_invoice 1"):
        books.applies("P1", "1", "10.00", date="2026-02-01")


def test_a_source_of_several_is_named_by_its_kind(books: Books) -> None:
    books.invoice("1", "100.00")
    books.payment("P1", "30.00", date="2026-02-01")
    books.payment("P1", "20.00", date="2026-02-01", kind="gi_ir")
    with pytest.raises(Refused, match="gi_ir P1, receipt P1"):
        books.applies("P1", "1", "10.00", date="2026-02-01")

    books.applies("P1", "1", "10.00", date="2026-02-01", source_kind="gi_ir")
    assert left(books, "1", "02-01") == [90]
    assert books.asks("SELECT open_amount FROM ar.document WHERE kind = 'gi_ir'") == [1000]


@pytest.mark.parametrize(
    ("row", "column"),
    [({"source_number": "P9"}, "source_number"), ({"invoice_number": "9"}, "invoice_number")],
)
def test_what_is_not_loaded_cannot_be_meant(books: Books, row: dict[str, str], column: str) -> None:
    books.invoice("1", "100.00")
    books.payment("P1", "30.00", date="2026-02-01")
    result = books.loads("allocations", [allocated(), allocated(**row)])

    assert [(wrong.line, wrong.column) for wrong in result.invalid] == [(3, column)]
    assert left(books, "1", "02-01") == [90]


def test_money_is_not_applied_across_currencies(books: Books) -> None:
    books.invoice("1", "100.00")
    books.payment("P1", "100.00", date="2026-02-01", currency="EUR")
    with pytest.raises(Refused, match="The source is in EUR and the invoice in USD"):
        books.applies("P1", "1", "100.00", date="2026-02-01")


def test_the_same_allocation_in_other_words_is_the_same_allocation(books: Books) -> None:
    books.invoice("1", "100.00")
    books.payment("P1", "30.00", date="2026-02-01")
    rows = [allocated(), allocated(source_kind="receipt"), allocated(account_number="A")]
    result = books.loads("allocations", rows)

    assert result.counts == {"new": 1, "repeated": 2}
    assert left(books, "1", "02-01") == [90]

    rows = [allocated(amount="11.00"), allocated(amount="12.00", source_kind="receipt")]
    result = books.loads("allocations", rows)
    assert result.counts == {"changed": 1, "invalid": 1}
    assert left(books, "1", "02-01") == [89]


def test_a_corrected_allocation_takes_the_place_of_the_old_one(books: Books) -> None:
    books.invoice("1", "100.00")
    books.payment("P1", "30.00", date="2026-02-01")
    books.applies("P1", "1", "10.00", date="2026-02-01")
    result = books.applies("P1", "1", "25.00", date="2026-02-01")

    assert result.counts == {"changed": 1}
    assert left(books, "1", "02-01") == [75]


# Transfers: a head office pays for a branch


@pytest.fixture
def branches(books: Books) -> Books:
    """HQ paid 100 on 1 February; the branch B owes 80."""
    books.invoice("1", "80.00", account_number="B")
    books.payment("P1", "100.00", date="2026-02-01", account_number="HQ")
    books.applies("P1", "1", "80.00", date="2026-02-05")
    return books


def owed(books: Books, day: str) -> tuple[int, int]:
    """By the branch and by the head office."""
    branch, office = (books.outstanding(on=f"2026-{day}", account=a) for a in ("B", "HQ"))
    return int(branch), int(office)


def test_a_payment_for_another_account_is_transferred(branches: Books) -> None:
    assert [owed(branches, day) for day in ("01-31", "02-01", "02-04", "02-05")] == [
        *((80, 0), (80, -100), (80, -100), (0, -20))
    ]
    pair = branches.asks(
        "SELECT concat_ws(' ', c.account_number, d.kind, d.amount, d.open_amount, d.issue_date)"
        " FROM ar.document d JOIN ar.customer c ON c.id = d.customer_id"
        " WHERE d.origin = 'transfer' ORDER BY 1"
    )
    assert pair == [
        "B credit_adjustment 8000 0 2026-02-05",
        "HQ debit_adjustment 8000 0 2026-02-05",
    ]
    assert left(branches, "P1", "02-04", "02-05") == [100, 20]


def test_a_transfer_that_is_told_again_is_the_same(branches: Books) -> None:
    assert branches.applies("P1", "1", "80.00", date="2026-02-05").says_nothing_new

    result = branches.applies("P1", "1", "50.00", date="2026-02-05")
    assert result.counts == {"changed": 1}
    assert owed(branches, "02-05") == (30, -50)


def test_a_bounced_transfer_opens_the_invoice_of_the_branch(branches: Books) -> None:
    branches.payment("P1", "-100.00", date="2026-03-01", account_number="HQ")

    assert [owed(branches, day) for day in ("02-05", "02-28", "03-01")] == [
        *((0, -20), (0, -20), (80, 0))
    ]
    assert left(branches, "1", "02-28", "03-01") == [0, 80]
