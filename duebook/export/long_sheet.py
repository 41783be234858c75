"""Long lists as an Excel file: the book is XlsxWriter's, the cells of its rows are written here.

XlsxWriter needs fifteen seconds for 100,000 rows of 36 columns, cell by cell; their text at once
takes one. So XlsxWriter makes the book with heads and totals alone, and the rows are poured in
between while they are read. They are never all in memory, and what is ready is compressed behind
what is being written.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BytesIO
from itertools import chain, islice
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

import xlsxwriter

from duebook.export.tables import ABOUT, SHEET_ROWS_MAX, Formats, TooLong, write_about, write_total

Texts = tuple[str | None, ...]
FIRST_DAY = date(1899, 12, 30)
# What XML or Excel would take for something else.
UNUSUAL = re.compile(r"[&<>\x00-\x1f\ufffe\uffff]|_x[0-9a-fA-F]{4}_")
ESCAPE = re.compile(r"_x[0-9a-fA-F]{4}_|[\x00-\x08\x0b-\x1f\ufffe\uffff]")
DATES = "yyyy-mm-dd"
DECIMALS_MAX = 4
TOGETHER = 200  # rows that are written at once
WAITING = 4  # times as many wait to be compressed, at most
ROW_ENDS = b"</row>"


@dataclass(frozen=True)
class LongSheet:
    """`kinds` of columns: text, count, number or date; figures with as many decimals as their
    currency has, which column `currency` names.

    `read` gives the rows, `row_count` of them, when they are to be written. Totals, by column, one
    per currency, stand below them.
    """

    name: str
    columns: Sequence[str]
    kinds: Sequence[str]
    currency: int
    read: Callable[[], Iterator[Texts]]
    row_count: int
    totals: Sequence[Mapping[str, object]] = ()
    widths: Sequence[int] = ()  # of the first columns
    frozen_columns: int = 0


def long_xlsx(
    file: IO[bytes],
    sheets: Sequence[LongSheet],
    *,
    made_on: date,
    about: Sequence[tuple[str, str]],
    about_name: str = ABOUT,
    right_to_left: bool = False,
) -> None:
    """Typed cells, heads frozen, totals below; a last sheet says what it is.

    The same rows give the same bytes. Raises TooLong.
    """
    for sheet in sheets:
        if 1 + sheet.row_count + len(sheet.totals) > SHEET_ROWS_MAX:
            raise TooLong(f"{sheet.row_count:,} rows are more than an Excel sheet holds")
    content = BytesIO()
    book = xlsxwriter.Workbook(
        content, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"created": datetime.combine(made_on, time())})
    formats = Formats(book)
    styles = _styles(formats)
    for sheet in sheets:
        _frame(book, sheet, formats, right_to_left=right_to_left)
    write_about(book, about, name=about_name, right_to_left=right_to_left)
    book.close()
    rows = {
        f"xl/worksheets/sheet{at}.xml": _rows(sheet, styles) for at, sheet in enumerate(sheets, 1)
    }
    _pour(file, content, rows)


def _styles(formats: Formats) -> dict[str, int]:
    """The formats that rows may want, as the book numbers them."""
    forms = [_form(decimals) for decimals in range(DECIMALS_MAX + 1)]
    return {form: formats.get(form, False)._get_xf_index() for form in (*forms, DATES)}


def _form(decimals: int) -> str:
    return f"#,##0.{'0' * decimals}" if decimals else "#,##0"


def _frame(book: Any, long: LongSheet, formats: Formats, *, right_to_left: bool) -> None:
    """The sheet without its rows."""
    sheet = book.add_worksheet(long.name[:31])
    if right_to_left:
        sheet.right_to_left()
    sheet.freeze_panes(1, long.frozen_columns)
    sheet.set_column(0, len(long.columns) - 1, 16)
    for place, width in enumerate(long.widths):
        sheet.set_column(place, place, width)
    sheet.write_row(0, 0, long.columns, book.add_format({"bold": True, "bottom": 1}))
    for number, total in enumerate(long.totals, start=1 + long.row_count):
        write_total(sheet, number, long.columns, total, formats)


def _pour(file: IO[bytes], content: BytesIO, rows: Mapping[str, Iterator[str]]) -> None:
    """The book with its rows, each sheet's below its head."""
    with (
        ZipFile(content) as book,
        ZipFile(file, "w", ZIP_DEFLATED, compresslevel=1) as whole,
        ThreadPoolExecutor(max_workers=1) as behind,
    ):
        for part in book.namelist():
            frame = book.read(part)
            at = frame.index(ROW_ENDS) + len(ROW_ENDS) if part in rows else len(frame)
            with whole.open(part, "w") as entry:
                waiting: deque[Future[int]] = deque()
                for block in chain([frame[:at]], _blocks(rows.get(part, iter(()))), [frame[at:]]):
                    waiting.append(behind.submit(entry.write, block))
                    if len(waiting) > WAITING:
                        waiting.popleft().result()
                for each in waiting:
                    each.result()


def _blocks(rows: Iterator[str]) -> Iterable[bytes]:
    while block := "".join(islice(rows, TOGETHER)):
        yield block.encode()


def _rows(sheet: LongSheet, styles: Mapping[str, int]) -> Iterator[str]:
    """Raises RuntimeError when there are other rows than was said: totals would stand on them."""
    cells = Cells(sheet.kinds, styles, currency=sheet.currency)
    number = 0
    for number, row in enumerate(sheet.read(), start=1):
        yield f'<row r="{number + 1}">{cells.of(row)}</row>'
    if number != sheet.row_count:
        raise RuntimeError(f"{number} rows came, not {sheet.row_count}")


class Cells:
    """Rows as cells that follow each other, empty ones too, so that none needs to say its place."""

    def __init__(self, kinds: Sequence[str], styles: Mapping[str, int], *, currency: int) -> None:
        self.kinds, self.styles, self.currency = kinds, styles, currency
        self.words = [place for place, kind in enumerate(kinds) if kind == "text"]
        self.dates = [place for place, kind in enumerate(kinds) if kind == "date"]
        self.patterns: dict[tuple[object, ...], str] = {}
        self.days: dict[str | None, str | None] = {None: None}

    def of(self, row: Texts) -> str:
        values = [*row]
        empty: tuple[int, ...] = ()
        for place in self.words:
            word = values[place]
            if not word:
                values[place] = None
            elif UNUSUAL.search(word):
                values[place] = _escaped(word)
        for place in self.dates:
            day = values[place]
            if day not in self.days:
                self.days[day] = str((date.fromisoformat(day or "") - FIRST_DAY).days)
            values[place] = self.days[day]
        if None in values:
            empty = tuple([place for place, value in enumerate(values) if value is None])
            values = [value for value in values if value is not None]
        key = (row[self.currency], *empty)
        if key not in self.patterns:
            self.patterns[key] = self._pattern(row, empty)
        return self.patterns[key] % (*values,)

    def _pattern(self, row: Texts, empty: Sequence[int]) -> str:
        """What stands around the values: the same in all rows of a currency that have as many."""
        return "".join(
            "<c/>" if place in empty else self._mark(kind, row[place] or "")
            for place, kind in enumerate(self.kinds)
        )

    def _mark(self, kind: str, value: str) -> str:
        if kind == "text":
            return '<c t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>'
        if kind == "count":
            return "<c><v>%s</v></c>"
        form = DATES if kind == "date" else _form(len(value.partition(".")[2]))
        return f'<c s="{self.styles[form]}"><v>%s</v></c>'


def _escaped(text: str) -> str:
    """Text with signs of its own meaning in XML or Excel, which says _x0001_ for what XML lacks."""
    said = ESCAPE.sub(
        lambda found: f"_x005F{found[0]}" if len(found[0]) > 1 else f"_x{ord(found[0]):04X}_", text
    )
    return said.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
