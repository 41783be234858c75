"""Which windows of twelve months are kept worked out, and seeing to it that one is there.

As with days (`rollups.days`) a page works in two steps: `ready` in a short transaction of its own,
then one read only snapshot in which all its figures agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

from duebook.rollups.making import make
from duebook.visibility.organisations import current
from duebook.visibility.seeing import NotReady, raw, seeing
from duebook.visibility.viewer import Viewer

ASKED_KEPT = 4  # windows of past months that somebody asked for


def ready(viewer: Viewer, *, through: date | None = None, by: str = "ledger") -> None:
    """See to it that the twelve months up to that one, or the current one, can be read.

    Outside seeing(), in a transaction of its own; for a view that is `prepared`. Mostly nothing is
    missing. A month that is still to come has no window; clients have no use for any. Raises
    NotReady while others are at it for long.
    """
    if viewer.kind == "client":
        return
    with seeing(viewer, by=by):
        until = _until(current(viewer, by=by).today, through)
        if until and not is_there(viewer.org_id, until, by=by):
            make("SELECT rollup.ensure_months(%s)", until, by=by)


@contextmanager
def seeing_months(
    viewer: Viewer, *, through: date | None = None, by: str = "ledger"
) -> Iterator[None]:
    """seeing(), read only, with that window in the snapshot; `by` whom it is made where it is not
    there yet: the worker has more patience than who answers pages."""
    for _ in range(3):
        ready(viewer, through=through, by=by)
        with seeing(viewer, read_only=True):
            until = _until(current(viewer).today, through)
            if until is None or is_there(viewer.org_id, until):
                yield
                return
    raise NotReady(WAIT)


def must_be_there(org_id: int, until: date) -> None:
    """Raises NotReady when the window that ends on a day cannot be read in the snapshot at hand."""
    if not is_there(org_id, until):
        raise NotReady(WAIT)


def is_there(org_id: int, until: date, *, by: str = "ledger") -> bool:
    """Whether the window that ends on a day can be read in the snapshot at hand."""
    query = "SELECT FROM ar.org_window WHERE org_id = %s AND month = %s AND until = %s"
    return raw(by).execute(query, [org_id, until.replace(day=1), until]).fetchone() is not None


def keep_ready(viewer: Viewer, *days: date, by: str = "worker") -> None:
    """The windows that end on these days; of others those that were asked for last."""
    with seeing(viewer, by=by):
        for day in days:
            if not is_there(viewer.org_id, day, by=by):
                raw(by).execute("SELECT rollup.ensure_months(%s)", [day])
        months = sorted({day.replace(day=1) for day in days})
        raw(by).execute("SELECT rollup.keep_months(%s::date[], %s)", [months, ASKED_KEPT])


def _until(today: date, through: date | None) -> date | None:
    """The day until which facts of a window count; None when its last month is to come."""
    if through is None or through.replace(day=1) == today.replace(day=1):
        return today
    if through > today:
        return None
    return (through.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


WAIT = "the figures of these months are being worked out; ask again"
