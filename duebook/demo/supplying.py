"""What was sent for the orders of a sample organisation; what is kept for its largest accounts."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from duebook.demo.accounts import Account
from duebook.demo.blueprints import Blueprint
from duebook.demo.papers import History, Order, Shipment, Stock

CARRIERS = ("Nordfracht", "Galil Express", "Hinode Unyu", "own van")
KEEPERS = 5  # accounts for which something is kept


def supply(
    history: History, accounts: list[Account], blueprint: Blueprint, *, today: date, rng: Random
) -> None:
    """One delivery for each invoice of an order, and one for some that wait."""
    for order in history.orders:
        for invoice in order.invoices:
            _send(history, order, invoice.on, today=today, rng=rng)
        if not order.invoices and order.status == "open" and rng.random() < 0.3:
            on = max(order.on, today - timedelta(days=rng.randint(0, 12)))
            _send(history, order, on, today=today, rng=rng)
    for account in accounts[:KEEPERS]:
        for place, item in enumerate(blueprint.items[:4], start=1):
            counted = today.replace(day=1), today
            history.stock += [
                Stock(account, f"A-{place:03d}", item.description, rng.randint(2, 240), on)
                for on in dict.fromkeys(counted)
            ]


def _send(history: History, order: Order, on: date, *, today: date, rng: Random) -> None:
    expected = on + timedelta(days=rng.randint(2, 6))
    arrived = expected + timedelta(days=rng.choice((-1, 0, 0, 0, 1, 4)))
    sent = Shipment(order, on, expected, arrived if arrived <= today else None)
    sent.carrier = rng.choice(CARRIERS)
    sent.number = f"DN-{len(history.shipments) + 1:05d}"
    history.shipments.append(sent)
