"""What a minus means: credits, returns, refunds."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.ledger.books import Books, invoice
from tests.ledger.documents import documents, left


@pytest.mark.parametrize(
    ("amount", "kind"), [("-30.00", ""), ("-30.00", "credit_invoice"), ("30.00", "credit note")]
)
def test_a_credit_note_is_subtracted_whatever_its_sign(
    books: Books, amount: str, kind: str
) -> None:
    books.invoice("1", "100.00")
    books.invoice("C1", amount, kind=kind)

    assert documents(books) == ["credit_invoice C1 30 sent", "invoice 1 100 sent"]
    assert books.outstanding(on="2026-01-01") == Decimal("70.00")


@pytest.mark.parametrize(
    ("kind", "amount", "stored"),
    [
        ("debit", "30.00", "debit_adjustment"),
        ("debit", "-30.00", "credit_adjustment"),
        ("credit", "30.00", "credit_adjustment"),
        ("credit", "-30.00", "credit_adjustment"),
    ],
)
def test_a_negative_debit_adjustment_is_a_credit_adjustment(
    books: Books, kind: str, amount: str, stored: str
) -> None:
    books.adjustment("X1", amount, kind=kind)

    assert documents(books) == [f"{stored} X1 30 sent"]
    sign = 1 if stored == "debit_adjustment" else -1
    assert books.outstanding(on="2026-01-01") == sign * 30


def test_a_negative_payment_voids_the_receipt_of_the_same_amount(books: Books) -> None:
    books.payment("P1", "100.00", date="2026-02-01")
    result = books.payment("P1", "-100.00", date="2026-03-01")

    assert result.counts == {"changed": 1}
    assert documents(books) == ["receipt P1 100 void 2026-03-01"]
    assert left(books, "P1", "02-01", "02-28", "03-01") == [100, 100, 0]

    # Both rows come again, in this order or the other.
    again = [
        {"date": "2026-03-01", "amount": "-100.00"},
        {"date": "2026-02-01", "amount": "100.00"},
    ]
    same = {"account_number": "A", "payment_number": "P1"}
    assert books.loads("payments", [{**same, **row} for row in again]).says_nothing_new


def test_a_negative_payment_of_another_amount_is_a_refund(books: Books) -> None:
    books.payment("P1", "100.00", date="2026-02-01")
    books.payment("P1", "-40.00", date="2026-03-01")

    assert documents(books) == ["receipt P1 100 sent", "debit_adjustment P1 40 sent"]
    assert books.outstanding(on="2026-03-01") == Decimal("-60.00")
    assert books.asks("SELECT reason FROM ar.document WHERE kind = 'debit_adjustment'") == [
        "refund or returned payment"
    ]
    assert books.payment("P1", "-40.00", date="2026-03-01").says_nothing_new


def test_a_refund_to_an_account_that_was_never_named_before(books: Books) -> None:
    result = books.payment("R1", "-40.00", date="2026-03-01", account_number="B")

    assert (result.counts, result.new_accounts) == ({"new": 1}, 1)
    assert books.outstanding(on="2026-03-01", account="B") == Decimal("40.00")


def test_a_refund_is_no_other_accounts_refund(books: Books) -> None:
    books.payment("R1", "-40.00", date="2026-03-01")
    rows = [
        {"account_number": "B", "payment_number": "R1", "date": "2026-03-01", "amount": "-40.00"},
        {"account_number": "B", "payment_number": "R2", "date": "2026-03-01", "amount": "-5.00"},
    ]
    result = books.loads("payments", rows)

    assert [(row.line, row.column) for row in result.invalid] == [(2, "payment_number")]
    assert books.outstanding(on="2026-03-01", account="B") == 5


def test_a_return_of_another_accounts_payment_is_refused(books: Books) -> None:
    came = {"account_number": "A", "payment_number": "P1", "amount": "9", "date": "2026-02-01"}
    back = {**came, "account_number": "B", "amount": "-9", "date": "2026-03-01"}
    for files in ([back, came], [came, back], [{**came, "method": "wire"}, back]):  # then again
        result = books.loads("payments", files)

        problems = [(row.column, row.value) for row in result.invalid]
        assert problems == [("account_number", "B")]
        assert documents(books) == ["receipt P1 9 sent"]
        assert books.asks("SELECT account_number FROM ar.customer") == ["A"]


def test_a_payment_cannot_go_back_before_it_came(books: Books) -> None:
    same = {"account_number": "A", "payment_number": "P1"}
    rows = [
        {**same, "date": "2026-02-01", "amount": "9"},
        {**same, "date": "2026-01-31", "amount": "-9"},
    ]
    result = books.loads("payments", rows)

    assert [(row.line, row.column) for row in result.invalid] == [(3, "date")]
    assert "2026-02-01 or later" in result.invalid[0].reason


def test_a_return_has_an_external_id_of_its_own(books: Books) -> None:
    books.payment("P1", "100.00", date="2026-02-01", external_id="e1")
    result = books.payment("P1", "-100.00", date="2026-03-01", external_id="e2")

    assert result.counts == {"changed": 1}
    assert left(books, "P1", "02-28", "03-01") == [100, 0]
    assert books.asks("SELECT external_id FROM ar.document") == ["e1"]


def test_a_return_is_not_measured_by_the_version_of_its_receipt(books: Books) -> None:
    books.payment("P1", "100.00", date="2026-02-01", source_version="5", as_at="2026-03-10")
    facts = {"date": "2026-03-01", "source_version": "1", "as_at": "2026-03-02"}
    result = books.payment("P1", "-100.00", **facts)

    assert result.counts == {"changed": 1}
    assert left(books, "P1", "02-28", "03-01") == [100, 0]
    assert books.payment("P1", "-100.00", **facts).says_nothing_new


def test_a_receipt_and_its_return_may_share_an_external_id(books: Books) -> None:
    same = {"account_number": "A", "payment_number": "P1", "external_id": "e1"}
    rows = [
        {**same, "date": "2026-02-01", "amount": "100.00"},
        {**same, "date": "2026-03-01", "amount": "-100.00"},
    ]
    result = books.loads("payments", rows)

    assert result.invalid == []
    assert left(books, "P1", "02-28", "03-01") == [100, 0]
    assert books.loads("payments", rows).says_nothing_new


def test_zero_is_skipped_and_counted(books: Books) -> None:
    rows = [invoice("1", "0.00"), invoice("2", "5.00")]
    result = books.loads("invoices", rows)

    assert result.counts == {"skipped": 1, "new": 1}
    assert result.invalid == []
    assert documents(books) == ["invoice 2 5 sent"]


def test_money_given_back_is_taken_from_the_receipt(books: Books) -> None:
    books.payment("P1", "100.00", date="2026-02-01")
    books.adjustment("R1", "40.00", kind="debit", date="2026-03-01", reason="refund")
    books.applies("P1", "R1", "40.00", date="2026-03-01")

    assert left(books, "P1", "02-28", "03-01") == [100, 60]
    assert left(books, "R1", "03-01") == [0]
    row = books.aging(on="2026-03-01")
    assert row is not None
    assert (row.unapplied_credits, row.debit_adjustments, row.outstanding) == (60, 0, -60)
