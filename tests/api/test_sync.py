"""Rows that a program pushes: what each comes to, what is refused, and by whom it may be sent."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from duebook.ingest import json_rows
from duebook.ingest.kinds import KINDS
from duebook.web.api import body, row_schemas
from tests.api.conftest import Service, token_of
from tests.ledger.books import Books, invoice

INVOICE = {**invoice("1", "100.00"), "external_id": "i1", "source_version": "5"}


@pytest.fixture
def books(server: None) -> Books:
    return Books(accounts=["A"])


@pytest.fixture
def erp(books: Books) -> Service:
    return Service(token_of(books, "ingest"))


def test_rows_land_and_each_hears_what_it_came_to(books: Books, erp: Service) -> None:
    rows = [
        INVOICE,
        {**invoice("2", "7.00"), "kind": "credit_invoice"},
        {**invoice("3", "0"), "external_id": "i3"},
        {**invoice("4", "1.234")},
        {**invoice("5", "9.00"), "amount": None},
        INVOICE,
    ]
    told = erp.pushes("invoices", *rows)

    actions = ["new", "new", "skipped", "invalid", "invalid", "repeated"]
    assert [each["action"] for each in told["results"]] == actions
    assert told["counts"] == {"new": 2, "skipped": 1, "invalid": 2, "repeated": 1}
    assert told["results"][0] == {
        "index": 0,
        "action": "new",
        "external_id": "i1",
        "number": "1",
        "column": None,
        "reason": None,
    }
    wrong = told["results"][3]
    assert (wrong["column"], wrong["number"]) == ("amount", "4")
    assert "More decimals than USD has: write 2 at most" in wrong["reason"]
    assert told["results"][4]["column"] == "amount"
    assert not told["nothing_new"]
    assert books.outstanding(on="2026-06-30") == Decimal("93.00")


@pytest.mark.parametrize("amount", [0.1, "0.1", 1e-1, "0.10", 0.10])
def test_numbers_are_exact_however_they_are_written(
    books: Books, erp: Service, amount: float | str
) -> None:
    rows = [{**invoice("1", ""), "amount": amount}, {**invoice("2", ""), "amount": amount}]
    assert erp.actions("invoices", *rows, {**invoice("3", ""), "amount": 0.2}) == ["new"] * 3
    assert books.outstanding(on="2026-06-30") == Decimal("0.40")


def test_digits_that_a_float_would_lose_are_kept(books: Books, erp: Service) -> None:
    text = json.dumps([invoice("1", "AMOUNT")]).replace('"AMOUNT"', "90071992547409.93")
    assert erp.post("invoices", text).status_code == 200
    assert books.outstanding(on="2026-06-30") == Decimal("90071992547409.93")


def test_objects_on_lines_are_rows_too(books: Books, erp: Service) -> None:
    lines = "\r\n".join(json.dumps(invoice(str(n), "1.00")) for n in range(3)) + "\n\n"
    answer = erp.post("invoices", lines, sort="application/x-ndjson; charset=utf-8")
    assert answer.json()["counts"] == {"new": 3}


def test_every_kind_has_its_door(books: Books, erp: Service) -> None:
    sent = {kind: {**row_schemas.example(kind), "source_version": "1"} for kind in KINDS}
    for kind, row in sent.items():
        assert erp.actions(kind, row) == ["new"], kind
        assert erp.actions(kind, row) == ["unchanged"], kind
    assert books.balance("2026-0001", on="2026-06-30") == Decimal("190.00")


def test_what_a_row_does_not_state_stays_and_null_empties_it(books: Books, erp: Service) -> None:
    row = {**INVOICE, "order_number": "O", "disputed": True, "dispute_reason": "Broken"}
    erp.pushes("invoices", row)
    only = {**INVOICE, "source_version": "6"}
    other = {**invoice("2", "1.00"), "disputed": False, "order_number": None}
    assert erp.actions("invoices", only, other) == ["changed", "new"]
    kept = "SELECT order_number FROM ar.document WHERE number = '1'"
    open_disputes = "SELECT count(*) FROM ar.dispute WHERE resolved_on IS NULL"
    assert (books.asks(kept), books.asks(open_disputes)) == (["O"], [1])

    empties = {**only, "source_version": "7", "order_number": None, "disputed": None}
    assert erp.actions("invoices", empties) == ["changed"]
    assert (books.asks(kept), books.asks(open_disputes)) == ([None], [0])


def test_a_dry_run_says_the_same_and_changes_nothing(books: Books, erp: Service) -> None:
    written = books.written()
    for _twice in range(2):
        told = erp.pushes("invoices", INVOICE, query="?dry_run=true", Idempotency_Key="k")
        assert (told["counts"], told["run"], told["dry_run"]) == ({"new": 1}, None, True)
    assert books.written() == written
    assert erp.actions("invoices", INVOICE) == ["new"]


def test_a_word_of_an_earlier_day_is_stale(books: Books, erp: Service) -> None:
    erp.pushes("invoices", invoice("1", "10.00"), query="?as_at=2026-06-20")
    assert erp.actions("invoices", invoice("1", "9.00"), query="?as_at=2026-06-19") == ["stale"]
    assert erp.actions("invoices", invoice("1", "8.00"), query="?as_at=2026-06-21") == ["changed"]


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        ({"body": " "}, 400, "is not JSON"),
        ({"body": "[]"}, 400, "no row"),
        ({"body": "{}"}, 400, "is no list"),
        ({"body": "[1]"}, 400, "Row 1"),
        ({"body": "[" * 100_000}, 400, "nested too deep"),
        ({"body": b'["\xff"]'}, 400, "not UTF-8"),
        ({"body": '[{"amount": NaN}]'}, 400, "NaN is no value"),
        ({"body": "{}\n[]", "sort": "application/x-ndjson"}, 400, "Line 2"),
        ({"body": "{}\n{", "sort": "application/x-ndjson"}, 400, "Line 2"),
        ({"sort": "text/csv"}, 415, "application/json"),
        ({"sort": ""}, 415, "application/json"),
        ({"Content_Encoding": "gzip"}, 415, "Content-Encoding"),
        ({"query": "?as_at=1.2.2026"}, 400, "as_at"),
        ({"query": "?dry_run=perhaps"}, 400, "dry_run"),
        ({"query": "?dryrun=true"}, 400, "dryrun"),
        ({"query": "?dry_run=true&dry_run=false"}, 400, "twice"),
        ({"Idempotency_Key": ""}, 400, "Idempotency-Key"),
        ({"Idempotency_Key": "a b"}, 400, "Idempotency-Key"),
        ({"Idempotency_Key": "k" * 256}, 400, "Idempotency-Key"),
    ],
)
def test_what_cannot_be_taken_is_said_in_a_sentence(
    books: Books, erp: Service, sent: dict[str, Any], status: int, said: str
) -> None:
    written = books.written()
    answer = erp.post("invoices", **{"body": json.dumps([INVOICE]), **sent})
    assert answer.status_code == status
    assert set(answer.json()) == {"detail"}
    assert said in answer.json()["detail"]
    assert answer["Cache-Control"] == "no-store"
    assert books.written() == written


def test_a_kind_that_is_none_is_not_there(erp: Service) -> None:
    answer = erp.post("refunds", "[]")
    assert (answer.status_code, "choose among: accounts, invoices" in str(answer.json())) == (
        404,
        True,
    )


def test_too_much_at_once_is_refused(
    books: Books, erp: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_rows, "ROWS_MAX", 2)
    rows = [invoice(str(n), "1.00") for n in range(3)]
    for text, sort in (
        (json.dumps(rows), "application/json"),
        ("\n".join(map(json.dumps, rows)), "application/x-ndjson"),
    ):
        assert erp.post("invoices", text, sort=sort).status_code == 413
    monkeypatch.setattr(body, "BODY_MAX", 100)
    answer = erp.post("invoices", json.dumps(rows[:2]))
    assert answer.status_code == 413
    assert books.asks("SELECT count(*) FROM ar.document") == [0]


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        ({"amuont": "1"}, "amuont", "There is no field of this name in invoices"),
        ({"amount": ["1"]}, "amount", "It holds a list or an object"),
        ({"deleted": "yes"}, "deleted", "Write true or false"),
        ({"account_number": "A\0"}, "account_number", "NUL character"),
        ({"account_number": "\ud800"}, "account_number", "damaged"),
        ({"issue_date": 20260101.5}, "issue_date", ""),
        ({"invoice_number": "n" * 201}, "invoice_number", "longer than 200"),
        ({"currency": "XXXX"}, "currency", "ISO 4217"),
        ({"amount": "NaN"}, "amount", "not a number"),
        ({"deleted": True, "invoice_number": None, "external_id": None}, "invoice_number", "Say"),
    ],
)
def test_a_wrong_row_keeps_no_other_from_landing(
    books: Books, erp: Service, row: dict[str, Any], column: str, said: str
) -> None:
    bad = {**invoice("1", "100.00"), **row}
    first, second = erp.pushes("invoices", bad, invoice("2", "1.00"))["results"]
    assert (first["action"], first["column"]) == ("invalid", column)
    assert said in first["reason"]
    assert second["action"] == "new"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "row", [{}, {"external_id": None}, {"external_id": " "}, {"deleted": False}]
)
def test_a_row_that_says_nothing_is_refused(erp: Service, kind: str, row: dict[str, Any]) -> None:
    told = erp.pushes(kind, row, {"external_id": ["x"]}, {"deleted": True})

    assert [each["action"] for each in told["results"]] == ["invalid"] * 3
    assert told["results"][0]["reason"].startswith("The row says nothing: name at least ")


def test_a_key_twice_in_an_object_is_refused(erp: Service) -> None:
    text = json.dumps([invoice("1", "1.00")]).replace("{", '{"amount": "2.00", ')
    (told,) = erp.post("invoices", text).json()["results"]
    assert (told["action"], "stands twice" in told["reason"]) == ("invalid", True)


# Who may, and what is kept of it


def test_a_token_without_the_scope_may_not_bring_rows(books: Books) -> None:
    reader = Service(token_of(books, "read", name="Reader"))
    answer = reader.post("invoices", json.dumps([INVOICE]))
    message = "This token may not bring rows; make one with the scope ingest."
    assert (answer.status_code, answer.json()) == (403, {"detail": message})


@pytest.mark.parametrize("token", ["", "x", "duebook_abcdefgh_" + "x" * 43])
def test_nobody_brings_rows_without_a_token(server: None, token: str) -> None:
    answer = Service(token).post("invoices", json.dumps([INVOICE]))
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="Duebook"'


def test_rows_land_where_the_token_belongs_alone(books: Books, erp: Service) -> None:
    """The same keys and numbers in two organisations are two things."""
    other = Books(accounts=["A"])
    erp.pushes("invoices", INVOICE, Idempotency_Key="same")
    neighbour = Service(token_of(other, "ingest"))
    gone = {"external_id": "i1", "deleted": True, "source_version": "9"}
    assert neighbour.actions("invoices", gone) == ["deleted"]
    late = {**INVOICE, "amount": "1.00"}
    told = neighbour.pushes("invoices", late, Idempotency_Key="same")
    assert told["counts"] == {"stale": 1}
    assert books.outstanding(on="2026-06-30") == Decimal("100.00")
    assert other.outstanding(on="2026-06-30") == 0


def test_the_history_and_the_trail_name_the_token(books: Books) -> None:
    erp = Service(token_of(books, "ingest", name="Warehouse"))
    run = erp.pushes("invoices", INVOICE, {**invoice("2", "x")})["run"]
    told = "SELECT source, kind, file_name, counts::text FROM ar.ingest_run ORDER BY id DESC"
    assert books.asks(told)[0] == ("sync", "invoices", "Warehouse", '{"new": 1, "invalid": 1}')
    errors = "SELECT line, column_name, value FROM ar.ingest_error"
    assert books.asks(errors) == [(2, "amount", "x")]
    trail = "SELECT detail->>'run' FROM ar.audit_event WHERE action = 'rows received'"
    assert books.asks(trail) == [str(run)]


def test_calls_that_say_nothing_new_are_one_run_a_day(books: Books, erp: Service) -> None:
    first = erp.pushes("invoices", INVOICE)["run"]
    written = books.written()
    again = [erp.pushes("invoices", INVOICE) for _thrice in range(3)]
    assert {told["nothing_new"] for told in again} == {True}
    (quiet,) = {told["run"] for told in again}
    assert quiet != first
    assert books.written() == written
    kept = (
        "SELECT counts::text, quiet_calls, rests_on FROM ar.ingest_run"
        " WHERE id = (SELECT max(id) FROM ar.ingest_run)"
    )
    assert books.asks(kept) == [('{"unchanged": 3}', 3, [first])]
    trail = "SELECT count(*) FROM ar.audit_event WHERE action = 'rows received'"
    assert books.asks(trail) == [2]

    later = erp.pushes("invoices", invoice("2", "1.00"))["run"]
    other = erp.pushes("invoices", invoice("2", "1.00"))["run"]
    assert other not in (quiet, later), "it rests on what came after the quiet run"
