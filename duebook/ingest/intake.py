"""A file on its way into the ledger: understood, checked, then committed or cancelled.

Every step is done by the worker (`jobs/intakes.py`); here is where it stands, and the changes of
its state, each of which happens once however many ask for it. Everything here is inside seeing().
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, LiteralString

from django.utils.translation import gettext as _
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from duebook.database.sealing import opened, sealed
from duebook.ingest.intake_rows import ENDED, WORKING, Outcome, TableProposal
from duebook.ingest.intake_rows import Intake as Intake
from duebook.ingest.intake_rows import Options as Options
from duebook.ingest.intake_rows import TableChoice as TableChoice
from duebook.ingest.kept_files import KeptFile
from duebook.ingest.plain import from_plain, plain
from duebook.ledger.posting import text
from duebook.visibility.seeing import raw
from duebook.visibility.viewer import Viewer

QUESTION = text(Path(__file__).with_suffix(".sql"))
PATIENCE = timedelta(minutes=10)  # without a sign of life
SHOWN_MAX = 100
POSTING_SHARE = 0.8  # of the time of reading, which posting takes about


class NotNow(Exception):
    """It does not stand where this could be done: somebody else was faster, or it has ended."""


def intake(viewer: Viewer, intake_id: int, *, at: datetime, by: str = "ledger") -> Intake | None:
    """An intake of the viewer's organisation as of now; None when there is none."""
    found = _found(viewer, intake_id=intake_id, at=at, by=by)
    return found[0] if found else None


def waiting(viewer: Viewer, *, at: datetime) -> list[Intake]:
    """Those that have not ended, newest first: without proposals and outcome."""
    return _found(viewer, intake_id=None, at=at, by="ledger")


def start(viewer: Viewer, file: KeptFile, *, options: Options, at: datetime) -> int:
    """A new intake of a kept file, to be understood; its id."""
    return _made(viewer, file.file_name, options, file_id=file.id, undoes=None, at=at)


def start_undo(viewer: Viewer, run_id: int, *, file_name: str, at: datetime) -> int:
    """A new intake that takes a batch back, to be checked; its id."""
    return _made(viewer, file_name, Options(), file_id=None, undoes=run_id, at=at)


def change_state(
    viewer: Viewer,
    intake_id: int,
    *,
    to: str,
    out_of: Sequence[str],
    at: datetime,
    by: str = "ledger",
    **more: Any,
) -> None:
    """Move on from one of some states. Raises NotNow when it stands in none of them.

    `more` are columns: options, proposals, outcome, trouble, batch_id, seconds_expected.
    """
    changes: dict[str, Any] = {"state": to, "changed_at": at}
    if to in WORKING:  # whoever orders it is who it is done as
        changes |= {"person_id": viewer.person_id, "began_at": None, "beat_at": None}
        changes |= {"rows_done": 0, "trouble": ""}
    changes |= _stored(viewer, intake_id, more)
    _update(viewer, intake_id, changes, states=out_of, by=by)


def beat(viewer: Viewer, intake_id: int, *, state: str, at: datetime, **more: Any) -> None:
    """A sign of life of the work that is going on. Raises NotNow when it is no longer wanted.

    `more` are columns: began_at, rows_done, rows_total.
    """
    _update(viewer, intake_id, {"beat_at": at, **more}, states=[state], by="ledger")


def _update(
    viewer: Viewer, intake_id: int, changes: dict[str, Any], *, states: Sequence[str], by: str
) -> None:
    # Names of columns come from this package alone.
    sets = ", ".join(f"{name} = %({name})s" for name in changes)
    query = (
        f"UPDATE ar.intake SET {sets} WHERE org_id = %(org)s AND id = %(id)s"  # nosec B608
        " AND state = ANY (%(states)s)"
    )
    asked = {**changes, "org": viewer.org_id, "id": intake_id, "states": list(states)}
    if raw(by).execute(query, asked).rowcount == 0:
        raise NotNow


def _made(
    viewer: Viewer,
    file_name: str,
    options: Options,
    *,
    file_id: int | None,
    undoes: int | None,
    at: datetime,
) -> int:
    query: LiteralString = (
        "INSERT INTO ar.intake (org_id, person_id, file_id, file_name, undoes, state, options,"
        " made_at, changed_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id"
    )
    state = "understanding" if undoes is None else "checking"
    said = [viewer.org_id, viewer.person_id, file_id, file_name, undoes, state]
    row = raw().execute(query, [*said, Jsonb(plain(options)), at, at]).fetchone()
    assert row is not None  # RETURNING of an INSERT of one row
    return int(row[0])


def _found(viewer: Viewer, *, intake_id: int | None, at: datetime, by: str) -> list[Intake]:
    asked = {"org": viewer.org_id, "id": intake_id, "at": at, "waiting": intake_id is None}
    with raw(by).cursor(row_factory=dict_row) as cursor:
        cursor.execute(QUESTION, {**asked, "ended": list(ENDED), "most": SHOWN_MAX})
        rows = cursor.fetchall()
    return [_shown(viewer, row, at=at, whole=intake_id is not None) for row in rows]


def _shown(viewer: Viewer, row: dict[str, Any], *, at: datetime, whole: bool) -> Intake:
    options = from_plain(Options, json.loads(row.pop("options")))
    proposals = _unsealed(viewer, row["id"], row.pop("proposals") if whole else None)
    outcome = _unsealed(viewer, row["id"], row.pop("outcome") if whole else None)
    stalled = _why_stalled(row, at=at)
    expected = row.pop("seconds_expected")
    began, state = row["began_at"], row["state"]
    end = at if state in WORKING else row["changed_at"]
    seconds = max((end - began).total_seconds(), 0.0) if began else 0.0
    left = _seconds_left(row, seconds, expected) if state in WORKING and not stalled else None
    for name in ("person_left", "beat_at", "proposals", "outcome"):
        row.pop(name, None)
    return Intake(
        **row,
        options=options,
        proposals=[from_plain(TableProposal, each) for each in proposals or []],
        outcome=from_plain(Outcome, outcome) if outcome else None,
        stalled=stalled,
        seconds=seconds,
        seconds_left=left,
    )


def _why_stalled(row: dict[str, Any], *, at: datetime) -> str:
    """A sentence for work that will not go on by itself, or has not for long."""
    if row["state"] not in WORKING:
        return ""
    if row["person_left"]:
        said = _("%(person)s ordered this and may not any more: order it again to go on.")
        return said % {"person": row["person"]}
    if (row["beat_at"] or row["changed_at"]) + PATIENCE > at:
        return ""
    if row["beat_at"] is None:
        return _("Nobody has begun with this: see that the worker runs, or order it again.")
    return _("The work on this has stopped: order it again to go on.")


def _seconds_left(row: dict[str, Any], seconds: float, expected: float | None) -> float | None:
    """By how long the check took, else by how quickly rows are read: posting follows."""
    if expected:
        return max(expected - seconds, 0.0)
    done, total = row["rows_done"], row["rows_total"]
    if not (done and total and seconds):
        return None
    return float(max(total * (1 + POSTING_SHARE) - done, 0) * seconds / done)


def _stored(viewer: Viewer, intake_id: int, columns: dict[str, Any]) -> dict[str, Any]:
    """Values as their columns hold them. What quotes rows of the file is sealed, as the file is."""
    stored = dict(columns)
    if "options" in stored:
        stored["options"] = Jsonb(plain(stored["options"]))
    for name in ("proposals", "outcome"):
        if stored.get(name) is not None:
            content = json.dumps(plain(stored[name]), ensure_ascii=False).encode()
            stored[name] = sealed(zlib.compress(content), purpose=_purpose(viewer, intake_id))
    return stored


def _unsealed(viewer: Viewer, intake_id: int, content: bytes | None) -> Any:
    if content is None:
        return None
    return json.loads(zlib.decompress(opened(content, purpose=_purpose(viewer, intake_id))))


def _purpose(viewer: Viewer, intake_id: int) -> str:
    return f"intake {viewer.org_id} {intake_id}"
