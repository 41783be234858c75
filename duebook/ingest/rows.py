"""What every reader of files yields: rows of cells with the line they stand on.

Nothing here knows what a column means. A row that cannot be told apart from its neighbours
comes out with its trouble, so that the rows around it still count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Literal, NamedTuple

from duebook.ingest.encoding import Unreadable, storable

CELL_LIMIT = 1_000_000  # characters of one cell
RECORD_LIMIT = 2_000_000  # characters of one row, all its lines together
COLUMN_LIMIT = 1_000
COLUMN_NAME_LIMIT = 500
TITLES_LIMIT = 40  # rows among which a header may stand

RULE = "-=_+ "  # what lines between the rows of a printed list are drawn with

NO_FAULTS: Mapping[int, str] = MappingProxyType({})
# Whose numbers and days are not text: a JSON file's, or a spreadsheet's of either date system.
Typed = Literal["", "json", "1900", "1904"]


class Exact(str):
    """A number that the file itself holds as one: plain notation, whatever marks its texts use."""

    __slots__ = ()


class Day(str):
    """A day that the file itself holds as one, as 2026-01-31; a time may follow."""

    __slots__ = ()


class SourceRow(NamedTuple):
    """One row and the line it starts on. A row with `trouble` has no cells to trust; `faults` are
    cells without a value to trust, by position, and why. `given` are the fields that the row
    states, where that may differ from row to row; what it does not state stays as it is known.
    """

    line: int
    cells: list[str]
    trouble: str = ""
    faults: Mapping[int, str] = NO_FAULTS
    given: Sequence[str] | None = None


@dataclass(frozen=True)
class Source:
    """A readable table. Each iteration reads it anew; Unreadable may still come half-way."""

    name: str  # as sentences call it: may.csv, may.xlsx/Invoices, may.zip/invoices.csv
    path: Path
    # Everything from the first line on: titles, the header, blank rows.
    records: Callable[[], Iterator[SourceRow]]
    header: list[str]
    header_line: int = 0  # what stands up to here is no row
    typed: Typed = ""
    encoding: str = ""
    separator: str = ""
    # What its rows must be, whatever they look like; empty when that is open.
    kind: str = ""
    # Whatever must live as long as the table is read, such as a folder of unpacked files.
    keeps: object = field(default=None, compare=False, repr=False)

    def __iter__(self) -> Iterator[SourceRow]:
        header_line = self.header_line
        for row in self.records():
            if row.line > header_line and not is_blank(row):
                yield row


def tabled(source: Source, *, header: Sequence[str] | None, skip_rows: int = 0) -> Source:
    """The source with its header: the one given, else its first row that is not blank.

    Unreadable when there is none, when it cannot be one, and when no row follows it.
    """
    if header is not None:
        found = replace(source, header=list(header), header_line=skip_rows)
    else:
        rows = (row for row in source.records() if row.line > skip_rows)
        found = _headed(source, next((row for row in rows if not is_blank(row)), None))
    if not any(found):
        raise Unreadable(f"{source.name} has a header but no rows: export it again with rows.")
    return found


def beginning(source: Source, *, skip_rows: int = 0) -> list[SourceRow]:
    """The rows among which the header is, were there titles above it."""
    rows = (row for row in source.records() if row.line > skip_rows and not is_blank(row))
    return list(islice(rows, TITLES_LIMIT))


def headed_at(source: Source, row: SourceRow) -> Source:
    """The source with that row as its header, and what stands above it as titles."""
    return source if row.line == source.header_line else _headed(source, row)


def header_among(rows: Iterable[SourceRow], *, known: Callable[[str], bool]) -> SourceRow | None:
    """The row most of whose cells are known as names of columns; the first of equals."""
    best, most = None, 1
    for row in rows:
        names = {cell.strip() for cell in row.cells[:COLUMN_LIMIT] if cell.strip()}
        count = sum(map(known, names)) if len(names) > 1 and not row.trouble else 0
        if count > most:
            best, most = row, count
    return best


def _headed(source: Source, row: SourceRow | None) -> Source:
    name = source.name
    if row is None:
        raise Unreadable(f"{name} is empty: send a file with a header and rows.")
    if row.trouble:
        raise Unreadable(f"{name}, line {row.line}, the header: {row.trouble}")
    if len(row.cells) > COLUMN_LIMIT:
        raise Unreadable(
            f"{name} has more than {COLUMN_LIMIT:,} columns: send only the columns that matter."
        )
    if max(map(len, row.cells), default=0) > COLUMN_NAME_LIMIT:
        raise Unreadable(f"{name} names no columns in its first row: put a header there.")
    names = [storable(" ".join(cell.split())) for cell in row.cells]
    return replace(source, header=names, header_line=row.line)


def is_blank(row: SourceRow) -> bool:
    cells = row.cells
    if not cells:
        return not row.trouble
    if cells[0] and not cells[0].isspace() and cells != ["\x1a"]:
        return len(cells) == 1 and len(cells[0]) > 2 and not cells[0].strip(RULE)
    if row.faults:
        return False
    # Ctrl-Z ends files of old DOS programs.
    return not any(cell.strip().strip("\x1a") for cell in cells)
