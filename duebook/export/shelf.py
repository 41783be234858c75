"""Files that somebody ordered, until they are fetched, thrown away or a week old.

Everything here is inside seeing(): only one's own are there, and only while one is the kind of
viewer they were made for.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from duebook.visibility.seeing import raw
from duebook.visibility.viewer import Viewer

PIECE = 1 << 20  # bytes that are read at a time
PATIENCE = timedelta(hours=1)  # whatever is not done by then will not be
QUESTION = Path(__file__).with_suffix(".sql").read_text()


@dataclass(frozen=True)
class Shelved:
    """A file as its person sees it. `state` is waiting, making, ready, changed or failed.

    `changed`: somebody whose rows are in it may not be seen any more; `trouble` is a code.
    """

    id: int
    report: str
    asked: dict[str, Any]
    file_name: str
    content_type: str
    row_count: int | None
    size: int | None
    ordered_at: datetime
    state: str
    trouble: str


class Changed(Exception):
    """Somebody whose rows are in the file may not be seen any more."""


def shelf(viewer: Viewer, *, at: datetime) -> list[Shelved]:
    """One's own files, the newest first."""
    return _found(viewer, at=at, export=None)


def fetched(viewer: Viewer, export: int, *, at: datetime) -> Shelved | None:
    """A file that is ready; None when there is none. Raises Changed."""
    for file in _found(viewer, at=at, export=export):
        if file.state == "changed":
            raise Changed
        if file.state == "ready":
            return file
    return None


def piece(viewer: Viewer, export: int, place: int, *, size: int) -> bytes:
    """So many bytes of the content of one's own file from a place on, counted from 0; none behind
    its end, or when it is not there any more.
    """
    query = (
        "SELECT substr(content, %s, %s) FROM ar.export"
        " WHERE org_id = %s AND kind = %s AND id = %s AND content IS NOT NULL"
    )
    asked = [place + 1, size, viewer.org_id, viewer.kind, export]
    row = raw().execute(query, asked, binary=True).fetchone()
    return bytes(row[0]) if row else b""


def add(viewer: Viewer, *, report: str, asked: dict[str, Any], file_name: str) -> int:
    """Room for a file that is to be made; its id."""
    row = (
        raw()
        .execute(
            "INSERT INTO ar.export (org_id, person_id, kind, report, asked, file_name)"
            " VALUES (%s, %s, %s, %s, %s, %s) RETURNING id",
            [viewer.org_id, viewer.person_id, viewer.kind, report, Jsonb(asked), file_name],
        )
        .fetchone()
    )
    assert row
    return int(row[0])


def thrown_away(viewer: Viewer, export: int) -> bool:
    """Whether there was such a file of one's own."""
    query = "DELETE FROM ar.export WHERE org_id = %s AND kind = %s AND id = %s"
    return raw().execute(query, [viewer.org_id, viewer.kind, export]).rowcount > 0


def begun(viewer: Viewer, export: int) -> tuple[str, dict[str, Any]] | None:
    """Report and question of a file that is not made yet; from now on it is being made."""
    row = (
        raw()
        .execute(
            "UPDATE ar.export SET started_at = now() WHERE org_id = %s AND kind = %s AND id = %s"
            " AND done_at IS NULL RETURNING report, asked",
            [viewer.org_id, viewer.kind, export],
        )
        .fetchone()
    )
    return (row[0], json.loads(row[1])) if row else None


def put(
    viewer: Viewer, export: int, *, file: bytes, content_type: str, rows: int, customers: list[int]
) -> None:
    """The file that was made, and whose rows are in it."""
    raw().execute(
        "UPDATE ar.export SET content = %b, content_type = %s, row_count = %s, customers = %s,"
        " done_at = now() WHERE org_id = %s AND id = %s",
        [file, content_type, rows, customers, viewer.org_id, export],
    )


def give_up(viewer: Viewer, export: int, *, trouble: str) -> None:
    """It cannot be made; `trouble` is a code that pages have a sentence for."""
    raw().execute(
        "UPDATE ar.export SET trouble = %s, done_at = now() WHERE org_id = %s AND id = %s",
        [trouble, viewer.org_id, export],
    )


def _found(viewer: Viewer, *, at: datetime, export: int | None) -> list[Shelved]:
    asked = {"org": viewer.org_id, "kind": viewer.kind, "export": export}
    with raw().cursor(row_factory=dict_row) as cursor:
        cursor.execute(QUESTION, {**asked, "at": at, "patience": PATIENCE})
        return [Shelved(**{**row, "asked": json.loads(row["asked"])}) for row in cursor]


def customers_of(viewer: Viewer, accounts: set[str]) -> list[int]:
    """The customers of account numbers."""
    query = "SELECT id FROM ar.customer WHERE org_id = %s AND account_number = ANY (%s)"
    found = raw().execute(query, [viewer.org_id, sorted(accounts)])
    return sorted(int(row[0]) for row in found)
