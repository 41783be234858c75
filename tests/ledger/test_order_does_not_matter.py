"""The same facts in one batch or in several, in any order, once or twice: the same ledger."""

from __future__ import annotations

from random import Random

from hypothesis import given, note, settings
from hypothesis import strategies as st

from tests.ledger.books import IDLE, Books
from tests.ledger.sources import Fact, batch, facts, loads, split
from tests.strategies import TODAY


@settings(max_examples=settings().max_examples // 2)
@given(facts=facts(), parts=st.integers(1, 4), seed=st.integers(0, 9999))
def test_batches_and_rows_in_any_order_give_the_same_ledger(
    server: None, facts: list[Fact], parts: int, seed: int
) -> None:
    at_once, in_parts = Books(accounts=IDLE, today=TODAY), Books(accounts=IDLE, today=TODAY)
    loads(at_once, facts)
    for part in split(facts, Random(seed), parts=parts):
        note(f"batch {batch(part)}")
        loads(in_parts, part)

    assert in_parts.facts() == at_once.facts()


@settings(max_examples=settings().max_examples // 3)
@given(facts=facts(), parts=st.integers(1, 3), seed=st.integers(0, 9999))
def test_what_is_sent_again_says_nothing_new_and_writes_nothing(
    server: None, facts: list[Fact], parts: int, seed: int
) -> None:
    books = Books(today=TODAY)
    loads(books, facts)
    written = books.written()

    for part in split(facts, Random(seed), parts=parts):
        for result in books.loads_all(batch(part)):
            assert result.says_nothing_new, result
            assert not result.invalid
    assert books.written() == written
