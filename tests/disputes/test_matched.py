"""A payment that is a receipt of the books: what the books say it pays counts, and only that, in
whatever order one hears of it; as long as they say nothing, what was announced."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random

import pytest

from duebook.ledger.undo import undo
from duebook.visibility.organisations import console_of
from tests.disputes.conftest import House
from tests.disputes.test_disputes import rollups_check_of
from tests.disputes.test_payments import announced, matched, moved

DAY = "2026-06-28"
INVOICES = ("K1", "K2", "K3")


def balances(house: House) -> list[Decimal]:
    return [house.balance(number, on="2026-06-30") for number in (*INVOICES, "ERP")]


@pytest.mark.parametrize("seed", range(5))
def test_the_order_in_which_one_hears_of_it_does_not_matter(house: House, seed: int) -> None:
    chance = Random(seed)
    bills = [house.billed("100.00", number=each) for each in INVOICES]
    received = chance.randrange(30, 120)
    left, said = 120, []
    for bill in bills:
        part = chance.randrange(0, min(left, 100))
        left -= part
        said += [(bill, f"{part}.00")] if part else []
    has_own_ids = chance.random() < 0.5
    stated: dict[str, list[int]] = {each: [] for each in INVOICES}
    rest = received
    for _ in range(chance.randrange(1, 4)):
        part = chance.randrange(1, max(2, rest // 2))
        rest -= part
        stated[chance.choice(INVOICES)].append(part)
    lines = [(charge, part) for charge, parts in stated.items() for part in parts]
    if not has_own_ids:  # one line of a day between the two
        lines = [(charge, sum(parts)) for charge, parts in stated.items() if parts]
    rows = [
        {
            "source_number": "ERP",
            "invoice_number": charge,
            "amount": f"{part}.00",
            "date": DAY,
            **({"external_id": f"E{at}"} if has_own_ids else {}),
        }
        for at, (charge, part) in enumerate(lines)
    ]
    expected = [Decimal(100 - sum(stated[each])) for each in INVOICES]
    expected.append(Decimal(received - sum(map(sum, stated.values()))))

    payment = announced(house, "120.00", *said, reference="ERP" if seed % 2 else "")
    if seed % 2 == 0 and chance.random() < 0.5:
        moved(house, payment, "settled")
    house.payment("ERP", f"{received}.00", date=DAY)
    if early := chance.random() < 0.5:
        house.loads("allocations", rows)
    matched(house, payment, house.document("ERP"))
    if not early:
        assert sum(balances(house)[:3], -balances(house)[3]) == 300 - received
        house.loads("allocations", rows)

    assert balances(house) == expected
    again = house.loads("allocations", rows)
    assert (again.counts["unchanged"], again.counts["invalid"]) == (len(rows), 0)
    assert balances(house) == expected
    assert rollups_check_of(house) == 0


def test_what_the_books_take_back_leaves_what_was_announced(house: House) -> None:
    first, second = house.billed("100.00", number="K1"), house.billed("100.00", number="K2")
    house.billed("100.00", number="K3")
    payment = announced(house, "60.00", (first, "40.00"), (second, "20.00"))
    house.payment("ERP", "60.00", date=DAY)
    matched(house, payment, house.document("ERP"))
    assert balances(house) == [60, 80, 100, 0]
    row = {"source_number": "ERP", "invoice_number": "K3", "amount": "50.00", "date": DAY}
    batch = house.loads_all({"allocations": [row]}).batch_id
    assert batch is not None
    assert balances(house) == [100, 100, 50, 10]
    assert rollups_check_of(house) == 0
    undo(console_of(house.slug), batch, at=datetime(2026, 6, 30, tzinfo=UTC))
    assert balances(house) == [60, 80, 100, 0]
    assert rollups_check_of(house) == 0


def test_a_confirmed_payment_pays_what_the_books_say_its_receipt_pays(house: House) -> None:
    first = house.billed("100.00", number="K1")
    house.billed("100.00", number="K2")
    house.billed("100.00", number="K3")
    payment = announced(house, "60.00", (first, "60.00"), reference="ERP")
    house.payment("ERP", "60.00", date=DAY)
    house.applies("ERP", "K2", "60.00", date=DAY)
    moved(house, payment, "settled", on=date(2026, 6, 29))
    assert balances(house) == [100, 40, 100, 0]


def test_matched_anew_the_first_receipt_pays_nothing_of_it_any_more(house: House) -> None:
    first = house.billed("100.00", number="K1")
    house.billed("100.00", number="K2")
    house.billed("100.00", number="K3")
    payment = announced(house, "60.00", (first, "60.00"))
    house.payment("WRONG", "60.00", date=DAY)
    house.payment("ERP", "60.00", date=DAY)
    matched(house, payment, house.document("WRONG"))
    matched(house, payment, house.document("ERP"))
    assert balances(house) == [40, 100, 100, 0]
    assert house.balance("WRONG", on="2026-06-30") == 60
    assert rollups_check_of(house) == 0
