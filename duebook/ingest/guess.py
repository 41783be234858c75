"""Which kind of file a header belongs to, for files that come with neither kind nor mapping."""

from __future__ import annotations

from collections.abc import Iterable

from duebook.ingest.kinds import KINDS

OURS = "duebook_"  # begins columns that files of invalid rows have beside those of the source


def plain_name(column: str) -> str:
    """A column's name without case, and with spaces and underscores alike."""
    return "_".join(column.casefold().replace("_", " ").split())


def guess_kind(header: Iterable[str]) -> str | None:
    """The kind whose required fields are all there and that knows most of the columns.

    None when there is no such kind, or two know equally many.
    """
    names = {plain_name(column) for column in header}
    known = {
        kind.name: len(names & kind.slots.keys())
        for kind in KINDS.values()
        if kind.required <= names
    }
    best = [name for name, count in known.items() if count == max(known.values())]
    return best[0] if len(best) == 1 else None
