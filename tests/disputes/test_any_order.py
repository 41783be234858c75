"""Whatever is disputed, paid, matched and decided in whatever order: buckets + disputed = total, a
client owes on any day what the operators see, and what is kept per day is what documents say."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from decimal import Decimal
from random import Random

import pytest

from duebook.ledger import disputes
from duebook.ledger.dispositions import Disposition, dispose
from duebook.ledger.disputes import OUTCOMES, raise_dispute
from duebook.reports.aging import aging, portal_aging
from duebook.rollups.days import ready
from duebook.visibility.organisations import Refused, console_of
from duebook.visibility.seeing import seeing
from tests.disputes.conftest import House
from tests.disputes.test_disputes import TODAY, rollups_check_of
from tests.disputes.test_payments import announced, matched, moved
from tests.portal.test_identities import same_as_operators

DAYS = [date(2026, 6, 10), date(2026, 6, 20), date(2026, 6, 29)]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_figures_add_up_after_any_sequence(house: House, seed: int) -> None:
    chance = Random(seed)
    house.billed("5.00", due_date="2026-07-31")  # something is always open
    house.billed("70.00", currency="EUR")
    house.adjustment("CR", "12.00", kind="credit", date="2026-06-03")
    invoices = [house.billed(f"{chance.randrange(20, 200)}.00") for _ in range(3)]
    cases: list[int] = []
    payments: list[int] = []
    for place in range(12):
        invoice, amount = chance.choice(invoices), f"{chance.randrange(1, 60)}.00"
        with suppress(Refused):
            match chance.choice(["raise", "raise", "close", "reopen", "announce", "move", "match"]):
                case "raise":
                    told = {"reason": "other", "words": "x", "amount": Decimal(amount)}
                    with seeing(house.client_viewer):
                        cases.append(raise_dispute(house.client_viewer, invoice, **told))  # type: ignore[arg-type]
                case "close" if cases:
                    said = Disposition(chance.choice(OUTCOMES), "x", posts=chance.random() < 0.5)
                    with seeing(house.member_viewer):
                        dispose(house.member_viewer, chance.choice(cases), said, today=TODAY)
                case "reopen" if cases:
                    with seeing(house.client_viewer):
                        disputes.reopen(chance.choice(cases), "x")
                case "announce":
                    payments.append(announced(house, amount, (invoice, amount)))
                case "move" if payments:
                    state = chance.choice(["settled", "disputed"])
                    moved(house, chance.choice(payments), state, on=chance.choice(DAYS))
                case "match" if payments:
                    house.payment(f"E{place}", amount, date="2026-06-18")
                    matched(house, chance.choice(payments), house.document(f"E{place}"))
        for day in (TODAY, chance.choice(DAYS)):
            disputed, for_operators = disputed_on(house, day)
            assert disputed == for_operators
    ready(console_of(house.slug), TODAY, *DAYS)
    for day in (TODAY, *DAYS):
        same_as_operators(house, day, ["A"])
    assert rollups_check_of(house) == 0


def disputed_on(house: House, day: date) -> tuple[list[Decimal], list[Decimal]]:
    """As the client sees it and as the operators do, by currency."""
    with seeing(house.client_viewer):
        mine = portal_aging(as_of=day)
    with house.admin():
        theirs = {row.currency: row for row in aging(as_of=day) if row.account_number == "A"}
    for row in mine:
        buckets = (row.days_0_30, row.days_31_60, row.days_61_90, row.days_90_plus)
        assert sum(buckets) + row.disputed == row.total == theirs[row.currency].invoices
    return [row.disputed for row in mine], [theirs[row.currency].disputed for row in mine]
