"""The first rows of a table, kept so that they can be read again by another mapping."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import cast

from duebook.ingest.check import FINGERPRINT, Rejected, Skipped, checker
from duebook.ingest.encoding import storable
from duebook.ingest.feeds import Bound, Mapping
from duebook.ingest.intake_rows import Landing, SampleRow, TableProposal
from duebook.ingest.rows import Day, Exact, Source, SourceRow, Typed

LONGEST = 200  # of a cell
EXACT, DAY, TEXT = "x", "d", "."  # what a cell is in its file


def sampled(rows: Iterable[SourceRow]) -> list[SampleRow]:
    """Rows as they stand in the file; long cells are cut."""
    return [
        SampleRow(
            row.line,
            [_cut(cell) for cell in row.cells],
            types="".join(map(_type, row.cells)) if any(map(_is_typed, row.cells)) else "",
            trouble=row.trouble,
        )
        for row in rows
    ]


def source_of(proposal: TableProposal) -> Source:
    """The sample as a table of its own, which can be understood and read as the whole can."""
    rows = [_row(each) for each in proposal.sample]
    return Source(
        name=proposal.table,
        path=Path(proposal.table),
        records=lambda: iter(rows),
        header=list(proposal.header),
        typed=cast(Typed, proposal.typed),
    )


def landings(
    rows: Iterable[SourceRow],
    mapping: Mapping,
    *,
    kind: str,
    header: Sequence[str],
    table: str,
    typed: Typed = "",
) -> list[Landing]:
    """The rows as they would land by a mapping, or why they would not.

    Raises BadMapping and Unreadable, each in one sentence, when the mapping does not fit.
    """
    bound = mapping.bind(header, kind=kind, file=table, typed=typed)
    check = checker(bound)
    return [_landing(bound, row, check(row)) for row in rows]


def _landing(
    bound: Bound, row: SourceRow, checked: tuple[object, ...] | Rejected | Skipped
) -> Landing:
    match checked:
        case Rejected():
            place = ": ".join(filter(None, (checked.column, checked.value)))
            return Landing(row.line, {}, f"{place}: {checked.reason}" if place else checked.reason)
        case Skipped():
            return Landing(row.line, {}, f"Skipped: {checked.reason}.")
    fed = bound.fields_present
    values = dict(zip(bound.kind.slots, checked[FINGERPRINT + 1 :], strict=True))
    return Landing(row.line, {name: _written(values[name]) for name in values if name in fed})


def _written(value: object) -> str:
    """In Duebook's own notation."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return f"{value:f}"
        case date():
            return value.isoformat()
    return str(value)


def _row(sample: SampleRow) -> SourceRow:
    types = sample.types or TEXT * len(sample.cells)
    made = {EXACT: Exact, DAY: Day}
    cells = [made.get(each, str)(cell) for each, cell in zip(types, sample.cells, strict=True)]
    return SourceRow(sample.line, cells, sample.trouble)


def _cut(cell: str) -> str:
    return storable(cell if len(cell) <= LONGEST else cell[:LONGEST] + "…")


def _is_typed(cell: str) -> bool:
    return type(cell) in (Exact, Day)


def _type(cell: str) -> str:
    return {Exact: EXACT, Day: DAY}.get(type(cell), TEXT)
