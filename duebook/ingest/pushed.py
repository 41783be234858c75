"""Rows that a program sends, as a table like any other: what each states, and what it says is gone.

A row states the fields that it names: null empties a field, what is not named stays as it is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from duebook.ingest.check import Rejected
from duebook.ingest.deletions import Deletion, deletion
from duebook.ingest.feeds import Bound
from duebook.ingest.kinds import KINDS
from duebook.ingest.mapping import plain_mapping
from duebook.ingest.opening import Opened
from duebook.ingest.rows import Source, SourceRow
from duebook.ingest.versions import Versions

DELETED = "deleted"
TWICE = "\0 twice"  # a key that no field has: a key stood twice in the object

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Pushed(Opened):
    """Rows of one call. `refused` are no rows of the kind; `stale` are lines that an other row of
    the call overtakes. Lines count from 1.
    """

    deletions: Sequence[Deletion] = ()
    refused: Sequence[Rejected] = ()
    stale: Sequence[int] = ()


def pushed(kind: str, rows: Sequence[Row], *, name: str, sha256: str) -> Pushed:
    """What a program sends of one kind. Values are text, None, bool or something else to refuse;
    numbers are text with every digit that they were written with.
    """
    bound = _bound(kind)
    versions = Versions(KINDS[kind])
    stated: list[SourceRow] = []
    deletions: list[Deletion] = []
    refused: list[Rejected] = []
    for line, row in enumerate(rows, start=1):
        if wrong := _wrong(bound, line, row):
            refused.append(wrong)
            continue
        said = row.get(DELETED)
        if said is True:
            told = deletion(KINDS[kind], line, row)
            if isinstance(told, Rejected):
                refused.append(told)
                continue
            deletions.append(told)
        else:
            stated.append(_source_row(bound, line, row))
        versions.count(line, row, deleted=said is True)
    stale = versions.overtaken()
    live = [row for row in stated if row.line not in stale]
    source = Source(name, Path(), lambda: iter(live), list(bound.header), typed="json", kind=kind)
    return Pushed(
        path=Path(),
        source=source,
        bound=bound,
        sha256=sha256,
        deletions=[each for each in deletions if each.line not in stale],
        refused=refused,
        stale=sorted(stale),
    )


@cache
def _bound(kind: str) -> Bound:
    header = [each.name for each in KINDS[kind].fields]
    return plain_mapping(kind).bind(header, kind=kind, file="the call", typed="json")


def _wrong(bound: Bound, line: int, row: Row) -> Rejected | None:
    if TWICE in row:
        return Rejected(line, "", "", "A key stands twice in this object: keep one of them.")
    for name in row:
        if name not in bound.kind.slots and name != DELETED:
            known = ", ".join((*bound.header, DELETED))
            said = f"There is no field of this name in {bound.kind.name}: use {known}."
            return Rejected(line, name[:200], "", said)
    if row.get(DELETED) not in (None, True, False):
        return Rejected(line, DELETED, "", "Write true or false.")
    # A blank row of a file is passed over; here each row is answered.
    if not any((plain_text(row.get(name)) or "").strip() for name in bound.header):
        least = ", ".join(each.name for each in bound.kind.fields if each.required)
        return Rejected(line, "", "", f"The row says nothing: name at least {least}.")
    return None


def _source_row(bound: Bound, line: int, row: Row) -> SourceRow:
    cells, faults = [], {}
    for position, name in enumerate(bound.header):
        text = plain_text(row.get(name))
        if text is None:
            faults[position] = "It holds a list or an object: write one value there."
        cells.append(text or "")
    given = [name for name in bound.header if name in row]
    return SourceRow(line, cells, "", faults, given)


def plain_text(value: Any) -> str | None:
    """A value as a cell has it, nothing being empty; None for what is no single value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else None
