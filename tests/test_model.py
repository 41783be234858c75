"""The yardstick itself, in stories one can add up in the head."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.model import CHARGES, SOURCES, Alloc, Dispute, Doc, Ledger, Row, four_decimals

ACME = ("7", "USD")
JAN_1 = date(2026, 1, 1)


def day(number: int) -> date:
    """The first day is 1 January 2026."""
    return JAN_1 + timedelta(days=number - 1)


def invoice(number: str, amount: int, **more: Any) -> Doc:
    """Dated on day 1, due on day 10."""
    facts: dict[str, Any] = {"issue": day(1), "due": day(10), "kind": "invoice"} | more
    return Doc(account="7", number=number, currency="USD", amount=amount, **facts)


def money(number: str, amount: int, on: int, **more: Any) -> Doc:
    facts: dict[str, Any] = {"due": None, "kind": "receipt"} | more
    return Doc(account="7", number=number, currency="USD", amount=amount, issue=day(on), **facts)


def applied(source: Doc, charge: Doc, amount: int, on: int) -> Alloc:
    return Alloc(source.key, charge.key, amount, day(on))


# Buckets


@pytest.mark.parametrize(
    ("late", "bucket"),
    [
        *((-1, "current"), (0, "current"), (1, "d1_30"), (30, "d1_30"), (31, "d31_60")),
        *((60, "d31_60"), (61, "d61_90"), (90, "d61_90"), (91, "d91_plus"), (400, "d91_plus")),
    ],
)
def test_each_edge_belongs_to_the_younger_bucket(late: int, bucket: str) -> None:
    row = Ledger([invoice("1", 100)]).aging(day(10 + late))[ACME]

    assert getattr(row, bucket) == row.invoices == row.outstanding == 100
    assert row.wado == max(late, 0)


def test_other_edges_and_the_issue_date_move_buckets_but_not_weighted_days() -> None:
    ledger = Ledger([invoice("1", 100)])  # on day 12: 2 days late, 11 days old

    by_issue = ledger.aging(day(12), basis="invoice", edges=(7, 14, 21))[ACME]
    by_due = ledger.aging(day(12), edges=(1, 2, 3))[ACME]

    assert by_issue == Row(d31_60=100, outstanding=100, invoices=100, wado=Decimal("2.0000"))
    assert by_due == by_issue


def test_weighted_days_are_weighted_by_balance_and_rounded_half_up() -> None:
    late, current = invoice("1", 100), invoice("2", 300, due=day(40))

    assert Ledger([late, current]).aging(day(20))[ACME].wado == Decimal("2.5000")  # 1000 / 400
    assert four_decimals(1, 3) == Decimal("0.3333")
    assert four_decimals(1, 20_000) == Decimal("0.0001")  # 0.00005 exactly
    assert str(four_decimals(0, 0)) == "0.0000"


def test_currencies_are_rows_of_their_own() -> None:
    dollars, yen = invoice("1", 100), invoice("2", 250)
    yen.currency = "JPY"

    rows = Ledger([dollars, yen]).aging(day(20))

    assert {key: row.outstanding for key, row in rows.items()} == {ACME: 100, ("7", "JPY"): 250}


# Money


def test_a_part_payment_lowers_the_balance_from_its_day() -> None:
    bill, pay = invoice("1", 100), money("9", 40, on=5)
    ledger = Ledger([bill, pay], [applied(pay, bill, 40, on=5)])

    assert [ledger.balance(bill, day(d)) for d in (0, 1, 4, 5)] == [0, 100, 100, 60]
    assert [item.balance for item in ledger.invoices(day(5))] == [60]


def test_money_received_but_not_yet_applied_stands_beside_the_buckets() -> None:
    bill, pay = invoice("1", 100), money("9", 130, on=5)
    ledger = Ledger([bill, pay], [applied(pay, bill, 100, on=8)])

    before, after = ledger.aging(day(7))[ACME], ledger.aging(day(8))[ACME]

    assert before == Row(current=100, unapplied=130, outstanding=-30, invoices=100)
    assert after == Row(unapplied=30, outstanding=-30)


def test_an_allocation_waits_for_both_documents() -> None:
    bill, pay = invoice("1", 100, issue=day(6)), money("9", 100, on=3)
    ledger = Ledger([bill, pay], [applied(pay, bill, 100, on=3)])

    assert [ledger.unapplied(pay, day(d)) for d in (2, 3, 5, 6)] == [0, 100, 100, 0]


def test_a_bounced_payment_opens_its_invoice_again() -> None:
    bill, pay = invoice("1", 100), money("9", 100, on=5, void_on=day(20))
    ledger = Ledger([bill, pay], [applied(pay, bill, 100, on=5)])

    assert ledger.aging(day(19)) == {}
    assert ledger.aging(day(20))[ACME].d1_30 == 100
    assert ledger.unapplied(pay, day(20)) == 0


def test_money_on_a_voided_invoice_is_unapplied_again() -> None:
    bill, pay = invoice("1", 100, void_on=day(8)), money("9", 100, on=5)
    ledger = Ledger([bill, pay], [applied(pay, bill, 100, on=5)])

    assert ledger.aging(day(7)) == {}
    assert ledger.aging(day(8))[ACME] == Row(unapplied=100, outstanding=-100)


def test_what_was_voided_on_its_own_date_or_never_sent_counts_on_no_date() -> None:
    voided, draft = invoice("1", 100, void_on=day(1)), invoice("2", 100, never_counted=True)

    assert Ledger([voided, draft]).aging(day(1)) == {}
    assert Ledger([voided, draft]).owed(ACME, day(90)) == 0


def test_debit_adjustments_do_not_age() -> None:
    fee = invoice("1", 70, kind="debit_adjustment")

    assert Ledger([fee]).aging(day(200))[ACME] == Row(debit_adjustments=70, outstanding=70)


def test_a_refund_is_a_debit_adjustment_allocated_from_the_receipt() -> None:
    pay, refund = money("9", 30, on=2), invoice("R", 30, kind="debit_adjustment", issue=day(4))
    ledger = Ledger([pay, refund], [applied(pay, refund, 30, on=4)])

    assert ledger.aging(day(3))[ACME].unapplied == 30
    assert ledger.aging(day(4)) == {}


# Fitting


def test_two_payments_for_one_invoice_fit_in_order_of_day_then_number() -> None:
    bill, first, second = invoice("1", 100), money("10", 80, on=5), money("9", 80, on=5)
    both = [applied(second, bill, 80, on=5), applied(first, bill, 80, on=5)]

    assert Ledger([bill, first, second], both).fitted(day(5)) == {0: 20, 1: 80}  # "10" < "9"

    later = [both[0], applied(first, bill, 80, on=6)]
    assert Ledger([bill, first, second], later).fitted(day(5)) == {0: 80, 1: 0}
    assert Ledger([bill, first, second], later).fitted(day(6)) == {0: 80, 1: 20}


def test_what_a_charge_refuses_stays_unapplied() -> None:
    """The source is fitted first: 80 and 20 of 100. Then the first invoice takes only 50."""
    small, large, pay = invoice("1", 50), invoice("2", 100), money("9", 100, on=5)
    ledger = Ledger(
        [small, large, pay], [applied(pay, small, 80, on=5), applied(pay, large, 60, on=5)]
    )

    assert ledger.fitted(day(5)) == {0: 50, 1: 20}
    assert ledger.unapplied(pay, day(5)) == 30


def test_an_allocation_squeezed_out_counts_again_when_the_other_one_ends() -> None:
    bill, first, second = invoice("1", 100), money("8", 100, on=5), money("9", 100, on=6)
    first.void_on = day(20)
    ledger = Ledger(
        [bill, first, second], [applied(first, bill, 100, on=5), applied(second, bill, 100, on=6)]
    )

    assert ledger.fitted(day(19)) == {0: 100, 1: 0}
    assert ledger.fitted(day(20)) == {0: 0, 1: 100}
    assert ledger.unapplied(second, day(19)) == 100


# Disputes


def test_a_dispute_takes_its_part_out_of_the_bucket_and_stays_in_weighted_days() -> None:
    bill = invoice("1", 100, disputes=[Dispute(day(15), day(30), 25)])
    ledger = Ledger([bill])

    row = ledger.aging(day(20))[ACME]

    assert row == Row(d1_30=75, disputed=25, outstanding=100, invoices=100, wado=Decimal("10.0000"))
    assert [ledger.disputed(bill, day(d)) for d in (14, 15, 29, 30)] == [0, 25, 25, 0]


def test_disputes_of_one_invoice_add_up_to_at_most_its_balance() -> None:
    bill, pay = invoice("1", 100), money("9", 50, on=8)
    bill.disputes = [Dispute(day(2), amount=30), Dispute(day(3), amount=40), Dispute(day(9))]
    ledger = Ledger([bill, pay], [applied(pay, bill, 50, on=8)])

    assert [ledger.disputed(bill, day(d)) for d in (2, 3, 8, 9)] == [30, 70, 50, 50]


def test_a_dispute_that_ended_by_settlement_does_not_return_with_the_bounce() -> None:
    bill = invoice("1", 100, disputes=[Dispute(day(2)), Dispute(day(9), amount=10)])
    pay = money("9", 100, on=5, void_on=day(8))
    ledger = Ledger([bill, pay], [applied(pay, bill, 100, on=5)])

    assert [ledger.disputed(bill, day(d)) for d in (4, 5, 8, 9)] == [100, 0, 0, 10]


def test_an_invoice_that_is_disputed_in_full_stands_in_no_bucket() -> None:
    bill = invoice("1", 100, disputes=[Dispute(day(1))])

    assert Ledger([bill]).aging(day(11))[ACME] == Row(
        disputed=100, outstanding=100, invoices=100, wado=Decimal("1.0000")
    )


# Months


def test_the_net_of_a_month_subtracts_what_was_voided_in_it() -> None:
    old, new, pay = invoice("1", 100, void_on=day(40)), invoice("2", 30), money("9", 20, on=41)
    new.issue = day(35)
    ledger = Ledger([old, new, pay])

    assert ledger.net(ACME, day(1), day(31)) == 100
    assert ledger.net(ACME, day(32), day(59)) == 30 - 20 - 100
    assert ledger.owed(ACME, day(59)) == 10


def test_the_model_refuses_what_the_ledger_cannot_hold() -> None:
    bill, pay, other = invoice("1", 100), money("9", 100, on=5), money("8", 100, on=5)
    other.currency = "JPY"

    for docs, allocs in (
        ([bill, invoice("1", 5)], []),
        ([bill, pay], [applied(bill, pay, 10, on=5)]),
        ([bill, other], [applied(other, bill, 10, on=5)]),
        ([invoice("2", 10, void_on=day(0))], []),
    ):
        with pytest.raises(ValueError, match=r".+"):
            Ledger(docs, allocs)
    assert not CHARGES & SOURCES
