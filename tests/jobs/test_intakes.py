"""A file on its way into the ledger, through the real queue."""

from __future__ import annotations

import threading
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import connections

from duebook.ingest import kept_files
from duebook.ingest.intake import (
    Intake,
    NotNow,
    Options,
    TableChoice,
    change_state,
    intake,
    waiting,
)
from duebook.ingest.intake_rows import Outcome, TableOutcome
from duebook.jobs import intake_work, intakes, upkeep
from duebook.jobs.intake_progress import Progress
from duebook.jobs.order import order
from duebook.jobs.worker import work
from duebook.visibility.seeing import raw, seeing
from tests.isolation.attacker import Connection, column
from tests.world import Company

NOW = datetime.now(UTC)
INVOICES = b"account_number,invoice_number,issue_date,amount\nC1,N-1,2026-06-01,100.00\n"
GERMAN = b"Konto;Beleg;Wann;Wieviel\nC1;R-1;3.4.2026;1234,50\nC2;R-2;5.4.2026;7,00\n"
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


class Desk:
    """Where somebody sends files."""

    def __init__(self, company: Company, email: str = "") -> None:
        self.company = company
        self.viewer = company.viewer(email or company.admin_email)

    def sends(self, content: bytes, name: str = "june.csv", options: Options | None = None) -> int:
        with self.company.admin():
            file = kept_files.keep(self.viewer, [content], file_name=name, at=NOW)
            return intakes.begin(self.viewer, file, options=options or Options(), at=NOW)

    def sees(self, number: int, *, at: datetime = NOW) -> Intake:
        with self.company.admin():
            found = intake(self.viewer, number, at=at)
        assert found is not None
        return found

    def commits(self, number: int, *, self_settling: bool | None = None) -> Intake:
        with self.company.admin():
            intakes.commit(self.viewer, number, at=NOW, self_settling=self_settling)
        work(wait=False)
        return self.sees(number)

    def numbers(self) -> list[str]:
        """Of the invoices in the ledger."""
        query = "SELECT number FROM ar.document WHERE origin = 'stated' ORDER BY number"
        with self.company.admin():
            return column(raw(), query)

    def chooses(self, number: int, options: Options) -> Intake:
        with self.company.admin():
            intakes.choose(self.viewer, number, options, at=NOW)
        work(wait=False)
        return self.sees(number)

    def checks(self, content: bytes, name: str = "june.csv", **options: object) -> Intake:
        number = self.sends(content, name, Options(**options))  # type: ignore[arg-type]
        work(wait=False)
        return self.sees(number)


def outcome(seen: Intake) -> Outcome:
    assert seen.outcome is not None
    return seen.outcome


def table(seen: Intake) -> TableOutcome:
    [only] = outcome(seen).tables
    return only


def counts(seen: Intake) -> dict[str, int]:
    return table(seen).counts


# From being sent to being loaded


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


# Two at once, and workers that die


def test_two_clicks_are_one(acme: Company) -> None:
    desk = Desk(acme)
    number = desk.checks(INVOICES).id
    with acme.admin():
        intakes.commit(desk.viewer, number, at=NOW)
    for late in (intakes.commit, intakes.cancel, intakes.cancel):
        with acme.admin(), pytest.raises(NotNow):
            late(desk.viewer, number, at=NOW)
    work(wait=False)
    assert desk.sees(number).state == "done"


def test_a_cancelled_file_goes_nowhere(acme: Company) -> None:
    desk = Desk(acme)
    number = desk.sends(INVOICES)
    with acme.admin():
        intakes.cancel(desk.viewer, number, at=NOW)
    work(wait=False)
    assert desk.sees(number).state == "cancelled"
    with acme.admin(), pytest.raises(NotNow):
        intakes.commit(desk.viewer, number, at=NOW)


def test_work_that_is_cancelled_stops_at_its_next_sign_of_life(acme: Company) -> None:
    desk = Desk(acme)
    number = desk.sends(INVOICES)
    progress = Progress(desk.viewer, number, "understanding")
    with acme.admin():
        intakes.cancel(desk.viewer, number, at=NOW)
    progress.told -= 1
    progress.unread = {"june.csv"}
    with pytest.raises(NotNow):
        progress("june.csv", 5_000, 0)


def test_two_workers_over_one_order_load_it_once(acme: Company) -> None:
    desk = Desk(acme)
    number = desk.checks(INVOICES).id
    with acme.admin():
        intakes.commit(desk.viewer, number, at=NOW)

    def commit() -> None:
        intake_work.commit(desk.viewer, intake=number)
        connections.close_all()

    workers = [threading.Thread(target=commit) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert desk.sees(number).state == "done"
    with acme.admin():
        query = "SELECT count(*) FROM ar.ingest_run WHERE file_name = 'june.csv'"
        assert column(raw(), query) == [1]


@pytest.mark.parametrize("state", ["understanding", "checking", "committing"])
def test_a_worker_that_died_at_it_is_followed_by_another(
    acme: Company, own: Connection, state: str
) -> None:
    desk = Desk(acme)
    number = desk.sends(INVOICES) if state == "understanding" else desk.checks(INVOICES).id
    with acme.admin():
        if state == "committing":
            intakes.commit(desk.viewer, number, at=NOW)
        elif state == "checking":
            change_state(desk.viewer, number, to="checking", out_of=["checked"], at=NOW)
            order("check", intake=number)
    own.execute("UPDATE queue.procrastinate_jobs SET status = 'doing'")
    work(wait=False)
    assert desk.sees(number).state == ("done" if state == "committing" else "checked")


def test_whoever_ordered_it_and_left_holds_nobody_up(acme: Company, own: Connection) -> None:
    desk, other = Desk(acme), Desk(acme)
    number = desk.checks(INVOICES).id
    with acme.admin():
        intakes.commit(desk.viewer, number, at=NOW)
    add = acme.viewer(acme.member_email)
    own.execute(
        "UPDATE ar.membership SET role = 'admin' WHERE org_id = %s AND person_id = %s",
        [add.org_id, add.person_id],
    )
    own.execute(
        "UPDATE ar.membership SET active = false WHERE org_id = %s AND person_id = %s",
        [desk.viewer.org_id, desk.viewer.person_id],
    )
    work(wait=False)
    other.viewer = replace(add, kind="admin")
    with seeing(other.viewer):
        seen = intake(other.viewer, number, at=NOW)
        assert seen is not None
        assert (seen.state, seen.seconds_left) == ("committing", None)
        assert "may not any more: order it again" in seen.stalled
        intakes.resume(other.viewer, number, at=NOW)
    work(wait=False)
    with seeing(other.viewer):
        seen = intake(other.viewer, number, at=NOW)
    assert seen is not None
    assert (seen.state, seen.stalled) == ("done", "")


def test_work_without_a_sign_of_life_is_said_to_have_stopped(acme: Company) -> None:
    desk = Desk(acme)
    number = desk.sends(INVOICES)
    assert desk.sees(number).stalled == ""
    later = datetime.now(UTC) + timedelta(minutes=11)
    assert "see that the worker runs" in desk.sees(number, at=later).stalled
    Progress(desk.viewer, number, "understanding")
    assert "has stopped" in desk.sees(number, at=later).stalled


def test_a_fault_of_ours_is_told_and_left_in_the_log(
    acme: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(intake_work, "load", fails)
    seen = Desk(acme).checks(INVOICES)
    assert seen.state == "asking"
    assert "Something went wrong here, not in the file" in seen.trouble


def test_progress_is_told_beside_the_work(acme: Company) -> None:
    desk = Desk(acme)
    number = desk.sends(INVOICES)
    with acme.admin():
        change_state(desk.viewer, number, to="checking", out_of=["understanding"], at=NOW)
    progress = Progress(desk.viewer, number, "checking", total=40_000)
    progress.unread = {"june.csv"}
    progress.told -= 1
    progress("june.csv", 10_000, 0)
    seen = desk.sees(number, at=datetime.now(UTC) + timedelta(seconds=10))
    assert (seen.rows_done, seen.rows_total) == (10_000, 40_000)
    assert seen.rows_per_second == pytest.approx(1_000, rel=0.5)
    assert seen.seconds_left == pytest.approx(62, rel=0.5)  # reading the rest, then posting
    assert seen.share_done == pytest.approx(0.14, rel=0.5)
    with acme.admin():
        assert [each.id for each in waiting(desk.viewer, at=NOW)] == [number]


# Who may know


def test_another_organisation_reaches_no_intake(acme: Company, world: object) -> None:
    desk = Desk(acme)
    number = desk.checks(INVOICES).id
    zenith = world.zenith  # type: ignore[attr-defined]
    viewer = zenith.viewer(zenith.admin_email)
    with seeing(viewer):
        assert intake(viewer, number, at=NOW) is None
        assert waiting(viewer, at=NOW) == []
        for change in (intakes.commit, intakes.cancel, intakes.resume):
            with pytest.raises(NotNow):
                change(viewer, number, at=NOW)
        with pytest.raises(NotNow):
            intakes.choose(viewer, number, Options(), at=NOW)
    intake_work.commit(viewer, intake=number)
    assert desk.sees(number).state == "checked"


def test_what_quotes_the_file_cannot_be_read_in_the_table(acme: Company, own: Connection) -> None:
    rows = INVOICES.replace(b"amount\n", b"amount,note\n").replace(b"100.00", b"100.00,Marmalade")
    seen = Desk(acme).checks(rows)
    assert seen.proposals[0].sample[0].cells[4] == "Marmalade"
    query = "SELECT to_jsonb(i)::text FROM ar.intake i WHERE org_id = %s AND id = %s"
    [stored] = column(own, query, [acme.org_id, seen.id])
    assert "Marmalade" not in stored
    assert "N-1" not in stored


def test_what_nobody_goes_on_with_goes_after_a_month(acme: Company, own: Connection) -> None:
    desk = Desk(acme)
    left, young = desk.checks(INVOICES).id, desk.checks(GERMAN).id
    own.execute("UPDATE ar.org SET file_days = 10 WHERE org_id = %s", [acme.org_id])
    for days, number in ((31, left), (29, young)):
        old = datetime.now(UTC) - timedelta(days=days)
        own.execute("UPDATE ar.intake SET changed_at = %s WHERE id = %s", [old, number])
    own.execute("UPDATE ar.source_file SET came_at = now() - interval '40 days'")
    upkeep.tidy()
    upkeep.tidy()  # the file after what rested on it
    with acme.admin():
        assert column(raw(), "SELECT id FROM ar.intake") == [young]
        assert column(raw(), "SELECT count(*) FROM ar.source_file") == [1]


def test_amounts_are_summed_up_over_the_lines_in_the_same_archive(
    acme: Company, tmp_path: Path
) -> None:
    summing = """
kind = "orders"
[columns]
account_number = "customer"
order_number = "order"
order_date = "day"
[lines]
file = "lines.csv"
on = "order"
amount = { column = "price", times = ["pieces"] }
"""
    path = tmp_path / "orders.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("orders.csv", "customer;order;day\nC1;O-1;2026-01-05\n")
        archive.writestr("lines.csv", "order;price;pieces\nO-1;5;4\nO-1;1;3\n")
    desk = Desk(acme)
    choice = TableChoice(kind="orders", mapping=summing, save_as="Orders with lines")
    number = desk.checks(path.read_bytes(), "orders.zip").id
    checked = desk.chooses(number, Options(tables={"orders.zip/orders.csv": choice}))
    assert (checked.state, counts(checked)) == ("checked", {"new": 1})
    desk.commits(checked.id)
    with acme.admin():
        assert column(raw(), "SELECT amount FROM ar.document WHERE number = 'O-1'") == [2300]
    again = desk.checks(path.read_bytes(), "july.zip")
    assert (again.state, counts(again)) == ("checked", {"unchanged": 1})
