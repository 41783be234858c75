"""An undone import counts as never loaded; what something later builds on stays."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import UTC, date, datetime
from random import Random
from typing import Any, LiteralString

import pytest
from hypothesis import event, given, note, settings
from hypothesis import strategies as st

from duebook.console.upkeep import check
from duebook.ingest.load import Refused as NotLoaded
from duebook.ingest.load import Results
from duebook.ledger.runs import Run, history
from duebook.ledger.undo import Undone, undo
from duebook.visibility.organisations import Refused, add_person, console_of
from duebook.visibility.seeing import raw
from tests.ledger.books import Books, invoice
from tests.ledger.sources import Fact, batch, facts, split
from tests.ledger.telling import Files
from tests.strategies import ACCOUNTS, TODAY

AT = datetime(2026, 6, 30, 12, tzinfo=UTC)
NAMED = """
    WITH named AS (
        SELECT d.*, CASE WHEN settles_id IS NULL THEN d.id::text
            ELSE concat_ws(' ', d.kind, d.settles_id, d.issue_date, d.void_on) END AS name
        FROM ar.document d)
"""
# Everything that is stated, and everything that follows from it. What follows has no lasting ids.
LEDGER: dict[str, LiteralString] = {
    "accounts": "SELECT to_jsonb(c) FROM ar.customer c ORDER BY c.id",
    "internal": "SELECT to_jsonb(i) FROM ar.customer_internal i ORDER BY i.customer_id",
    "access": "SELECT to_jsonb(a) FROM ar.customer_access a ORDER BY a::text",
    "documents": "SELECT to_jsonb(d) FROM ar.document d WHERE settles_id IS NULL ORDER BY d.id",
    "versions": "SELECT to_jsonb(v) FROM ar.document_version v ORDER BY document_id, version",
    "lines": "SELECT to_jsonb(l) FROM ar.document_line l ORDER BY document_id, line_number",
    "links": "SELECT to_jsonb(l) FROM ar.order_link l ORDER BY order_id, invoice_id",
    "shipments": "SELECT to_jsonb(s) FROM ar.shipment s ORDER BY number",
    "reminders": "SELECT to_jsonb(r) FROM ar.reminder r ORDER BY document_id, reminded_on",
    "stock": "SELECT to_jsonb(s) FROM ar.stock s ORDER BY customer_id, item, counted_on",
    "settlements": "SELECT to_jsonb(s) FROM ar.settlement s ORDER BY document_id, stated_on",
    "disputes": "SELECT to_jsonb(p) FROM ar.dispute p ORDER BY id",
    "applied": "SELECT to_jsonb(a) FROM ar.allocation a WHERE origin IN ('stated', 'transfer')"
    " ORDER BY id",
    "settled": "SELECT to_jsonb(d) - '{id,run_id,recorded_at}'::text[] FROM ar.document d"
    " WHERE settles_id IS NOT NULL ORDER BY settles_id, issue_date, void_on",
    "fitted": NAMED + "SELECT jsonb_build_array(s.name, c.name,"
    " to_jsonb(a) - '{id,run_id,source_id,charge_id}'::text[])"
    " FROM ar.allocation a JOIN named s ON s.id = a.source_id JOIN named c ON c.id = a.charge_id"
    " WHERE a.origin NOT IN ('stated', 'transfer') ORDER BY 1",
    "kept": "SELECT to_jsonb(b) FROM ar.ingest_before b ORDER BY b::text",
}


def everything(books: Books) -> dict[str, list[Any]]:
    return {name: books.asks(query) for name, query in LEDGER.items()}


def difference(one: dict[str, list[Any]], other: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """What only one of two ledgers has, by table."""
    apart = {
        name: [*({*one[name]} - {*other[name]}), "against", *({*other[name]} - {*one[name]})]
        for name in one
    }
    return {name: rows for name, rows in apart.items() if rows != ["against"]}


def undoes(books: Books, results: Results, **more: Any) -> Undone:
    assert results.batch_id is not None
    return undo(console_of(books.slug), results.batch_id, at=AT, **more)


def runs(books: Books) -> list[Run]:
    with books.console():
        return history(console_of(books.slug))


# A story of each kind


def test_what_a_batch_brought_is_gone_and_can_be_sent_again(books: Books) -> None:
    before = everything(books)
    files = {
        "invoices": [invoice("1", "100.00", account_number="B", account_name="Bistro")],
        "payments": [
            {"account_number": "A", "payment_number": "P1", "amount": "30", "date": "2026-02-01"}
        ],
        "allocations": [
            {"source_number": "P1", "invoice_number": "1", "amount": "30", "date": "2026-02-01"}
        ],
    }
    results = books.loads_all(files)
    loaded = books.facts()
    undone = undoes(books, results)

    assert (undone.removed, undone.restored, undone.accounts) == (4, 0, 1)  # two of the transfer
    assert everything(books) == before
    states = [(run.id in undone.runs, run.state, run.undone_by) for run in runs(books)]
    assert states == [(True, "undone", "Console")] * 3 + [(False, "loaded", None)]
    assert [each.counts["new"] for each in books.loads_all(files)] == [1, 1, 1]
    assert books.facts() == loaded


def test_what_a_batch_changed_is_as_it_was(books: Books) -> None:
    books.invoice("1", "100.00", outstanding_amount="60", disputed="yes", as_at="2026-03-01")
    books.payment("P1", "25.00", date="2026-02-01", currency="EUR")
    before = everything(books)

    changed = books.loads_all(
        {
            "accounts": [{"account_number": "A", "name": "Another", "net_terms_days": "7"}],
            "invoices": [invoice("1", "120.00", outstanding_amount="20", disputed="no")],
            "payments": [
                {
                    "account_number": "A",
                    "payment_number": "P1",
                    "amount": "-25.00",
                    "currency": "EUR",
                    "date": "2026-04-01",
                }
            ],
        },
        as_at=date(2026, 4, 1),
    )
    assert books.balance("1", on="2026-04-01") == 20
    undone = undoes(books, changed)
    assert (undone.removed, undone.restored, undone.accounts) == (0, 2, 0)
    assert everything(books) == before
    assert books.balance("1", on="2026-04-01") == 60


def test_what_a_payment_settled_by_report_alone_is_open_again(books: Books) -> None:
    books.invoice("1", "100.00")
    books.payment("P1", "100.00", date="2026-02-01")
    before = everything(books)
    snapshot = books.loads_all({"invoices": [invoice("2", "5.00")]}, snapshot=True)
    assert books.balance("1", on="2026-06-30") == 0

    undoes(books, snapshot)
    assert everything(books) == before
    assert books.balance("1", on="2026-06-30") == 100


def test_a_dry_run_undoes_nothing_and_says_what_it_would(books: Books) -> None:
    results = books.loads_all({"invoices": [invoice("1", "100.00"), invoice("2", "10.00")]})
    before = everything(books)
    undone = undoes(books, results, dry_run=True)

    assert (undone.removed, [row.change for row in undone.effect.rows]) == (2, [-110])
    assert everything(books) == before
    assert {run.state for run in runs(books)} == {"loaded"}


def test_the_trail_says_who_undid_what(books: Books) -> None:
    results = books.loads_all({"invoices": [invoice("1", "100.00")]})
    undone = undoes(books, results)

    (told,) = books.asks("SELECT detail::text FROM ar.audit_event WHERE action = 'import undone'")
    counted = {"removed": 1, "restored": 0, "accounts": 0}
    assert json.loads(told) == {"batch": undone.batch_id, "runs": undone.runs, **counted}


def test_what_was_refused_because_of_a_batch_can_be_sent_once_that_is_undone(books: Books) -> None:
    debit = {"adjustment_number": "10", "amount": "2.00", "kind": "debit", "date": "2026-01-01"}
    first = books.loads_all({"adjustments": [{"account_number": "A", **debit}]})
    refund = {"account_number": "B", "payment_number": "10", "amount": "-0.50"}
    receipt = {"account_number": "B", "payment_number": "11", "amount": "7.00"}
    later = {"payments": [{**row, "date": "2026-02-01"} for row in (refund, receipt)]}
    (refused,) = books.loads_all(later)  # a refund is a debit adjustment: its number is taken
    assert [(row.column, row.value) for row in refused.invalid] == [("payment_number", "10")]

    undoes(books, first)
    assert books.asks("SELECT number FROM ar.document") == ["11"]
    assert books.loads_all(later)[0].counts == {"new": 1, "unchanged": 1}
    others = Books(accounts=["A"])
    others.loads_all(later)
    assert difference(books.facts(), others.facts()) == {}


# What stands in the way


def refusal(books: Books, results: Results) -> str:
    before = everything(books)
    with pytest.raises(Refused) as refused:
        undoes(books, results)
    assert everything(books) == before
    return str(refused.value)


LATER: dict[str, tuple[str, dict[str, Any]]] = {
    "documents": ("invoices", invoice("1", "120.00")),
    "allocations": (
        "allocations",
        {"source_number": "P0", "invoice_number": "1", "amount": "5", "date": "2026-02-01"},
    ),
    "lines": (
        "invoice_lines",
        {"invoice_number": "1", "line_number": "1", "description": "Goods", "amount": "100"},
    ),
    "accounts": ("invoices", invoice("2", "5.00", account_number="B")),
}


@pytest.mark.parametrize("what", LATER)
def test_what_a_later_run_builds_on_is_not_undone(books: Books, what: str) -> None:
    books.payment("P0", "5.00", date="2026-02-01")
    first = books.loads_all(
        {"invoices": [invoice("1", "100.00"), invoice("3", "1.00", account_number="B")]}
    )
    kind, row = LATER[what]
    later = books.loads_all({kind: [row]})

    said = refusal(books, first)
    assert f"run {later.batch_id} ({kind}.csv) builds on it ({what})" in said
    undoes(books, later)
    undoes(books, first)
    assert books.asks("SELECT number FROM ar.document") == ["P0"]


def test_a_later_file_that_brought_some_rows_and_knew_others_builds_on_them(books: Books) -> None:
    first = books.loads_all({"invoices": [invoice("1", "100.00")]})
    later = books.loads_all({"invoices": [invoice("1", "100.00"), invoice("2", "5.00")]})

    said = refusal(books, first)
    assert f"run {later.batch_id} (invoices.csv) builds on it (the same rows)" in said
    undoes(books, later)
    undoes(books, first)
    assert books.asks("SELECT number FROM ar.document") == []


def test_what_said_nothing_new_stands_in_no_way(books: Books) -> None:
    before = everything(books)
    row = {**invoice("1", "100.00"), "source_version": "2"}
    first = books.loads_all({"invoices": [row]})
    same = {"invoices": [row]}
    stale = {"invoices": [{**row, "amount": "90.00", "source_version": "1"}]}
    quiet = [books.loads_all(files)[0].counts for files in (same, stale, same)]
    assert quiet == [{"unchanged": 1}, {"stale": 1}, {"unchanged": 1}]

    undoes(books, first)
    assert everything(books) == before
    assert books.loads_all(same)[0].counts == {"new": 1}, "what was taken back is not known"


def test_a_refund_that_would_have_been_a_return_builds_on_the_change(books: Books) -> None:
    books.payment("P1", "50.00", date="2026-02-01")
    before = everything(books)
    changed = books.loads_all({"payments": [payment("60.00", date="2026-02-01")]})
    other = books.loads_all({"payments": [payment("-7.00", date="2026-02-20", number="P2")]})
    later = books.loads_all({"payments": [payment("-50.00", date="2026-03-01")]})
    assert books.asks("SELECT kind FROM ar.document WHERE number = 'P1' ORDER BY 1") == [
        "debit_adjustment",
        "receipt",
    ]

    said = refusal(books, changed)
    assert f"run {later.batch_id} (payments.csv) builds on it (documents)" in said
    undoes(books, later)
    undoes(books, changed)
    undoes(books, other)
    assert everything(books) == before


def payment(amount: str, *, date: str, number: str = "P1") -> dict[str, str]:
    return {"account_number": "A", "payment_number": number, "amount": amount, "date": date}


def test_what_people_worked_on_is_not_undone(books: Books) -> None:
    results = books.loads_all({"invoices": [invoice("1", "100.00", account_number="B")]})
    with books.console():
        raw().execute(
            "INSERT INTO ar.dispute (org_id, customer_id, document_id, opened_on, origin)"
            " SELECT org_id, customer_id, id, '2026-02-01', 'person' FROM ar.document"
        )
    assert "people have worked on what it brought (disputes)" in refusal(books, results)


def test_an_account_that_a_client_speaks_for_is_not_removed(books: Books) -> None:
    results = books.loads_all({"invoices": [invoice("1", "100.00", account_number="B")]})
    add_person("c@nowhere.example", slug=books.slug, role="client", accounts=["B"])
    assert "people have worked on what it brought (client link)" in refusal(books, results)


def test_an_owner_that_people_changed_since_is_not_taken_back() -> None:
    books = Books(accounts=["A"], owned=["A"])
    rows = [{"account_number": "A", "name": "Name A", "owner_email": books.admin_email}]
    results = books.loads_all({"accounts": rows})
    with books.console():
        raw().execute("UPDATE ar.customer_internal SET owner_id = NULL")
    assert "people have worked on what it brought (owners)" in refusal(books, results)


def test_a_run_is_undone_once(books: Books) -> None:
    results = books.loads_all({"invoices": [invoice("1", "100.00")]})
    undoes(books, results)
    with pytest.raises(Refused, match="has been undone already"):
        undoes(books, results)
    with pytest.raises(Refused, match="There is no run 999999999"):
        undo(console_of(books.slug), 999999999, at=AT)


def test_one_organisation_does_not_undo_anothers_run(books: Books) -> None:
    results = books.loads_all({"invoices": [invoice("1", "100.00")]})
    with pytest.raises(Refused, match="There is no run"):
        undoes(Books(), results)
    assert books.balance("1", on="2026-06-30") == 100


# Anything


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
            send_again(books, files[undone + 1 :])
        elif any(wrote_nothing(each) for each in results[undone + 1 :]):
            event("said nothing new")  # nor does what was known already leave anything
            send_again(books, files[undone + 1 :])
        assert difference(books.facts(), others.facts()) == {}


def send_again(books: Books, batches: list[Files]) -> None:
    for each in batches:
        loads(books, each)


def wrote_nothing(batch: Results | None) -> bool:
    return not any(file.counts.keys() & {"new", "changed"} for file in batch or ())


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


def told(facts: list[Fact], chance: Random, books: Books | None = None) -> Files:
    """The files of some facts, with more around them: ids, accounts, lines, orders."""
    files: Files = defaultdict(list)
    files |= batch(facts)
    for kind in ("invoices", "payments"):
        for row in files.get(kind, []):
            number = row.get("invoice_number") or row.get("payment_number")
            if not str(row["amount"]).startswith("-"):
                row["external_id"] = f"{row.get('kind', '')} {number}"
    invoices = [row for row in files.get("invoices", []) if row.get("kind") == "invoice"]
    for row in invoices[:2]:
        text = chance.choice(("Goods", "Freight"))
        files["invoice_lines"].append(
            {
                "invoice_number": row["invoice_number"],
                "line_number": "1",
                "description": text,
                "amount": "1",
            }
        )
    if invoices and chance.random() < 0.5:
        row = invoices[0]
        files["orders"].append(
            {
                "account_number": row["account_number"],
                "order_number": "O1",
                "order_date": "2026-01-01",
                "amount": chance.choice(("10", "20")),
                "currency": row["currency"],
            }
        )
        files["order_links"].append(
            {
                "order_number": "O1",
                "invoice_number": row["invoice_number"],
                "amount": chance.choice(("1", "2")),
            }
        )
    if invoices and chance.random() < 0.3:
        files["reminders"].append(
            {
                "invoice_number": invoices[0]["invoice_number"],
                "date": chance.choice(("2026-03-01", "2026-04-01")),
                "level": chance.choice(("1", "2")),
            }
        )
    if chance.random() < 0.3:
        files["shipments"].append(
            {
                "account_number": chance.choice(ACCOUNTS),
                "shipment_number": chance.choice(("S1", "S2")),
                "shipped_date": "2026-01-01",
                "status": chance.choice(("shipped", "delivered", "cancelled")),
            }
        )
        files["inventory"].append(
            {
                "account_number": chance.choice(ACCOUNTS),
                "item": chance.choice(("X", "Y:1")),
                "quantity": chance.choice(("1", "2.5")),
                "date": chance.choice(("2026-01-01", "2026-01-02")),
            }
        )
    if chance.random() < 0.4:
        owner = books.member_email if books and chance.random() < 0.5 else ""
        files["accounts"].append(
            {
                "account_number": chance.choice(ACCOUNTS),
                "name": chance.choice(("One", "Two")),
                "owner_email": owner,
            }
        )
    return {kind: rows for kind, rows in files.items() if rows}
