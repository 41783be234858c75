"""The list as a file: ordered on the page, made by the worker, the same rows and figures."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

from python_calamine import CalamineWorkbook

from duebook.jobs.worker import work
from tests.customers.conftest import amount, figures, listed
from tests.jobs.pages import Desk
from tests.people.conftest import Browser
from tests.world import Company

CENT = Decimal("0.01")
QUERY = {"sort": "account_name", "status": ["Active"], "currency": "USD"}


def ordered(company: Company, form: str) -> bytes:
    desk = Desk(company, company.admin_email)
    for address in desk.files():
        desk.client.post(address.replace("/file/", "/delete/"))
    answer = desk.client.post(f"/o/{company.slug}/customers/files/", {**QUERY, "format": form})
    assert answer.status_code == 302
    work(wait=False)
    return desk.fetched()


def test_the_csv_is_the_screen(admin: Browser, company: Company) -> None:
    rows = list(csv.DictReader(io.StringIO(ordered(company, "csv").decode())))
    sheet = listed(admin, company, "?sort=account_name&status=Active&currency=USD")
    assert [row["account_number"] for row in rows] == sheet.numbers
    assert len(rows[0]) == 36
    for row, shown in zip(rows, sheet.rows, strict=True):
        assert row["outstanding_amount"] == str(amount(shown["outstanding"]).quantize(CENT))
        assert row["past_due_amount"] == str(amount(shown["past_due"]).quantize(CENT))
        assert row["credit_adjustment_amount"] == str(amount(shown["credit"]).quantize(CENT))


def test_the_workbook_adds_up_to_the_panel(admin: Browser, company: Company) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(ordered(company, "xlsx")))
    first, about = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
    total = dict(zip(first[0], first[-1], strict=True))
    panel = figures(admin, company, "?status=Active&currency=USD")
    assert total["outstanding_amount"] == float(amount(panel["Net AR Amount"]))
    assert "Active" in str(about) and "2026-06-30" in str(about)
