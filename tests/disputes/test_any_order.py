"""Whatever is disputed, paid and decided in whatever order: buckets + disputed = total, and what is
kept per day is what the documents say."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from random import Random

import pytest

from duebook.ledger import disputes
from duebook.ledger.dispositions import Disposition, dispose
from duebook.ledger.disputes import OUTCOMES, raise_dispute
from duebook.visibility.organisations import Refused
from duebook.visibility.seeing import seeing
from tests.disputes.conftest import House
from tests.disputes.test_disputes import TODAY, figures, rollups_check_of
from tests.disputes.test_payments import announced, moved


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_figures_add_up_after_any_sequence(house: House, seed: int) -> None:
    chance = Random(seed)
    house.billed("5.00", due_date="2026-07-31")  # something is always open
    invoices = [house.billed(f"{chance.randrange(20, 200)}.00") for _ in range(3)]
    cases: list[int] = []
    payments: list[int] = []
    for _ in range(12):
        invoice, amount = chance.choice(invoices), f"{chance.randrange(1, 60)}.00"
        with suppress(Refused):
            match chance.choice(["raise", "raise", "close", "reopen", "announce", "move"]):
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
                    moved(house, chance.choice(payments), chance.choice(["settled", "disputed"]))
        disputed, for_operators, _outstanding = figures(house)
        assert disputed == for_operators
    assert rollups_check_of(house) == 0
