"""Long lists as Excel: typed cells, text as it is, whatever signs are in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from duebook.export import long_sheet
from duebook.export.long_sheet import Texts, long_xlsx
from duebook.export.tables import TooLong

COLUMNS = ("account_name", "contact_name", "currency", "due_amount", "due_count", "due_date")
KINDS = ("text", "text", "text", "number", "count", "date")
ODD = ("<r>&lt;b</r>", "_x0041_", "=1+1", " held ", "tab\there", "two\nlines", "bell\x07", "שלום")


@dataclass
class Around:
    title: str = "Customers"
    as_of: date = date(2026, 6, 30)
    totals: Sequence[Mapping[str, object]] = ({"account_name": "Total"},)
    about: Sequence[tuple[str, str]] = field(default=(("Figures as of", "2026-06-30"),))


def sheets(rows: list[Texts]) -> list[list[list[Any]]]:
    file = BytesIO()
    long_xlsx(file, COLUMNS, KINDS, iter(rows), Around())
    file.seek(0)
    book = CalamineWorkbook.from_filelike(file)
    return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]


def test_cells_have_types_and_empty_ones_keep_the_others_in_place() -> None:
    rows: list[Texts] = [
        ("Alder", None, "USD", "-12.50", "3", "2026-02-28"),
        ("Birch", "", "JPY", "1200", "0", None),
    ]
    (head, first, second, total), about = sheets(rows)

    assert tuple(head) == COLUMNS
    assert first == ["Alder", "", "USD", -12.5, 3.0, date(2026, 2, 28)]
    assert second == ["Birch", "", "JPY", 1200.0, 0.0, ""]
    assert total[0] == "Total"
    assert about == [["Figures as of", "2026-06-30"]]


def test_text_is_never_markup_nor_a_formula() -> None:
    (_, *found, _), _ = sheets([(word, None, "USD", "1.00", "1", None) for word in ODD])
    # Readers give signs that XML lacks as Excel writes them.
    assert [row[0] for row in found] == [word.replace("\x07", "_x0007_") for word in ODD] or [
        row[0] for row in found
    ] == [*ODD]


def test_the_same_rows_give_the_same_bytes() -> None:
    one, two = BytesIO(), BytesIO()
    for file in (one, two):
        long_xlsx(file, COLUMNS, KINDS, iter([("A", "B", "USD", "1.00", "1", None)]), Around())
    assert one.getvalue() == two.getvalue()


def test_more_rows_than_a_sheet_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_sheet, "SHEET_ROWS_MAX", 3)
    row: Texts = ("A", None, "USD", "1.00", "1", None)
    assert len(sheets([row])[0]) == 3
    with pytest.raises(TooLong):
        sheets([row, row])
