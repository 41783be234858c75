"""Aging as stories with amounts one can add up in the head."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from duebook.reports.aging import aging
from tests.world import World


def test_an_invoice_becomes_late_the_day_after_it_was_due(world: World) -> None:
    world.acme.owes("100.00", due="2026-03-31")

    with world.acme.admin():
        assert aging(as_of=date(2026, 3, 31))[0].current == Decimal("100.00")
        assert aging(as_of=date(2026, 4, 1))[0].days_1_30 == Decimal("100.00")
    with world.zenith.admin():
        assert aging(as_of=date(2026, 4, 1)) == []


def test_a_payment_counts_from_the_day_it_was_matched(world: World) -> None:
    number = world.acme.owes("100.00", due="2026-03-31")
    pay = {"account_number": "C1", "payment_number": "P1", "date": "2026-04-01", "amount": "60.00"}
    match = {"source_number": "P1", "invoice_number": number, "date": "2026-04-10", "amount": 60}
    world.acme.loads_all({"payments": [pay], "allocations": [match]})

    with world.acme.admin():
        before = aging(as_of=date(2026, 4, 9))[0]
        after = aging(as_of=date(2026, 4, 10))[0]
    assert (before.days_1_30, before.unapplied_credits, before.outstanding) == (100, 60, 40)
    assert (after.days_1_30, after.unapplied_credits, after.outstanding) == (40, 0, 40)


def test_a_bounced_payment_opens_its_invoice_again(world: World) -> None:
    number = world.acme.owes("100.00", due="2026-03-31")
    pay = {"account_number": "C1", "payment_number": "P1", "date": "2026-04-01", "amount": "100.00"}
    match = {"source_number": "P1", "invoice_number": number, "date": "2026-04-01", "amount": 100}
    world.acme.loads_all({"payments": [pay], "allocations": [match]})
    result = world.acme.loads("payments", [{**pay, "date": "2026-04-05", "amount": "-100.00"}])
    assert result.counts == {"changed": 1}

    with world.acme.admin():
        assert aging(as_of=date(2026, 4, 4)) == []
        assert aging(as_of=date(2026, 4, 5))[0].days_1_30 == Decimal("100.00")


def test_a_client_sees_one_account_and_an_outsider_none(world: World) -> None:
    world.acme.owes("100.00", due="2026-03-31", account="C1")
    world.acme.owes("50.00", due="2026-03-31", account="C2")
    world.zenith.owes("7.00", due="2026-03-31", account="C1")

    def seen() -> list[tuple[str, Decimal]]:
        return [(row.account_number, row.outstanding) for row in aging(as_of=date(2026, 6, 1))]

    with world.acme.admin():
        assert seen() == [("C1", Decimal("100.00")), ("C2", Decimal("50.00"))]
    with world.acme.member():
        assert seen() == [("C1", Decimal("100.00"))]
    with world.acme.client():
        assert seen() == [("C1", Decimal("100.00"))]
    with world.zenith.client():
        assert seen() == [("C1", Decimal("7.00"))]


def test_the_largest_amount_a_file_may_hold_is_exact(world: World) -> None:
    world.acme.owes("999999999999999.99", due="2026-03-31")
    world.acme.owes("999999999999999.99", due="2026-03-31")

    with world.acme.admin():
        row = aging(as_of=date(2026, 3, 31))[0]
    assert row.current == row.outstanding == Decimal("1999999999999999.98")
