"""One sheet of a workbook, row by row, each cell as the text that the sheet shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from duebook.ingest.encoding import Unreadable
from duebook.ingest.rows import COLUMN_LIMIT, RECORD_LIMIT, Day, Exact, SourceRow
from duebook.ingest.safe_xml import local, parsed

ROWS_LIMIT = 1_048_576
WIDEST = 16_384
DIGITS = 15  # that spreadsheets keep
_NUMBER = re.compile(r"-?\d{1,40}(?:\.\d{1,40})?(?:[eE][-+]?\d{1,3})?", re.ASCII)
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_SHORT = re.compile(r"[1-9]\d*(?:\.\d*[1-9])?", re.ASCII)
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_FAR = f"The cell {{place}} lies beyond {COLUMN_LIMIT:,} columns: clear it."
_ERROR = "The cell {place} holds the error {error}: correct it in the spreadsheet."
_DAMAGED = "The cell {place} is damaged: write it anew."
_LOST = (
    f"The cell {{place}} has more than {DIGITS} digits, and spreadsheets lose those: "
    "format the column as text and fill it in again."
)
_STALE = (
    "The cell {place} holds a formula that was never calculated: "
    "open the file in a spreadsheet program, save it there and send that."
)


class Merge(NamedTuple):
    """Cells of a column that show the text of the topmost."""

    letters: str
    top: int
    bottom: int


@dataclass(frozen=True)
class Workbook:
    """What a sheet's cells refer to."""

    texts: tuple[str, ...]
    styles: tuple[str, ...]
    since_1904: bool
    has_stale_formulas: bool


def sheet_rows(
    stream: Iterable[bytes], *, book: Workbook, merges: tuple[Merge, ...], name: str
) -> Iterator[SourceRow]:
    """The rows that hold anything, as they come. Raises Unreadable for what is no sheet."""
    made: list[SourceRow] = []
    rows = _Rows(book, name)
    fill = _Filled(merges) if merges else None
    for _ in _told(
        stream, name=name, row=lambda number, cells: made.extend(rows.row(number, cells))
    ):
        yield from map(fill.row, made) if fill else made
        made.clear()


Cells = list[tuple[dict[str, str], str, bool]]  # what a cell says of itself, its text, a formula


def _told(
    stream: Iterable[bytes], *, name: str, row: Callable[[str | None, Cells], None]
) -> Iterator[None]:
    """Calls `row` with the number and the cells of each, and yields now and then.

    Every cell costs a handful of calls, so there is as little in them as can be.
    """
    cells: Cells = []
    parts: list[str] = []
    cell: dict[str, str] = {}
    number: str | None = None
    size, is_cell, is_inline, is_formula = 0, False, False, False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal cell, number, size, is_cell, is_inline, is_formula
        match tag if ":" not in tag else local(tag):
            case "c":
                cell, is_formula = attributes, False
                is_inline = attributes.get("t") == "inlineStr"
                is_cell = not is_inline
            case "row":
                number, size = attributes.get("r"), 0
            case "t":
                is_cell = True
            case "f":
                is_formula = True
            case "rPh":
                is_inline = False

    def text(data: str) -> None:
        nonlocal size
        if is_cell:
            parts.append(data)
            size += len(data)
            if size > RECORD_LIMIT:
                raise Unreadable(f"{name} has a row of more than {RECORD_LIMIT:,} characters.")

    def end(tag: str) -> None:
        nonlocal is_cell
        match tag if ":" not in tag else local(tag):
            case "c":
                if parts or is_formula or "r" not in cell:
                    cells.append(
                        (cell, parts[0] if len(parts) == 1 else "".join(parts), is_formula)
                    )
                    parts.clear()
                is_cell = False
            case "t":
                is_cell = not is_inline
            case "f":
                parts.clear()
            case "row":
                row(number, cells)
                cells.clear()

    yield from parsed(stream, name=name, start=start, end=end, text=text)


class _Rows:
    """Makes rows of what a sheet tells."""

    def __init__(self, book: Workbook, name: str) -> None:
        self.book, self.name = book, name
        self.line = 0
        self.shapes = {str(at): shape for at, shape in enumerate(book.styles) if shape}
        self.columns: dict[str, int] = {}
        self.faults: dict[int, str] = {}

    def row(self, number: str | None, told: Cells) -> Iterator[SourceRow]:
        line = int(number) if number and number.isdecimal() and len(number) < 9 else self.line + 1
        if not self.line < line <= ROWS_LIMIT:
            raise Unreadable(f"{self.name} is damaged: row {line} follows row {self.line}.")
        self.line, self.faults = line, {}
        cells: list[str] = []
        texts, columns, column = self.book.texts, self.columns, 0
        for cell, text, is_formula in told:
            ref = cell.get("r")
            if ref is None:
                column += 1
            else:
                letters = ref.rstrip("0123456789")
                before, column = column, columns.get(letters) or self._column(letters)
                if column <= before:
                    raise Unreadable(f"{self.name} is damaged: {ref[:20]} stands in an odd place.")
            if column > COLUMN_LIMIT:
                yield SourceRow(line, [], _FAR.format(place=self._place(column)))
                return
            if len(cells) < column - 1:
                cells.extend([""] * (column - 1 - len(cells)))
            kind = cell.get("t", "n")
            if is_formula and (self.book.has_stale_formulas or not text):
                self._fault(column, _STALE)
            if kind == "s" and text.isdecimal() and len(text) < 9 and int(text) < len(texts):
                cells.append(texts[int(text)])
            else:
                cells.append(self._shown(kind, text, column, cell.get("s", "")))
        if cells:
            yield SourceRow(line, cells, "", self.faults)

    def _column(self, letters: str) -> int:
        column = _column_number(letters)
        if not 0 < column <= WIDEST:
            raise Unreadable(f"{self.name} is damaged: it has a column {letters[:20]}.")
        self.columns[letters] = column
        return column

    def _place(self, column: int) -> str:
        return f"{_letters(column)}{self.line}"

    def _fault(self, column: int, said: str, **more: str) -> None:
        self.faults[column - 1] = said.format(place=self._place(column), **more)

    def _shown(self, kind: str, text: str, column: int, style: str) -> str:
        """The cell as the sheet shows it; Exact and Day where it is a number or a day."""
        match kind:
            case "n":
                return self._number(text.strip(), column, style)
            case "b":
                return "TRUE" if text.strip() == "1" else "FALSE"
            case "e":
                self._fault(column, _ERROR, error=text[:20])
                return text
            case "d":
                return Day(text.replace("T", " ")) if _ISO_DAY.match(text) else text
            case "s":
                self._fault(column, _DAMAGED)
                return ""
        return unescaped(text)

    def _number(self, text: str, column: int, style: str) -> str:
        plain = text if len(text) <= DIGITS and _SHORT.fullmatch(text) else None
        if plain is None:
            if not text:
                return ""
            if not _NUMBER.fullmatch(text):
                self._fault(column, _DAMAGED)
                return text
            if (plain := plain_number(text)) is None:
                self._fault(column, _LOST)
                return text
        shape = self.shapes.get(style)
        if shape is None:
            return Exact(plain)
        if shape in ("day", "time"):
            since_1904 = self.book.since_1904
            return shown_day(plain, since_1904=since_1904, is_time=shape == "time")
        return Exact(plain.zfill(len(shape)) if plain.isdecimal() else plain)


class _Filled:
    """Puts the text of merged cells into each row they cover, where that has anything else."""

    def __init__(self, merges: tuple[Merge, ...]) -> None:
        self.merges = merges
        self.next = 0
        self.open: list[tuple[int, int, str]] = []  # position, last row, text

    def row(self, row: SourceRow) -> SourceRow:
        line, cells = row.line, row.cells
        self.open = [each for each in self.open if each[1] >= line]
        if any(cells):
            for position, _, text in self.open:
                cells.extend([""] * (position + 1 - len(cells)))
                cells[position] = cells[position] or text
        while self.next < len(self.merges) and self.merges[self.next].top <= line:
            merge = self.merges[self.next]
            self.next += 1
            position = _column_number(merge.letters) - 1
            if merge.top == line and position < len(cells) and len(self.open) < COLUMN_LIMIT:
                self.open.append((position, merge.bottom, cells[position]))
        return row


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters[:4]:
        if not "A" <= letter <= "Z":
            return WIDEST + 1
        number = number * 26 + ord(letter) - 64
    return number


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def plain_number(text: str) -> str | None:
    """The number as a sheet shows it, in plain notation: 1190.1000000000001 is 1190.1.

    None where a spreadsheet has lost digits.
    """
    number = Decimal(text)
    if number.adjusted() >= DIGITS:
        return None
    return _short(format(+Decimal(f"{number:.{DIGITS - 1}e}"), "f"))


def _short(text: str) -> str:
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text if text not in ("", "-", "-0") else "0"


def shown_day(number: str, *, since_1904: bool, is_time: bool) -> str:
    """A spreadsheet's count of days as 2026-01-31, with the time of day if it has one."""
    count = Decimal(number)
    days = int(count)
    seconds = int(((count - days) * 86_400).to_integral_value())
    if count < 0 or days > 2_958_465:
        return Exact(number)
    clock = str(timedelta(seconds=seconds % 86_400)).zfill(8) if seconds else ""
    if is_time and not days:
        return clock or "00:00:00"
    day = _day(days, since_1904=since_1904) + timedelta(days=seconds // 86_400)
    return Day(f"{day.isoformat()} {clock}" if clock and clock != "00:00:00" else day.isoformat())


def _day(days: int, *, since_1904: bool) -> date:
    if since_1904:
        return date(1904, 1, 1) + timedelta(min(days, 2_957_003))
    # Spreadsheets count a 29 February 1900 that never was.
    return date(1899, 12, 31 if days < 60 else 30) + timedelta(days)


def unescaped(text: str) -> str:
    """Letters that XML cannot hold are written as _x000D_."""
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
