"""Files sent on a page: understood, checked, loaded when said."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from duebook.ingest import kept_files
from duebook.ingest.intake import (
    Options,
    TableChoice,
)
from duebook.jobs import intakes
from duebook.jobs.worker import work
from duebook.visibility.seeing import raw
from tests.isolation.attacker import column
from tests.jobs.desk import GERMAN, INVOICES, NOW, Desk, counts, outcome, table
from tests.world import Company

MAPPING = """
kind = "invoices"
date_formats = ["D.M.YYYY"]
decimal = ","
[columns]
account_number = "Konto"
invoice_number = "Beleg"
issue_date = "Wann"
amount = "Wieviel"
"""


def test_a_file_of_duebooks_own_is_checked_at_once_and_loaded_when_said(acme: Company) -> None:
    desk = Desk(acme)
    checked = desk.checks(INVOICES)
    assert (checked.state, checked.trouble, checked.stalled) == ("checked", "", "")
    assert (table(checked).table, table(checked).kind) == ("june.csv", "invoices")
    assert counts(checked) == {"new": 1}
    [owed] = outcome(checked).effect.rows
    assert (owed.account_number, owed.change) == ("C1", Decimal("100.00"))
    [proposal] = checked.proposals
    assert proposal.landing[0].values["invoice_number"] == "N-1"
    assert desk.numbers() == ["A-1", "A-2"]  # nothing is loaded yet
    done = desk.commits(checked.id)
    assert (done.state, counts(done)) == ("done", {"new": 1})
    assert desk.numbers() == ["A-1", "A-2", "N-1"]
    with acme.admin():
        query = "SELECT batch_id, file_id, file_name FROM ar.ingest_run ORDER BY id DESC LIMIT 1"
        assert raw().execute(query).fetchone() == (done.batch_id, done.file_id, "june.csv")


def test_a_file_sent_again_says_nothing_new(acme: Company) -> None:
    desk = Desk(acme)
    desk.commits(desk.checks(INVOICES).id)
    again = desk.checks(INVOICES, "copy.csv")
    assert again.file_name == "copy.csv"
    assert outcome(again).says_nothing_new
    assert counts(desk.commits(again.id)) == {"unchanged": 1}
    assert desk.numbers() == ["A-1", "A-2", "N-1"]


def test_what_is_open_is_asked_and_remembered_for_the_next_file(acme: Company) -> None:
    desk = Desk(acme)
    asking = desk.checks(GERMAN, "juni.csv")
    assert asking.state == "asking"
    [proposal] = asking.proposals
    assert proposal.sample[0].cells == ["C1", "R-1", "3.4.2026", "1234,50"]
    assert not proposal.is_certain
    choice = TableChoice(kind="invoices", mapping=MAPPING, save_as="Monthly")
    checked = desk.chooses(asking.id, Options(tables={"juni.csv": choice}))
    assert (checked.state, counts(checked)) == ("checked", {"new": 2})
    assert checked.proposals[0].landing[0].values["issue_date"] == "2026-04-03"
    desk.commits(checked.id)
    assert desk.numbers() == ["A-1", "A-2", "R-1", "R-2"]
    next_month = desk.checks(GERMAN.replace(b"R-", b"S-"), "juli.csv")
    assert (next_month.state, next_month.proposals[0].saved_as) == ("checked", "Monthly")


def test_a_mapping_that_does_not_fit_is_asked_about_again(acme: Company) -> None:
    desk = Desk(acme)
    number = desk.checks(GERMAN, "juni.csv").id
    wrong = TableChoice(kind="invoices", mapping=MAPPING.replace("Beleg", "Rechnung"))
    asking = desk.chooses(number, Options(tables={"juni.csv": wrong}))
    assert asking.state == "asking"
    assert "Rechnung" in asking.proposals[0].trouble


def test_a_name_that_another_mapping_has_is_asked_for_again(acme: Company) -> None:
    desk = Desk(acme)
    choice = TableChoice(kind="invoices", mapping=MAPPING, save_as="Monthly")
    desk.chooses(desk.checks(GERMAN, "a.csv").id, Options(tables={"a.csv": choice}))
    other = GERMAN.replace(b"Konto", b"Kunde")
    second = replace(choice, mapping=MAPPING.replace("Konto", "Kunde"))
    seen = desk.chooses(desk.checks(other, "b.csv").id, Options(tables={"b.csv": second}))
    assert seen.state == "asking"
    assert "There is a mapping called “Monthly” already" in seen.trouble


def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(acme: Company) -> None:
    refused = Desk(acme).checks(b"\xd0\xcf\x11\xe0" + b"x" * 600, "old.xls")
    assert refused.state == "refused"
    assert (
        refused.trouble
        == "old.xls is an old Excel file (.xls): save it as XLSX or CSV and send that."
    )


def test_without_a_valid_row_one_may_choose_otherwise(acme: Company) -> None:
    desk = Desk(acme)
    seen = desk.checks(INVOICES.replace(b"100.00", b"much"))
    assert seen.state == "asking"
    assert "no valid row" in seen.trouble


def test_what_is_strict_is_checked_strictly(acme: Company) -> None:
    rows = INVOICES + b"C1,N-2,2026-06-01,much\n"
    assert counts(Desk(acme).checks(rows)) == {"new": 1, "invalid": 1}
    assert "refused as a whole" in Desk(acme).checks(rows, strict=True).trouble


def test_a_snapshot_shows_first_what_it_would_close(acme: Company) -> None:
    desk = Desk(acme)
    header = b"account_number,invoice_number,issue_date,amount,due_date\n"
    rows = header + b"C1,A-1,2026-01-01,100.00,2026-03-31\n"
    checked = desk.checks(rows, snapshot=True)
    closing = outcome(checked).closing
    assert closing is not None
    assert (closing.count, closing.amounts) == (1, {"USD": Decimal("23.45")})
    done = desk.commits(checked.id)
    assert outcome(done).closing == closing


def test_a_checked_file_follows_the_ledger_when_it_is_loaded(acme: Company) -> None:
    desk = Desk(acme)
    checked = desk.checks(INVOICES)
    acme.owes("100.00", issued="2026-06-01", due="2026-07-01", number="N-1")
    assert counts(checked) == {"new": 1}
    assert "new" not in counts(desk.commits(checked.id))


def test_tables_of_no_kind_are_left_out_beside_others(acme: Company, tmp_path: Path) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("invoices.csv", INVOICES)
        archive.writestr("notes.csv", "hello;world\nx;y\n")
    checked = Desk(acme).checks(path.read_bytes(), "all.zip")
    assert checked.state == "checked"
    found = {each.table: bool(each.trouble) for each in checked.proposals}
    assert found == {"all.zip/invoices.csv": False, "all.zip/notes.csv": True}
    assert table(Desk(acme).commits(checked.id)).table == "all.zip/invoices.csv"


# What a person should look at


def test_rows_that_look_like_others_are_told(acme: Company) -> None:
    rows = (
        b"account_number,invoice_number,issue_date,amount,account_name\n"
        b"C1,A-1-copy,2026-01-01,100.00,First\n"
        b"C1,N-1,2026-06-01,5.00,First\nC1,N-2,2026-06-01,5.00,First\n"
        b"X9,N-3,2026-06-02,5.00,SECOND & Co.\nX8,N-4,2026-06-02,5.00,Marmelade Holding\n"
        b"X7,N-5,2026-06-02,5.00,Marmalade Holding\n"
    )
    seen = table(Desk(acme).checks(rows)).look_alikes
    documents = [(each.line, each.other_number, each.other_line) for each in seen.documents]
    assert documents == [(2, "A-1", None), (4, "N-1", 3)]
    assert (seen.document_count, seen.account_count) == (2, 2)
    accounts = [(each.account_number, each.other_number, each.reason) for each in seen.accounts]
    assert accounts == [
        ("X8", "X7", "nearly the same name"),
        ("X9", "C2", "same name"),
    ]


def test_invalid_rows_come_back_as_a_file_to_be_corrected(acme: Company) -> None:
    desk = Desk(acme)
    choice = TableChoice(kind="invoices", mapping=MAPPING, save_as="Monthly")
    rows = GERMAN.replace(b"5.4.2026;7,00", b"35.4.2026;=1+1")
    number = desk.checks(rows, "juni.csv").id
    done = desk.commits(desk.chooses(number, Options(tables={"juni.csv": choice})).id)
    assert counts(done) == {"new": 1, "invalid": 1}
    [wrong] = table(done).invalid
    assert (wrong.line, wrong.column, wrong.value) == (3, "Wann", "35.4.2026")
    file_id = table(done).invalid_file_id
    assert file_id is not None
    with acme.admin():
        workbook = b"".join(kept_files.content(desk.viewer, file_id))
    again = desk.checks(workbook, "juni-invalid.xlsx")  # recognised, columns of ours or not
    assert (again.state, again.proposals[0].saved_as) == ("asking", "Monthly")
    assert again.proposals[0].sample[0].cells[:4] == ["C2", "R-2", "35.4.2026", "=1+1"]
    assert again.proposals[0].sample[0].cells[4] == "3"
    assert "no valid row" in again.trouble


def test_whether_receipts_settle_themselves_is_asked_once(acme: Company) -> None:
    desk = Desk(acme)
    rows = (
        b"account_number,invoice_number,issue_date,amount,kind\n"
        b"C1,T-1,2026-06-01,40.00,receipt_tax_invoice\n"
    )
    checked = desk.checks(rows)
    asked = outcome(checked).self_settling
    assert asked is not None
    assert (asked.count, asked.amounts) == (1, {"USD": Decimal("40.00")})
    done = desk.commits(checked.id, self_settling=True)
    assert outcome(done).effect.rows == []  # paid as it was written
    with acme.admin():
        assert column(raw(), "SELECT self_settling FROM ar.org") == [True]
        said = column(
            raw(), "SELECT open_amount FROM ar.document WHERE kind = 'receipt_tax_invoice'"
        )
        assert said == [0]
    assert outcome(desk.checks(rows.replace(b"T-1", b"T-2"))).self_settling is None


def test_a_batch_is_taken_back_after_showing_what_that_does(acme: Company) -> None:
    desk = Desk(acme)
    batch = desk.commits(desk.checks(INVOICES).id).batch_id
    assert batch is not None
    with acme.admin():
        number = intakes.undo_run(desk.viewer, batch, at=NOW)
    work(wait=False)
    checked = desk.sees(number)
    assert (checked.state, checked.undoes, checked.file_name) == ("checked", batch, "june.csv")
    taken = outcome(checked).taken_back
    assert taken is not None
    assert (taken.runs, taken.removed) == ([batch], 1)
    assert "N-1" in desk.numbers()
    assert desk.commits(number).state == "done"
    assert "N-1" not in desk.numbers()
    with acme.admin():
        again = intakes.undo_run(desk.viewer, batch, at=NOW)
    work(wait=False)
    assert desk.sees(again).trouble == f"Run {batch} has been undone already."
    with acme.admin(), pytest.raises(LookupError):
        intakes.undo_run(desk.viewer, 10**9, at=NOW)
