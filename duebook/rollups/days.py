"""Which days are kept worked out, and seeing to it that one is there before it is read.

A page works in two steps: `ready(viewer, day)` in a short transaction of its own, then one read
only snapshot in which all its figures agree.
"""

from __future__ import annotations

import calendar
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg

from duebook.rollups import months
from duebook.rollups.making import make
from duebook.visibility.organisation_settings import fixed_today
from duebook.visibility.organisations import Organisation, current
from duebook.visibility.seeing import NotAllowed, NotReady, kept, raw, read_before, seeing
from duebook.visibility.viewer import Viewer

WEEK = timedelta(days=7)
LOOK_BACK = timedelta(days=30)  # over which an account's page says how its priority changed
ASKED_KEPT = 4  # past days beyond those that every dashboard shows
TRIES = 4
EVENING = timedelta(hours=6)  # before midnight: then tomorrow is made ready

log = logging.getLogger("duebook.rollups")


def ready(viewer: Viewer, *days: date, scored: bool = True, by: str = "ledger") -> None:
    """See to it that these days can be read, with the collection priorities of the first.

    Outside seeing(): it makes what is missing in a transaction of its own. Mostly nothing is.
    Clients have no use for them. Raises NotReady while others are at it for long.
    """
    if viewer.kind == "client":
        return
    with seeing(viewer, by=by):
        held = dict(
            raw(by).execute(
                "SELECT day, is_scored FROM ar.org_day WHERE org_id = %s AND day = ANY (%s)",
                [viewer.org_id, list(days)],
            )
        )
        for number, day in enumerate(days):
            wants = scored and number == 0
            if day not in held or (wants and not held[day]):
                make("SELECT rollup.ensure(%s, %s)", day, wants, by=by)


@contextmanager
def seeing_days(viewer: Viewer, *days: date) -> Iterator[None]:
    """seeing(), read only, with these days in the snapshot."""
    for _ in range(TRIES):
        with seeing(viewer, read_only=True):
            held = worked_out(viewer.org_id, *days)
            if len(held) == len(set(days)) and held[days[0]].is_scored:
                yield
                return
        ready(viewer, *days)
    raise NotReady(WAIT)


@dataclass(frozen=True)
class Day:
    """A day that is worked out: with collection priorities, with indexes of its rows (of today and
    tomorrow)."""

    is_scored: bool
    is_sorted: bool


def must_be_there(org_id: int, *days: date, scored: bool = False) -> Day:
    """How the first of these days is worked out. Raises NotReady when one of them cannot be read
    in the snapshot at hand, or the first without the collection priorities that are wanted.
    """
    held = worked_out(org_id, *days)
    if len(held) < len(set(days)) or (scored and not held[days[0]].is_scored):
        raise NotReady(WAIT)
    return held[days[0]]


def worked_out(org_id: int, *days: date) -> dict[date, Day]:
    """Those of these days that can be read in the snapshot at hand; a large import forgets past
    ones."""
    query = "SELECT day, is_scored, is_sorted FROM ar.org_day WHERE org_id = %s AND day = ANY (%s)"
    known = read_before()
    if not all((org_id, day) in known for day in days):
        found = raw().execute(**kept(query), params=[org_id, list(days)]).fetchall()
        known |= {(org_id, day): None for day in days}
        known |= {(org_id, day): Day(scored, indexed) for day, scored, indexed in found}
    return {day: known[org_id, day] for day in days if known[org_id, day]}


def compared_with(day: date) -> tuple[date, date]:
    """A week before, and the same day of the month before, or its last."""
    year, month = (day.year, day.month - 1) if day.month > 1 else (day.year - 1, 12)
    last = calendar.monthrange(year, month)[1]
    return day - WEEK, date(year, month, min(day.day, last))


def keep_ready(viewer: Viewer, *, at: datetime, by: str = "worker") -> None:
    """The days that every dashboard and account shows, and in the evening tomorrow; others grow
    old and go."""
    with seeing(viewer, by=by):
        organisation = current(viewer, by=by, at=at)
        stands_still = fixed_today(viewer, by=by) is not None
    ahead = [] if stands_still else _tomorrow(organisation, at=at)
    wanted = [organisation.today, organisation.today - LOOK_BACK, *ahead]
    before = compared_with(organisation.today)
    for day in wanted:
        ready(viewer, day, by=by)
    ready(viewer, *before, scored=False, by=by)
    # In the evening of a month's last day the next window is there before it is needed.
    ends = {day.replace(day=1): day for day in (*ahead, organisation.today)}
    months.keep_ready(viewer, *ends.values(), by=by)
    with seeing(viewer, by=by):
        raw(by).execute("SELECT rollup.keep(%s::date[], %s)", [[*wanted, *before], ASKED_KEPT])


def _tomorrow(organisation: Organisation, *, at: datetime) -> list[date]:
    """Tomorrow, when it is near."""
    soon = (at.astimezone(ZoneInfo(organisation.timezone)) + EVENING).date()
    return [soon] if soon == organisation.today + timedelta(days=1) else []


def all_ready(*, at: datetime) -> None:
    """Every organisation's days, each as its console. For the worker, now and then.

    What goes wrong with one is logged by its number and leaves the others alone.
    """
    for org_id, person_id in raw("worker").execute("SELECT * FROM guard.consoles()").fetchall():
        try:
            keep_ready(Viewer(org_id, person_id, "admin"), at=at)
        except (NotAllowed, psycopg.Error):
            log.exception("The figures of organisation %s could not be made ready.", org_id)


WAIT = "the figures of that day are being worked out; ask again"
