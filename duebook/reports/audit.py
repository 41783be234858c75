"""Who did what, when, from where: the audit trail as admins read it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from duebook.reports.rows import records, rows


@dataclass(frozen=True)
class Entry:
    """One act. `seq` is its number in the trail; `role` what the person is here, if anything.

    `person_id` 0 is the platform itself; a person without a name is none of this organisation's.
    `detail` is JSON as the database writes it.
    """

    id: int
    seq: int | None
    at: datetime
    person_id: int
    person_name: str
    role: str
    origin: str
    action: str
    detail: str

    def facts(self) -> dict[str, Any]:
        """The detail, read."""
        return dict(json.loads(self.detail))


@dataclass(frozen=True)
class Actor:
    """Somebody whose acts one may want to see."""

    id: int
    name: str
    role: str


@dataclass(frozen=True)
class Names:
    """What ids in entries stand for: of people and teams, which share their ids, and customers."""

    principals: dict[int, str]
    customers: dict[int, str]


def entries(
    *,
    person: int | None = None,
    action: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    search: str = "",
    before: int | None = None,
    size: int | None = None,
) -> list[Entry]:
    """The entries that match, newest first; `before` is the id of the last one already shown.

    `since` counts, `until` is the first moment that does not. `search` finds parts of details and
    origins, whatever their case.
    """
    words = search.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return rows(
        Entry,
        "audit.sql",
        person=person,
        action=action,
        since=since,
        until=until,
        search=f"%{words}%" if words else "",
        before=before,
        size=size,
    )


def actors() -> list[Actor]:
    """Everybody but clients, by name, services last."""
    return rows(Actor, "audit_actors.sql")


def names(*, principals: Iterable[int], customers: Iterable[int]) -> Names:
    """The names of people and teams, the numbers of accounts; who is gone is left out."""
    found = records("audit_named.sql", principals=[*principals], customers=[*customers])
    return Names(
        {id: name for kind, id, name in found if kind != "customer"},
        {id: name for kind, id, name in found if kind == "customer"},
    )
