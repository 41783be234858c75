"""A head office pays for a branch: a pair of adjustments stands between the two accounts."""

from __future__ import annotations

from typing import Any

import pytest

from tests.ledger.books import Books


def left(books: Books, number: str, *days: str) -> list[int]:
    return [int(books.balance(number, on=f"2026-{day}")) for day in days]


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


def named(**more: Any) -> dict[str, Any]:
    row = {"source_number": "P1", "invoice_number": "1", "amount": "10.00", "date": "2026-02-05"}
    return {**row, **more}


def test_what_is_told_by_id_is_a_transfer_each(branches: Books) -> None:
    branches.invoice("2", "50.00", account_number="B")
    rows = [named(invoice_number="2", external_id=each) for each in ("x", "y")]
    assert branches.loads("allocations", rows).counts == {"new": 2}
    assert (left(branches, "2", "02-05"), left(branches, "P1", "02-05")) == ([30], [0])

    again = named(invoice_number="2", external_id="y", amount="5.00")
    assert branches.loads("allocations", [again]).counts == {"changed": 1}
    assert (left(branches, "2", "02-05"), left(branches, "P1", "02-05")) == ([35], [5])


def test_a_transfer_with_an_id_may_change_its_date(branches: Books) -> None:
    branches.invoice("2", "50.00", account_number="B")
    for day in ("2026-03-01", "2026-04-01", "2026-02-15"):
        branches.loads("allocations", [named(invoice_number="2", external_id="x", date=day)])

    assert left(branches, "2", "02-14", "02-15") == [50, 40]
    assert left(branches, "P1", "02-14", "02-15") == [20, 10]
    assert branches.asks("SELECT count(*) FROM ar.document WHERE origin = 'transfer'") == [4]


def test_a_transfer_that_ended_may_still_change_its_date(branches: Books) -> None:
    branches.invoice("2", "50.00", account_number="B")
    branches.loads("allocations", [named(invoice_number="2", external_id="x")])
    branches.payment("P1", "-100.00", date="2026-03-01", account_number="HQ")
    later = named(invoice_number="2", external_id="x", date="2026-04-01")
    assert branches.loads("allocations", [later]).counts == {"changed": 1}

    assert left(branches, "2", "02-28", "03-31", "04-01") == [50, 50, 50]
    assert owed(branches, "04-01") == (130, 0)


@pytest.mark.parametrize("ids", [("", "x"), ("x", ""), ("x", "x")])
def test_of_one_transfer_one_sender_may_know_the_id_and_another_not(
    branches: Books, ids: tuple[str, str]
) -> None:
    branches.invoice("2", "50.00", account_number="B")
    for external_id in ids:
        branches.loads("allocations", [named(invoice_number="2", external_id=external_id)])
    assert left(branches, "2", "02-05") == [40]


def test_sources_of_one_number_transfer_each_its_own(branches: Books) -> None:
    branches.payment("P1", "20.00", date="2026-02-01", account_number="HQ", kind="gi_ir")
    branches.invoice("2", "50.00", account_number="B")
    rows = [named(invoice_number="2", source_kind=each) for each in ("receipt", "gi_ir")]
    assert branches.loads("allocations", rows).counts == {"new": 2}

    assert left(branches, "2", "02-05") == [30]
    assert owed(branches, "02-05") == (30, -20)


def test_a_transfer_takes_nobody_elses_number(branches: Books) -> None:
    row = {"account_number": "HQ", "amount": "5.00", "date": "2026-02-01", "kind": "debit"}
    branches.loads("adjustments", [{**row, "adjustment_number": "P1 > 2 2026-02-05"}])
    branches.invoice("2", "50.00", account_number="B")
    rows = [named(invoice_number="2", external_id=each, amount="5.00") for each in ("x", "y")]
    branches.loads("allocations", rows)

    assert left(branches, "2", "02-05") == [40]
    assert branches.asks(
        "SELECT number FROM ar.document WHERE class = 'charge' AND number LIKE 'P1 > 2%' ORDER BY 1"
    ) == ["P1 > 2 2026-02-05", "P1 > 2 2026-02-05 (2)", "P1 > 2 2026-02-05 (3)"]
