"""Workbooks are read as the spreadsheet shows them: exact numbers, days, texts, errors by cell."""

from __future__ import annotations

import datetime as dt
import tempfile
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from duebook.ingest.check import Rejected, checker
from duebook.ingest.encoding import Unreadable
from duebook.ingest.kinds import KINDS
from duebook.ingest.mapping import parse_mapping
from duebook.ingest.opening import open_files
from duebook.ingest.rows import Day, Exact, tabled
from duebook.ingest.xlsx_file import sheet_named, sheets
from duebook.ingest.xlsx_sheet import plain_number, shown_day
from tests.ingest.sheets import by_hand, row, workbook

HEADER: list[Any] = [
    "account_number",
    "invoice_number",
    "issue_date",
    "due_date",
    "amount",
    "currency",
]
SLOTS = {name: slot + 2 for name, slot in KINDS["invoices"].slots.items()}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "sent.xlsx"


def only(path):
    [source] = sheets(path, name=path.name)
    return tabled(source, header=None)


def loaded(path, **options):
    """(field values, rejected rows) of a workbook of invoices."""
    [file] = open_files(path, **options)
    results = list(map(checker(file.bound), file.source))
    rows = [result for result in results if isinstance(result, tuple)]
    return rows, [result for result in results if isinstance(result, Rejected)]


def test_typed_cells_come_out_as_the_sheet_shows_them(path):
    day, moment = dt.date(2026, 1, 31), dt.datetime.fromisoformat("2026-01-31T10:30:15")
    workbook(path, Data=[["a", "b"], ["007", 1190.1000000000001], [True, day], [moment, 19305539]])
    source = only(path)
    assert source.header == ["a", "b"]
    assert [(each.line, each.cells) for each in source] == [
        (2, ["007", "1190.1"]),
        (3, ["TRUE", "2026-01-31"]),
        (4, ["2026-01-31 10:30:15", "19305539"]),
    ]
    cells = [cell for each in source for cell in each.cells]
    assert [type(cell) for cell in cells] == [str, Exact, str, Day, Day, Exact]


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("1190.1000000000001", "1190.1"),
        ("0.1", "0.1"),
        ("0.30000000000000004", "0.3"),
        ("1.005E-3", "0.001005"),
        ("1E3", "1000"),
        ("-5.0", "-5"),
        ("-0", "0"),
        ("123456789012345", "123456789012345"),
        ("99999999999999.9", "99999999999999.9"),
        ("4.1999999999999993", "4.2"),
        ("007", "007"),
        ("1E15", None),
        ("1234567890123456", None),
    ],
)
def test_a_number_loses_the_noise_and_never_a_digit(stored, shown):
    number = plain_number(stored)
    assert (number and Decimal(number)) == (shown and Decimal(shown))
    assert number is None or "E" not in number


@pytest.mark.parametrize(
    ("serial", "since_1904", "shown"),
    [
        ("46053", False, "2026-01-31"),
        ("44591", True, "2026-01-31"),
        ("46053.4375", False, "2026-01-31 10:30:00"),
        ("1", False, "1900-01-01"),
        ("59", False, "1900-02-28"),
        ("61", False, "1900-03-01"),
        ("0", True, "1904-01-01"),
        ("46053.9999999", False, "2026-02-01"),
        ("-1", False, "-1"),
        ("99999999", False, "99999999"),
    ],
)
def test_days_are_counted_by_both_systems(serial, since_1904, shown):
    assert shown_day(serial, since_1904=since_1904, is_time=False) == shown


def test_a_workbook_of_the_1904_system(path):
    book = xlsxwriter.Workbook(str(path), {"date_1904": True})
    sheet, format_ = book.add_worksheet(), book.add_format({"num_format": "d mmm yyyy"})
    for at, name in enumerate(HEADER):
        sheet.write(0, at, name)
    sheet.write_row(1, 0, ["C1", "1"])
    sheet.write_datetime(1, 2, dt.date(2026, 1, 31), format_)
    sheet.write(1, 3, 44621)  # a day whose format is lost
    sheet.write_row(1, 4, [1190.1, "EUR"])
    book.close()
    [accepted], _ = loaded(path)
    assert accepted[SLOTS["issue_date"]] == dt.date(2026, 1, 31)
    assert accepted[SLOTS["due_date"]] == dt.date(2026, 3, 2)
    assert accepted[SLOTS["amount"]] == Decimal("1190.1")


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ("dd.mm.yyyy", 46053, "2026-01-31"),
        ("[$-407]d. mmmm yyyy;@", 46053, "2026-01-31"),
        ("h:mm", 0.5, "12:00:00"),
        ('0.00" days"', 46053, "46053"),
        ("#,##0.00 [$€-407]", 1190.1, "1190.1"),
        ("[Red]0.00", 1.5, "1.5"),
        ("0.00E+00", 1500, "1500"),
        ("General", 46053, "46053"),
        ("0000000000", 611365, "0000611365"),
        ("@", 12, "12"),
        ("[h]:mm", 46053.5, "2026-01-31 12:00:00"),
    ],
)
def test_a_format_tells_days_from_numbers(path, code, value, shown):
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["a", "b"])
    sheet.write(1, 0, value, book.add_format({"num_format": code}))
    book.close()
    assert next(iter(only(path))).cells == [shown]


def test_an_error_makes_its_row_invalid_and_is_named_by_its_cell(path):
    error = '<c r="E3" t="e"><v>#N/A</v></c>'
    cells = (
        row(1, *HEADER)
        + row(2, "C1", "1", "2026-01-31", "", "5")
        + "<row r='3'>"
        + "".join(
            f'<c r="{letter}3" t="inlineStr"><is><t>{text}</t></is></c>'
            for letter, text in (("A", "C1"), ("B", "2"), ("C", "2026-01-31"))
        )
    )
    by_hand(path, cells + error + '<c r="H3" t="e"><v>#REF!</v></c></row>')
    accepted, rejected = loaded(path)
    assert len(accepted) == 1
    [refused] = rejected
    assert (refused.line, refused.column, refused.value) == (3, "amount", "#N/A")
    assert refused.reason == "The cell E3 holds the error #N/A: correct it in the spreadsheet."


def test_an_error_in_a_column_nobody_uses_does_no_harm(path):
    cells = row(1, *HEADER, "x") + row(2, "C1", "1", "2026-01-31", "", "5", "EUR")
    by_hand(path, cells[: -len("</row>")] + '<c r="G2" t="e"><v>#DIV/0!</v></c></row>')
    accepted, rejected = loaded(path)
    assert (len(accepted), rejected) == (1, [])


def test_a_formula_counts_by_its_value_unless_it_was_never_calculated(path):
    def cells(value):
        texts = ("C1", "1", "2026-01-31", "")
        made = row(2, *texts)[: -len("</row>")]
        return row(1, *HEADER) + made + f'<c r="E2"><f>SUM(X1)</f>{value}</c></row>'

    by_hand(path, cells("<v>7.5</v>"))
    [accepted], _ = loaded(path)
    assert accepted[SLOTS["amount"]] == Decimal("7.5")
    for value, book in (("", ""), ("<v>0</v>", '<calcPr fullCalcOnLoad="1"/>')):
        by_hand(path, cells(value), book=book)
        _, [refused] = loaded(path)
        assert "E2 holds a formula that was never calculated" in refused.reason


def test_titles_above_the_header_are_passed_over_and_lines_are_the_sheets(path):
    titles: list[list[Any]] = [["Open invoices"], [], ["As of", dt.date(2026, 6, 30)], []]
    workbook(
        path,
        Data=[
            *titles,
            HEADER,
            ["C1", "1", dt.date(2026, 1, 31), None, 5, "EUR"],
            [],
            ["C1", "2", "bad", None, 5, "EUR"],
        ],
    )
    accepted, [refused] = loaded(path)
    assert [each[0] for each in accepted] == [6]
    assert refused.line == 8


def test_merged_cells_show_in_each_row_they_cover(path):
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.merge_range(0, 0, 0, 5, "Open invoices of all customers")
    sheet.write_row(1, 0, HEADER)
    sheet.merge_range(2, 0, 4, 0, "C1")
    for at in range(3):
        sheet.write_row(2 + at, 1, [f"{at}", "2026-01-31", "", at + 1, "EUR"])
    sheet.write_row(5, 0, ["C2", "9", "2026-01-31", "", 9, "EUR"])
    book.close()
    accepted, rejected = loaded(path)
    assert rejected == []
    accounts = [each[SLOTS["account_number"]] for each in accepted]
    assert accounts == ["C1", "C1", "C1", "C2"]


def test_sheets_of_several_kinds_are_several_files(path):
    accounts = [["account_number", "name"], ["C1", "First"]]
    invoices = [HEADER, ["C1", "1", "2026-01-31", None, 5, "EUR"]]
    notes = [["Prepared by", "Ada"], ["on", "Monday"]]
    workbook(path, Notes=notes, Customers=accounts, Invoices=invoices, Empty=[])
    files = open_files(path)
    assert [(file.name, file.bound.kind.name) for file in files] == [
        ("sent.xlsx/Customers", "accounts"),
        ("sent.xlsx/Invoices", "invoices"),
    ]
    assert files[0].left_out == ("sent.xlsx/Notes",)


def test_a_mapping_names_the_sheet(path):
    workbook(
        path,
        One=[HEADER, ["C1", "1", "2026-01-31", None, 5, "EUR"]],
        Two=[HEADER, ["C2", "2", "2026-01-31", None, 6, "EUR"]],
    )
    [file] = open_files(path, mapping=parse_mapping('sheet = "two"', name="m.toml"))
    assert next(iter(file.source)).cells[0] == "C2"
    with pytest.raises(Unreadable, match='no sheet "three": name one of One, Two'):
        sheet_named(path, "three", name="sent.xlsx")


def test_hidden_sheets_are_passed_over(path):
    book = xlsxwriter.Workbook(str(path))
    for name, cells in (("Old", ["C1", "1"]), ("New", ["C2", "2"])):
        sheet = book.add_worksheet(name)
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, [*cells, "2026-01-31", "", 5, "EUR"])
        if name == "Old":
            sheet.hide()
        else:
            sheet.activate()
            sheet.set_first_sheet()
    book.close()
    [file] = open_files(path)
    assert file.name == "sent.xlsx/New"


def test_typed_numbers_need_no_marks_and_texts_have_them(path):
    """1.234 as a number is one and a bit; as a text of a German file it is a thousand."""
    workbook(
        path,
        Data=[
            HEADER,
            ["C1", "1", "31.01.2026", dt.date(2026, 2, 5), 1.25, "EUR"],
            ["C1", "2", "01.02.2026", None, "1.234,50", "EUR"],
            ["C1", "3", "01.02.2026", None, "1.234", "EUR"],
        ],
    )
    accepted, rejected = loaded(path)
    assert rejected == []
    assert [str(each[SLOTS["amount"]]) for each in accepted] == ["1.25", "1234.5", "1234"]
    assert accepted[0][SLOTS["issue_date"]] == dt.date(2026, 1, 31)
    assert accepted[0][SLOTS["due_date"]] == dt.date(2026, 2, 5)


def test_rich_texts_spoken_texts_and_escapes(path):
    texts = (
        "<sst><si><r><t>Ac</t></r><r><t>me</t></r></si><si><t>東京</t><rPh><t>トウキョウ</t></rPh></si>"
        "<si><t>a_x000D_b</t></si></sst>"
    )
    cells = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'
    cells += '<row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2" t="d"><v>2026-01-31T10:00:00</v></c>'
    by_hand(path, cells + "</row>", texts=texts)
    source = only(path)
    assert source.header == ["Acme", "東京"]
    assert next(iter(source)).cells == ["a\rb", "2026-01-31 10:00:00"]


def test_cells_may_have_no_reference(path):
    cells = "<row><c t='inlineStr'><is><t>a</t></is></c><c><v>5</v></c></row>"
    cells += "<row><c/><c><v>6</v></c></row>"
    by_hand(path, cells)
    source = only(path)
    assert (source.header, [each.cells for each in source]) == (["a", "5"], [["", "6"]])


CELLS = (
    st.none()
    | st.text(st.characters(blacklist_categories=["Cc", "Cs", "Cn"]), min_size=1, max_size=12)
    | st.integers(-(10**9), 10**9)
    | st.decimals(-(10**9), 10**9, places=2).map(float)
    | st.dates(dt.date(1901, 1, 1), dt.date(2199, 12, 31))
)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=2, max_size=8))
@settings(deadline=None, max_examples=60)
def test_our_reader_and_calamine_agree(table):
    """An independent reader, written in Rust, sees the same cells."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "written.xlsx"
        written(path, table)
        theirs = seen_by_calamine(path)
        ours = {
            (each.line, column): cell
            for source in sheets(path, name="written.xlsx")
            for each in source.records()
            for column, cell in enumerate(each.cells)
            if cell
        }
        assert ours.keys() == theirs.keys()
        for place, value in theirs.items():
            assert ours[place] == shown(value, like=ours[place])


def written(path, table):
    plain = {"strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "yyyy-mm-dd", **plain})
    sheet = book.add_worksheet()
    for at, cells in enumerate(table):
        for column, value in enumerate(cells):
            if isinstance(value, str):
                sheet.write_string(at, column, value)
            elif value is not None:
                sheet.write(at, column, value)
    book.close()


def seen_by_calamine(path):
    found = CalamineWorkbook.from_path(path).get_sheet_by_index(0)
    rows = found.to_python(skip_empty_area=False) if found.start else []
    return {
        (at, column): value
        for at, cells in enumerate(rows, start=1)
        for column, value in enumerate(cells)
        if value not in ("", None)
    }


def shown(value, *, like):
    if isinstance(value, dt.date):
        return value.isoformat()[:10]
    if isinstance(value, float | int):
        return like if Decimal(like) == Decimal(f"{value:.15g}") else value
    return value


def test_tags_may_have_a_prefix(path):
    by_hand(path, row(1, "a", "b") + row(2, "1", "2"))
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].replace(b"</", b"</x:").replace(b"<", b"<x:")
    sheet = sheet.replace(b"<x:/x:", b"</x:").replace(b"xmlns=", b"xmlns:x=")
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in (parts | {"xl/worksheets/sheet1.xml": sheet}).items():
            archive.writestr(name, content)
    source = only(path)
    assert (source.header, [each.cells for each in source]) == (["a", "b"], [["1", "2"]])


def test_notes_beside_the_table_are_no_part_of_it(path):
    workbook(path, Data=[HEADER, ["C1", "1", "2026-01-31", None, 5, "EUR", None, "call again"]])
    accepted, rejected = loaded(path)
    assert (len(accepted), rejected) == (1, [])
