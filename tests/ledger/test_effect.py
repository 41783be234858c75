"""What a batch does to what accounts owe, before it is loaded and once it is."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from duebook.ingest.load import Results
from duebook.ledger import effect as effects
from duebook.reports.aging import aging
from tests.ledger.books import IDLE, Books, invoice
from tests.ledger.sources import Fact, batch, facts, split
from tests.strategies import TODAY


def told(results: Results) -> list[str]:
    return [
        f"{row.account_number} {row.currency} {row.before} {row.after} {row.change}"
        for row in results.effect.rows
    ]


def payment(number: str, amount: str, **more: Any) -> dict[str, Any]:
    row = {"payment_number": number, "amount": amount, "date": "2026-02-01"}
    return {"account_number": "A", **row, **more}


def test_the_largest_change_comes_first_and_currencies_stay_apart(books: Books) -> None:
    books.invoice("1", "100.00")
    files = {
        "invoices": [
            invoice("2", "30.00"),
            invoice("3", "5.00", account_number="B"),
            invoice("4", "7.00", account_number="C", currency="EUR"),
            invoice("5", "9.00", account_number="C", issue_date="2026-07-01"),  # tomorrow
        ],
        "payments": [payment("P1", "90.00")],
    }
    expected = [
        "C EUR 0.00 7.00 7.00",
        "A USD 100.00 40.00 -60.00",
        "B USD 0.00 5.00 5.00",
    ]
    tried = books.loads_all(files, dry_run=True)
    assert (told(tried), tried.batch_id) == (expected, None)
    assert books.outstanding(on="2026-06-30") == 100

    loaded = books.loads_all(files)
    assert told(loaded) == expected
    totals = [(t.currency, t.accounts, t.risen, t.fallen, t.change) for t in loaded.effect.totals]
    assert totals == [("EUR", 1, 7, 0, 7), ("USD", 2, 5, 60, -55)]
    assert books.loads_all(files).effect == effects.Effect()


def test_a_transfer_moves_what_two_accounts_owe_and_all_of_it_none(books: Books) -> None:
    books.invoice("1", "80.00", account_number="B")
    books.payment("P1", "100.00", date="2026-02-01", account_number="HQ")
    row = {"source_number": "P1", "invoice_number": "1", "amount": "80.00", "date": "2026-02-05"}
    results = books.loads_all({"allocations": [row]})
    assert told(results) == ["B USD 80.00 0.00 -80.00", "HQ USD -100.00 -20.00 80.00"]
    assert [total.change for total in results.effect.totals] == [0]

    returned = payment("P1", "-100.00", account_number="HQ", date="2026-03-01")
    results = books.loads_all({"payments": [returned]})
    assert told(results) == ["B USD 0.00 80.00 80.00", "HQ USD -20.00 0.00 20.00"]


def test_money_that_was_transferred_on_comes_back_from_the_last_account(books: Books) -> None:
    books.invoice("1", "80.00", account_number="B")
    books.invoice("2", "80.00", account_number="C")
    books.payment("P1", "100.00", date="2026-02-01", account_number="HQ")
    books.applies("P1", "1", "80.00", date="2026-02-05")
    books.invoice("1", "50.00", account_number="B")  # which leaves 30 of the transfer
    books.applies("P1 > 1 2026-02-05", "2", "30.00", date="2026-02-06")
    assert books.outstanding(on="2026-06-30", account="C") == 50

    results = books.loads_all({"payments": [payment("P1", "-100.00", account_number="HQ")]})
    assert told(results) == [
        *("B USD 0.00 50.00 50.00", "C USD 50.00 80.00 30.00", "HQ USD -20.00 0.00 20.00")
    ]


def test_what_a_source_reports_counts(books: Books) -> None:
    books.invoice("1", "100.00")
    results = books.loads_all({"invoices": [invoice("1", "100.00", outstanding_amount="40")]})
    assert told(results) == ["A USD 100.00 40.00 -60.00"]


def test_rows_are_bounded_and_totals_are_not(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effects, "SHOWN_MAX", 2)
    rows = [invoice(str(n), f"{n}.00", account_number=f"B{n}") for n in range(1, 6)]
    results = books.loads_all({"invoices": rows})

    assert [row.after for row in results.effect.rows] == [5, 4]
    (total,) = results.effect.totals
    assert (total.accounts, total.change) == (5, 15)


Owed = dict[tuple[str, str], Decimal]


def owed(books: Books) -> Owed:
    with books.admin():
        rows = aging(as_of=TODAY)
    found: Owed = defaultdict(Decimal)
    found |= {(row.account_number, row.currency): row.outstanding for row in rows}
    return found


@settings(max_examples=settings().max_examples // 2)
@given(facts=facts(), seed=st.integers(0, 9999), crowded=st.booleans())
def test_effects_are_what_the_aging_says_before_and_after(
    server: None, facts: list[Fact], seed: int, crowded: bool
) -> None:
    books = Books(accounts=IDLE if crowded else [], today=TODAY)
    for part in split(facts, Random(seed), parts=3):
        note(f"batch {batch(part)}")
        before, tried = owed(books), books.loads_all(batch(part), dry_run=True)
        assert owed(books) == before
        results = books.loads_all(batch(part))
        assert results.effect == replaced_ids(tried, results)
        after = owed(books)
        found = {
            (row.account_number, row.currency): (row.before, row.after)
            for row in results.effect.rows
        }
        assert found == {
            key: (before[key], after[key]) for key in {*before, *after} if before[key] != after[key]
        }
        for total in results.effect.totals:
            changes = [row.change for row in results.effect.rows if row.currency == total.currency]
            assert (total.change, total.accounts) == (sum(changes), len(changes))


def replaced_ids(tried: Results, results: Results) -> effects.Effect:
    """Accounts that a dry run made have other ids."""
    ids = {row.account_number: row.customer_id for row in results.effect.rows}
    rows = [
        effects.Owed(
            ids[r.account_number], r.account_number, r.account_name, r.currency, r.before, r.after
        )
        for r in tried.effect.rows
    ]
    return effects.Effect(rows, tried.effect.totals)
