"""The history of imports: one row per file, newest first."""

from __future__ import annotations

import json
from dataclasses import dataclass
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

    `batch_id` is None for files that an earlier release loaded. `counts` are by action.
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


def history(viewer: Viewer, *, limit: int | None = None, by: str = "ledger") -> list[Run]:
    """Every run of the organisation, or its latest. Call inside seeing()."""
    asked = {"org": viewer.org_id, "most": limit}
    with raw(by).cursor(row_factory=kwargs_row(_run)) as cursor:
        return cursor.execute(text(HERE / "runs.sql"), asked).fetchall()


def _run(*, counts: str, **facts: Any) -> Run:
    """Django has JSON come as text."""
    return Run(counts=json.loads(counts), **facts)
