"""Twelve months: the worked example of the docs, the window, and the report as a file."""

from __future__ import annotations

import json
from argparse import Namespace
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from duebook.console.reporting import monthly as command
from duebook.export.monthly import MonthlyAnswer, UnknownLanguage, locale_of, month_name
from duebook.reports.monthly import monthly, window
from duebook.reports.monthly_notes import adjustments, unsettled_receipts
from duebook.reports.monthly_question import Question
from duebook.rollups.months import seeing_months
from duebook.visibility.organisations import Refused
from tests.ledger.books import Books

TODAY = date(2026, 4, 30)


def bill(number: str, day: str, amount: str, **more: Any) -> dict[str, Any]:
    row = {"account_number": "A", "invoice_number": number, "issue_date": day, "amount": amount}
    return row | more


def adjust(number: str, day: str, amount: str, kind: str) -> dict[str, Any]:
    row = {"account_number": "A", "adjustment_number": number, "date": day, "amount": amount}
    return row | {"kind": kind}


def pay(number: str, day: str, amount: str, **more: Any) -> dict[str, Any]:
    row = {"account_number": "A", "payment_number": number, "date": day, "amount": amount}
    return row | more


@pytest.fixture(scope="module")
def example(server: None) -> Books:
    books = Books(accounts=["A", "IDLE"], today=TODAY)
    books.loads_all(
        {
            "invoices": [
                bill("1", "2026-01-10", "1000.00"),
                bill("2", "2026-02-12", "250.00", kind="receipt_tax_invoice"),
                bill("3", "2026-02-20", "100.00", kind="credit_invoice"),
                bill("6", "2026-04-14", "300.00"),
            ],
            "adjustments": [
                adjust("4", "2026-03-03", "15.00", "debit"),
                adjust("5", "2026-03-28", "5.00", "credit"),
            ],
            "payments": [
                pay("7", "2026-02-05", "400.00"),
                pay("8", "2026-03-09", "60.00", kind="gi_ir"),
            ],
        }
    )
    bounced = pay("7", "2026-02-05", "400.00", status="void")
    books.loads("payments", [bounced], as_at=date(2026, 4, 20))
    return books


def test_the_worked_example(example: Books) -> None:
    asked = window(TODAY)
    assert asked is not None
    with seeing_months(example.viewer(example.admin_email)):
        row, idle = monthly("debt", asked)
    assert [str(each) for each in row.net[-4:]] == ["1000.00", "-250.00", "-50.00", "700.00"]
    assert [str(each) for each in row.closing[-4:]] == ["1000.00", "750.00", "700.00", "1400.00"]
    assert not any(row.net[:8]) and not any(row.closing[:8])
    assert row.closing[-1] == example.outstanding(on="2026-04-30")
    assert (idle.account_number, sum(idle.net), sum(idle.closing)) == ("IDLE", 0, 0)


def test_the_window_rolls_over_months_and_years() -> None:
    asked = window(date(2026, 1, 1))
    assert asked is not None
    assert (asked.months[0], asked.months[-1]) == (date(2025, 2, 1), date(2026, 1, 1))
    assert (asked.until, asked.ends[0]) == (date(2026, 1, 1), date(2025, 2, 28))
    past = window(date(2026, 1, 1), date(2024, 2, 1))
    assert past is not None
    assert (past.months[0], past.until) == (date(2023, 3, 1), date(2024, 2, 29))
    assert window(date(2026, 1, 31), date(2026, 2, 1)) is None


def answered(books: Books, form: str, *, today: date = TODAY, **asked: Any) -> bytes:
    months = window(today)
    assert months
    with seeing_months(books.viewer(books.admin_email)):
        question = Question(**{"sort": "account_number", **asked})
        return MonthlyAnswer(question, months, locale_of("en")).content(form)


def test_no_name_is_a_formula_in_csv_and_figures_stay() -> None:
    books = Books(accounts=["-7"], today=TODAY)
    adjusted = adjust("5", "2026-03-28", "5.00", "credit") | {"account_number": "-7"}
    books.loads("adjustments", [adjusted])
    [_heads, line] = answered(books, "csv").decode().splitlines()
    assert line == "'-7,Name -7,USD" + ",0.00" * 10 + ",-5.00,0.00"
    [row] = json.loads(answered(books, "json", measure="closing"))
    assert [row["account_number"], row["2026-04"]] == ["-7", "-5.00"]
    [row] = json.loads(answered(books, "json", data_type="open_orders", measure="count"))
    assert row["2026-04"] == 0


def test_a_sheet_without_rows_of_zeros_has_what_is_owed_of_old() -> None:
    """An account in which nothing moved for twelve months still owes."""
    books = Books(accounts=["STILL", "IDLE"], today=TODAY)
    books.loads("invoices", [bill("1", "2020-01-10", "7.00") | {"account_number": "STILL"}])
    assert len(answered(books, "csv", hide_idle=True).splitlines()) == 1
    assert answered(books, "json", hide_idle=True) == b"[]\n"
    book = CalamineWorkbook.from_filelike(BytesIO(answered(books, "xlsx", hide_idle=True)))
    net, closing = (book.get_sheet_by_index(at).to_python() for at in (0, 1))
    assert [len(net), len(closing)] == [1, 3]
    assert [row[14] for row in closing[1:]] == [7, 7]


def test_notes_are_of_the_rows_shown_less_what_was_voided_in_their_months() -> None:
    """X had 9.00 before the window, voided in it; Y a month's 4.00, and 3.00 voided since."""
    books = Books(accounts=["X", "Y"], today=TODAY)
    x, y = {"account_number": "X"}, {"account_number": "Y"}
    receipt = {"kind": "receipt_tax_invoice"}
    old, voided = bill("1", "2024-01-10", "9.00") | x, bill("3", "2026-02-10", "3.00") | y
    kept = bill("2", "2026-02-10", "4.00") | y
    books.loads("invoices", [each | receipt for each in (old, kept, voided)])
    void = [each | receipt | {"status": "void"} for each in (old, voided)]
    books.loads("invoices", void, as_at=date(2026, 4, 20))
    books.loads("adjustments", [adjust("5", "2026-03-28", "5.00", "credit") | y])
    months = window(TODAY)
    assert months
    with seeing_months(books.viewer(books.admin_email)):
        every, only_y = Question(), Question(search="Name Y")
        assert unsettled_receipts(every, months) == [("USD", Decimal("-5.00"))]
        assert unsettled_receipts(only_y, months) == [("USD", Decimal("4.00"))]
        assert unsettled_receipts(Question(currency="EUR"), months) == []
        assert adjustments(only_y, months) == [("USD", Decimal("-5.00"))]
        assert adjustments(Question(search="Name X"), months) == []
        row = next(each for each in monthly("debt", months) if each.account_number == "X")
        assert sum(row.net) == Decimal("-9.00")


def asks(books: Books, **more: Any) -> int:
    plain = {"data_type": "debt", "measure": None, "through": None, "lang": "", "format": "csv"}
    asked = {"slug": books.slug, "email": books.admin_email, "output": None} | plain | more
    return command(Namespace(**asked))


def test_the_file_for_machines(example: Books, tmp_path: Path) -> None:
    path = tmp_path / "months.csv"
    assert asks(example, output=path, measure="closing", through=date(2026, 3, 1)) == 0
    head, row, idle = path.read_text().splitlines()
    assert head.startswith("account_number,account_name,currency,2025-04,2025-05,")
    assert head.endswith(",2026-02,2026-03")
    assert row == "A,Name A,USD" + ",0.00" * 9 + ",1000.00,750.00,700.00"
    assert idle == "IDLE,Name IDLE,USD" + ",0.00" * 12


def test_the_book_for_people(example: Books, tmp_path: Path) -> None:
    path = tmp_path / "months.xlsx"
    assert asks(example, output=path, format="xlsx", lang="es") == 0
    book = CalamineWorkbook.from_filelike(BytesIO(path.read_bytes()))
    assert len(book.sheet_names) == 3
    head, row, idle, total = book.get_sheet_by_index(0).to_python()
    assert head[3:] == [
        *(month_name(date(2025, at, 1), locale_of("es")) for at in range(5, 13)),
        *(month_name(date(2026, at, 1), locale_of("es")) for at in range(1, 5)),
        "Total",
    ]
    assert head[-2] == "abr 2026"
    assert row[-5:] == [1000, -250, -50, 700, 1400]
    assert total[-5:] == [1000, -250, -50, 700, 1400]
    assert idle[3:] == [0] * 13
    closing = book.get_sheet_by_index(1).to_python()
    assert closing[1][-4:] == [1000, 750, 700, 1400]
    notes = [line[1] for line in book.get_sheet_by_index(2).to_python()]
    assert example.admin_email in notes
    assert "2026-04-30" in notes


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"measure": "count"}, "debt is not measured by count; choose net or closing."),
        ({"data_type": "open_orders", "measure": "net"}, "choose count or amount."),
        ({"through": date(2026, 5, 1)}, "2026-05 is still to come; today is 2026-04-30"),
        ({"lang": "klingon"}, "choose one of "),
    ],
)
def test_what_cannot_be_asked(example: Books, wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(Refused) as refused:
        asks(example, **wrong)
    assert said in str(refused.value)


def test_month_names_in_any_language() -> None:
    march = date(2026, 3, 1)
    names = {code: month_name(march, locale_of(code)) for code in ("en", "he", "th", "pt-BR")}
    assert names == {
        "en": "Mar 2026",
        "he": "מרץ 2026",
        "th": "มี.ค. 2026",
        "pt-BR": "mar. de 2026",
    }
    with pytest.raises(UnknownLanguage):
        locale_of("../etc")
