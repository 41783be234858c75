"""A watched folder: what is dropped there is loaded once, whatever happens in between."""

from __future__ import annotations

import os
from decimal import Decimal
from pathlib import Path

import pytest

from duebook.ingest.connectors.connector import Trouble, Unfit
from duebook.ingest.connectors.folder import FolderConnector
from duebook.ingest.feeds import Column, Mapping
from duebook.ingest.mappings import save
from duebook.visibility.organisations import current
from duebook.visibility.seeing import raw
from tests.connectors.conftest import Watched
from tests.ledger.books import Books

HEAD = "account_number,invoice_number,issue_date,amount\n"


def drop(folder: Path, name: str, *rows: str) -> Path:
    path = folder / name
    path.write_text(HEAD + "".join(f"{row}\n" for row in rows))
    return path


def owed(watched: Watched, number: str) -> Decimal:
    return watched.books.balance(number, on="2026-06-30")


def runs(books: Books) -> list[tuple[str, str, str]]:
    query = (
        "SELECT r.source, r.file_name, p.name FROM ar.ingest_run r"
        " JOIN ar.person p ON p.org_id = r.org_id AND p.id = r.person_id"
        " WHERE r.kind = 'invoices' ORDER BY r.id"
    )
    with books.admin():
        return raw().execute(query).fetchall()


def test_what_is_dropped_is_owed_after_the_next_poll_and_once(watched: Watched, inbox: Path):
    drop(inbox, "may.csv", "A,1,2026-05-01,100.00")
    state = watched.poll()
    assert owed(watched, "1") == Decimal("100.00")
    assert (state.failures, state.trouble, state.state(watched.at)) == (0, "", "fine")
    assert runs(watched.books) == [("connector", "may.csv", "The ERP")]

    watched.poll()
    os.utime(inbox / "may.csv", (1_700_000_000, 1_700_000_000))  # only looks new
    watched.poll()
    assert len(runs(watched.books)) == 1

    drop(inbox, "may.csv", "A,1,2026-05-01,100.00", "A,2,2026-05-02,5.00")
    watched.poll()
    assert owed(watched, "2") == Decimal("5.00")
    assert len(runs(watched.books)) == 2


def test_what_was_dropped_is_kept_as_it_came(watched: Watched, inbox: Path):
    path = drop(inbox, "may.csv", "A,1,2026-05-01,100.00")
    watched.poll()
    with watched.books.admin():
        kept = raw().execute("SELECT file_name, size_bytes FROM ar.source_file").fetchall()
    assert kept == [("may.csv", path.stat().st_size)]


def test_a_saved_mapping_reads_what_nobody_could(watched: Watched, inbox: Path):
    (inbox / "odd.csv").write_text("who,which,day,much\nA,1,2026-05-01,100.00\n")
    assert watched.poll().failures == 1
    header = ["who", "which", "day", "much"]
    names = ["account_number", "invoice_number", "issue_date", "amount"]
    columns = {name: Column((said,)) for name, said in zip(names, header, strict=True)}
    with watched.books.admin():
        mapping = Mapping(kind="invoices", columns=columns)
        save(watched.admin, mapping, name="Odd", kind="invoices", header=header, at=watched.at)
    assert watched.poll().trouble == ""
    assert owed(watched, "1") == Decimal("100.00")


def test_data_is_as_old_as_the_last_file(watched: Watched, inbox: Path):
    path = drop(inbox, "may.csv", "A,1,2026-05-01,100.00")
    os.utime(path, (1_780_000_000, 1_780_000_000))
    first = watched.poll().data_as_of
    assert first is not None
    assert first.timestamp() == 1_780_000_000
    assert watched.poll().data_as_of == first


def test_a_file_that_cannot_be_read_stops_no_other_and_is_tried_again(
    watched: Watched, inbox: Path
):
    (inbox / "a.csv").write_text("what,is,this\n1,2,3\n")
    drop(inbox, "b.csv", "A,1,2026-05-01,100.00")
    state = watched.poll()
    assert owed(watched, "1") == Decimal("100.00")
    assert state.failures == 1
    assert state.trouble.startswith("a.csv ")
    assert state.state(watched.at) == "failing"

    drop(inbox, "a.csv", "A,7,2026-05-01,7.00")
    state = watched.poll()
    assert owed(watched, "7") == Decimal("7.00")
    assert (state.failures, state.trouble) == (0, "")


def test_moved_files_lie_in_done_and_failed(books: Books, inbox: Path):
    watched = Watched(books, type="folder", settings={"folder": "", "moves": True})
    drop(inbox, "good.csv", "A,1,2026-05-01,100.00")
    (inbox / "bad.csv").write_text("what,is,this\n1,2,3\n")
    state = watched.poll()
    assert sorted(each.name for each in inbox.iterdir()) == ["done", "failed"]
    assert (inbox / "done" / "good.csv").exists()
    assert (inbox / "failed" / "bad.csv").exists()
    assert state.failures == 1

    drop(inbox, "good.csv", "A,2,2026-05-01,1.00")
    assert "failed" in watched.poll().trouble  # until somebody has looked at it
    assert (inbox / "done" / "good 2.csv").exists()
    (inbox / "failed" / "bad.csv").unlink()
    assert watched.poll().failures == 0


def test_a_file_that_is_still_written_is_left_alone(
    watched: Watched, inbox: Path, monkeypatch: pytest.MonkeyPatch
):
    path = drop(inbox, "may.csv", "A,1,2026-05-01,100.00")
    drop(inbox, "june.csv.part", "A,2,2026-05-01,100.00")
    drop(inbox, ".hidden.csv", "A,3,2026-05-01,100.00")

    def writes(_seconds: float) -> None:
        with path.open("a") as file:
            file.write("A,4,2026-05-01,4.00\n")

    with monkeypatch.context() as patched:
        patched.setattr("duebook.ingest.connectors.folder.time.sleep", writes)
        watched.poll()
    assert runs(watched.books) == []
    watched.poll()
    assert owed(watched, "4") == Decimal("4.00")
    assert [name for _, name, _ in runs(watched.books)] == ["may.csv"]


def test_no_link_leads_out_and_none_is_followed(
    books: Books, base: Path, inbox: Path, watched: Watched
):
    outside = base / "outside"
    outside.mkdir()
    drop(outside, "secret.csv", "A,1,2026-05-01,100.00")
    (inbox / "link.csv").symlink_to(outside / "secret.csv")
    os.mkfifo(inbox / "pipe.csv")
    watched.poll()
    assert runs(books) == []

    (inbox / "way").symlink_to(outside)
    with books.admin():
        connector = FolderConnector(
            {"folder": "way"}, secret="", organisation=current(watched.admin)
        )
    with pytest.raises(Trouble):
        connector.test()


@pytest.mark.parametrize("folder", ["..", "a/../../b", "/etc", "x\0y", "../other"])
def test_a_path_that_leads_elsewhere_is_refused(books: Books, inbox: Path, folder: str):
    with pytest.raises(Unfit):
        Watched(books, type="folder", settings={"folder": folder})


def test_another_organisations_folder_is_out_of_reach(books: Books, base: Path):
    other = base / "other"
    other.mkdir()
    drop(other, "theirs.csv", "A,1,2026-05-01,100.00")
    watched = Watched(books, type="folder", settings={"folder": ""})
    state = watched.poll()
    assert state.trouble.startswith("There is no folder")
    assert runs(books) == []


def test_the_cursor_moves_only_with_the_facts(
    watched: Watched, inbox: Path, monkeypatch: pytest.MonkeyPatch
):
    drop(inbox, "may.csv", "A,1,2026-05-01,100.00")

    def breaks(*_args: object) -> None:
        raise OSError

    with monkeypatch.context() as patched:  # between the rows and the cursor
        patched.setattr("duebook.ingest.connectors.poll.json.dumps", breaks)
        assert watched.poll().failures == 1
    assert runs(watched.books) == []
    watched.poll()
    assert owed(watched, "1") == Decimal("100.00")
