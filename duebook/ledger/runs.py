"""The history of imports: one row per file, newest first."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from psycopg.rows import kwargs_row

from duebook.ledger.posting import text
from duebook.visibility.seeing import raw
from duebook.visibility.viewer import Viewer

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Run:
    """One file, as it was loaded. Those of one batch are undone together.

    `batch_id` is None for files that an earlier release loaded. `counts` are by action. `file_id`
    is the kept original, for as long as it is kept.
    """

    id: int
    batch_id: int | None
    started_at: datetime
    seconds: float
    person: str
    source: str
    kind: str
    file_name: str
    file_sha256: str
    file_id: int | None
    as_at: date | None
    is_snapshot: bool
    counts: dict[str, int]
    closed: int
    errors: int
    undone_at: datetime | None
    undone_by: str | None

    @property
    def state(self) -> str:
        return "undone" if self.undone_at else "loaded"

    @property
    def rows(self) -> int:
        return sum(self.counts.values())

    @property
    def says_nothing_new(self) -> bool:
        return not (self.counts.get("new") or self.counts.get("changed") or self.closed)


@dataclass(frozen=True)
class Wanted:
    """Which runs: those of a person, a kind, a source; `state` is loaded, undone or invalid, which
    is with invalid rows; `search` is a part of the file's name or of its SHA-256; `since` counts,
    `until` is the first moment that does not. `batch` is the batch they are of.
    """

    person: int | None = None
    kind: str = ""
    source: str = ""
    state: str = ""
    search: str = ""
    since: datetime | None = None
    until: datetime | None = None
    batch: int | None = None


EVERY = Wanted()


def history(
    viewer: Viewer,
    wanted: Wanted = EVERY,
    *,
    limit: int | None = None,
    before: int | None = None,
    by: str = "ledger",
) -> list[Run]:
    """The organisation's runs, newest first: all, or the latest `limit` before a run.

    Call inside seeing().
    """
    words = wanted.search.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    filters = {**asdict(wanted), "search": f"%{words}%" if words else ""}
    asked = {**filters, "org": viewer.org_id, "most": limit, "before": before}
    with raw(by).cursor(row_factory=kwargs_row(_run)) as cursor:
        return cursor.execute(text(HERE / "runs.sql"), asked).fetchall()


def run_of(viewer: Viewer, run_id: int) -> Run | None:
    """One run; None when the viewer sees none of that number. Call inside seeing()."""
    found = history(viewer, limit=1, before=run_id + 1)
    return found[0] if found and found[0].id == run_id else None


def loaders(viewer: Viewer) -> list[tuple[int, str]]:
    """Everybody who has loaded something, by name. Call inside seeing()."""
    query = (
        "SELECT p.id, p.name FROM ar.person p WHERE p.org_id = %s AND EXISTS (SELECT FROM"
        " ar.ingest_run u WHERE u.org_id = p.org_id AND u.person_id = p.id) ORDER BY p.name, p.id"
    )
    return [(int(row[0]), str(row[1])) for row in raw().execute(query, [viewer.org_id])]


def errors_of(viewer: Viewer, run_id: int) -> list[tuple[int, str, str, str]]:
    """Line, column, value and reason of each invalid row of a run. Call inside seeing()."""
    query = (
        "SELECT line, column_name, value, reason FROM ar.ingest_error"
        " WHERE org_id = %s AND run_id = %s ORDER BY line, id"
    )
    return raw().execute(query, [viewer.org_id, run_id]).fetchall()


def _run(*, counts: str, **facts: Any) -> Run:
    """Django has JSON come as text."""
    return Run(counts=json.loads(counts), **facts)
