"""An organisation's own settings: what they are, and changing them with both sides written down."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, LiteralString

from psycopg.rows import class_row

from duebook.visibility.audit import record
from duebook.visibility.seeing import NotAllowed, raw
from duebook.visibility.viewer import Viewer


@dataclass(frozen=True)
class Settings:
    """What an admin may change."""

    name: str
    currency: str
    timezone: str
    language: str
    net_terms_days: int
    aging_basis: str
    aging_edges: tuple[int, int, int]
    member_scope: str
    self_settling: bool
    invitation_days: int
    second_factor: bool
    file_days: int


NAMES = tuple(field.name for field in fields(Settings))


class ChangedMeanwhile(Exception):
    """Somebody else changed settings since they were read: `now` is what they are."""

    def __init__(self, now: Settings, names: list[str], by: str) -> None:
        super().__init__(", ".join(names))
        self.now, self.names, self.by = now, names, by


def settings_of(viewer: Viewer, *, by: str = "ledger", hold: bool = False) -> Settings:
    """As they are now; held, nobody else changes them until this transaction ends."""
    query: LiteralString = (
        "SELECT name, currency, timezone, language, net_terms_days, aging_basis, aging_edges,"
        " member_scope, self_settling, invitation_days, second_factor, file_days"
        " FROM ar.org WHERE org_id = %s"
    )
    with raw(by).cursor(row_factory=class_row(Settings)) as cursor:
        held = cursor.execute(query + (" FOR UPDATE" if hold else ""), [viewer.org_id])
        found = held.fetchone()
    if found is None:
        raise NotAllowed("the organisation is not there")
    one, two, three = found.aging_edges
    return replace(found, aging_edges=(one, two, three))


def fixed_today(viewer: Viewer, *, by: str = "ledger") -> date | None:
    """The day at which the organisation's clock is stopped, for demonstrations on old data."""
    query = "SELECT today_fixed FROM ar.org WHERE org_id = %s"
    row = raw(by).execute(query, [viewer.org_id]).fetchone()
    return row[0] if row else None


def currencies() -> list[str]:
    """The codes a default currency may have."""
    return [str(row[0]) for row in raw().execute("SELECT code FROM ar.currency ORDER BY code")]


def differences(before: Settings, after: Settings) -> list[str]:
    """The names of what differs."""
    return [name for name in NAMES if getattr(before, name) != getattr(after, name)]


def change_settings(
    viewer: Viewer, wanted: Settings, *, was: Settings, by: str = "ledger"
) -> list[str]:
    """Make them what is wanted; answers the names of what changed, written into the trail.

    `was` is what the reader saw when deciding. Raises ChangedMeanwhile when it is no longer so.
    Nothing different: nothing is written.
    """
    now = settings_of(viewer, by=by, hold=True)
    if meanwhile := differences(was, now):
        raise ChangedMeanwhile(now, meanwhile, _who_changed(viewer, meanwhile))
    changed = differences(now, wanted)
    if not changed:
        return []
    raw(by).execute(
        "UPDATE ar.org SET name = %s, currency = %s, timezone = %s, language = %s,"
        " net_terms_days = %s, aging_basis = %s, aging_edges = %s::integer[], member_scope = %s,"
        " self_settling = %s, invitation_days = %s, second_factor = %s, file_days = %s"
        " WHERE org_id = %s",
        [*_bound(wanted), viewer.org_id],
    )
    before, after = ({name: getattr(each, name) for name in changed} for each in (now, wanted))
    record(viewer, "settings changed", by=by, before=before, after=after)
    return changed


def _bound(settings: Settings) -> list[Any]:
    """In the order of NAMES; an array is a list to the database."""
    values = [getattr(settings, name) for name in NAMES]
    return [[*value] if isinstance(value, tuple) else value for value in values]


def _who_changed(viewer: Viewer, names: list[str]) -> str:
    """The name of whoever last changed one of these settings; empty when nobody is known."""
    row = (
        raw()
        .execute(
            "SELECT p.name FROM ar.audit_event e"
            " JOIN ar.person p ON p.org_id = e.org_id AND p.id = e.person_id"
            " WHERE e.org_id = %s AND e.action = 'settings changed'"
            " AND e.detail -> 'after' ?| %s::text[] ORDER BY e.id DESC LIMIT 1",
            [viewer.org_id, names],
        )
        .fetchone()
    )
    return str(row[0]) if row else ""
