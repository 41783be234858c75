"""A long list as an Excel file: the book is XlsxWriter's, the cells of its rows are written here.

XlsxWriter needs fifteen seconds for 100,000 rows of 36 columns, cell by cell; their text at once
takes two. The rows go where XlsxWriter keeps those that are done when it saves memory.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from io import BytesIO
from typing import Any, Protocol

import xlsxwriter

from duebook.export.tables import SHEET_ROWS_MAX, Formats, TooLong, write_about, write_total

Texts = tuple[str | None, ...]
FIRST_DAY = date(1899, 12, 30)
# What XML or Excel would take for something else.
UNUSUAL = re.compile(r"[&<>\x00-\x1f\ufffe\uffff]|_x[0-9a-fA-F]{4}_")
ESCAPE = re.compile(r"_x[0-9a-fA-F]{4}_|[\x00-\x08\x0b-\x1f\ufffe\uffff]")


class About(Protocol):
    """What stands around the rows."""

    title: str
    as_of: date
    totals: Sequence[Mapping[str, object]]
    about: Sequence[tuple[str, str]]


def long_xlsx(
    file: BytesIO,
    columns: Sequence[str],
    kinds: Sequence[str],
    rows: Iterator[Texts],
    around: About,
) -> None:
    """Typed cells, the head frozen, totals below, a second sheet that says what it is.

    `kinds` of columns: text, count, number or date. Raises TooLong.
    """
    book = xlsxwriter.Workbook(
        file, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"created": datetime.combine(around.as_of, time())})
    sheet = book.add_worksheet(around.title[:31])
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(columns) - 1, 16)
    sheet.write_row(0, 0, columns, book.add_format({"bold": True, "bottom": 1}))
    formats = Formats(book)
    last = _write_rows(sheet, columns, kinds, rows, formats, below=len(around.totals))
    for number, total in enumerate(around.totals, start=1 + last):
        write_total(sheet, number, columns, total, formats)
    write_about(book, around.about)
    book.close()


def _write_rows(
    sheet: Any,
    columns: Sequence[str],
    kinds: Sequence[str],
    rows: Iterator[Texts],
    formats: Formats,
    *,
    below: int,
) -> int:
    """The number of the last row, the head being 0."""
    write, written_as = begin_rows(sheet), _Written(columns, kinds, formats)
    number = 0
    for number, row in enumerate(rows, start=1):
        if 1 + number + below > SHEET_ROWS_MAX:
            raise TooLong(f"More than {number - 1:,} rows are more than an Excel sheet holds")
        write(f'<row r="{number + 1}">{written_as.cells(row)}</row>')
    end_rows(sheet, rows=number, columns=len(columns))
    return number


def begin_rows(sheet: Any) -> Callable[[str], object]:
    """What writes whole rows as text below the head of a sheet that saves memory."""
    sheet._write_single_row(1)  # the head, which waits for the first cell below it
    write: Callable[[str], object] = sheet.row_data_fh.write
    return write


def end_rows(sheet: Any, *, rows: int, columns: int) -> None:
    """Cells that XlsxWriter writes may follow again."""
    if rows:
        sheet._check_dimensions(rows, columns - 1)
        sheet.previous_row = rows


def text_cell(word: str) -> str:
    """A cell with text, whatever signs are in it."""
    said = _escaped(word) if UNUSUAL.search(word) else word
    return f'<c t="inlineStr"><is><t xml:space="preserve">{said}</t></is></c>'


class _Written:
    """Rows as cells that follow each other, empty ones too, so that none needs to say its place."""

    def __init__(self, columns: Sequence[str], kinds: Sequence[str], formats: Formats) -> None:
        self.kinds, self.formats = kinds, formats
        self.words = [place for place, kind in enumerate(kinds) if kind == "text"]
        self.dates = [place for place, kind in enumerate(kinds) if kind == "date"]
        self.money = next(place for place, name in enumerate(columns) if name.endswith("_amount"))
        self.marks: dict[int, list[tuple[str, str]]] = {}
        self.days: dict[str | None, str | None] = {None: None}

    def cells(self, row: Texts) -> str:
        values = [*row]
        for place in self.words:
            word = values[place]
            if word and UNUSUAL.search(word):
                values[place] = _escaped(word)
        for place in self.dates:
            day = values[place]
            if day not in self.days:
                self.days[day] = str((date.fromisoformat(day or "") - FIRST_DAY).days)
            values[place] = self.days[day]
        marks = self._marks(row)
        return "".join(
            [
                before + value + after if value else "<c/>"
                for (before, after), value in zip(marks, values, strict=True)
            ]
        )

    def _marks(self, row: Texts) -> list[tuple[str, str]]:
        """What stands around each value: the same in all rows of as many decimals of money."""
        decimals = _decimals(row[self.money])
        if decimals not in self.marks:
            self.marks[decimals] = [
                self._mark(kind, decimals if value is None else _decimals(value))
                for kind, value in zip(self.kinds, row, strict=True)
            ]
        return self.marks[decimals]

    def _mark(self, kind: str, decimals: int) -> tuple[str, str]:
        if kind == "text":
            start = f'<c{self._style("General")} t="inlineStr"><is><t xml:space="preserve">'
            return start, "</t></is></c>"
        if kind == "number":
            form = f"#,##0.{'0' * decimals}" if decimals else "#,##0"
            return f"<c{self._style(form)}><v>", "</v></c>"
        return f"<c{self._style('yyyy-mm-dd') if kind == 'date' else ''}><v>", "</v></c>"

    def _style(self, form: str) -> str:
        index = self.formats.get(form, False)._get_xf_index()
        return f' s="{index}"' if index else ""


def _decimals(number: str | None) -> int:
    return len((number or "").partition(".")[2])


def _escaped(text: str) -> str:
    """Text with signs of its own meaning in XML or Excel, which says _x0001_ for what XML lacks."""
    said = ESCAPE.sub(
        lambda found: f"_x005F{found[0]}" if len(found[0]) > 1 else f"_x{ord(found[0]):04X}_", text
    )
    return said.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
