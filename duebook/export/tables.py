"""Report rows as CSV, JSON or Excel: the same columns and figures in each."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

import xlsxwriter

FORMATS = ("csv", "json", "xlsx")


def write_csv(file: IO[str], columns: Sequence[str], rows: Sequence[object]) -> None:
    """A header and one line a row: ISO dates, "." as decimal mark, no grouping, no totals."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(getattr(row, name)) for name in columns] for row in rows)


def write_json(file: IO[str], columns: Sequence[str], rows: Sequence[object]) -> None:
    """A list of objects. Amounts are strings: a JSON number would be read as a float."""
    json.dump(
        [{name: _json(getattr(row, name)) for name in columns} for row in rows],
        file,
        ensure_ascii=False,
        indent=1,
    )
    file.write("\n")


def write_xlsx(path: Path, columns: Sequence[str], rows: Sequence[object], *, title: str) -> None:
    """One sheet with typed cells.

    Text is written as text, never as a formula.
    """
    book = xlsxwriter.Workbook(
        path, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet(title[:31])
    head = book.add_format({"bold": True, "bottom": 1})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(columns) - 1, 16)
    sheet.write_row(0, 0, columns, head)
    money: dict[int, Any] = {}
    for number, row in enumerate(rows, start=1):
        for place, name in enumerate(columns):
            value = getattr(row, name)
            if isinstance(value, Decimal):
                sheet.write_number(number, place, value, _money(book, money, value))
            elif isinstance(value, date):
                sheet.write_datetime(number, place, value, day)
            elif isinstance(value, int):
                sheet.write_number(number, place, value)
            elif value is not None:
                sheet.write_string(number, place, value)
    book.close()


def _money(book: Any, known: dict[int, Any], value: Decimal) -> Any:
    decimals = max(0, -int(value.as_tuple().exponent))
    if decimals not in known:
        zeros = "." + "0" * decimals if decimals else ""
        known[decimals] = book.add_format({"num_format": f"#,##0{zeros}"})
    return known[decimals]


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else value


def _json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value
