"""CSV files as rows of cells, whatever program wrote them, in flat memory.

Nothing here knows what a column means. A row that cannot be told apart from its neighbours
comes out with its trouble, so that the rows around it still count; a file that cannot be read
at all is Unreadable.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, NamedTuple

from duebook.ingest.encoding import Unreadable as Unreadable
from duebook.ingest.encoding import encoding_of, opened_bytes, refuse_binary, storable

CELL_LIMIT = 1_000_000  # characters of one cell
RECORD_LIMIT = 2_000_000  # characters of one row, all its lines together
REREAD_LIMIT = 32_000_000  # characters read a second time after broken quotation marks
COLUMN_LIMIT = 1_000
COLUMN_NAME_LIMIT = 500
SEPARATORS = ",;\t|"

csv.field_size_limit(CELL_LIMIT)


class SourceRow(NamedTuple):
    """One row and the line it starts on. A row with `trouble` has no cells to trust."""

    line: int
    cells: list[str]
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A readable file. Each iteration reads it anew; Unreadable may still come half-way."""

    path: Path
    header: list[str]
    encoding: str
    separator: str
    # Excel's "sep=;" line before the header.
    declares_separator: bool = False

    def __iter__(self) -> Iterator[SourceRow]:
        records = self.records()
        _header(records, path=self.path)
        for row in records:
            if not _is_blank(row):
                yield row

    def records(self) -> Iterator[SourceRow]:
        """The header, then the rows, blank ones included."""
        try:
            with self.path.open(encoding=self.encoding, errors=self._errors, newline="") as file:
                start = 1
                if self.declares_separator:
                    file.readline(CELL_LIMIT)
                    start = 2
                yield from _records(file, separator=self.separator, start=start, path=self.path)
        except UnicodeError:
            raise Unreadable(
                f"{self.path.name} is damaged: its text stops being {self.encoding}; "
                "export it again as UTF-8."
            ) from None
        except OSError as trouble:
            raise Unreadable.because(self.path, trouble) from None

    @property
    def _errors(self) -> str:
        # A byte that fits no character stays in its cell, whose row is then refused by name.
        return "strict" if self.encoding.startswith("utf-16") else "surrogateescape"


def read(path: Path, *, encoding: str | None = None) -> Source:
    """Look at a file's beginning: its encoding, its separator, its header, and that it has rows."""
    encoding = encoding_of(path, stated=encoding)
    start = _beginning(path, encoding)
    if not start.strip():
        raise Unreadable(f"{path.name} is empty: send a CSV file with a header and rows.")
    refuse_binary(start, path=path)
    declared = _declared_separator(start)
    source = Source(
        path=path,
        header=[],
        encoding=encoding,
        separator=declared or _usual_separator(start),
        declares_separator=declared is not None,
    )
    source.header.extend(_header(source.records(), path=path))
    if not any(source):
        raise Unreadable(f"{path.name} has a header but no rows: export it again with rows.")
    return source


def _beginning(path: Path, encoding: str) -> str:
    with opened_bytes(path) as file:
        return file.read(65_536).decode(encoding, errors="replace").lstrip("\ufeff")


def _header(records: Iterable[SourceRow], *, path: Path) -> list[str]:
    for row in records:
        if row.trouble:
            raise Unreadable(f"{path.name}, line {row.line}, the header: {row.trouble}")
        if len(row.cells) > COLUMN_LIMIT:
            raise Unreadable(
                f"{path.name} has more than {COLUMN_LIMIT:,} columns: "
                "send only the columns that matter."
            )
        if max(map(len, row.cells), default=0) > COLUMN_NAME_LIMIT:
            raise Unreadable(f"{path.name} names no columns in its first row: put a header there.")
        if not _is_blank(row):
            return [storable(" ".join(cell.split())) for cell in row.cells]
    raise Unreadable(f"{path.name} is empty: send a CSV file with a header and rows.")


def _is_blank(row: SourceRow) -> bool:
    cells = row.cells
    if not cells:
        return not row.trouble
    if cells[0] and not cells[0].isspace() and cells != ["\x1a"]:
        return False
    # Ctrl-Z ends files of old DOS programs.
    return not any(cell.strip().strip("\x1a") for cell in cells)


def _declared_separator(start: str) -> str | None:
    first = start.partition("\n")[0].rstrip("\r").strip('"')
    is_declaration = len(first) == 5 and first.casefold().startswith("sep=")
    return first[4] if is_declaration and first[4] in SEPARATORS else None


def _usual_separator(start: str) -> str:
    """The separator that occurs most in the header, outside quotation marks."""
    counts = dict.fromkeys(SEPARATORS, 0)
    quoted = False
    for letter in start.lstrip("\r\n"):
        if letter == '"':
            quoted = not quoted
        elif not quoted and letter in "\r\n":
            break
        elif not quoted and letter in counts:
            counts[letter] += 1
    return max(counts, key=lambda separator: counts[separator])


class _RecordTooLong(Exception):
    pass


class _LineTooLong(Exception):
    pass


class _Lines:
    """The physical lines of a file; those of the row being read are held for a second look."""

    def __init__(self, file: IO[str]) -> None:
        self.readline = partial(file.readline, RECORD_LIMIT + 1)
        self.held: list[str] = []
        self.again: deque[str] = deque()

    def __iter__(self) -> Iterator[str]:
        held = self.held
        size = 0
        for line in self._all():
            size = size + len(line) if held else len(line)
            held.append(line)
            if size > RECORD_LIMIT:
                raise _RecordTooLong if len(held) > 1 else _LineTooLong
            yield line

    def _all(self) -> Iterator[str]:
        while self.again:
            yield self.again.popleft()
        yield from iter(self.readline, "")

    def put_back(self) -> int:
        """Lines after the held ones' first are to be read again; how many characters that is."""
        again = self.held[1:]
        self.again.extendleft(reversed(again))
        self.held.clear()
        return sum(map(len, again))


def _records(file: IO[str], *, separator: str, start: int, path: Path) -> Iterator[SourceRow]:
    """Every row. After broken quotation marks, reading goes on at the next physical line.

    Otherwise one missing mark would swallow the rest of the file.
    """
    lines = _Lines(file)
    held = lines.held
    reread = 0
    while True:
        # Spaces before a cell's opening mark are let pass: without that the marks would
        # become part of the cell.
        reader = csv.reader(lines, delimiter=separator, strict=True, skipinitialspace=True)
        try:
            for cells in reader:
                yield SourceRow(start, cells)
                start += len(held)
                held.clear()
            return
        except _LineTooLong:
            raise Unreadable(
                f"{path.name}, line {start} is longer than {RECORD_LIMIT:,} characters: "
                "export it again with one row per line."
            ) from None
        except (csv.Error, _RecordTooLong) as trouble:
            yield SourceRow(start, [], _said_plainly(trouble))
        start += 1
        reread += lines.put_back()
        if reread > REREAD_LIMIT:
            raise Unreadable(
                f"{path.name}, line {start}: too many quotation marks are never closed; "
                "export it again with marks inside cells doubled."
            )


def _said_plainly(trouble: Exception) -> str:
    said = str(trouble)
    if "unexpected end" in said:
        return "A quotation mark opens in this row and is never closed: close it."
    if "expected after" in said:
        return 'A quotation mark inside a quoted cell must be written twice ("").'
    return (
        f"A cell is longer than {CELL_LIMIT:,} characters: shorten it, "
        "or close the quotation mark that opens in this row."
    )
