"""Files as they came: kept once, sealed, for as long as the organisation says."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from duebook.console import importing
from duebook.database.migrate import connect
from duebook.database.sealing import Broken
from duebook.ingest import kept_files
from duebook.ingest.kept_files import KeptFile
from duebook.jobs import upkeep
from duebook.visibility.seeing import raw, seeing
from tests.isolation.attacker import Connection, column
from tests.world import Company, World

NOW = datetime.now(UTC)
LINE = b"C1,N-1,2026-06-01,100.00,Marmalade Holding\n"
CONTENT = b"account_number,invoice_number,issue_date,amount,account_name\n" + LINE


@pytest.fixture(scope="module")
def houses(server: None) -> World:
    return World()


@pytest.fixture
def own(server: None) -> Iterator[Connection]:
    with connect() as connection:
        yield connection


def kept(company: Company, parts: Iterator[bytes] | list[bytes], name: str = "a.csv") -> KeptFile:
    viewer = company.viewer(company.admin_email)
    with seeing(viewer):
        return kept_files.keep(viewer, parts, file_name=name, at=NOW)


def content(company: Company, file: int) -> bytes:
    viewer = company.viewer(company.admin_email)
    with seeing(viewer):
        return b"".join(kept_files.content(viewer, file))


@pytest.mark.parametrize("size", [0, 1, 1 << 20, (1 << 20) + 1, 3_333_333])
def test_a_file_comes_back_as_it_came_however_it_is_cut(houses: World, size: int) -> None:
    whole = os.urandom(size)
    file = kept(houses.acme, [whole[:7], b"", whole[7:]])
    assert (file.size_bytes, len(file.sha256)) == (size, 64)
    assert content(houses.acme, file.id) == whole


def test_nothing_of_it_can_be_read_in_the_table(houses: World, own: Connection) -> None:
    file = kept(houses.acme, [CONTENT * 50])
    query = "SELECT content FROM ar.source_file_part WHERE org_id = %s AND file_id = %s"
    [stored] = column(own, query, [houses.acme.org_id, file.id])
    assert b"Marmalade" not in stored
    assert len(stored) < len(CONTENT) * 50  # compressed before


def test_a_part_that_was_changed_or_moved_is_not_taken_for_the_file(
    houses: World, own: Connection
) -> None:
    file = kept(houses.acme, [os.urandom(2 << 20)])
    swap = "UPDATE ar.source_file_part SET part = 1 - part + 10 * sign(%s) WHERE file_id = %s"
    own.execute(swap, [1, file.id])
    own.execute("UPDATE ar.source_file_part SET part = part - 10 WHERE file_id = %s", [file.id])
    with pytest.raises(Broken):
        content(houses.acme, file.id)


def test_the_same_content_is_kept_once_and_its_time_begins_anew(
    houses: World, own: Connection
) -> None:
    first = kept(houses.acme, [CONTENT], "may.csv")
    old = "UPDATE ar.source_file SET came_at = now() - interval '90 days' WHERE id = %s"
    own.execute(old, [first.id])
    again = kept(houses.acme, [CONTENT[:9], CONTENT[9:]], "june.csv")
    assert (again.id, again.file_name) == (first.id, "june.csv")
    query = "SELECT count(*), max(came_at) FROM ar.source_file WHERE org_id = %s AND sha256 = %s"
    [(count, came_at)] = own.execute(query, [houses.acme.org_id, first.sha256]).fetchall()
    assert (count, came_at) == (1, NOW)
    other = kept(houses.zenith, [CONTENT])  # another organisation's is another file
    assert other.id != first.id


def test_an_upload_that_breaks_off_leaves_nothing(houses: World, own: Connection) -> None:
    def broken() -> Iterator[bytes]:
        yield os.urandom(3 << 20)
        raise ConnectionResetError

    count = "SELECT count(*) FROM ar.source_file_part"
    before = column(own, count)
    with pytest.raises(ConnectionResetError):
        kept(houses.acme, broken())
    assert column(own, count) == before


def test_another_organisation_reaches_no_file(houses: World) -> None:
    file = kept(houses.acme, [CONTENT])
    viewer = houses.zenith.viewer(houses.zenith.admin_email)
    with seeing(viewer):
        assert kept_files.kept(viewer, file.id) is None
        assert list(kept_files.content(viewer, file.id)) == []


@pytest.mark.parametrize(
    ("given", "called"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\invoices\\may.csv", "may.csv"),
        ("a\nb\0.csv", "ab\ufffd.csv"),
        ("..", "file"),
        ("", "file"),
        ("x" * 300 + ".xlsx", "x" * 195 + ".xlsx"),
    ],
)
def test_what_a_file_is_called(given: str, called: str) -> None:
    assert kept_files.called(given) == called


# What the import command keeps


def imports(company: Company, path: Path, **more: object) -> int:
    switches = dict.fromkeys(("strict", "dry_run", "snapshot"), False)
    asked = {"slug": company.slug, "files": [path], "kind": None, "mapping": None, "as_at": None}
    return importing.import_files(Namespace(**{**asked, **switches, **more}))


def files_of_runs(company: Company) -> list[int | None]:
    query = "SELECT file_id FROM ar.ingest_run WHERE kind = 'invoices' ORDER BY id"
    with company.admin():
        return column(raw(), query)


def test_the_import_command_keeps_what_it_loads(world: World, tmp_path: Path) -> None:
    path = tmp_path / "may.csv"
    path.write_bytes(CONTENT)
    imports(world.acme, path, dry_run=True)
    assert files_of_runs(world.acme) == []
    imports(world.acme, path)
    imports(world.acme, path)  # brings nothing new, and is kept once
    [first, again] = files_of_runs(world.acme)
    assert first is not None
    assert first == again
    assert content(world.acme, first) == CONTENT


def test_a_refused_file_is_not_kept(world: World, tmp_path: Path) -> None:
    path = tmp_path / "may.csv"
    path.write_bytes(CONTENT + LINE.replace(b"100.00", b"many"))
    with pytest.raises(Exception, match="refused as a whole"):
        imports(world.acme, path, strict=True)
    with world.acme.admin():
        assert column(raw(), "SELECT count(*) FROM ar.source_file") == [0]


# How long they are kept


def aged(own: Connection, company: Company, days: int) -> None:
    old = "UPDATE ar.source_file SET came_at = %s WHERE org_id = %s"
    own.execute(old, [datetime.now(UTC) - timedelta(days=days), company.org_id])


def test_files_go_when_the_organisations_days_are_over_and_runs_stay(
    world: World, own: Connection, tmp_path: Path
) -> None:
    path = tmp_path / "may.csv"
    path.write_bytes(CONTENT)
    for company in (world.acme, world.zenith):
        imports(company, path)
        aged(own, company, days=31)
    own.execute("UPDATE ar.org SET file_days = 30 WHERE org_id = %s", [world.acme.org_id])
    upkeep.tidy()
    assert files_of_runs(world.acme) == [None]
    [still] = files_of_runs(world.zenith)  # four hundred days, unless somebody says otherwise
    assert still is not None
    parts = "SELECT count(*) FROM ar.source_file_part WHERE org_id = %s"
    assert column(own, parts, [world.acme.org_id]) == [0]


def test_with_no_days_a_file_goes_with_the_next_tidying(
    world: World, own: Connection, tmp_path: Path
) -> None:
    path = tmp_path / "may.csv"
    path.write_bytes(CONTENT)
    own.execute("UPDATE ar.org SET file_days = 0 WHERE org_id = %s", [world.acme.org_id])
    imports(world.acme, path)
    upkeep.tidy()
    assert files_of_runs(world.acme) == [None]
