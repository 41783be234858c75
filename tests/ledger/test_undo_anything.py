"""Whatever a batch was, undone it counts as never loaded."""

from __future__ import annotations

from random import Random
from typing import Any

from hypothesis import event, given, note, settings
from hypothesis import strategies as st

from duebook.console.upkeep import check
from duebook.ingest.load import Refused as NotLoaded
from duebook.ingest.load import Results
from duebook.visibility.organisations import Refused
from tests.ledger.books import Books
from tests.ledger.sources import Fact, facts, split
from tests.ledger.telling import Files
from tests.ledger.undoing import difference, everything, told, undoes
from tests.strategies import ACCOUNTS, TODAY


@settings(max_examples=settings().max_examples // 2)
@given(facts=facts(), seed=st.integers(0, 9999))
def test_an_undone_batch_counts_as_never_loaded(server: None, facts: list[Fact], seed: int) -> None:
    chance = Random(seed)
    books = Books(accounts=[*ACCOUNTS[:2]], owned=[ACCOUNTS[0]], today=TODAY)
    parts = split(facts, chance, parts=2)
    loads(books, told(parts[0], chance))
    before = everything(books)
    note(f"before {told(parts[0], Random(0))}")
    again = [altered(fact, chance) for fact in parts[0] if chance.random() < 0.6]
    files = told([fact for part in parts[1:] for fact in part] + again, chance, books=books)
    note(f"batch {files}")
    if results := loads(books, files, snapshot=chance.random() < 0.3):
        undoes(books, results)

        for name, rows in difference(everything(books), before).items():
            print("DIFF", name, *rows, sep="\n  ")
        assert difference(everything(books), before) == {}
        assert check_quietly(books) == 0


@settings(max_examples=settings().max_examples // 2)
@given(facts=facts(), seed=st.integers(0, 9999))
def test_what_can_be_undone_leaves_what_the_others_alone_would_have_left(
    server: None, facts: list[Fact], seed: int
) -> None:
    chance = Random(seed)
    parts = split(facts, chance, parts=3)
    files = [
        told([altered(f, chance) if n else f for f in part], chance) for n, part in enumerate(parts)
    ]
    books, others = Books(today=TODAY), Books(today=TODAY)
    results = [loads(books, each) for each in files]
    undone = chance.randrange(len(files))
    note(f"{files}, undone {undone}")
    if all(results):
        try:
            undoes(books, results[undone])  # type: ignore[arg-type]
        except Refused as refused:
            note(str(refused))
            event("refused")
            return
        event("undone")
        alone = [loads(others, each) for n, each in enumerate(files) if n != undone]
        if refusals(alone) != refusals(results[:undone] + results[undone + 1 :]):
            event("refused because of it")  # a row that left nothing: it has to be sent again
            for each in files[undone + 1 :]:
                loads(books, each)
        assert difference(books.facts(), others.facts()) == {}


def refusals(batches: list[Results | None]) -> list[Any]:
    return [[(file.file, file.invalid) for file in batch or ()] for batch in batches]


def check_quietly(books: Books) -> int:
    from argparse import Namespace

    return check(Namespace(slug=books.slug))


def loads(books: Books, files: Files, **options: Any) -> Results | None:
    """None when nothing of it can be loaded."""
    if options.get("snapshot") and "invoices" not in files:
        options = {}
    try:
        return books.loads_all(files, **options)
    except NotLoaded as refused:
        note(str(refused))
        return None


def altered(fact: Fact, chance: Random) -> Fact:
    """The same fact told otherwise."""
    row = dict(fact.row)
    match chance.randrange(6):
        case 0:
            row["amount"] = f"{row['amount']}0" if "." in row["amount"] else f"{row['amount']}1"
        case 1 if "outstanding_amount" in row:
            row["outstanding_amount"] = "0"
        case 2 if fact.kind == "invoices":
            row["disputed"] = chance.choice(("yes", "no"))
        case 3 if fact.kind == "invoices":
            row["account_name"] = chance.choice(("Acme", "Zeta"))
        case 4 if fact.kind == "allocations":
            row["amount"] = "1"
        case _ if fact.kind in ("invoices", "payments") and not str(row["amount"]).startswith("-"):
            row["account_number"] = chance.choice(ACCOUNTS)
    return Fact(fact.kind, row, fact.key, fact.needs)
