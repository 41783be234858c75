"""Saved mappings: how files with a certain header are read here, recognised by it the next time.

Everything here is inside seeing().
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from django.db import transaction
from django.utils.translation import gettext as _
from psycopg import errors

from duebook.ingest.encoding import storable
from duebook.ingest.feeds import LINES_COLUMN, BadMapping, Mapping
from duebook.ingest.guess import OURS, plain_name
from duebook.ingest.mapping import parse_mapping
from duebook.ingest.mapping_text import mapping_text
from duebook.visibility.audit import record
from duebook.visibility.organisations import Refused
from duebook.visibility.seeing import raw
from duebook.visibility.viewer import Viewer

NAME_LIMIT = 200
SUMS = plain_name(LINES_COLUMN)


@dataclass(frozen=True)
class SavedMapping:
    """`content` is its TOML; `used_at` is the last time a file was recognised by it."""

    id: int
    name: str
    kind: str
    header_key: str
    content: str
    person: str
    saved_at: datetime
    used_at: datetime | None

    def mapping(self) -> Mapping:
        """Raises BadMapping when this release does not understand it any more."""
        return parse_mapping(self.content, name=self.name)


def header_key(header: Iterable[str]) -> str:
    """The same for headers of the same columns, in whatever order, case and spacing."""
    names = sorted(filter(None, map(plain_name, header)))
    theirs = (name for name in names if not name.startswith(OURS) and name != SUMS)
    return hashlib.sha256("\0".join(theirs).encode(errors="replace")).hexdigest()


QUERY: LiteralString = (
    "SELECT m.id, m.name, m.kind, m.header_key, m.content, COALESCE(p.name, '') AS person,"
    " m.saved_at, m.used_at"
    " FROM ar.mapping m LEFT JOIN ar.person p ON p.org_id = m.org_id AND p.id = m.person_id"
    " WHERE m.org_id = %s"
)


def all_of(viewer: Viewer, *, by: str = "ledger") -> list[SavedMapping]:
    """Every saved mapping, by name."""
    rows = raw(by).execute(QUERY + " ORDER BY lower(m.name), m.id", [viewer.org_id])
    return [SavedMapping(*row) for row in rows]


def recognised(
    viewer: Viewer, kind: str | None, header: Sequence[str], *, by: str = "ledger"
) -> SavedMapping | None:
    """The mapping that was saved for this header; None without one, or when several kinds fit."""
    return Recogniser(all_of(viewer, by=by))(kind, header)


class Recogniser:
    """Finds the mapping of a header among some, without asking the database again."""

    def __init__(self, known: Iterable[SavedMapping]) -> None:
        self.known: dict[str, list[SavedMapping]] = {}
        for each in known:
            self.known.setdefault(each.header_key, []).append(each)

    def __call__(self, kind: str | None, header: Sequence[str]) -> SavedMapping | None:
        found = [
            each
            for each in self.known.get(header_key(header), [])
            if kind in (None, each.kind) and _is_understood(each)
        ]
        return found[0] if len(found) == 1 else None


NO_MAPPINGS = Recogniser([])


def _is_understood(saved: SavedMapping) -> bool:
    try:
        return bool(saved.mapping().columns)
    except BadMapping:
        return False


def save(
    viewer: Viewer,
    mapping: Mapping,
    *,
    name: str,
    kind: str,
    header: Sequence[str],
    at: datetime,
    key: str = "",
    by: str = "ledger",
) -> int:
    """Remember how files with this header are read; what was remembered for it is replaced.

    `key` is the header's, where only that is known. Answers its id. Raises Refused for a name that
    another mapping has, or none.
    """
    query: LiteralString = (
        "INSERT INTO ar.mapping (org_id, person_id, name, kind, header_key, content, saved_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (org_id, kind, header_key)"
        " DO UPDATE SET person_id = excluded.person_id, name = excluded.name,"
        " content = excluded.content, saved_at = excluded.saved_at RETURNING id"
    )
    called = _called(name)
    said = [called, kind, key or header_key(header), mapping_text(mapping), at]
    row = _unless_taken(viewer, called, query, [viewer.org_id, viewer.person_id, *said], by=by)
    assert row is not None  # RETURNING of an INSERT of one row
    record(viewer, "mapping saved", by=by, mapping=row, name=called, kind=kind)
    return row


def rename(viewer: Viewer, mapping_id: int, *, name: str) -> bool:
    """Whether there was such a mapping. Raises Refused as `save` does."""
    query: LiteralString = (
        "UPDATE ar.mapping SET name = %s WHERE org_id = %s AND id = %s RETURNING id"
    )
    called = _called(name)
    found = _unless_taken(viewer, called, query, [called, viewer.org_id, mapping_id], by="ledger")
    if found is not None:
        record(viewer, "mapping renamed", mapping=mapping_id, name=called)
    return found is not None


def remove(viewer: Viewer, mapping_id: int) -> bool:
    """Whether there was such a mapping. What it has read stays."""
    query: LiteralString = "DELETE FROM ar.mapping WHERE org_id = %s AND id = %s RETURNING name"
    row = raw().execute(query, [viewer.org_id, mapping_id]).fetchone()
    if row is not None:
        record(viewer, "mapping removed", mapping=mapping_id, name=row[0])
    return row is not None


def used(viewer: Viewer, names: Iterable[str], *, at: datetime, by: str = "ledger") -> None:
    """Note that files were recognised by mappings of these names just now."""
    query: LiteralString = (
        "UPDATE ar.mapping SET used_at = %s WHERE org_id = %s AND name = ANY (%s)"
    )
    if named := list(names):
        raw(by).execute(query, [at, viewer.org_id, named])


def _called(name: str) -> str:
    called = " ".join(storable(name).split())
    if not called:
        raise Refused(_("Give the mapping a name, by which you know it again."))
    if len(called) > NAME_LIMIT:
        said = _("A name has %(most)s letters at most: choose a shorter one.")
        raise Refused(said % {"most": NAME_LIMIT})
    return called


def _unless_taken(
    viewer: Viewer, name: str, query: LiteralString, values: list[object], *, by: str
) -> int | None:
    try:
        with transaction.atomic(using=by):
            row = raw(by).execute(query, values).fetchone()
    except errors.UniqueViolation as taken:
        said = _("There is a mapping called “%(name)s” already: choose another name.")
        raise Refused(said % {"name": name}) from taken
    return int(row[0]) if row else None
