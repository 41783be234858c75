"""The report as a file: the page's rows, order and figures, in any language; and the command's."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from duebook.cli import main
from duebook.export.monthly import locale_of, month_name
from duebook.jobs.worker import work
from tests.jobs.pages import Desk
from tests.monthly.conftest import MONTHS, page
from tests.people.conftest import Browser
from tests.world import Company


def ordered(company: Company, email: str = "", **asked: str) -> bytes:
    desk = Desk(company, email or company.admin_email)
    for address in desk.files():
        desk.client.post(address.replace("/file/", "/delete/"))
    answer = desk.client.post(f"/o/{company.slug}/monthly/files/", asked)
    assert answer.status_code == 302
    work(wait=False)
    return desk.fetched()


def sheets(content: bytes) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


@pytest.mark.parametrize("query", ["?sort=account_name", "?measure=closing&sort=-owed&zeros=hide"])
def test_the_csv_is_the_page_and_the_command(
    admin: Browser, company: Company, query: str, tmp_path: Path
) -> None:
    asked = dict(each.split("=") for each in query[1:].split("&"))
    rows = list(csv.reader(io.StringIO(ordered(company, format="csv", **asked).decode())))
    assert rows[0] == ["account_number", "account_name", "currency", *MONTHS]
    shown = page(admin, company, query).cells
    assert {row[1]: [*map(float, row[3:])] for row in rows[1:]} == {
        name: [*map(float, cells)] for name, cells in shown.items()
    }
    measure = asked.get("measure", "net")
    said = tmp_path / "said.csv"
    told = ["--as", company.admin_email, "--measure", measure, "--output", str(said)]
    main(["report", "monthly", company.slug, *told])
    printed = list(csv.reader(said.open()))
    assert [row for row in printed if row in rows[1:]] == sorted(rows[1:])


def test_the_workbook_has_both_measures_totals_and_notes(company: Company) -> None:
    found = sheets(ordered(company, format="xlsx", sort="account_name", q="first"))
    net, closing, notes = found.values()
    assert net[0] == ["Account number", "Customer", "Currency", *net[0][3:15], "Total"]
    assert net[0][3] == "Jul 2025" and net[0][14] == "Jun 2026"
    assert net[1][:3] == ["C1", "First", "USD"] and net[1][11:] == [40, 50, 60, -30, 120]
    assert closing[-1][0] == "Total" and closing[-1][14] == 220.0
    said = dict(map(tuple, notes))  # type: ignore[arg-type]
    assert said["As of"] == "2026-06-30"
    assert said["Search"] == "first"
    assert company.admin_email in said["Made for"]


@pytest.mark.parametrize(("lang", "last"), [("th", "มิ.ย. 2026"), ("es", "jun 2026")])
def test_months_are_named_in_any_language(company: Company, lang: str, last: str) -> None:
    assert next(iter(sheets(ordered(company, lang=lang)).values()))[0][14] == last


def test_a_language_without_names_of_months_leaves_the_others_theirs() -> None:
    """Babel looks names up in data that languages share."""
    march = date(2026, 3, 1)
    assert month_name(march, locale_of("io")) == "2026 M03"
    named = [month_name(march, locale_of(each)) for each in ("ur", "hr", "ne", "km", "yi")]
    assert named == ["مارچ 2026", "ožu 2026.", "2026 मार्च", "មីនា 2026", "מערץ 2026"]


@pytest.mark.parametrize(("lang", "is_rtl"), [("he", True), ("ar", True), ("es", False)])
def test_the_sheet_runs_as_the_language_does(company: Company, lang: str, is_rtl: bool) -> None:
    book = zipfile.ZipFile(io.BytesIO(ordered(company, lang=lang)))
    assert (b"rightToLeft" in book.read("xl/worksheets/sheet1.xml")) is is_rtl


def test_a_members_file_has_what_the_member_sees(company: Company) -> None:
    found = sheets(ordered(company, company.member_email, data_type="open_orders"))
    count, amounts, _notes = found.values()
    assert [row[0] for row in count] == ["Account number", "C1", "Total"]
    assert count[1][14] == 1 and amounts[1][14] == 77.0


def test_any_language_can_be_chosen(admin: Browser, company: Company) -> None:
    html = admin.get(f"/o/{company.slug}/monthly/files/?measure=closing").content.decode()
    assert '<option value="th">Thai</option>' in html
    assert '<option value="en" selected>' in html
    assert 'name="measure" value="closing"' in html
