"""What happened on an account: documents, payments, disputes, invitations, notes, who sees it.

For staff alone: it names colleagues and quotes their notes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from duebook.reports.rows import rows

# What is read off a business date has no time of day.
OF_A_DAY = frozenset(
    {"document", "reported", "computed", "transfer", "void", "applied", "disputed", "dispute over"}
)


@dataclass(frozen=True)
class Event:
    """One event. `document_id`, `number`: the document concerned, and `other_...` the one it is
    applied to; `words`: a reason, an address, a name or the words of a note; `person`: who did it.
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
    return found[:limit], len(found) > limit


def _place(key: str) -> tuple[datetime, int, int]:
    at, rank, id_ = key.split("~")
    moment = datetime.fromisoformat(at)
    if moment.tzinfo is None:
        raise ValueError(key)
    return moment, int(rank), int(id_)
