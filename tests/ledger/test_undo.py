"""Batches taken back: what they brought is gone, what they changed is as it was."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from duebook.ingest.load import Results
from duebook.ledger.runs import Run, history
from duebook.ledger.undo import undo
from duebook.visibility.organisations import Refused, add_person, console_of
from duebook.visibility.seeing import raw
from tests.ledger.books import Books, invoice
from tests.ledger.undoing import AT, difference, everything, undoes


def runs(books: Books) -> list[Run]:
    with books.console():
        return history(console_of(books.slug))


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
    "the same rows": ("invoices", invoice("1", "100.00")),
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
