"""Which part of what was stated counts: first to the source, then to the charge, in order."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from duebook.reports.aging import aging_page
from tests.ledger.books import Books, invoice


def left(books: Books, number: str, *days: str) -> list[int]:
    return [int(books.balance(number, on=f"2026-{day}")) for day in days]


def paid(number: str, amount: str, day: str, **more: Any) -> dict[str, Any]:
    row = {"account_number": "A", "payment_number": number, "amount": amount}
    return {**row, "date": f"2026-{day}", **more}


def applied(source: str, charge: str, amount: str, day: str) -> dict[str, Any]:
    row = {"source_number": source, "invoice_number": charge, "amount": amount}
    return {**row, "date": f"2026-{day}"}


def test_the_lower_number_goes_first_whatever_comes_first(books: Books) -> None:
    books.loads_all(
        {
            "invoices": [invoice("1", "100.00")],
            "payments": [paid("P2", "60.00", "02-01", kind="gi_ir"), paid("P1", "60.00", "02-01")],
            "allocations": [applied(p, "1", "60.00", "02-01") for p in ("P2", "P1")],
        }
    )
    assert (left(books, "1", "02-01"), left(books, "P1", "02-01")) == ([0], [0])
    assert left(books, "P2", "02-01") == [20]


def test_the_earlier_day_goes_before_the_lower_number(books: Books) -> None:
    books.loads_all(
        {
            "invoices": [invoice("1", "100.00")],
            "payments": [paid("P1", "60.00", "02-02"), paid("P2", "60.00", "02-01")],
            "allocations": [
                applied("P1", "1", "60.00", "02-02"),
                applied("P2", "1", "60.00", "01-15"),
            ],
        }
    )
    assert left(books, "1", "01-31", "02-01", "02-02") == [100, 40, 0]
    assert left(books, "P1", "02-02") == [20]
    assert left(books, "P2", "02-01", "02-02") == [0, 0]


def test_a_source_gives_no_more_than_it_has_and_what_a_charge_refuses_stays_with_it(
    books: Books,
) -> None:
    books.loads_all(
        {
            "invoices": [invoice("1", "30.00"), invoice("2", "100.00")],
            "payments": [paid("P1", "100.00", "02-01")],
            "allocations": [applied("P1", number, "80.00", "02-01") for number in ("2", "1")],
        }
    )
    assert (left(books, "1", "02-01"), left(books, "2", "02-01")) == ([0], [80])
    assert left(books, "P1", "02-01") == [50]


def test_what_was_squeezed_out_counts_from_the_day_the_other_one_ends(books: Books) -> None:
    books.loads_all(
        {
            "invoices": [invoice("1", "100.00")],
            "payments": [
                *(paid("P1", "80.00", "02-01"), paid("P2", "80.00", "02-10")),
                paid("P1", "-80.00", "03-01"),
            ],
            "allocations": [
                applied("P1", "1", "80.00", "02-01"),
                applied("P2", "1", "80.00", "02-10"),
            ],
        }
    )
    assert left(books, "1", "02-01", "02-10", "02-28", "03-01") == [20, 0, 0, 20]
    assert left(books, "P2", "02-10", "02-28", "03-01") == [60, 60, 0]
    days = ("02-01", "02-10", "02-28", "03-01")
    assert [books.outstanding(on=f"2026-{day}") for day in days] == [20, -60, -60, 20]


def test_money_that_comes_back_on_the_day_of_a_dispute_does_not_end_it(books: Books) -> None:
    books.invoice("1", "100.00", disputed="no")
    books.payment("P1", "100.00", date="2026-02-01")
    books.applies("P1", "1", "100.00", date="2026-02-01")
    books.payment("P1", "-100.00", date="2026-03-01")
    books.invoice("1", "100.00", disputed="yes", as_at="2026-03-01")

    row = books.aging(on="2026-03-01")
    assert row is not None
    assert (row.disputed, row.invoices) == (100, 100)


def test_weighted_days_are_rounded_once(books: Books) -> None:
    """45 days late, 1 day late and not late: 22.50004999999999999... days on average."""
    sums = {"2026-01-01": "10000022272.22", "2026-02-14": "0.33", "2026-02-15": "9999977827.46"}
    for number, (due, amount) in enumerate(sums.items()):
        books.invoice(str(number), amount, due_date=due)

    on = date(2026, 2, 15)
    with books.admin():
        page = aging_page(as_of=on)
    assert [row.weighted_avg_days_overdue for row in page.rows] == [Decimal("22.5000")]
    assert [row.weighted_avg_days_overdue for row in page.totals] == [Decimal("22.5000")]
