"""Words in any order, twice, in any calls, older ones among them, files between: one ledger."""

from __future__ import annotations

from collections import defaultdict
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from duebook.ingest.kinds import KINDS
from tests.api.conftest import Service, token_of
from tests.ledger.books import Books
from tests.ledger.sources import Fact, facts, split
from tests.strategies import TODAY

Row = dict[str, Any]
LAST = 5


def final(fact: Fact) -> Row:
    """What the source says in the end; a returned payment has no key but the payment's number."""
    row = {name: str(value) for name, value in fact.row.items()}
    if fact.key[0] == "return":
        return row
    return {**row, "external_id": " ".join(map(str, fact.key)), "source_version": str(LAST)}


def older(row: Row, *, version: int) -> Row:
    """What it said before. What is settled is not touched: each such statement is history."""
    told = {**row, "source_version": str(version)}
    if "outstanding_amount" not in row:
        sign = "-" if row["amount"].startswith("-") else ""
        told["amount"] = f"{sign}{version}{row['amount'].removeprefix('-')}"
    return told


class Sender:
    """Sends the parts of a story, with what a network makes of it."""

    def __init__(self, books: Books, chance: Random) -> None:
        self.books, self.chance = books, chance
        self.erp = Service(token_of(books, "ingest"))
        self.late: list[tuple[str, Row]] = []

    def send(self, part: list[Fact]) -> None:
        by_file = self.chance.random() < 0.3
        words: dict[str, list[Row]] = defaultdict(list)
        for fact in part:
            words[fact.kind].append(final(fact))
        if by_file:
            for result in self.books.loads_all(words):
                assert not result.invalid, result
        due, self.late = self.late, []
        for kind, row in due:
            words[kind].append(row)
        for fact in part:
            if fact.key[0] != "return" and self.chance.random() < 0.5:
                self.remember(fact, words)
        for kind in KINDS:
            if rows := words.get(kind):
                self.push(kind, rows)

    def remember(self, fact: Fact, words: dict[str, list[Row]]) -> None:
        """An older word, now or later; or the same once more."""
        word = older(final(fact), version=self.chance.randint(1, LAST - 1))
        if self.chance.random() < 0.5:
            self.late.append((fact.kind, word))
        else:
            words[fact.kind].append(self.chance.choice([word, final(fact)]))

    def push(self, kind: str, rows: list[Row]) -> None:
        self.chance.shuffle(rows)
        rows.sort(key=lambda row: "external_id" not in row)  # a return after what it returns
        cut = self.chance.randint(0, len(rows))
        for call in filter(None, (rows[:cut], rows[cut:])):
            note(f"{kind} {call}")
            told = self.erp.pushes(kind, *call)
            assert "invalid" not in told["counts"], told


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(facts=facts(), parts=st.integers(1, 3), seed=st.integers(0, 9999))
def test_whatever_way_the_words_come_the_last_ones_hold(
    server: None, facts: list[Fact], parts: int, seed: int
) -> None:
    at_once, in_parts = Books(today=TODAY), Books(today=TODAY)
    words: dict[str, list[Row]] = defaultdict(list)
    for fact in facts:
        words[fact.kind].append(final(fact))
    for result in at_once.loads_all(words):
        assert not result.invalid, result
    sender = Sender(in_parts, Random(seed))
    for part in split(facts, Random(seed), parts=parts):
        sender.send(part)
    sender.send([])

    assert in_parts.facts() == at_once.facts()
