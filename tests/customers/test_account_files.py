"""An account's tabs as files: the same documents, order and figures as on the screen."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from duebook.jobs.worker import work
from tests.customers.conftest import text
from tests.customers.test_account_tabs import tab
from tests.jobs.pages import Desk
from tests.people.conftest import Browser, customer
from tests.world import Company

ROW = re.compile(r'<th scope="row" class="number">(.*?)</th>(.*?)</tr>', re.S)


@pytest.fixture(scope="module")
def account(company: Company) -> int:
    """C1, with an invoice whose number would be a formula, and an order half invoiced."""
    company.owes("12.50", due="2026-06-01", number="=1+1")
    whose = {"account_number": "C1", "order_number": "O-1", "order_date": "2026-05-05"}
    company.loads("orders", [{**whose, "amount": "80.00"}])
    company.loads(
        "order_links", [{"order_number": "O-1", "invoice_number": "2", "amount": "40.00"}]
    )
    return customer(company, "C1")


def ordered(company: Company, account: int, form: str, **asked: Any) -> bytes:
    desk = Desk(company, company.admin_email)
    for address in desk.files():
        desk.client.post(address.replace("/file/", "/delete/"))
    asked = {"what": "tab", "currency": "USD", "format": form, **asked}
    answer = desk.client.post(f"/o/{company.slug}/customers/{account}/files/", asked)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    work(wait=False)
    return desk.fetched()


def read(file: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.decode())))


def sheets(file: bytes) -> tuple[list[list[Any]], str]:
    """The rows of the first sheet with their head, and what the second one says."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(file))
    first, about = (book.get_sheet_by_name(name).to_python() for name in book.sheet_names)
    return first, str(about)


def shown(page: str) -> list[tuple[str, list[str]]]:
    """The documents of a tab: each number, and the amounts beside it."""
    amounts = r'<td class="n (?:amount|lead)">(.*?)</td>'
    return [
        (text(number).split(" settled")[0], [text(each) for each in re.findall(amounts, rest)])
        for number, rest in ROW.findall(page)
    ]


@pytest.mark.parametrize(
    ("part", "state", "order", "number", "balance"),
    [
        ("invoices", ("all",), "-amount", "invoice_number", "balance"),
        ("invoices", (), "due_date", "invoice_number", "balance"),
        ("debits", (), "", "number", "balance"),
        ("credits", ("open", "partly_applied", "applied"), "", "number", "remaining"),
        ("payments", (), "number", "number", "on_account"),
        ("orders", (), "", "order_number", None),
    ],
)
def test_a_file_is_its_tab(
    admin: Browser,
    company: Company,
    account: int,
    part: str,
    state: tuple[str, ...],
    order: str,
    number: str,
    balance: str | None,
) -> None:
    states = "".join(f"&state={each}" for each in state)
    page = tab(admin, company, account, f"?tab={part}{states}&order={order}&currency=USD")
    rows = read(ordered(company, account, "csv", tab=part, state=list(state), order=order))
    columns = ["amount", *([balance] if balance else [])]
    assert rows
    assert [
        (row[number].removeprefix("'"), [f"{float(row[each]):,.2f}" for each in columns])
        for row in rows
    ] == shown(page)
    assert {row["account_number"] for row in rows} == {"C1"}


def test_a_workbook_has_types_and_totals(company: Company, account: int) -> None:
    rows, about = sheets(ordered(company, account, "xlsx", tab="invoices", age="past_due"))
    head, last = rows[0], dict(zip(rows[0], rows[-1], strict=True))
    found = [dict(zip(head, row, strict=True)) for row in rows[1:-1]]
    assert [row["invoice_number"] for row in found] == ["1", "=1+1"]
    assert found[0]["due_date"] == date(2026, 1, 31)
    assert found[0]["days_past_due"] == 150.0
    assert found[0]["line_item_statuses"] == "2 accepted, 1 returned"
    assert (last["account_number"], last["balance"]) == ("Total", 110.5)
    for said in ("C1", "2026-06-30", "open, partially_paid", "past_due"):
        assert said in about


def test_a_formula_is_only_text(company: Company, account: int) -> None:
    assert b",'=1+1," in ordered(company, account, "csv", tab="invoices")


def test_an_order_tells_what_is_left_of_it(company: Company, account: int) -> None:
    (row,) = read(ordered(company, account, "csv", tab="orders"))
    assert (row["not_invoiced"], row["not_paid"]) == ("40.00", "40.00")
    rows, _ = sheets(ordered(company, account, "xlsx", tab="orders"))
    assert dict(zip(rows[0], rows[-1], strict=True))["not_invoiced"] == 40.0


def test_the_lines_of_a_document(admin: Browser, company: Company, account: int) -> None:
    page = tab(admin, company, account, "?order=number")
    (document,) = re.findall(r'/documents/(\d+)/\?[^"]*"><bdi>1</bdi>', page)
    asked = {"what": "lines", "document": document}
    rows = read(ordered(company, account, "csv", **asked))
    assert [(row["line_number"], row["amount"]) for row in rows] == [
        ("1", "60.00"),
        ("2", "30.00"),
        ("10", "10.00"),
    ]
    assert {row["document_number"] for row in rows} == {"1"}
    first, about = sheets(ordered(company, account, "xlsx", **asked))
    second = dict(zip(first[0], first[2], strict=True))
    assert (second["quantity"], second["unit_price"]) == (4.0, 7.5)
    assert "2026-06-30" in about


def test_payments_announced_have_a_file_of_their_own(company: Company, account: int) -> None:
    file = ordered(company, account, "csv", what="announced")
    assert read(file) == []
    assert file.startswith(b"account_number,account_name,reference,pay_on,")


@pytest.mark.parametrize(
    "asked",
    [{"what": "all"}, {"tab": "notes"}, {"format": "pdf"}, {"tab": "invoices", "state": "late"}],
)
def test_what_there_is_not_is_said(
    admin: Browser, company: Company, account: int, asked: dict[str, str]
) -> None:
    told = {"what": "tab", "format": "csv", **asked}
    answer = admin.post(f"/o/{company.slug}/customers/{account}/files/", told)
    assert answer.status_code == 400


def test_a_document_of_another_account_has_no_file_here(
    admin: Browser, company: Company, account: int
) -> None:
    page = tab(admin, company, account, "?order=number")
    (document,) = re.findall(r'/documents/(\d+)/\?[^"]*"><bdi>1</bdi>', page)
    other = customer(company, "C2")
    told = {"what": "lines", "format": "csv", "document": document}
    assert admin.post(f"/o/{company.slug}/customers/{other}/files/", told).status_code == 404
