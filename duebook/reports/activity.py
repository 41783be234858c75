"""What happened on an account: documents, payments, disputes, invitations, notes, who sees it, and
which loads brought documents of it.

For staff alone: it names colleagues and quotes their notes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from duebook.reports.rows import organisation, rows
from duebook.visibility.seeing import raw, seen_by

# What is read off a business date has no time of day.
OF_A_DAY = frozenset(
    {"document", "reported", "computed", "transfer", "void", "applied", "disputed", "dispute over"}
)


@dataclass(frozen=True)
class Event:
    """One event. `document_id`, `number`: the document concerned, and `other_...` the one it is
    applied to; `words`: a reason, an address, a name, the words of a note, or the file of a load,
    which admins alone are told; `documents`: how many it brought; `person`: who did it.
    """

    at: datetime
    rank: int
    id: int
    what: str
    kind: str | None
    number: str | None
    document_id: int | None
    other_number: str | None
    other_id: int | None
    currency: str | None
    amount: Decimal | None
    person: str | None
    words: str | None
    documents: int | None = None

    @property
    def key(self) -> str:
        """Where a page begins: for `before`."""
        return f"{self.at.isoformat()}~{self.rank}~{self.id}"

    @property
    def has_time(self) -> bool:
        return self.what not in OF_A_DAY


def activity(
    customer: int, *, as_of: date, zone: str, before: str = "", limit: int = 50
) -> tuple[list[Event], bool]:
    """Events up to the end of a day in a time zone, the newest first, or those before one's key;
    whether there are older ones. Raises ValueError for what is no key.
    """
    here = ZoneInfo(zone)
    end = datetime.combine(as_of + timedelta(days=1), time(), here)
    at, rank, id_ = _place(before) if before else (end, 0, 0)
    named = {
        "customer": customer,
        "zone": zone,
        "end": end,
        "day": min(at.astimezone(here).date(), as_of),
        "at": at,
        "rank": rank,
        "id": id_,
    }
    found = rows(Event, "activity.sql", **named, limit=limit + 1)
    del named["zone"], named["day"]
    found += _with_files(rows(Event, "activity_imports.sql", **named, limit=limit + 1))
    found.sort(key=lambda event: (event.at, event.rank, event.id), reverse=True)
    return found[:limit], len(found) > limit


def _with_files(loads: list[Event]) -> list[Event]:
    """Loads with the names of their files, which only admins may know."""
    if not loads or seen_by().kind != "admin":
        return loads
    query = "SELECT id, file_name FROM ar.ingest_run WHERE org_id = %s AND id = ANY (%s)"
    asked = [organisation(), [each.id for each in loads]]
    names = dict(raw().execute(query, asked).fetchall())
    return [replace(each, words=names.get(each.id)) for each in loads]


def _place(key: str) -> tuple[datetime, int, int]:
    at, rank, id_ = key.split("~")
    moment = datetime.fromisoformat(at)
    if moment.tzinfo is None:
        raise ValueError(key)
    return moment, int(rank), int(id_)
