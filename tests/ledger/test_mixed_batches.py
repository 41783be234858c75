"""Files and small batches of several organisations, mixed anyhow: the same ledger in the end."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import given, note, settings
from hypothesis import strategies as st

from duebook.ledger import posting
from duebook.ledger.posting import text
from duebook.visibility.seeing import raw, seeing
from tests.ledger.books import IDLE, Books, invoice
from tests.ledger.sources import Fact, batch, facts, loads, split
from tests.ledger.telling import Files, money
from tests.strategies import ACCOUNTS, TODAY


@st.composite
def mixtures(draw: st.DrawFn) -> list[Fact]:
    """All that sources say, with what hangs on documents, and money that crosses accounts."""
    found = draw(facts())
    documents = [fact for fact in found if not fact.needs]
    credits = {fact.key[1] for fact in documents if fact.key[0] == "credit_invoice"}
    for fact in documents:
        if fact.key[0] == "invoice" and fact.key[1] not in credits and draw(st.booleans()):
            found += hanging(fact, number=f"O{fact.key[1]}")
    charges = [fact for fact in documents if fact.key[0] in ("invoice", "debit_adjustment")]
    sources = [fact for fact in documents if fact.key[0] in ("receipt", "credit_invoice")]
    apart = [
        (source, charge)
        for source in sources
        for charge in charges
        if source.row["currency"] == charge.row["currency"]
        and source.row["account_number"] != charge.row["account_number"]
    ]
    for source, charge in draw(st.lists(st.sampled_from(apart), max_size=3)) if apart else []:
        amount, day = draw(st.integers(1, 60)), draw(st.integers(0, 60))
        found.append(crossing(source, charge, amount, TODAY - timedelta(days=day)))
    for number in draw(st.lists(st.sampled_from(ACCOUNTS), unique=True, max_size=2)):
        name = draw(st.sampled_from(("One", "Two Ltd")))
        row = {"account_number": number, "name": name}
        found.append(Fact("accounts", row, ("account", number)))
    return list({fact.key: fact for fact in found}.values())


def hanging(fact: Fact, *, number: str) -> list[Fact]:
    """Of an invoice: a line, and the order it came from."""
    named = {"invoice_number": fact.row["invoice_number"]}
    line = {**named, "line_number": "1", "description": "Goods", "amount": "1"}
    ordered = {"account_number": fact.row["account_number"], "currency": fact.row["currency"]}
    order = {**ordered, "order_number": number, "order_date": "2026-01-01", "amount": "20"}
    link = {**named, "order_number": number, "amount": "3"}
    key = ("detail_orders", number)
    return [
        Fact("invoice_lines", line, ("line", number), (fact.key,)),
        Fact("orders", order, key),
        Fact("order_links", link, ("link", number), (fact.key, key)),
    ]


def crossing(source: Fact, charge: Fact, amount: int, day: date) -> Fact:
    row = {"source_number": source.key[1], "invoice_number": charge.key[1], "date": day}
    key = ("crossing", " ".join(map(str, row.values())))
    row |= {"amount": money(amount, charge.row["currency"]), "source_kind": source.key[0]}
    return Fact("allocations", row, key, (source.key, charge.key))


def some_by_id(facts: list[Fact], chance: Random) -> list[Fact]:
    """Half of the rows with the id that an ERP has for them, the others as people send them."""
    told = []
    for fact in facts:
        named = fact.kind in ("invoices", "payments", "adjustments", "orders", "allocations")
        if named and fact.key[0] != "return" and chance.random() < 0.5:
            told.append(replace(fact, row={**fact.row, "external_id": f"{fact.key}"}))
        else:
            told.append(fact)
    return told


@settings(max_examples=settings().max_examples // 4)
@given(facts=mixtures(), parts=st.integers(1, 5), seed=st.integers(0, 9999))
def test_files_syncs_and_repetitions_of_two_organisations_give_the_same_ledger(
    server: None, facts: list[Fact], parts: int, seed: int
) -> None:
    chance = Random(seed)
    at_once = Books(accounts=IDLE, today=TODAY)
    loads(at_once, facts)
    ways = [
        (books, [some_by_id(part, chance) for part in split(facts, chance, parts=parts)])
        for books in (Books(accounts=IDLE, today=TODAY), Books(accounts=IDLE, today=TODAY))
    ]
    for place in range(parts):
        for books, told in ways:
            earlier = told[: place + 1]
            for part in earlier[-1:] if place < len(told) else []:
                note(f"{books.slug}: {batch(part)}")
                loads(books, part)
            if earlier and chance.random() < 0.4:
                again = some_by_id(chance.choice(earlier), chance)
                note(f"{books.slug} again: {batch(again)}")
                loads(books, again)

    assert ways[0][0].facts() == at_once.facts()
    assert ways[1][0].facts() == at_once.facts()
    assert nothing_is_worked_out_otherwise(at_once)


def nothing_is_worked_out_otherwise(books: Books) -> bool:
    """Allocations fitted one by one give what those of plain accounts were given at once."""
    written = books.written()
    with seeing(books.viewer(books.admin_email)):
        connection = raw()
        named = {"org": books.org_id, "run": None, "customers": None}
        for step in ("fit_allocations", "settle_reported", "balance_documents"):
            connection.execute(text(Path(posting.__file__).with_name(f"{step}.sql")), named)
    return books.written() == written


# In a sync versions come in any order


@settings(max_examples=settings().max_examples // 3)
@given(seed=st.integers(0, 9999), invoices=st.integers(1, 4), calls=st.integers(1, 6))
def test_versions_in_any_order_leave_the_last_word(
    server: None, seed: int, invoices: int, calls: int
) -> None:
    chance = Random(seed)
    said = [version for n in range(invoices) for version in versions(f"{n}", chance)]
    last = {(kind, row["external_id"]): (kind, row) for kind, row in said}
    plain, synced = Books(accounts=["A"], today=TODAY), Books(accounts=["A"], today=TODAY)
    plain.loads_all(as_files(list(last.values())))
    first = {
        (kind, row["external_id"]): (kind, row) for kind, row in chance.sample(said, len(said))
    }
    synced.loads_all(as_files(list(first.values())))  # what is referred to must be there
    for _ in range(calls):
        some = chance.sample(said, chance.randint(1, len(said)))
        call = as_files(list({(k, row["external_id"]): (k, row) for k, row in some}.values()))
        note(f"{call}")
        synced.loads_all(call)
    synced.loads_all(as_files(chance.sample(list(last.values()), len(last))))

    assert synced.facts() == plain.facts()
    assert nothing_is_worked_out_otherwise(synced)


def versions(number: str, chance: Random) -> list[tuple[str, dict[str, Any]]]:
    """An invoice, its line, a payment and what it pays, each said one to three times, worth
    another amount each time. The last one said is the newest.
    """
    paid = {"account_number": "A", "payment_number": f"P{number}", "date": "2026-02-01"}
    applied = {"source_number": f"P{number}", "invoice_number": number}
    line = {"invoice_number": number, "line_number": "1", "description": "Goods"}
    found: list[tuple[str, dict[str, Any]]] = []
    for kind, row in (
        ("invoices", invoice(number, "0")),
        ("invoice_lines", line),
        ("payments", paid),
        ("allocations", applied),
    ):
        for version in range(9, 9 + chance.randint(1, 3)):
            told = {**row, "external_id": f"{kind} {number}", "source_version": f"{version}"}
            told["amount"] = f"{chance.randint(1, 20)}"
            if kind == "allocations":
                told["date"] = f"2026-0{chance.randint(1, 6)}-0{chance.randint(1, 9)}"
            found.append((kind, told))
    return found


def as_files(said: list[tuple[str, dict[str, Any]]]) -> Files:
    files: Files = defaultdict(list)
    for kind, row in said:
        files[kind].append(row)
    return files
