"""The monthly report as a page: rows in order, pages, totals, flags, and drills that add up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from duebook.reports.monthly import Window, window
from duebook.reports.monthly_drill import debt_lines, order_lines, persistence, vintage
from duebook.reports.monthly_order import SORTS
from duebook.reports.monthly_page import PageRow, chart, currencies, page, totals
from duebook.reports.monthly_question import NO_OWNER, Question
from duebook.rollups.months import seeing_months
from tests.ledger.books import Books

TODAY = date(2026, 6, 17)


@pytest.fixture(scope="module")
def company(server: None) -> Books:
    """RISES three months in a row, FALLS, began in March; ORDERS owes nothing; IDLE has nothing."""
    books = Books(accounts=["FALLS", "IDLE", "ORDERS", "RISES"], owned=["RISES"], today=TODAY)

    def bill(account: str, number: str, day: str, amount: int, **more: Any) -> dict[str, Any]:
        row = {"account_number": account, "invoice_number": number, "issue_date": day}
        return row | {"amount": amount} | more

    books.loads_all(
        {
            "invoices": [
                bill("FALLS", "F1", "2025-01-10", 900),
                bill("FALLS", "F2", "2026-06-02", 50, currency="EUR"),
                bill("RISES", "R1", "2026-03-05", 10),
                bill("RISES", "R2", "2026-04-05", 20),
                bill("RISES", "R3", "2026-05-05", 40),
                bill("RISES", "R4", "2026-05-31", 5),
                bill("ORDERS", "O1", "2026-02-01", 30, order_number="A"),
            ],
            "payments": [
                {
                    "account_number": "FALLS",
                    "payment_number": "P1",
                    "date": "2026-01-15",
                    "amount": 1000,
                },
                {
                    "account_number": "ORDERS",
                    "payment_number": "P2",
                    "date": "2026-02-20",
                    "amount": 30,
                },
            ],
            "orders": [
                {
                    "account_number": "ORDERS",
                    "order_number": number,
                    "order_date": day,
                    "amount": amount,
                    "closed_date": closed,
                }
                for number, day, amount, closed in (
                    ("A", "2025-12-20", 100, ""),
                    ("B", "2026-05-20", 7, ""),
                    ("C", "2026-01-01", 8, "2026-03-31"),
                )
            ],
            "allocations": [
                {
                    "source_number": "P1",
                    "invoice_number": "F1",
                    "amount": 900,
                    "date": "2026-01-15",
                },
                {
                    "source_number": "P2",
                    "invoice_number": "O1",
                    "amount": 30,
                    "date": "2026-02-20",
                },
            ],
        }
    )
    return books


def asked() -> Window:
    found = window(TODAY)
    assert found is not None
    return found


def listed(books: Books, question: Question, **more: Any) -> list[PageRow]:
    with seeing_months(books.viewer(more.pop("email", books.admin_email))):
        return page(question, asked(), **more).rows


def names(rows: list[PageRow]) -> list[str]:
    return [f"{row.account_number} {row.currency}" for row in rows]


def test_flags_and_what_they_rest_on(company: Books) -> None:
    rows = {row.key: row for row in listed(company, Question(sort="account_number"))}
    by = {f"{row.account_number} {row.currency}": row for row in rows.values()}
    assert [*by] == ["FALLS EUR", "FALLS USD", "IDLE USD", "ORDERS USD", "RISES USD"]
    rises = by["RISES USD"]
    assert (rises.rising, rises.began, rises.owed) == (3, date(2026, 3, 1), 75)
    assert (rises.trend, rises.total) == (75, 75)
    falls = by["FALLS USD"]
    assert (falls.rising, falls.began, falls.owed, falls.opening) == (0, None, -100, 900)
    assert by["FALLS EUR"].began == date(2026, 6, 1)
    orders = by["ORDERS USD"]
    assert list(orders.count) == [*([0] * 5), 1, 2, 2, 1, 1, 2, 2]
    assert (orders.months_open, orders.oldest_order_date) == (7, date(2025, 12, 20))
    assert orders.has_old_order
    assert not rises.has_old_order


@pytest.mark.parametrize("data_type", ["debt", "open_orders"])
def test_each_sort_reverses_and_pages_are_the_whole(company: Books, data_type: str) -> None:
    measure = "net" if data_type == "debt" else "amount"
    for sort in SORTS[data_type]:
        question = Question(data_type, measure, sort=sort)
        whole = listed(company, question)
        keys = [row.key for row in whole]
        paged: list[str] = []
        while more := [
            row.key for row in listed(company, question, after=paged[-1] if paged else "", limit=2)
        ]:
            paged += more
        assert paged == keys, sort
        assert [row.key for row in listed(company, question, before=keys[-1], limit=2)] == keys[
            -3:-1
        ]
        turned = listed(company, replace(question, sort=f"-{sort}"))
        assert sorted(row.key for row in turned) == sorted(keys)
        if sort == "month_12":
            assert [row.cells(measure)[-1] for row in turned] == sorted(
                (row.cells(measure)[-1] for row in whole), reverse=True
            )


def test_ties_stand_by_what_is_owed_then_by_name(company: Books) -> None:
    found = listed(company, Question(currency="USD", sort="month_1"))
    assert names(found) == ["RISES USD", "IDLE USD", "ORDERS USD", "FALLS USD"]


def test_filters(company: Books) -> None:
    def left(**more: Any) -> list[str]:
        return names(listed(company, Question(sort="account_number", **more)))

    assert left(flags=("rising",)) == ["RISES USD"]
    assert left(flags=("began",)) == ["FALLS EUR", "RISES USD"]
    assert left(flags=("old_order", "rising")) == ["ORDERS USD", "RISES USD"]
    assert left(hide_idle=True) == ["FALLS EUR", "FALLS USD", "RISES USD"]
    assert left(search="name r") == ["RISES USD"]
    assert left(data_type="open_orders", measure="count", hide_idle=True) == ["ORDERS USD"]
    (owner,) = company.asks("SELECT DISTINCT owner_id FROM ar.customer_internal WHERE owner_id > 0")
    assert left(owners=(owner,)) == ["RISES USD"]
    unowned = [name for name in left() if name != "RISES USD"]
    assert unowned and left(owners=(NO_OWNER,)) == unowned
    assert left(owners=(NO_OWNER, owner)) == left()
    assert left(teams=(owner,)) == []


def test_no_sort_of_another_mode(company: Books) -> None:
    for wrong in ("oldest_order_date", "month_13", "", "--owed"):
        with pytest.raises(KeyError):
            listed(company, Question(sort=wrong))


def test_totals_are_the_sums_of_rows_and_a_members_of_what_a_member_sees(company: Books) -> None:
    for email in (company.admin_email, company.member_email):
        for data_type, measure in (("debt", "closing"), ("open_orders", "count")):
            question = Question(data_type, measure, sort="owed")
            rows = listed(company, question, email=email)
            with seeing_months(company.viewer(email)):
                found = totals(question, asked())
                assert currencies(question, asked()) == [each.currency for each in found]
            assert {row.currency for row in rows} == {each.currency for each in found}
            for total in found:
                of_it = [row for row in rows if row.currency == total.currency]
                assert total.rows == len(of_it)
                assert total.rising == sum(row.rising > 0 for row in of_it)
                for name in ("net", "closing", "count", "amount"):
                    columns = zip(*(row.cells(name) for row in of_it), strict=True)
                    assert list(getattr(total, name)) == [sum(column) for column in columns]
                assert total.owed == total.opening + total.total


def test_a_chart_has_both_modes_and_none_for_strangers(company: Books) -> None:
    (orders,) = listed(company, Question(search="orders"))
    with seeing_months(company.viewer(company.admin_email)):
        (row,) = chart(orders.customer_id, asked())
        assert (row.count[-1], row.closing[-4], chart(0, asked())) == (2, 0, [])
    with seeing_months(company.viewer(company.member_email)):
        assert chart(orders.customer_id, asked()) == []


def test_every_cell_is_the_sum_of_its_drill(company: Books) -> None:
    debt = listed(company, Question())
    orders = listed(company, Question("open_orders", "count"))
    with seeing_months(company.viewer(company.admin_email)):
        for row in debt:
            for place, month in enumerate(asked().months):
                for measure in ("net", "closing"):
                    lines = debt_lines(row.customer_id, row.currency, month, measure, asked())
                    assert sum(line.amount for line in lines) == row.cells(measure)[place]
                made_of = vintage(row.customer_id, row.currency, month, asked())
                assert made_of.closing == row.closing[place]
        for row in orders:
            for place, month in enumerate(asked().months):
                found = order_lines(row.customer_id, row.currency, month, asked())
                assert len(found) == row.count[place]
                assert sum(line.amount for line in found) == row.amount[place]


def test_what_is_behind_open_orders_and_debt(company: Books) -> None:
    rows = {row.account_number: row for row in listed(company, Question(currency="USD"))}
    month = date(2026, 2, 1)
    with seeing_months(company.viewer(company.admin_email)):
        found = order_lines(rows["ORDERS"].customer_id, "USD", month, asked())
        made_of = vintage(rows["FALLS"].customer_id, "USD", month, asked())
        rising = vintage(rows["RISES"].customer_id, "USD", date(2026, 5, 1), asked())
    assert [
        (line.number, line.not_invoiced, line.not_paid, line.months_open) for line in found
    ] == [
        ("A", 70, 0, 3),
        ("C", 8, 0, 2),
    ]
    assert persistence(found) == [(3, 1), (2, 1)]
    assert (made_of.months, made_of.unapplied) == ([], Decimal(-100))
    assert rising.months == [
        (date(2026, 3, 1), 10),
        (date(2026, 4, 1), 20),
        (date(2026, 5, 1), 45),
    ]
