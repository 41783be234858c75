"""How a column of amounts is written."""

from __future__ import annotations

from datetime import date

import pytest

from duebook.ingest.check import Rejected, checker
from duebook.ingest.opening import open_files
from tests.ingest.understanding import SLOTS, dated, doubt, invoices, priced, rows


def test_the_last_row_may_decide(file):
    found = rows(dated(file, *["05/06/2026"] * 3_000, "06/25/2026"))
    assert found[0][SLOTS["issue_date"]] == date(2026, 5, 6)


def test_one_column_decides_for_another_unless_they_disagree(file):
    [row] = rows(file(invoices("C1,1,05/02/2026,25/02/2026,5")))
    assert row[SLOTS["issue_date"]] == date(2026, 2, 5)
    header = "Customer No,Invoice No,Invoice Date,Due Date,Amount,Payment Date"
    row = "C1,1,13/02/2026,02/25/2026,5,03/04/2026"
    assert "line 2, Payment Date" in doubt(file(invoices(row, header=header)))
    [row] = rows(file(invoices("C1,1,13/02/2026,02/25/2026,5")))
    assert row[SLOTS["due_date"]] == date(2026, 2, 25)


def test_short_years_may_stand_first(file):
    days = ["26/01/31", "26/01/30", "26/02/01", "26/02/12", "26/02/13", "26/02/14"]
    assert "may begin with the year" in doubt(dated(file, *days))


def test_a_stray_value_costs_its_row_only(file):
    [opened] = open_files(dated(file, *["13/02/2026"] * 9, "soon"))
    results = list(map(checker(opened.bound), opened.source))
    assert sum(isinstance(each, tuple) for each in results) == 9
    assert isinstance(results[-1], Rejected) and results[-1].column == "Invoice Date"


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        (["1,234", "1,234.50"], ["1234", "1234.5"]),
        (["1.234", "1.234,50"], ["1234", "1234.5"]),
        (["1,234", "0.50"], ["1234", "0.5"]),
        (["1.234", "0,50"], ["1234", "0.5"]),
        (["1,234", "12,345,678"], ["1234", "12345678"]),
        (["1 234,50", "7"], ["1234.5", "7"]),
        (["1'234.50", "7"], ["1234.5", "7"]),
        (["1234.5000", "1.5"], ["1234.5", "1.5"]),
        (["1234,567"], ["1234.567"]),
        (["0,125"], ["0.125"]),
        (["(1,234.50)", "1,234.50-", "-5.00"], ["-1234.5", "-1234.5", "-5"]),
        (["$1,234.50", "-$5.00"], ["1234.5", "-5"]),
        (["1.234,50 €", "5,00 €"], ["1234.5", "5"]),
        (["12,34,567.00"], ["1234567"]),
        (["100", "200"], ["100", "200"]),
    ],
)
def test_amounts_that_values_decide(file, amounts, expected):
    found = [str(row[SLOTS["amount"]]) for row in rows(priced(file, *amounts), currency="")]
    assert found == expected


@pytest.mark.parametrize("amount", ["1,234", "1.234", "1,230", "12.500"])
def test_amounts_that_nothing_decides_are_asked_about(file, amount):
    for currency in ("", "KWD"):
        said = doubt(priced(file, amount), currency=currency)
        assert said.startswith(
            f'may.csv, line 2, Amount: the mark in "{amount}" may part thousands'
        )
        assert "decimal = " in said and "mapping" in said


def test_the_currency_decides_where_it_has_no_third_decimal(file):
    for amount, currency in (("1,234", "USD"), ("1.234", "EUR"), ("1,234", "JPY")):
        [row] = rows(priced(file, amount), currency=currency)
        assert row[SLOTS["amount"]] == 1234
    # 1.500 may be one and a half in any currency.
    assert "may part" in doubt(priced(file, "1.500"), currency="USD")
    path = file(
        invoices(
            "C1;1;2026-01-31;1,234;KWD",
            header="Customer No;Invoice No;Invoice Date;Amount;Currency",
        )
    )
    assert "may part" in doubt(path, currency="USD")


def test_other_amounts_decide_and_contradictions_are_asked_about(file):
    header = "Customer No;Invoice No;Invoice Date;Amount;Balance"
    [row] = rows(file(invoices("C1;1;2026-01-31;1,234;0.50", header=header)))
    assert row[SLOTS["amount"]] == 1234
    said = doubt(priced(file, "1.234,50", "1,234.50"))
    assert '"1.234,50" and "1,234.50" on line 3' in said and "different decimal marks" in said
    assert "different decimal marks" in doubt(priced(file, *["1.50"] * 3_000, "2,50"))
