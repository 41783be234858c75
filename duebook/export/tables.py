"""Report rows as CSV, JSON or Excel: the same columns and figures in each."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO
from typing import IO, Any

import xlsxwriter

FORMATS = ("csv", "json", "xlsx")
SHEET_ROWS_MAX = 1_048_576
ABOUT = "About"


class TooLong(Exception):
    """More rows than the format can hold. The message has no full stop."""


def write_csv(
    file: IO[str], columns: Sequence[str], rows: Sequence[object], heads: Sequence[str] = ()
) -> None:
    """A header and one line a row: ISO dates, "." as decimal mark, no grouping, no totals.

    Text that a spreadsheet would take for a formula gets an apostrophe before it; figures do not.
    `heads` are what the columns are called, where that is not their names.
    """
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(heads or columns)
    writer.writerows([_cell(getattr(row, name)) for name in columns] for row in rows)


def write_json(
    file: IO[str], columns: Sequence[str], rows: Sequence[object], heads: Sequence[str] = ()
) -> None:
    """A list of objects. Amounts are strings: a JSON number would be read as a float."""
    named = [*zip(heads or columns, columns, strict=True)]
    json.dump(
        [{head: _json(getattr(row, name)) for head, name in named} for row in rows],
        file,
        ensure_ascii=False,
        indent=1,
    )
    file.write("\n")


def xlsx(
    columns: Sequence[str],
    rows: Sequence[object],
    *,
    title: str,
    heads: Sequence[str] = (),
    totals: Sequence[Mapping[str, object]] = (),
    made_on: date | None = None,
    about: Sequence[tuple[str, str]] = (),
) -> bytes:
    """One sheet with typed cells, the totals below the rows; `about` it, a second one.

    Text is written as text, never as a formula. With `made_on` instead of the time of making, the
    same rows give the same bytes. Raises TooLong, and OSError when the disk is full.
    """
    if 1 + len(rows) + len(totals) > SHEET_ROWS_MAX:
        raise TooLong(f"{len(rows):,} rows are more than an Excel sheet holds")
    content = BytesIO()
    book = xlsxwriter.Workbook(
        content, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    if made_on is not None:
        book.set_properties({"created": datetime.combine(made_on, time())})
    sheet = book.add_worksheet(title[:31])
    head = book.add_format({"bold": True, "bottom": 1})
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(columns) - 1, 16)
    sheet.write_row(0, 0, heads or columns, head)
    formats = Formats(book)
    for number, row in enumerate(rows, start=1):
        for place, name in enumerate(columns):
            _write_cell(sheet, number, place, getattr(row, name), formats)
    for number, total in enumerate(totals, start=1 + len(rows)):
        write_total(sheet, number, columns, total, formats)
    write_about(book, about)
    try:
        book.close()
    except xlsxwriter.exceptions.FileCreateError as trouble:
        raise trouble.args[0] from trouble
    return content.getvalue()


def write_total(
    sheet: Any, number: int, columns: Sequence[str], total: Mapping[str, object], formats: Formats
) -> None:
    """A line of sums, in bold."""
    for place, name in enumerate(columns):
        _write_cell(sheet, number, place, total.get(name), formats, bold=True)


def write_about(
    book: Any,
    about: Sequence[tuple[str, str]],
    *,
    name: str = ABOUT,
    right_to_left: bool = False,
) -> None:
    """A sheet that says what the file is, if there is anything to say."""
    if not about:
        return
    notes = book.add_worksheet(name[:31])
    if right_to_left:
        notes.right_to_left()
    notes.set_column(0, 0, 28)
    notes.set_column(1, 1, 90)
    head = book.add_format({"bold": True, "bottom": 1})
    for number, (what, said) in enumerate(about):
        notes.write_string(number, 0, what, head)
        notes.write_string(number, 1, said)


def _write_cell(
    sheet: Any, number: int, place: int, value: object, formats: Formats, *, bold: bool = False
) -> None:
    if isinstance(value, Decimal):
        decimals = max(0, -int(value.as_tuple().exponent))
        zeros = "." + "0" * decimals if decimals else ""
        sheet.write_number(number, place, value, formats.get(f"#,##0{zeros}", bold))
    elif isinstance(value, date):
        sheet.write_datetime(number, place, value, formats.get("yyyy-mm-dd", bold))
    elif isinstance(value, int):
        sheet.write_number(number, place, value, formats.get("#,##0", True) if bold else None)
    elif value is not None:
        sheet.write_string(number, place, value, formats.get("General", bold))


class Formats:
    """Each format of a book once: a book holds some 64,000."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.known: dict[tuple[str, bool], Any] = {}

    def get(self, form: str, bold: bool) -> Any:
        key = form, bold
        if key not in self.known:
            self.known[key] = self.book.add_format({"num_format": form, "bold": bold})
        return self.known[key]


# Signs that begin a formula, as such and as East Asian keyboards write them; blanks before one.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(text: str) -> str:
    """Text as it may stand in a CSV file, which has no types: never a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, str):
        return harmless(value)
    return value.isoformat() if isinstance(value, date) else value


def _json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value
