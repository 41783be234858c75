"""What sources say is settled without naming a payment. The invoice is of 100, dated 1 January."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duebook.reports.aging import aging
from duebook.reports.invoices import invoices
from duebook.visibility.seeing import raw
from tests.ledger.books import Books
from tests.ledger.sources import Fact, facts, loads
from tests.ledger.telling import derive_all
from tests.strategies import TODAY, as_of_days


def reported(books: Books) -> list[str]:
    """The documents that stand for what nobody named: kind, amount, first day and last."""
    return books.asks(
        "SELECT concat_ws(' ', kind, amount / 100, issue_date, void_on) FROM ar.document"
        " WHERE settles_id IS NOT NULL ORDER BY issue_date, number"
    )


def left(books: Books, number: str, *days: str) -> list[int]:
    return [int(books.balance(number, on=f"2026-{day}")) for day in days]


# Outstanding amounts and settled dates


def test_the_difference_to_the_outstanding_amount_is_settled_from_the_day_it_is_seen(
    books: Books,
) -> None:
    books.invoice("1", "100.00", outstanding_amount="40.00", as_at="2026-02-10")

    assert left(books, "1", "01-01", "02-09", "02-10", "06-30") == [100, 100, 40, 40]
    assert books.outstanding(on="2026-06-30") == Decimal("40.00")
    assert reported(books) == ["receipt 60 2026-02-10"]


def test_a_settled_date_counts_from_that_date(books: Books) -> None:
    books.invoice("1", "100.00", settled_date="2026-02-05", as_at="2026-03-01")

    assert left(books, "1", "02-04", "02-05") == [100, 0]
    assert books.aging(on="2026-02-05") is None


def test_a_settled_date_before_the_invoice_counts_from_the_invoice(books: Books) -> None:
    facts = {"settled_date": "2025-12-20"}
    books.invoice("1", "100.00", **facts)

    assert left(books, "1", "01-01") == [0]
    assert books.invoice("1", "100.00", **facts).says_nothing_new


def test_an_outstanding_amount_falls_in_steps(books: Books) -> None:
    for as_at, rest in (("02-01", "70"), ("03-01", "30"), ("04-01", "0")):
        books.invoice("1", "100.00", outstanding_amount=rest, as_at=f"2026-{as_at}")

    assert left(books, "1", "01-31", "02-01", "02-28", "03-01", "03-31", "04-01") == [
        *(100, 70, 70, 30, 30, 0)
    ]
    assert reported(books) == [
        *("receipt 30 2026-02-01", "receipt 40 2026-03-01", "receipt 30 2026-04-01")
    ]


def test_an_outstanding_amount_that_rises_again_reduces_what_was_reported(books: Books) -> None:
    books.invoice("1", "100.00", outstanding_amount="0", as_at="2026-02-01")
    books.invoice("1", "100.00", outstanding_amount="60", as_at="2026-04-01")

    assert left(books, "1", "01-31", "02-01", "03-31", "04-01", "06-30") == [100, 0, 0, 60, 60]

    books.invoice("1", "100.00", outstanding_amount="10", as_at="2026-05-01")
    assert left(books, "1", "03-31", "04-01", "04-30", "05-01") == [0, 60, 60, 10]


def test_a_rise_with_a_date_counts_from_that_date(books: Books) -> None:
    books.invoice("1", "100.00", outstanding_amount="0", as_at="2026-02-01")
    rise = {"outstanding_amount": "60", "settled_date": "2026-03-15"}
    books.invoice("1", "100.00", **rise, as_at="2026-04-01")

    assert left(books, "1", "02-01", "03-14", "03-15", "06-30") == [0, 0, 60, 60]


def test_the_same_settlement_with_another_date_moves(books: Books) -> None:
    books.invoice("1", "100.00", settled_date="2026-02-05")
    books.invoice("1", "100.00", settled_date="2026-02-20")

    assert left(books, "1", "02-05", "02-19", "02-20") == [100, 100, 0]


def test_a_settled_date_that_is_taken_back_opens_the_invoice(books: Books) -> None:
    books.invoice("1", "100.00", settled_date="2026-02-05")
    books.invoice("1", "100.00", settled_date="", as_at="2026-04-01")

    assert left(books, "1", "02-05", "03-31", "04-01") == [0, 0, 100]


# Statuses alone


def test_paid_is_settled_when_first_seen_and_partially_paid_is_open(books: Books) -> None:
    books.invoice("1", "100.00", status="paid", as_at="2026-02-10")
    books.invoice("2", "100.00", status="partially paid", as_at="2026-02-10")

    assert left(books, "1", "02-09", "02-10") == [100, 0]
    assert left(books, "2", "06-30") == [100]

    assert books.invoice("1", "100.00", status="paid", as_at="2026-05-01").says_nothing_new
    assert left(books, "1", "02-10") == [0]


@pytest.mark.parametrize("status", ["sent", "partially paid"])
def test_what_is_not_paid_any_more_is_open_again(books: Books, status: str) -> None:
    books.invoice("1", "100.00", status="paid", as_at="2026-02-10")
    books.invoice("1", "100.00", status=status, as_at="2026-04-01")

    assert left(books, "1", "02-10", "03-31", "04-01") == [0, 0, 100]
    assert books.invoice("1", "100.00", status=status, as_at="2026-05-01").says_nothing_new


def test_a_status_alone_does_not_contradict_an_amount(books: Books) -> None:
    books.invoice("1", "100.00", outstanding_amount="40", as_at="2026-02-10")
    books.invoice("1", "100.00", status="sent", as_at="2026-04-01")

    assert left(books, "1", "06-30") == [40]


# Payments that are known by name


def test_allocations_that_arrive_later_replace_the_reported_part(books: Books) -> None:
    books.invoice("1", "100.00", outstanding_amount="0", as_at="2026-02-10")
    books.payment("P1", "60.00", date="2026-02-05")
    books.applies("P1", "1", "60.00", date="2026-02-05")

    assert left(books, "1", "02-04", "02-05", "02-09", "02-10") == [100, 40, 40, 0]
    assert reported(books) == ["receipt 40 2026-02-10"]

    books.payment("P2", "40.00", date="2026-03-05")
    books.applies("P2", "1", "40.00", date="2026-03-05")
    assert left(books, "1", "02-10", "03-04", "03-05") == [40, 40, 0]
    assert reported(books) == []


def test_payments_without_allocations_take_the_place_of_the_oldest_reported_receipts(
    books: Books,
) -> None:
    books.invoice("2", "50.00", settled_date="2026-03-01")
    books.invoice("1", "100.00", settled_date="2026-02-01")
    assert reported(books) == ["receipt 100 2026-02-01", "receipt 50 2026-03-01"]

    books.payment("P1", "120.00", date="2026-01-20")
    assert reported(books) == ["receipt 30 2026-03-01"]
    assert left(books, "P1", "01-19", "01-20", "02-01", "03-01") == [0, 120, 20, 0]
    days = ("01-20", "02-01", "02-28", "03-01")
    assert [books.outstanding(on=f"2026-{day}") for day in days] == [30, 30, 30, 0]


def test_a_payment_later_than_the_settlement_settles_on_its_own_date(books: Books) -> None:
    books.payment("P1", "100.00", date="2026-02-05")
    books.invoice("1", "100.00", settled_date="2026-02-01")

    assert left(books, "1", "02-01", "02-04", "02-05") == [100, 100, 0]
    assert left(books, "P1", "02-05") == [0]


def test_a_payment_of_another_currency_or_account_takes_no_place(books: Books) -> None:
    books.invoice("1", "100.00", settled_date="2026-02-01")
    books.payment("P1", "100.00", date="2026-01-20", currency="EUR")
    books.payment("P2", "100.00", date="2026-01-20", account_number="B")

    assert reported(books) == ["receipt 100 2026-02-01"]
    assert left(books, "P1", "06-30") == left(books, "P2", "06-30") == [100]


def test_a_bounced_payment_opens_what_it_had_settled_and_nothing_reported_comes_back(
    books: Books,
) -> None:
    books.invoice("1", "100.00", outstanding_amount="0", as_at="2026-02-10")
    books.payment("P1", "100.00", date="2026-02-05")
    books.applies("P1", "1", "100.00", date="2026-02-05")
    books.payment("P1", "-100.00", date="2026-03-01")

    assert left(books, "1", "02-04", "02-05", "02-28", "03-01") == [100, 0, 0, 100]
    assert reported(books) == []


def test_a_bounced_payment_opens_what_it_stood_for_without_allocations(books: Books) -> None:
    books.invoice("1", "100.00", settled_date="2026-02-10")
    books.payment("P1", "100.00", date="2026-02-05")
    books.payment("P1", "-100.00", date="2026-03-01")

    assert left(books, "1", "02-09", "02-10", "02-28", "03-01") == [100, 0, 0, 100]
    assert left(books, "P1", "02-05", "02-10", "03-01") == [100, 0, 0]

    # Settled once more, by money that nobody names: the payment had bounced before.
    books.invoice("1", "100.00", settled_date="2026-04-01")
    assert left(books, "1", "02-28", "03-01", "03-31", "04-01") == [100, 100, 100, 0]


def test_a_later_payment_settles_what_a_bounced_one_left_open(books: Books) -> None:
    books.invoice("1", "100.00", settled_date="2026-02-10")
    books.payment("P1", "100.00", date="2026-02-05")
    books.payment("P1", "-100.00", date="2026-03-01")
    books.payment("P2", "100.00", date="2026-03-20")

    days = ("02-05", "02-10", "03-01", "03-19", "03-20")
    assert [books.outstanding(on=f"2026-{day}") for day in days] == [0, 0, 100, 100, 0]


def test_a_void_invoice_was_settled_until_then(books: Books) -> None:
    books.invoice("1", "100.00", outstanding_amount="0", as_at="2026-02-10", status="sent")
    books.invoice("1", "100.00", outstanding_amount="0", as_at="2026-03-01", status="void")

    assert left(books, "1", "02-09", "02-10", "02-28") == [100, 0, 0]
    assert books.aging(on="2026-02-28") is None
    assert books.aging(on="2026-03-01") is None
    assert reported(books) == ["receipt 100 2026-02-10 2026-03-01"]


def test_money_released_by_a_void_does_not_settle_twice(books: Books) -> None:
    """60 of P1 go to invoice 1 and 40 are left for invoice 2, until 1 is void."""
    books.invoice("1", "60.00")
    books.invoice("2", "60.00", outstanding_amount="0", as_at="2026-02-10", issue_date="2026-01-02")
    books.payment("P1", "100.00", date="2026-02-05")
    books.applies("P1", "1", "60.00", date="2026-02-05")
    books.applies("P1", "2", "60.00", date="2026-02-06")
    assert left(books, "2", "02-09", "02-10") == [20, 0]

    books.invoice("1", "60.00", status="void", as_at="2026-03-01")
    assert left(books, "2", "02-28", "03-01")[1] == 0
    assert books.outstanding(on="2026-03-01") == Decimal("-40.00")


# Credits


def test_the_used_part_of_a_credit_settles_what_is_reported_as_settled(books: Books) -> None:
    books.invoice("1", "100.00", outstanding_amount="40", as_at="2026-02-10")
    books.invoice("C1", "-100.00", outstanding_amount="-40", as_at="2026-02-10")

    assert reported(books) == []
    assert left(books, "1", "02-09", "02-10") == [100, 40]
    assert left(books, "C1", "02-09", "02-10") == [100, 40]
    assert books.outstanding(on="2026-02-10") == 0


def test_a_credit_used_for_nothing_that_is_known_is_used_all_the_same(books: Books) -> None:
    books.adjustment("C1", "100.00", kind="credit", outstanding_amount="40", as_at="2026-02-10")

    assert left(books, "C1", "02-09", "02-10") == [100, 40]
    assert books.outstanding(on="2026-02-10") == Decimal("-40.00")
    assert reported(books) == ["debit_adjustment 60 2026-02-10"]


def test_a_credit_that_names_its_invoice_is_applied_to_it_as_far_as_it_is_used(
    books: Books,
) -> None:
    books.invoice("1", "100.00")
    credit = {"kind": "credit", "invoice_number": "1", "date": "2026-02-01"}
    books.adjustment("C1", "30.00", outstanding_amount="10", **credit)
    assert left(books, "1", "01-31", "02-01") == [100, 80]
    assert left(books, "C1", "02-01") == [10]

    books.adjustment("C1", "30.00", outstanding_amount="0", **credit)
    assert left(books, "1", "02-01") == [70]
    assert left(books, "C1", "02-01") == [0]
    assert books.adjustment("C1", "30.00", outstanding_amount="0", **credit).says_nothing_new


def test_a_credit_that_names_another_invoice_now_leaves_the_first(books: Books) -> None:
    books.invoice("1", "100.00")
    books.invoice("2", "100.00")
    books.adjustment("C1", "30.00", kind="credit", invoice_number="1", date="2026-02-01")
    result = books.adjustment("C1", "30.00", kind="credit", invoice_number="2", date="2026-02-01")

    assert result.counts == {"changed": 1}
    assert left(books, "1", "02-01") == [100]
    assert left(books, "2", "02-01") == [70]


# Self-settling


def settle_themselves(books: Books) -> None:
    with books.console():
        raw().execute("UPDATE ar.org SET self_settling = true")


def test_an_invoice_that_is_its_own_receipt_settles_itself_only_when_asked(books: Books) -> None:
    books.invoice("1", "100.00", kind="receipt_tax_invoice")
    assert left(books, "1", "01-01", "06-30") == [100, 100]

    settle_themselves(books)
    books.invoice("2", "50.00", kind="receipt_tax_invoice")
    assert left(books, "2", "01-01", "06-30") == [0, 0]
    assert left(books, "1", "01-01", "06-30") == [0, 0]
    assert books.aging(on="2026-06-30") is None


def test_it_settles_what_allocations_leave(books: Books) -> None:
    settle_themselves(books)
    books.invoice("1", "100.00", kind="receipt_tax_invoice", outstanding_amount="100")
    books.payment("P1", "30.00", date="2026-02-05")
    books.applies("P1", "1", "30.00", date="2026-02-05")

    assert reported(books) == ["receipt 70 2026-01-01"]
    assert left(books, "1", "01-01", "02-04", "02-05") == [30, 30, 0]


def test_what_was_reported_is_computed_once_it_settles_itself(books: Books) -> None:
    books.invoice("1", "100.00", kind="receipt_tax_invoice", settled_date="2026-01-01")
    settle_themselves(books)
    books.invoice("1", "120.00", kind="receipt_tax_invoice", settled_date="2026-01-01")

    assert left(books, "1", "01-01", "06-30") == [0, 0]
    assert books.asks("SELECT origin FROM ar.document WHERE settles_id IS NOT NULL") == ["computed"]


# Everything again


@settings(max_examples=settings().max_examples // 2)
@given(facts=facts())
def test_what_is_left_today_is_what_the_source_says(server: None, facts: list[Fact]) -> None:
    """As long as nobody names a payment. One that bounced or is still to come leaves more open."""
    stated = [fact for fact in facts if fact.kind != "allocations"]
    receipts = [fact.row for fact in stated if fact.kind == "payments"]
    doubtful = {
        (row["account_number"], row["currency"])
        for row in receipts
        if row["date"] > TODAY or row["amount"].startswith("-")
    }
    books = Books(today=TODAY)
    loads(books, stated)
    with books.admin():
        left = {
            (row.kind, row.invoice_number): row.balance
            for row in invoices(as_of=TODAY, bucket="outstanding")
        }

    for fact in stated:
        if "outstanding_amount" in fact.row and fact.row.get("status", "sent") == "sent":
            rest = abs(Decimal(fact.row["outstanding_amount"]))
            found = left.get(fact.key, Decimal(0))
            account = fact.row["account_number"], fact.row["currency"]
            assert found == rest or (account in doubtful and found > rest), fact


OWED = """
    SELECT c.account_number, d.currency,
           sum(CASE d.class WHEN 'charge' THEN d.amount ELSE -d.amount END * y.unit)
    FROM ar.document d JOIN ar.customer c ON c.id = d.customer_id
    JOIN ar.currency y ON y.code = d.currency
    WHERE d.issue_date <= %s AND (d.state = 'sent' OR d.void_on > %s) GROUP BY 1, 2
"""


@settings(max_examples=settings().max_examples // 4)
@given(facts=facts(), days=st.lists(as_of_days(), min_size=1, max_size=5))
def test_what_is_owed_is_charges_less_credits_and_receipts_reported_ones_as_well(
    server: None, facts: list[Fact], days: list[date]
) -> None:
    books = Books(today=TODAY)
    loads(books, facts)

    with books.admin():
        for day in days:
            documents = {(a, c): owed for a, c, owed in raw().execute(OWED, [day, day]) if owed}
            rows = {(r.account_number, r.currency): r.outstanding for r in aging(as_of=day)}
            assert {account: owed for account, owed in rows.items() if owed} == documents


def test_what_was_told_again_is_worked_out_to_the_same(books: Books) -> None:
    """A payment serves an invoice until it is taken back, another one from then on."""
    books.payment("P1", "100.00", date="2026-01-20")
    books.invoice("1", "100.00", outstanding_amount="0", as_at="2026-02-01")
    books.invoice("1", "100.00", outstanding_amount="100", as_at="2026-03-01")
    days = ("01-20", "02-01", "02-28", "03-01")
    assert [books.outstanding(on=f"2026-{day}") for day in days] == [0, 0, 0, 0]
    assert left(books, "1", *days) == [100, 0, 0, 100]

    books.invoice("2", "100.00", issue_date="2026-01-05", settled_date="2026-03-01")
    assert left(books, "2", "02-28", "03-01") == [100, 0]
    assert left(books, "P1", "03-01") == [0]
    assert reported(books) == ["receipt 100 2026-02-01 2026-03-01"]

    facts = books.facts()
    derive_all(books)
    assert books.facts() == facts
