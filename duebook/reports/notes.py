"""Notes on an account, and the notes that mention whoever is looking. For staff alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from duebook.reports.rows import kept_records, organisation, rows
from duebook.visibility.seeing import raw
from duebook.visibility.viewer import Viewer

MOST_UNREAD = 99  # a badge says no more than that there are many


@dataclass(frozen=True)
class Note:
    """A note as it says now. `changed_at` is None for a first text; `mentioned` names colleagues;
    `is_unread`: it mentions the viewer, who has not marked it as read."""

    id: int
    written_at: datetime
    version: int
    body: str
    changed_at: datetime | None
    person_id: int
    author: str
    mentioned: Sequence[str]
    is_unread: bool


@dataclass(frozen=True)
class Mention:
    """A note that mentions the viewer, and the account it stands on."""

    id: int
    written_at: datetime
    body: str
    author: str
    customer_id: int
    account_number: str
    account_name: str
    is_unread: bool


def notes(
    viewer: Viewer, customer: int, *, before: int | None = None, limit: int = 50
) -> tuple[list[Note], bool]:
    """Notes from the newest on, or older than one of them; whether there are still older ones."""
    named = {"customer": customer, "person": viewer.person_id, "before": before}
    found = rows(Note, "notes.sql", **named, limit=limit + 1)
    return found[:limit], len(found) > limit


def is_there(customer: int, note: int) -> bool:
    """Whether the account has such a note, be it removed, that the viewer may see."""
    query = "SELECT FROM ar.note WHERE org_id = %s AND customer_id = %s AND id = %s"
    return raw().execute(query, [organisation(), customer, note]).fetchone() is not None


def number_of(customer: int) -> int:
    """How many notes an account has."""
    return int(kept_records("notes_count.sql", customer=customer)[0][0])


def mentions(
    viewer: Viewer, *, before: int | None = None, unread: bool = False, limit: int = 50
) -> tuple[list[Mention], bool]:
    """Notes that mention the viewer, from the newest on; whether there are still older ones."""
    named = {"person": viewer.person_id, "before": before, "unread": unread}
    found = rows(Mention, "mentions.sql", **named, limit=limit + 1)
    return found[:limit], len(found) > limit


def unread(viewer: Viewer) -> int:
    """How many notes mention the viewer and are not marked as read; counted up to MOST_UNREAD."""
    found, more = mentions(viewer, unread=True, limit=MOST_UNREAD)
    return len(found) + more
