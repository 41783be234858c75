"""CSV files as rows of cells, whatever program wrote them, in flat memory.

A file that cannot be read at all is Unreadable.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO

from duebook.ingest.encoding import Unreadable as Unreadable
from duebook.ingest.encoding import encoding_of, opened_bytes, refuse_binary
from duebook.ingest.rows import CELL_LIMIT, RECORD_LIMIT, RULE, tabled
from duebook.ingest.rows import Source as Source
from duebook.ingest.rows import SourceRow as SourceRow

REREAD_LIMIT = 32_000_000  # characters read a second time after broken quotation marks
SEPARATORS = ",;\t|"
_RUN = re.compile(r"[|;,:~^#+*=!@$%&/\\<>-]{2,}|[~^]")
_LINE_END = re.compile("\r\n|\r|\n")
_LINES_ASKED = 50
_SURE = 3  # separators that no title has
# Stands for a separator of several characters: Unicode promises that no text holds it.
_MARK = "\ufdd0"

csv.field_size_limit(CELL_LIMIT)


def read(
    path: Path,
    *,
    name: str = "",
    encoding: str | None = None,
    separator: str = "",
    header: Sequence[str] | None = None,
    skip_rows: int = 0,
) -> Source:
    """Look at a file's beginning: its encoding, its separator, its header, and that it has rows.

    `header` names the columns of a file that does not; `name` is what sentences call the file.
    """
    name = name or path.name
    encoding = encoding_of(path, stated=encoding, name=name)
    start = _beginning(path, encoding)
    if not start.strip():
        raise Unreadable(f"{name} is empty: send a CSV file with a header and rows.")
    refuse_binary(start, name=name)
    declared = _declared_separator(start)
    file = _File(
        path=path,
        name=name,
        encoding=encoding,
        separator=separator or declared or _usual_separator(start),
        declares_separator=declared is not None,
    )
    source = Source(name, path, file.records, [], encoding=encoding, separator=file.separator)
    return tabled(source, header=header, skip_rows=skip_rows)


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    name: str
    encoding: str
    separator: str
    # Excel's "sep=;" line before the header.
    declares_separator: bool

    def records(self) -> Iterator[SourceRow]:
        try:
            with self.path.open(encoding=self.encoding, errors=self._errors, newline="") as file:
                start = 1
                if self.declares_separator:
                    file.readline(CELL_LIMIT)
                    start = 2
                yield from _records(file, separator=self.separator, start=start, name=self.name)
        except UnicodeError:
            raise Unreadable(
                f"{self.name} is damaged: its text stops being {self.encoding}; "
                "export it again as UTF-8."
            ) from None
        except OSError as trouble:
            raise Unreadable.because(self.path, trouble) from None

    @property
    def _errors(self) -> str:
        # A byte that fits no character stays in its cell, whose row is then refused by name.
        return "strict" if self.encoding.startswith("utf-16") else "surrogateescape"


def _beginning(path: Path, encoding: str) -> str:
    with opened_bytes(path) as file:
        return file.read(65_536).decode(encoding, errors="replace").lstrip("\ufeff")


def _declared_separator(start: str) -> str | None:
    first = start.partition("\n")[0].rstrip("\r").strip('"')
    is_declaration = len(first) == 5 and first.casefold().startswith("sep=")
    return first[4] if is_declaration and first[4] in SEPARATORS else None


def _usual_separator(start: str) -> str:
    """The separator that occurs most in the first line, outside quotation marks.

    Unless it is a title: then the one that the lines below have; or an unusual one that every
    line has as often as the header.
    """
    text = start.lstrip("\r\n")
    header, *others = islice(_LINE_END.split(text), _LINES_ASKED)
    lines = [line for line in others if line.strip(RULE)]
    counts = _counts(text)
    usual = max(counts, key=lambda separator: counts[separator])
    if unusual := _unusual_separator(header, lines, times=counts[usual]):
        return unusual
    if counts[usual] < _SURE and not _parts_alike(lines, usual, times=counts[usual]):
        for mark in SEPARATORS:
            times = Counter(line.count(mark) for line in lines).most_common(1)[0][0] if lines else 0
            if times > counts[usual] and _parts_alike(lines, mark, times=times):
                return mark
    return usual


def _parts_alike(lines: Sequence[str], mark: str, *, times: int) -> bool:
    """Whether nearly every line has the mark so many times."""
    return times > 0 and sum(line.count(mark) == times for line in lines) * 5 >= len(lines) * 4


def _counts(text: str) -> dict[str, int]:
    counts = dict.fromkeys(SEPARATORS, 0)
    quoted = False
    for letter in text:
        if letter == '"':
            quoted = not quoted
        elif not quoted and letter in "\r\n":
            break
        elif not quoted and letter in counts:
            counts[letter] += 1
    return counts


def _unusual_separator(header: str, lines: Sequence[str], *, times: int) -> str | None:
    """One of several characters such as |+|, or one that is seldom used, such as ~."""
    whole = lines[:-1] or lines  # the last may be cut off
    runs: set[str] = set(_RUN.findall(header))
    marks = runs | {part for run in runs if (part := _repeated(run))}
    for mark in sorted(marks, key=lambda mark: (-len(mark), mark)):
        if (len(mark) == 1 and times) or _has_usual(header, whole, without=mark):
            continue
        if whole and all(line.count(mark) == header.count(mark) for line in whole):
            return mark
    return None


def _repeated(run: str) -> str:
    """What stands in a row over and over, where cells are empty: |+| of |+||+||+|."""
    for size in range(2, len(run) // 2 + 1):
        if len(run) % size == 0 and run == run[:size] * (len(run) // size):
            return run[:size]
    return ""


def _has_usual(header: str, lines: Sequence[str], *, without: str) -> bool:
    """Whether a usual separator parts every line alike: in "a||b|c" the bars do, not their pair."""
    rest = header.replace(without, "")
    bare = [line.replace(without, "") for line in lines]
    counts = ((mark, rest.count(mark)) for mark in SEPARATORS if mark in rest)
    return any(
        mark in without or all(line.count(mark) == count for line in bare) for mark, count in counts
    )


class _RecordTooLong(Exception):
    pass


class _LineTooLong(Exception):
    pass


class _Lines:
    """The physical lines of a file; those of the row being read are held for a second look."""

    def __init__(self, file: IO[str], *, separator: str) -> None:
        readline = partial(file.readline, RECORD_LIMIT + 1)
        is_long = len(separator) > 1
        self.readline = (lambda: readline().replace(separator, _MARK)) if is_long else readline
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


def _records(file: IO[str], *, separator: str, start: int, name: str) -> Iterator[SourceRow]:
    """Every row. After broken quotation marks, reading goes on at the next physical line.

    Otherwise one missing mark would swallow the rest of the file.
    """
    lines = _Lines(file, separator=separator)
    delimiter = separator if len(separator) == 1 else _MARK
    held = lines.held
    reread = 0
    while True:
        # Spaces before a cell's opening mark are let pass: without that the marks would
        # become part of the cell.
        reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
        try:
            for cells in reader:
                if delimiter is _MARK:
                    cells = [cell.replace(_MARK, separator) for cell in cells]  # noqa: PLW2901
                yield SourceRow(start, cells)
                start += len(held)
                held.clear()
            return
        except _LineTooLong:
            raise Unreadable(
                f"{name}, line {start} is longer than {RECORD_LIMIT:,} characters: "
                "export it again with one row per line."
            ) from None
        except (csv.Error, _RecordTooLong) as trouble:
            yield SourceRow(start, [], _said_plainly(trouble))
        start += 1
        reread += lines.put_back()
        if reread > REREAD_LIMIT:
            raise Unreadable(
                f"{name}, line {start}: too many quotation marks are never closed; "
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
