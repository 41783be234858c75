"""A file that was loaded before is known by its content, and comes to what reading it comes to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import partial
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duebook.ingest import filing, load
from duebook.ingest.load import Results
from duebook.ingest.same_again import SameAgain
from duebook.ledger import by_hand
from duebook.ledger.undo import undo
from duebook.visibility.organisations import Refused, console_of
from tests.ledger.books import Books, invoice
from tests.ledger.sources import Fact, batch, facts, split
from tests.ledger.telling import Files
from tests.strategies import ACCOUNTS

pytestmark = pytest.mark.usefixtures("server")
AT = datetime(2026, 6, 30, 12, tzinfo=UTC)
INVOICES = [invoice(str(n), "10.00", account_number="A") for n in range(5)]
BATCH: Files = {
    "accounts": [{"account_number": "A", "name": "One"}],
    "invoices": INVOICES,
    "payments": [
        {"account_number": "A", "payment_number": "P", "amount": "4.00", "date": "2026-02-01"}
    ],
    "allocations": [
        {"source_number": "P", "invoice_number": "1", "amount": "4.00", "date": "2026-02-01"}
    ],
}


@pytest.fixture(name="read")
def reading(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The kinds of the files whose rows were read, since it was cleared."""
    kinds: list[str] = []
    accepted = filing.Filing._accepted

    def noted(self: filing.Filing, *arguments: Any) -> Any:
        kinds.append(self.kind)
        return accepted(self, *arguments)

    monkeypatch.setattr(filing.Filing, "_accepted", noted)
    yield kinds


def counted(results: Results) -> list[dict[str, int]]:
    return [dict(+each.counts) for each in results]


def test_the_same_files_again_are_not_read(read: list[str]) -> None:
    books = Books()
    first = books.loads_all(BATCH)
    written = books.written()
    for _ in range(2):
        read.clear()
        again = books.loads_all(BATCH)
        assert read == ["accounts"]
        assert counted(again) == [{"unchanged": each.counts.total()} for each in first]
        assert again.says_nothing_new and not again.effect.rows
        assert books.written() == written


def voided(books: Books) -> None:
    (document,) = books.asks("SELECT id FROM ar.document WHERE number = '1'")
    with books.console():
        by_hand.void(console_of(books.slug), document, on=date(2026, 3, 1))


@pytest.mark.parametrize(
    "between",
    [
        lambda books: books.payment("Q", "1.00", date="2026-03-01"),
        lambda books: books.invoice("1", "11.00"),
        lambda books: books.invoice("new", "11.00"),
        voided,
        lambda books: undo(
            console_of(books.slug), books.asks("SELECT max(id) FROM ar.ingest_run")[0], at=AT
        ),
    ],
)
def test_whatever_changed_since_the_file_is_read(between: Any, read: list[str]) -> None:
    books = Books()
    for kind, rows in BATCH.items():
        books.loads(kind, rows)
    between(books)
    read.clear()
    assert not books.loads("invoices", INVOICES).invalid
    assert read == ["invoices"]
    assert books.asks("SELECT amount FROM ar.document WHERE number = '1'") == [1000]


@pytest.mark.parametrize(
    "option", [{"as_at": date(2026, 3, 1)}, {"dry_run": True}, {"snapshot": True}]
)
def test_what_is_said_otherwise_is_read(option: dict[str, Any], read: list[str]) -> None:
    books = Books(accounts=["A"])
    books.loads("invoices", INVOICES)
    read.clear()
    assert books.loads("invoices", INVOICES, **option).counts == {"unchanged": 5}
    assert read == ["invoices"]


def test_invalid_rows_are_told_every_time(read: list[str]) -> None:
    books = Books(accounts=["A"])
    for _ in range(2):
        read.clear()
        told = books.loads("invoices", [*INVOICES, invoice("bad", "ten")])
        assert [each.column for each in told.invalid] == ["amount"]
        assert read == ["invoices"]


def test_who_is_overtaken_reads_after_all(read: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Another batch lands between the look at the history and the turn of this one."""
    books = Books(accounts=["A"])
    books.loads("invoices", INVOICES)
    looks = iter([SameAgain(1, books.loads("invoices", INVOICES).counts, []), None])
    read.clear()
    monkeypatch.setattr(filing, "same_again", lambda *_, **__: next(looks))
    assert books.loads("invoices", INVOICES).counts == {"unchanged": 5}
    assert read == ["invoices"]


def test_what_it_rests_on_cannot_be_undone_alone() -> None:
    books = Books(accounts=["A"])
    books.loads("invoices", INVOICES)
    (first,) = books.asks("SELECT max(id) FROM ar.ingest_run")
    for _ in range(2):
        books.loads("invoices", INVOICES)
    resting = books.asks("SELECT rests_on FROM ar.ingest_run ORDER BY id DESC LIMIT 2")
    assert resting == [[first], [first]]
    with pytest.raises(Refused):
        undo(console_of(books.slug), first, at=AT)


@st.composite
def retold(draw: st.DrawFn) -> list[Files]:
    """Files of a random ledger, some of them again and again, and some with other words."""
    told = draw(facts())
    chance = Random(draw(st.integers(0, 99)))
    parts = [batch(part) for part in split(told, chance, parts=3)]
    other = [batch([said_otherwise(fact) for fact in told if chance.random() < 0.3])]
    return [chance.choice(parts + other) for _ in range(6)]


def said_otherwise(fact: Fact) -> Fact:
    row = dict(fact.row)
    if row.get("due_date"):
        row["due_date"] = "2026-12-31"
    return Fact(fact.kind, row, fact.key, fact.needs)


@settings(max_examples=5)
@given(files=retold())
def test_it_comes_to_what_reading_comes_to(files: list[Files]) -> None:
    knowing, reading = Books(accounts=ACCOUNTS), Books(accounts=ACCOUNTS)
    always_reads = partial(load._load)
    for each in filter(None, files):
        outcomes = []
        for books, recognises in ((knowing, True), (reading, False)):
            with pytest.MonkeyPatch.context() as patched:
                if not recognises:
                    patched.setattr(
                        load,
                        "_load",
                        lambda *a, **k: always_reads(*a, **{**k, "recognises": False}),
                    )
                try:
                    outcomes.append(counted(books.loads_all(each)))
                except load.Refused as refused:
                    outcomes.append([{str(refused): 0}])
        assert outcomes[0] == outcomes[1]
        assert knowing.facts() == reading.facts()
        assert resting(knowing) == resting(reading)


def resting(books: Books) -> list[Any]:
    """What each run rests on, by its place in the history."""
    places = {
        run: at for at, run in enumerate(books.asks("SELECT id FROM ar.ingest_run ORDER BY id"))
    }
    rests = books.asks("SELECT rests_on FROM ar.ingest_run ORDER BY id")
    return [sorted(places[run] for run in each) for each in rests]
