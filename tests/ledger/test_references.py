"""Which document a row means, what happens when it means none or several, and transfers."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from duebook.console.upkeep import check
from duebook.ingest.load import Refused
from duebook.ledger.undo import undo
from duebook.visibility.organisations import console_of
from tests.ledger.books import Books, invoice


def left(books: Books, number: str, *days: str) -> list[int]:
    return [int(books.balance(number, on=f"2026-{day}")) for day in days]


def allocated(**more: Any) -> dict[str, Any]:
    row = {"source_number": "P1", "invoice_number": "1", "amount": "10.00", "date": "2026-02-01"}
    return {**row, **more}


def account(number: str, **more: Any) -> dict[str, Any]:
    return {"account_number": number, "name": f"Name {number}", **more}


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


def test_an_external_id_names_one_account_of_a_file(books: Books) -> None:
    rows = [account("B", external_id="e1"), account("C", external_id="e1")]
    result = books.loads("accounts", rows)

    assert result.counts == {"new": 1, "invalid": 1}
    assert [(row.line, row.column, row.value) for row in result.invalid] == [
        (3, "external_id", "e1")
    ]


def test_an_account_is_meant_once_per_file_by_id_or_by_number(books: Books) -> None:
    books.loads("accounts", [account("B", external_id="e1")])
    result = books.loads("accounts", [account("C", external_id="e1"), account("B", name="Bistro")])

    assert result.counts == {"changed": 1, "invalid": 1}
    assert books.asks("SELECT account_number FROM ar.customer ORDER BY 1") == ["A", "C"]


def test_the_number_of_an_account_does_not_pass_to_another_id(books: Books) -> None:
    books.loads("accounts", [account("B", external_id="e1")])
    with pytest.raises(Refused, match="Another account has this number already"):
        books.loads("accounts", [account("B", external_id="e2")])


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


def test_an_allocation_with_an_id_may_change_its_date(books: Books) -> None:
    books.invoice("1", "100.00")
    books.payment("P1", "30.00", date="2026-02-01")
    books.applies("P1", "1", "10.00", date="2026-02-01", external_id="x")
    result = books.applies("P1", "1", "10.00", date="2026-03-01", external_id="x")

    assert result.counts == {"changed": 1}
    assert left(books, "1", "02-28", "03-01") == [100, 90]


def test_an_id_with_two_dates_in_one_file_means_one_allocation(books: Books) -> None:
    books.invoice("1", "100.00")
    books.payment("P1", "30.00", date="2026-02-01")
    rows = [allocated(external_id="x"), allocated(external_id="x", date="2026-03-01")]
    result = books.loads("allocations", rows)

    assert result.counts == {"new": 1, "invalid": 1}
    assert left(books, "1", "02-01", "03-01") == [90, 90]


@pytest.mark.parametrize("ids", [("", "x"), ("x", ""), ("x", "x")])
def test_of_one_allocation_one_sender_may_know_the_id_and_another_not(
    books: Books, ids: tuple[str, str]
) -> None:
    books.invoice("1", "100.00")
    books.payment("P1", "30.00", date="2026-02-01")
    for external_id in ids:
        books.loads("allocations", [allocated(external_id=external_id)])
    assert left(books, "1", "02-01") == [90]
    result = books.loads("allocations", [allocated(amount="5.00", external_id="x")])
    assert result.counts == {"changed": 1}

    both = [allocated(external_id="x"), allocated(external_id="")]
    assert books.loads("allocations", both).counts == {"changed": 1, "repeated": 1}
    assert left(books, "1", "02-01") == [90]


def test_without_an_id_nobody_knows_which_of_two_is_meant(books: Books) -> None:
    books.invoice("1", "100.00")
    books.payment("P1", "30.00", date="2026-02-01")
    books.loads("allocations", [allocated(external_id=each) for each in ("x", "y")])
    assert left(books, "1", "02-01") == [80]
    with pytest.raises(Refused, match="line 2, external_id: Several allocations of that day"):
        books.loads("allocations", [allocated()])


# An allocation that goes to another invoice


def told_of(invoice_number: str, *, version: str = "", **more: str) -> dict[str, str]:
    named = {"external_id": "x", "source_version": version, "invoice_number": invoice_number}
    return allocated(**{**named, **more})


@pytest.fixture
def three() -> Books:
    """Two invoices of an account, one of another, and a payment of the first account."""
    books = Books(accounts=["A", "B"])
    books.invoice("1", "100.00")
    books.invoice("2", "100.00")
    books.invoice("3", "100.00", account_number="B")
    books.payment("P1", "30.00", date="2026-02-01")
    return books


def balances(books: Books) -> list[int]:
    return [left(books, number, "06-30")[0] for number in "123"]


def test_what_its_source_knows_by_an_id_moves_to_another_invoice(three: Books) -> None:
    three.loads("allocations", [told_of("1")])
    before = three.facts()
    moved = three.loads_all({"allocations": [told_of("2")]})
    assert moved[0].counts == {"changed": 1}
    assert balances(three) == [100, 90, 100]
    again = three.loads_all({"allocations": [told_of("2")]})
    assert again[0].counts == {"unchanged": 1}

    for each in (again, moved):
        assert each.batch_id is not None
        undo(console_of(three.slug), each.batch_id, at=datetime.now(UTC))
    assert three.facts() == before


def test_it_moves_across_accounts_and_back(three: Books) -> None:
    three.loads("allocations", [told_of("1")])
    assert three.loads("allocations", [told_of("3")]).counts == {"changed": 1}
    assert balances(three) == [100, 100, 90]
    assert three.outstanding(on="2026-06-30", account="B") == 90
    assert three.loads("allocations", [told_of("2")]).counts == {"changed": 1}
    assert balances(three) == [100, 90, 100]
    assert three.outstanding(on="2026-06-30", account="B") == 100
    assert check(Namespace(slug=three.slug)) == 0


def test_an_older_word_moves_nothing(three: Books) -> None:
    three.loads("allocations", [told_of("1", version="2")])
    assert three.loads("allocations", [told_of("2", version="1")]).counts == {"stale": 1}
    assert balances(three) == [90, 100, 100]
    assert three.loads("allocations", [told_of("2", version="3")]).counts == {"changed": 1}
    assert three.loads("allocations", [told_of("1", version="2")]).counts == {"stale": 1}
    assert balances(three) == [100, 90, 100]


def test_an_id_of_several_moves_nothing(three: Books) -> None:
    """Some sources call all that a payment was applied to by the payment's own id."""
    three.loads("allocations", [told_of("1"), told_of("2")])
    assert three.loads("allocations", [told_of("3")]).counts == {"new": 1}
    assert balances(three) == [90, 90, 90]
