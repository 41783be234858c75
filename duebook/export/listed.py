"""The customers' list, or an account's documents, as a file. It may be long: rows go from the
database into the file as they come, as text that is already right, and are never all in memory.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO, TextIOWrapper
from typing import IO

from duebook.export.long_sheet import LongSheet, long_xlsx
from duebook.export.tables import FORMULA, harmless

Texts = tuple[str | None, ...]
# How the names of columns end that hold amounts or other numbers with decimals.
NUMBERS = (
    *("amount", "balance", "remaining", "on_account", "disputed", "not_invoiced", "not_paid"),
    *("credit_limit", "collection_priority", "_overdue"),
)


def kind_of(column: str) -> str:
    """What a column of a list holds: text, count, number or date."""
    if column.endswith("_date"):
        return "date"
    if column.endswith(("_count", "days_past_due")):
        return "count"
    return "number" if column.endswith(NUMBERS) else "text"


def words_of(columns: Sequence[str]) -> list[str]:
    """The columns of text: what may begin like a formula."""
    return [each for each in columns if kind_of(each) == "text"]


@dataclass
class Listed:
    """Rows that are read when the file is written: inside the viewer's transaction, and once.

    Totals, one per currency, and `about` are for Excel alone. `lines` are those of the CSV, head
    and all, where the database writes them itself; `customers` says whose rows are in it.
    """

    title: str
    as_of: date
    columns: Sequence[str]
    read: Callable[[], Iterator[Texts]]
    totals: Sequence[Mapping[str, object]]
    about: Sequence[tuple[str, str]]
    row_count: int
    customers: Callable[[], list[int]]
    lines: Callable[[], Iterator[bytes]] | None = None

    def content(self, form: str) -> bytes:
        """The file as CSV, JSON or Excel. Raises TooLong."""
        file = BytesIO()
        if form == "xlsx":
            long_xlsx(file, [self._sheet()], made_on=self.as_of, about=self.about)
            return file.getvalue()
        if form == "csv" and self.lines:
            file.writelines(self.lines())
            return file.getvalue()
        with TextIOWrapper(file, encoding="utf-8", newline="") as text:
            (self._json if form == "json" else self._csv)(text)
            text.flush()
            return file.getvalue()

    def _sheet(self) -> LongSheet:
        return LongSheet(
            name=self.title,
            columns=self.columns,
            kinds=[kind_of(column) for column in self.columns],
            currency=self.columns.index("currency"),
            read=self.read,
            row_count=self.row_count,
            totals=self.totals,
        )

    def _csv(self, file: IO[str]) -> None:
        """Text that a spreadsheet would take for a formula gets an apostrophe before it."""
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(self.columns)
        words = [self.columns.index(each) for each in words_of(self.columns)]
        for row in self.read():
            cells = [*row]
            for place in words:
                word = cells[place]
                if word and word[0] in FORMULA:
                    cells[place] = harmless(word)
            writer.writerow(cells)

    def _json(self, file: IO[str]) -> None:
        """A list of objects. Amounts are strings: a JSON number would be read as a float."""
        counts = [n for n, column in enumerate(self.columns) if kind_of(column) == "count"]
        for number, row in enumerate(self.read()):
            cells: list[str | int | None] = [*row]
            for place in counts:
                cells[place] = _count(row[place])
            told = json.dumps(dict(zip(self.columns, cells, strict=True)), ensure_ascii=False)
            file.write(f"{',' if number else '['}\n {told}")
        file.write("\n]\n" if self.row_count else "[]\n")


def _count(text: str | None) -> int | None:
    return None if text is None else int(text)
