"""Long lists as Excel: typed cells, text as it is, whatever signs are in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from duebook.export import long_sheet
from duebook.export.long_sheet import LongSheet, Texts, long_xlsx
from duebook.export.tables import TooLong

COLUMNS = ("account_name", "contact_name", "currency", "due_amount", "due_count", "due_date")
KINDS = ("text", "text", "text", "number", "count", "date")
ODD = ("<r>&lt;b</r>", "_x0041_", "=1+1", " held ", "tab\there", "two\nlines", "bell\x07", "שלום")


def written(rows: list[Texts], *, said: int | None = None) -> BytesIO:
    sheet = LongSheet(
        name="Customers",
        columns=COLUMNS,
        kinds=KINDS,
        currency=2,
        read=lambda: iter(rows),
        row_count=len(rows) if said is None else said,
        totals=[{"account_name": "Total"}],
    )
    file = BytesIO()
    about = [("Figures as of", "2026-06-30")]
    long_xlsx(file, [sheet, replace(sheet, name="Again")], made_on=date(2026, 6, 30), about=about)
    file.seek(0)
    return file


def sheets(rows: list[Texts]) -> list[list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(written(rows))
    first, second, about = (book.get_sheet_by_name(name) for name in book.sheet_names)
    assert first.to_python() == second.to_python()
    return [first.to_python(), about.to_python()]


def test_cells_have_types_and_empty_ones_keep_the_others_in_place() -> None:
    rows: list[Texts] = [
        ("Alder", None, "USD", "-12.50", "3", "2026-02-28"),
        ("Birch", "", "JPY", "1200", "0", None),
        ("Cedar", "%s", "USD", None, "7", "2026-03-01"),
    ]
    (head, first, second, third, total), about = sheets(rows)

    assert tuple(head) == COLUMNS
    assert first == ["Alder", "", "USD", -12.5, 3.0, date(2026, 2, 28)]
    assert second == ["Birch", "", "JPY", 1200.0, 0.0, ""]
    assert third == ["Cedar", "%s", "USD", "", 7.0, date(2026, 3, 1)]
    assert total[0] == "Total"
    assert about == [["Figures as of", "2026-06-30"]]


def test_text_is_never_markup_nor_a_formula() -> None:
    (_, *found, _), _ = sheets([(word, None, "USD", "1.00", "1", None) for word in ODD])
    # Readers give signs that XML lacks as Excel writes them.
    assert [row[0] for row in found] == [word.replace("\x07", "_x0007_") for word in ODD] or [
        row[0] for row in found
    ] == [*ODD]


def test_the_same_rows_give_the_same_bytes() -> None:
    rows: list[Texts] = [("A", "B", "USD", "1.00", "1", None)]
    assert written(rows).getvalue() == written(rows).getvalue()


def test_a_list_that_is_longer_than_was_said_is_no_file() -> None:
    """Its last rows would stand where the totals are."""
    with pytest.raises(RuntimeError):
        written([("A", "B", "USD", "1.00", "1", None)], said=0)


def test_more_rows_than_a_sheet_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(long_sheet, "SHEET_ROWS_MAX", 3)
    row: Texts = ("A", None, "USD", "1.00", "1", None)
    assert len(sheets([row])[0]) == 3
    with pytest.raises(TooLong):
        sheets([row, row])
