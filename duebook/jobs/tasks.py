"""What the worker can do for a viewer, by name, and how it learns whom it does it for."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

from duebook.jobs import intake_work, mailings, telling, upkeep
from duebook.jobs.exports import make_export
from duebook.jobs.inviting import invite_many
from duebook.jobs.polls import poll_connector
from duebook.visibility.audit import coming_from
from duebook.visibility.seeing import NotAllowed, raw
from duebook.visibility.viewer import Viewer

# Each takes the viewer and what was ordered, and enters seeing(viewer) itself. An order may be
# done twice when a worker dies over it.
TASKS: dict[str, Callable[..., None]] = {
    "export": make_export,
    "check": intake_work.check,
    "commit": intake_work.commit,
    "invite": invite_many,
    "keep_days": upkeep.keep_days,
    "mail": mailings.mail,
    "poll": poll_connector,
    "tell_dispute": telling.tell_dispute,
    "tell_payment": telling.tell_payment,
}

log = logging.getLogger("duebook.jobs")


def run(job: int) -> None:
    """Do an ordered job as the person who ordered it, if still there and of the same kind.

    Else it is dropped. What is logged names the job alone.
    """
    found = _ordered(job)
    if found is None:
        log.info("Job %s is dropped: who ordered it has left or may see other things now.", job)
        return
    viewer, name, args = found
    task = TASKS.get(name)
    if task is None:
        log.error("Job %s is dropped: there is no such task.", job)
        return
    try:
        with coming_from("background"):
            task(viewer, **args)
    except NotAllowed:
        log.info("Job %s is dropped: who ordered it has left meanwhile.", job)


def _ordered(job: int) -> tuple[Viewer, str, dict[str, Any]] | None:
    row = raw("worker").execute("SELECT * FROM guard.job_viewer(%s)", [job]).fetchone()
    if row is None:
        return None
    org_id, person_id, kind, task, args = row
    return Viewer(org_id, person_id, kind), task, json.loads(args)
