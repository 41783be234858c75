"""Intake, step by step: what pages order, and what the worker then does.

What pages call is inside seeing(); tasks enter it themselves.
"""

from __future__ import annotations

from datetime import datetime

from duebook.ingest.intake import NotNow as NotNow
from duebook.ingest.intake import Options, change_state, start, start_undo
from duebook.ingest.intake_rows import WORKING
from duebook.ingest.kept_files import KeptFile
from duebook.jobs.order import order
from duebook.visibility.seeing import raw
from duebook.visibility.viewer import Viewer

TASK_OF = {"understanding": "check", "checking": "check", "committing": "commit"}


def begin(viewer: Viewer, file: KeptFile, *, options: Options, at: datetime) -> int:
    """Have a kept file understood and, when nothing is open, checked; the intake's id."""
    intake = start(viewer, file, options=options, at=at)
    order("check", intake=intake)
    return intake


def choose(viewer: Viewer, intake: int, options: Options, *, at: datetime) -> None:
    """Have it understood and checked anew as somebody says.

    Raises NotNow while work goes on, and once it is done or cancelled.
    """
    out_of = ("asking", "checked", "refused")
    change_state(
        viewer,
        intake,
        to="understanding",
        out_of=out_of,
        at=at,
        options=options,
        proposals=None,
        outcome=None,
        seconds_expected=None,
    )
    order("check", intake=intake)


def commit(viewer: Viewer, intake: int, *, at: datetime, self_settling: bool | None = None) -> None:
    """Have what was checked loaded, or undone. Raises NotNow unless it stands checked.

    `self_settling` answers `Outcome.self_settling`: True turns the organisation's setting on in
    the same transaction; None and False leave it off.
    """
    change_state(viewer, intake, to="committing", out_of=("checked",), at=at)
    order("commit", intake=intake, self_settling=bool(self_settling))


def cancel(viewer: Viewer, intake: int, *, at: datetime) -> None:
    """Nothing will come of it. Raises NotNow while it is committed and once it has ended."""
    out_of = ("understanding", "asking", "checking", "checked")
    change_state(viewer, intake, to="cancelled", out_of=out_of, at=at)


def undo_run(viewer: Viewer, run_id: int, *, at: datetime) -> int:
    """Have it worked out what undoing a run's batch would do; the intake's id, to be committed.

    Raises LookupError when there is no such run.
    """
    query = "SELECT file_name FROM ar.ingest_run WHERE org_id = %s AND id = %s"
    row = raw().execute(query, [viewer.org_id, run_id]).fetchone()
    if row is None:
        raise LookupError(run_id)
    intake = start_undo(viewer, run_id, file_name=row[0], at=at)
    order("check", intake=intake)
    return intake


def resume(viewer: Viewer, intake: int, *, at: datetime) -> None:
    """Order again the work that has stalled. Raises NotNow when it does not stand in work."""
    for state in WORKING:
        try:
            change_state(viewer, intake, to=state, out_of=[state], at=at)
        except NotNow:
            continue
        order(TASK_OF[state], intake=intake)
        return
    raise NotNow
