"""A file that names all that is open: what it does not name any more was settled."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from duebook.ingest.load import Refused, Results, load, open_file
from duebook.ingest.snapshot import Closing
from duebook.visibility.organisations import console_of
from tests.ledger.books import Books, invoice
from tests.ledger.sources import Fact, batch, facts
from tests.strategies import TODAY, as_of_days

MARCH = date(2026, 3, 31)


def snapshot(books: Books, *rows: dict[str, Any], **more: Any) -> Results:
    return books.loads_all({"invoices": rows}, snapshot=True, **more)


def closed(results: Results) -> tuple[int, int, dict[str, Decimal]]:
    assert results.closing is not None
    return results.closing.count, results.closing.open_count, results.closing.amounts


def left(books: Books, number: str, *days: str) -> list[int]:
    return [int(books.balance(number, on=f"2026-{day}")) for day in days]


@pytest.fixture
def three(books: Books) -> Books:
    """Invoices 1, 2 and 3 of 100, 20 and 5."""
    rows = [invoice("1", "100.00"), invoice("2", "20.00"), invoice("3", "5.00")]
    books.loads("invoices", rows)
    return books


def test_what_is_missing_is_settled_on_the_day_of_the_snapshot(three: Books) -> None:
    tried = snapshot(three, invoice("1", "100.00"), as_at=MARCH, dry_run=True)
    assert closed(tried) == (2, 3, {"USD": Decimal(25)})
    assert [row.change for row in tried.effect.rows] == [-25]
    assert left(three, "2", "06-30") == [20]

    assert closed(snapshot(three, invoice("1", "100.00"), as_at=MARCH)) == closed(tried)
    assert left(three, "1", "06-30") == [100]
    assert left(three, "2", "03-30", "03-31") == [20, 0]
    assert left(three, "3", "03-30", "03-31") == [5, 0]
    with_note = three.asks("SELECT is_snapshot, closed FROM ar.ingest_run ORDER BY id")
    assert with_note[-1] == (True, 2)


def test_without_a_date_it_is_settled_on_the_day_of_the_run(three: Books) -> None:
    results = snapshot(three, invoice("1", "100.00"), invoice("2", "20.00"))
    assert results.closing is not None
    assert results.closing.closed_on == date(2026, 6, 30)
    assert left(three, "3", "06-29", "06-30") == [5, 0]


def test_the_same_snapshot_again_says_nothing_new(three: Books) -> None:
    snapshot(three, invoice("1", "100.00"), as_at=MARCH)
    written = three.written()
    for as_at in (MARCH, date(2026, 4, 30)):
        again = snapshot(three, invoice("1", "100.00"), as_at=as_at)
        assert again.says_nothing_new
        assert closed(again) == (0, 1, {})
        assert three.written() == written


def test_an_invoice_that_is_open_again_rises_from_that_day(three: Books) -> None:
    snapshot(three, invoice("1", "100.00"), as_at=MARCH)
    rows = [invoice("1", "100.00"), invoice("2", "20.00", outstanding_amount="8")]
    snapshot(three, *rows, as_at=date(2026, 4, 30))
    assert left(three, "2", "03-30", "03-31", "04-29", "04-30") == [20, 0, 0, 8]


def test_a_snapshot_that_names_it_again_says_that_it_is_open(three: Books) -> None:
    """A list of open items may have no other column that says so."""
    snapshot(three, invoice("1", "100.00"), as_at=MARCH)
    rows = [invoice("1", "100.00"), invoice("2", "20.00")]
    assert three.loads("invoices", rows, as_at=date(2026, 4, 15)).says_nothing_new
    assert left(three, "2", "04-30") == [0]

    results = snapshot(three, *rows, as_at=date(2026, 4, 30))
    assert results[0].counts == {"unchanged": 1, "changed": 1}
    assert left(three, "2", "03-31", "04-29", "04-30") == [0, 0, 20]


def test_payments_with_a_name_take_the_place_of_what_was_missing(three: Books) -> None:
    snapshot(three, invoice("1", "100.00"), as_at=MARCH)
    three.payment("P1", "20.00", date="2026-03-15")
    three.applies("P1", "2", "20.00", date="2026-03-15")
    assert left(three, "2", "03-14", "03-15") == [20, 0]
    assert three.outstanding(on="2026-06-30") == 100


def test_what_the_batch_itself_settles_is_not_missing(three: Books) -> None:
    pay = {"account_number": "A", "payment_number": "P1", "amount": "20", "date": "2026-03-01"}
    apply = {"source_number": "P1", "invoice_number": "2", "amount": "20", "date": "2026-03-01"}
    files = {"invoices": [invoice("1", "100.00")], "payments": [pay], "allocations": [apply]}
    results = three.loads_all(files, snapshot=True, as_at=MARCH)
    assert closed(results) == (1, 3, {"USD": Decimal(5)})


def test_a_credit_note_that_is_missing_was_used(books: Books) -> None:
    books.loads("invoices", [invoice("1", "100.00"), invoice("C1", "-30.00")])
    results = snapshot(books, invoice("1", "70.00"), as_at=MARCH)
    assert closed(results) == (1, 2, {"USD": Decimal(-30)})
    assert books.outstanding(on="2026-03-31") == 70


def test_only_what_came_by_such_files_is_spoken_for(three: Books) -> None:
    three.adjustment("D1", "7.00", kind="debit")
    three.payment("P1", "50.00", date="2026-02-01")
    results = snapshot(three, invoice("1", "100.00"), as_at=MARCH)
    assert closed(results)[0] == 2
    assert left(three, "D1", "06-30") == [7]
    assert left(three, "P1", "06-30")[0] == 25  # the rest took the place of what was reported


def test_what_is_younger_than_the_snapshot_is_not_missing(three: Books) -> None:
    three.invoice("4", "9.00", issue_date="2026-04-01")
    three.invoice("5", "8.00", as_at="2026-05-31")  # stated later
    three.invoice("2", "20.00", outstanding_amount="11", as_at="2026-05-31")
    results = snapshot(three, invoice("1", "100.00"), as_at=MARCH)
    assert closed(results) == (1, 4, {"USD": Decimal(5)})
    assert [left(three, number, "06-30") for number in "245"] == [[11], [9], [8]]


def test_drafts_and_voids_are_not_missing(books: Books) -> None:
    books.loads("invoices", [invoice("1", "1.00"), invoice("2", "2.00", status="draft")])
    books.invoice("1", "1.00", status="void")
    books.invoice("3", "3.00")
    assert closed(snapshot(books, invoice("3", "3.00"))) == (0, 1, {})


# Rows that cannot be taken


def test_an_invoice_whose_row_is_invalid_is_there(three: Books) -> None:
    rows = [
        invoice("1", "100.00"),
        invoice("2", "twenty"),  # which its own check finds
        invoice("3", "5.001"),  # which only the ledger finds
    ]
    results = snapshot(three, *rows)
    assert results[0].counts["invalid"] == 2
    assert closed(results) == (0, 3, {})
    assert left(three, "2", "06-30") == [20]


def test_a_row_of_zero_is_there(three: Books) -> None:
    rows = [invoice("1", "100.00"), invoice("2", "20.00"), invoice("3", "0")]
    assert closed(snapshot(three, *rows))[0] == 0


def test_when_a_row_does_not_tell_its_number_nothing_is_closed(three: Books) -> None:
    results = snapshot(three, invoice("1", "100.00"), invoice("", "20.00"))
    assert results.closing == Closing(date(2026, 6, 30), 0, 3, {}, unreadable=1)
    assert left(three, "3", "06-30") == [5]


def test_an_invalid_row_is_known_by_its_external_id(books: Books) -> None:
    books.loads("invoices", [invoice("1", "1.00", external_id="e1"), invoice("2", "2.00")])
    rows = [invoice("2", "2.00"), invoice("9", "x", external_id="e1")]
    assert closed(snapshot(books, *rows))[0] == 0


def test_a_snapshot_without_a_valid_row_is_refused(three: Books) -> None:
    with pytest.raises(Refused, match="has no valid row"):
        snapshot(three, invoice("1", "x"))
    with pytest.raises(Refused, match="as a snapshot it would close everything"):
        snapshot(three, invoice("1", "0"))
    assert left(three, "3", "06-30") == [5]


def test_a_snapshot_needs_a_file_of_invoices(three: Books) -> None:
    with pytest.raises(Refused, match="send a file of invoices"):
        three.loads_all({"accounts": [{"account_number": "A", "name": "A"}]}, snapshot=True)


def test_several_files_are_one_snapshot(three: Books, tmp_path: Path) -> None:
    header = "account_number,invoice_number,issue_date,due_date,amount\n"
    files = []
    for number, amount in (("1", "100.00"), ("2", "20.00")):
        path = tmp_path / f"{number}.csv"
        path.write_text(f"{header}A,{number},2026-01-01,2026-01-31,{amount}\n")
        files.append(open_file(path, kind="invoices", mapping=None))
    results = load(console_of(three.slug), files, snapshot=True)
    assert closed(results) == (1, 3, {"USD": Decimal(5)})


@pytest.mark.parametrize(("kept", "is_alarming"), [("123", False), ("12", False), ("1", True)])
def test_more_than_half_is_alarming(three: Books, kept: str, is_alarming: bool) -> None:
    rows = {"1": "100.00", "2": "20.00", "3": "5.00"}
    # However many are new in it.
    new = [invoice(f"new {n}", "1.00") for n in range(9)]
    results = snapshot(three, *(invoice(number, rows[number]) for number in kept), *new)
    assert results.closing is not None
    assert results.closing.is_alarming == is_alarming


# Anything


@settings(max_examples=settings().max_examples // 2)
@given(facts=facts(), data=st.data())
def test_after_a_snapshot_exactly_what_it_names_is_open(
    server: None, facts: list[Fact], data: st.DataObject
) -> None:
    """Of what came by files of invoices until its day, once no payment comes back any more."""
    stated = [fact for fact in facts if fact.kind not in ("payments", "allocations")]
    named = [fact for fact in stated if fact.kind == "invoices" and data.draw(st.booleans())]
    as_at = data.draw(st.just(TODAY) | as_of_days())
    books = Books(today=TODAY)
    if not named or as_at > TODAY:
        return
    books.loads_all(batch(stated))
    note(f"snapshot of {as_at}: {batch(named)}")
    results = books.loads_all(batch(named), snapshot=True, as_at=as_at)
    left = books.asks(
        "SELECT d.kind, d.number, d.issue_date, max(s.stated_on) FROM ar.document d"
        " LEFT JOIN ar.settlement s ON s.document_id = d.id"
        " WHERE intake = 'invoices' AND origin = 'stated' AND open_amount > 0"
        " GROUP BY d.id, 1, 2, 3"
    )
    assert results.closing is not None
    keys = {fact.key for fact in named}
    stated_since = [row for row in left if row[3] and row[3] > as_at]
    spoken_for = [row for row in left if row[2] <= as_at and row not in stated_since]
    assert [row for row in spoken_for if row[:2] not in keys] == []
    assert books.loads_all(batch(named), snapshot=True, as_at=as_at).says_nothing_new
