"""What must hold for any ledger on any day, held by the yardstick itself."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given

from tests.model import Ledger
from tests.strategies import as_of_days, random_ledger


@given(random_ledger(), as_of_days())
def test_nothing_goes_below_zero_and_no_part_exceeds_what_was_stated(
    ledger: Ledger, as_of: date
) -> None:
    left = ledger.left(as_of)

    assert all(0 <= left[doc.key] <= doc.amount for doc in ledger.docs)
    for i, part in ledger.fitted(as_of).items():
        assert 0 <= part <= ledger.allocs[i].amount
        assert part == 0 or ledger.in_effect(ledger.allocs[i], as_of)


@given(random_ledger(), as_of_days())
def test_aging_ties_out(ledger: Ledger, as_of: date) -> None:
    for basis in ("due", "invoice"):
        for account, row in ledger.aging(as_of, basis).items():
            buckets = row.current + row.d1_30 + row.d31_60 + row.d61_90 + row.d91_plus
            assert buckets + row.disputed == row.invoices
            assert row.invoices + row.debit_adjustments - row.unapplied == row.outstanding
            assert row.outstanding == ledger.owed(account, as_of)


@given(random_ledger(), as_of_days())
def test_the_invoices_of_a_cell_add_up_to_it(ledger: Ledger, as_of: date) -> None:
    rows = ledger.aging(as_of)
    for item in ledger.invoices(as_of):
        assert 0 <= item.disputed <= item.balance > 0
        row = rows[item.doc.account, item.doc.currency]
        setattr(row, item.bucket, getattr(row, item.bucket) - item.balance + item.disputed)
        row.disputed -= item.disputed

    for row in rows.values():
        assert (row.current, row.d1_30, row.d31_60, row.d61_90, row.d91_plus) == (0,) * 5
        assert row.disputed == 0


@given(random_ledger(), as_of_days())
def test_an_account_without_a_row_owes_nothing(ledger: Ledger, as_of: date) -> None:
    rows = ledger.aging(as_of)

    for account in {(doc.account, doc.currency) for doc in ledger.docs} - set(rows):
        assert ledger.owed(account, as_of) == 0


@given(random_ledger(), as_of_days(), as_of_days())
def test_what_is_owed_moves_by_the_net_of_the_days_between(
    ledger: Ledger, one: date, other: date
) -> None:
    first, last = min(one, other), max(one, other)
    for account in {(doc.account, doc.currency) for doc in ledger.docs}:
        moved = ledger.net(account, first + timedelta(days=1), last)
        assert ledger.owed(account, first) + moved == ledger.owed(account, last)


@given(random_ledger(), as_of_days())
def test_the_order_in_which_facts_are_kept_does_not_matter(ledger: Ledger, as_of: date) -> None:
    shuffled = Ledger(ledger.docs[::-1], ledger.allocs[::-1])

    assert shuffled.left(as_of) == ledger.left(as_of)
    assert shuffled.aging(as_of) == ledger.aging(as_of)


@given(random_ledger(), as_of_days())
def test_later_facts_change_nothing_earlier(ledger: Ledger, as_of: date) -> None:
    known = [doc for doc in ledger.docs if doc.issue <= as_of]
    keys = {doc.key for doc in known}
    allocs = [a for a in ledger.allocs if {a.source, a.charge} <= keys and a.on <= as_of]

    assert Ledger(known, allocs).aging(as_of) == ledger.aging(as_of)
