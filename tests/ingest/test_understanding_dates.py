"""Which day, month and year a column of dates means."""

from __future__ import annotations

from datetime import date

import pytest

from duebook.ingest.mapping import parse_mapping
from tests.ingest.sheets import workbook
from tests.ingest.understanding import SLOTS, dated, doubt, invoices, rows, understood


def test_ids_that_were_floats_lose_the_decimal(file):
    [first, *_] = rows(file(invoices("1001.0,7.0,2026-01-31,,5", "1002.0,8.0,2026-01-31,,5")))
    assert (first[SLOTS["account_number"]], first[SLOTS["invoice_number"]]) == ("1001", "7")


def test_numbers_of_customers_may_be_numbers(tmp_path):
    """A spreadsheet's number may be a count of days; an account's is none."""
    path = tmp_path / "may.xlsx"
    header = ["Customer No", "Invoice No", "Invoice Date", "Amount"]
    workbook(path, Data=[header, [1001, 46053, date(2026, 1, 31), 5], [1002, 7, 46054, 6]])
    first, second = rows(path)
    assert first[2:4] == ("1001", "46053")
    assert second[SLOTS["issue_date"]] == date(2026, 2, 1)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (["05/02/2026", "13/02/2026"], ["2026-02-05", "2026-02-13"]),
        (["05/02/2026", "02/13/2026"], ["2026-05-02", "2026-02-13"]),
        (["5-2-26", "13-2-26"], ["2026-02-05", "2026-02-13"]),
        (["05.02.2026"], ["2026-02-05"]),
        (["05.02.2026 10:30", "06.02.2026 00:00:00"], ["2026-02-05", "2026-02-06"]),
        (["5 Feb 2026", "06 Feb 2026"], ["2026-02-05", "2026-02-06"]),
        (["Feb 5, 2026", "Feb 16, 2026"], ["2026-02-05", "2026-02-16"]),
        (["February 5, 2026", "May 6, 2026"], ["2026-02-05", "2026-05-06"]),
        (["05-Feb-26", "16-Sept-26"], ["2026-02-05", "2026-09-16"]),
        (["5 May 2026", *["6 May 2026"] * 1200, "7 January 2026"], None),
        (["5. Januar 2026", "6. März 2026"], ["2026-01-05", "2026-03-06"]),
        (["5 févr. 2026", "6 août 2026"], ["2026-02-05", "2026-08-06"]),
        (["5 ene 2026", "6 dic 2026"], ["2026-01-05", "2026-12-06"]),
        (["5 בינואר 2026", "6 מאי 2026"], ["2026-01-05", "2026-05-06"]),
        (["2026-02-05T23:59:59.123456789Z"], ["2026-02-05"]),
        (["2026-2-5", "2026-12-16"], ["2026-02-05", "2026-12-16"]),
        (["2026.02.05"], ["2026-02-05"]),
        (["20260205", "20260206.0"], ["2026-02-05", "2026-02-06"]),
        (["05022026", "13022026"], ["2026-02-05", "2026-02-13"]),
        (
            ["2026-02-05", "13/02/2026", "2026-02-14", "05/02/2026"],
            ["2026-02-05", "2026-02-13", "2026-02-14", "2026-02-05"],
        ),
        (["05/05/2026"], ["2026-05-05"]),
    ],
)
def test_dates_that_values_decide(file, days, expected):
    found = [row[SLOTS["issue_date"]].isoformat() for row in rows(dated(file, *days))]
    assert found == expected or (expected is None and len(found) == len(days))


def test_dates_that_nothing_decides_are_asked_about(file):
    said = doubt(dated(file, "05/02/2026", "05/05/2026"))
    assert said.startswith('may.csv, line 2, Invoice Date: "05/02/2026" may be day and month or')
    assert 'write date_formats = ["D/M/YYYY"] or ["M/D/YYYY"] in a mapping.' in said
    assert not understood(dated(file, "05/02/2026")).is_certain


def test_the_remedy_is_one_line(file):
    path = dated(file, "05/02/2026")
    for text, day in (("D/M/YYYY", date(2026, 2, 5)), ("M/D/YYYY", date(2026, 5, 2))):
        mapping = parse_mapping(f'date_formats = ["{text}"]', name="m.toml")
        [row] = rows(path, mapping=mapping)
        assert row[SLOTS["issue_date"]] == day


@pytest.mark.parametrize(
    "days", [["13/02/2026", "02/13/2026"], ["13/02/2026", "05/06/2026", "12/31/2026"]]
)
def test_dates_that_contradict_each_other_are_asked_about(file, days):
    said = doubt(dated(file, *days))
    assert said.startswith('may.csv, line 2, Invoice Date: "13/02/2026" has the day first, but')
    assert f"on line {len(days) + 1} has the month first" in said


def test_dates_that_a_spreadsheet_exchanged_in_part_are_asked_about(file):
    """What it could take for a date became one, wrongly; the rest stayed text."""
    said = doubt(dated(file, "2026-05-02", "13/02/2026", "2026-01-03", "25/02/2026"))
    assert "exchanged day and month" in said and "line 3" in said


def test_the_last_row_may_contradict_the_first_thousand(file):
    days = ["13/02/2026", *["05/06/2026"] * 3_000, "06/25/2026"]
    assert "line 3003" in doubt(dated(file, *days)).replace(",003", "003")
