"""Reports on the command line: their columns, cells and sheets."""

from __future__ import annotations

import json
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from duebook.export import tables
from tests.commands.reports import ACCOUNTS, HEADER, report, sheet
from tests.commands.terminal import Terminal

AGING = (
    "account_number account_name currency current days_1_30 days_31_60 days_61_90 days_91_plus"
    " disputed unapplied_credits outstanding weighted_avg_days_overdue debit_adjustments"
).split()
PORTAL = (
    "account_number account_name currency days_0_30 days_31_60 days_61_90 days_90_plus disputed"
    " total debit_adjustments unapplied_credits outstanding"
).split()
INVOICES = (
    "account_number account_name invoice_number kind issue_date due_date currency amount balance"
    " disputed days_past_due bucket status"
).split()


def test_columns(terminal: Terminal) -> None:
    terminal.has("columns", accounts=ACCOUNTS)
    assert report(terminal, "columns", "aging").columns() == AGING
    assert report(terminal, "columns", "aging", "--layout", "operator").columns() == AGING
    assert report(terminal, "columns", "aging", "--layout", "portal").columns() == PORTAL
    assert report(terminal, "columns", "invoices").columns() == INVOICES
    with_bucket = report(terminal, "columns", "invoices", "--bucket", "current").columns()
    assert with_bucket == [*INVOICES, "bucket_amount"]


def test_nothing_open_is_a_header_alone(terminal: Terminal) -> None:
    terminal.has("idle", accounts=ACCOUNTS)
    assert report(terminal, "idle", "aging").text == ",".join(AGING) + "\n"
    assert json.loads(report(terminal, "idle", "aging", "--format", "json").out) == []
    answer = report(terminal, "idle", "aging", "--format", "xlsx")
    assert CalamineWorkbook.from_filelike(BytesIO(answer.out)).get_sheet_by_index(
        0
    ).to_python() == [AGING]


def test_amounts_have_the_decimals_of_their_currency(terminal: Terminal) -> None:
    rows = (
        "C1,1,2026-06-01,2026-07-01,1234567,JPY\nC1,2,2026-06-01,2026-07-01,1234567.8,USD\n"
        "C1,3,2026-06-01,2026-07-01,1.5,KWD\nC1,4,2026-06-01,2026-07-01,9999999999999.99,EUR\n"
    )
    terminal.has("decimals", accounts=ACCOUNTS, invoices=HEADER + rows)
    expected = {
        "EUR": ("9999999999999.99", "0.00"),
        "JPY": ("1234567", "0"),
        "KWD": ("1.500", "0.000"),
        "USD": ("1234567.80", "0.00"),
    }
    aging = report(terminal, "decimals", "aging")
    found = {row["currency"]: (row["current"], row["days_1_30"]) for row in aging.rows()}
    assert found == expected
    assert list(found) == sorted(found)
    for row in aging.rows():
        assert row["outstanding"] == row["current"]
        assert {row[name] for name in AGING[4:10]} == {row["days_1_30"]}
        assert row["weighted_avg_days_overdue"] == "0.0000"
    invoices = report(terminal, "decimals", "invoices", "--bucket", "current").rows()
    for row in invoices:
        amount, zero = expected[row["currency"]]
        assert row["amount"] == row["balance"] == row["bucket_amount"] == amount
        assert row["disputed"] == zero
    as_json = json.loads(report(terminal, "decimals", "aging", "--format", "json").out)
    assert as_json == aging.rows()


NAMES = {
    "Q": 'She said "yes", twice',
    "L": "two\nlines, and\r\na third",
    "H": "שלום בע״מ",
    "F": '=HYPERLINK("http://evil.example";"Pay")',
    "P": "+1+1",
    "M": "-2+3",
    "A": "@SUM(A1:A9)",
    "S": "semi;colon|pipe\ttab",
    "E": "émile 🧾 \u202eoverride",
    "Z": "'quoted'",
}


def test_names_come_back_as_given_and_in_csv_inert(terminal: Terminal) -> None:
    def quoted(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    names = "".join(f"{number},{quoted(name)}\n" for number, name in NAMES.items())
    rows = "".join(f"{number},{number}1,2026-06-01,2026-07-01,5,USD\n" for number in NAMES)
    terminal.has("names", accounts=f"account_number,name\n{names}", invoices=HEADER + rows)
    for kind in ("aging", "invoices"):
        found = {
            r["account_number"]: r["account_name"] for r in report(terminal, "names", kind).rows()
        }
        assert found == {n: f"'{name}" if n in "FPMA" else name for n, name in NAMES.items()}
        as_json = json.loads(report(terminal, "names", kind, "--format", "json").out)
        assert {row["account_number"]: row["account_name"] for row in as_json} == NAMES
    book = CalamineWorkbook.from_filelike(
        BytesIO(report(terminal, "names", "aging", "--format", "xlsx").out)
    )
    lines = book.get_sheet_by_index(0).to_python()[1:-1]
    # The letters a sheet's XML keeps: its parser reads a carriage return as a line feed.
    assert {str(line[0]): str(line[1]).replace("\r\n", "\n") for line in lines} == {
        number: name.replace("\r\n", "\n") for number, name in NAMES.items()
    }
    assert b"<f>" not in unzipped(report(terminal, "names", "aging", "--format", "xlsx").out)


def unzipped(content: bytes) -> bytes:
    from zipfile import ZipFile

    with ZipFile(BytesIO(content)) as archive:
        return archive.read("xl/worksheets/sheet1.xml")


def test_an_excel_file_has_typed_cells_and_totals(terminal: Terminal) -> None:
    rows = (
        "C1,1,2026-06-01,2026-06-20,100.10,USD\nC2,2,2026-06-01,2026-05-01,200.20,USD\n"
        "C2,3,2026-06-01,2026-07-01,7,JPY\n"
    )
    terminal.has("book", accounts=ACCOUNTS, invoices=HEADER + rows)
    header, *lines = sheet(report(terminal, "book", "invoices", "--format", "xlsx"))
    assert header == INVOICES
    first = dict(zip(header, lines[0], strict=True))
    assert str(first["issue_date"]) == "2026-06-01"
    assert (first["amount"], first["days_past_due"]) == (100.1, 10)
    assert [line[0] for line in lines] == ["C1", "C2", "C2", "Total", "Total"]
    totals = {line[6]: dict(zip(header, line, strict=True)) for line in lines[3:]}
    assert totals["USD"]["balance"] == pytest.approx(300.3)
    assert totals["JPY"]["balance"] == 7
    _, *lines = sheet(report(terminal, "book", "aging", "--format", "xlsx"))
    total = dict(zip(AGING, lines[-1], strict=True))
    assert (total["account_number"], total["currency"]) == ("Total", "USD")
    assert total["outstanding"] == pytest.approx(300.3)
    # (100.10 x 10 + 200.20 x 60) / 300.30
    assert total["weighted_avg_days_overdue"] == pytest.approx(43.3333)
    _, *lines = sheet(
        report(terminal, "book", "invoices", "--bucket", "days_31_60", "--format", "xlsx")
    )
    assert [line[-1] for line in lines] == [200.2, 200.2]
    assert lines[-1][7] == ""


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Excel would open a shorter file and say nothing."""
    monkeypatch.setattr(tables, "SHEET_ROWS_MAX", 3)
    assert len(tables.xlsx(["real"], [1, 2], title="Two")) > 0
    with pytest.raises(tables.TooLong, match="3 rows are more than"):
        tables.xlsx(["real"], [1, 2, 3], title="Three")
    with pytest.raises(tables.TooLong):
        tables.xlsx(["real"], [1, 2], title="Two", totals=[{"real": 3}])
