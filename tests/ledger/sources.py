"""What sources may say of a random ledger, row by row, to be sent in any order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from random import Random

from hypothesis import strategies as st

from tests.ledger.books import Books
from tests.ledger.telling import Files, Row, Telling, intake, loadable, money
from tests.model import Doc, Key, Ledger
from tests.strategies import TODAY, as_of_days, random_ledger

SPELLINGS = ("", "", "Acme", "ACME Ltd", "Ácme")


@dataclass(frozen=True)
class Fact:
    """A row of a file. It may be told as soon as what it refers to is known."""

    kind: str
    row: Row
    key: Key
    needs: tuple[Key, ...] = ()


@st.composite
def facts(draw: st.DrawFn) -> list[Fact]:
    """What sources say of a random ledger, outstanding amounts and settled dates among it."""
    ledger = plainly_voided(loadable(draw(random_ledger())))
    if draw(st.booleans()):  # nobody says which payment was for what
        ledger = Ledger(ledger.docs)
    telling = Telling(Books.__new__(Books), ledger, Random(draw(st.integers(0, 99))))
    telling.returned = {doc.key for doc in ledger.docs if doc.void_on and not doc.never_counted}
    found = [Fact(intake(doc), draw(statements(telling, doc)), doc.key) for doc in ledger.docs]
    for doc in ledger.docs:
        if doc.key in telling.returned:
            row = {**telling.row(doc, None), "date": doc.void_on, "status": "settled"}
            row["amount"] = money(-doc.amount, doc.currency)
            found.append(Fact("payments", row, ("return", doc.number), (doc.key,)))
    for alloc in ledger.allocs:
        row, ends = telling.allocation(alloc), (alloc.source, alloc.charge)
        found.append(Fact("allocations", row, ("allocation", f"{alloc}"), ends))
    return found


@st.composite
def statements(draw: st.DrawFn, telling: Telling, doc: Doc) -> Row:
    """The row of a document, perhaps with what its source says is left of it."""
    row = telling.row(doc, None)
    if intake(doc) == "invoices":
        row["account_name"] = draw(st.sampled_from(SPELLINGS))
    if intake(doc) == "payments" or draw(st.booleans()):
        return row
    sign = "-" if str(row["amount"]).startswith("-") else ""
    row["outstanding_amount"] = sign + money(draw(st.integers(0, doc.amount)), doc.currency)
    if intake(doc) == "invoices" and draw(st.booleans()):
        row["settled_date"] = min(draw(as_of_days()), TODAY)
    return row


def plainly_voided(ledger: Ledger) -> Ledger:
    """Only receipts are void: a return says so whenever it is told."""
    docs = [doc if intake(doc) == "payments" else replace(doc, void_on=None) for doc in ledger.docs]
    return Ledger(docs, ledger.allocs)


def batch(facts: Iterable[Fact]) -> Files:
    files: Files = defaultdict(list)
    for fact in facts:
        files[fact.kind].append(fact.row)
    return files


def split(facts: list[Fact], chance: Random, *, parts: int) -> list[list[Fact]]:
    """Anyhow, but nothing before what it refers to."""
    when = {fact.key: chance.randrange(parts) for fact in facts if not fact.needs}
    found: list[list[Fact]] = [[] for _ in range(parts)]
    for fact in chance.sample(facts, len(facts)):
        earliest = max((when[key] for key in fact.needs), default=when.get(fact.key, 0))
        found[chance.randrange(earliest, parts) if fact.needs else earliest].append(fact)
    return [part for part in found if part]


def loads(books: Books, facts: list[Fact]) -> None:
    for result in books.loads_all(batch(facts)):
        assert not result.invalid, result
