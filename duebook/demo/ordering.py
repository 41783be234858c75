"""Orders: some became invoices in whole or in part, some wait, a few were cancelled."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from random import Random

from duebook.demo.accounts import Account
from duebook.demo.blueprints import Blueprint
from duebook.demo.papers import Order, Paper

KINDS = ("purchase_orders", "purchase_orders", "detail_orders")


def orders(
    blueprint: Blueprint,
    accounts: list[Account],
    invoices: list[Paper],
    *,
    today: date,
    rng: Random,
) -> list[Order]:
    """In order of date."""
    trades: dict[tuple[str, str], list[Paper]] = defaultdict(list)
    for paper in invoices:
        if paper.is_live:
            trades[paper.account.number, paper.currency].append(paper)
    found = []
    for key in sorted(trades):
        papers = trades[key]
        while papers:
            several = _one_order(papers, rng)
            if rng.random() < blueprint.order_share:
                found.append(_invoiced(papers[:several], today=today, rng=rng))
            papers = papers[several:]
    going = [paper for paper in invoices if paper.account.active]
    found += [_waiting(rng.choice(going), today=today, rng=rng) for _ in range(len(accounts))]
    return sorted(found, key=lambda order: (order.on, order.account.number, order.amount))


def _one_order(papers: list[Paper], rng: Random) -> int:
    """How many of the next invoices belong together: up to three, of the same weeks."""
    until = papers[0].on + timedelta(days=40)
    return sum(paper.on <= until for paper in papers[: rng.choice((1, 1, 1, 2, 3))])


def _invoiced(papers: list[Paper], *, today: date, rng: Random) -> Order:
    """One in five is more than was invoiced: open while recent, closed short later."""
    first, last = papers[0], papers[-1]
    on = first.on - timedelta(days=rng.randint(2, 35))
    amount = sum(paper.amount for paper in papers)
    is_short = rng.random() < 0.2
    if is_short:
        amount += amount * rng.randint(5, 60) // 100 + 1
    order = _order(first, on, amount, rng)
    order.invoices = papers
    if not is_short or (today - last.on).days > rng.randint(30, 150):
        order.status, order.closed_on = "closed", last.on
    return order


def _waiting(like: Paper, *, today: date, rng: Random) -> Order:
    """An order nothing was invoiced for yet; most are of these weeks."""
    on = today - timedelta(days=int(rng.random() ** 2.5 * 240))
    order = _order(like, on, max(1, like.amount * rng.randint(50, 180) // 100), rng)
    if rng.random() < 0.12:
        closed = min(today, on + timedelta(days=rng.randint(1, 20)))
        order.status, order.closed_on = "cancelled", closed
    return order


def _order(like: Paper, on: date, amount: int, rng: Random) -> Order:
    return Order(
        account=like.account,
        kind=rng.choice(KINDS),
        currency=like.currency,
        on=on,
        due=on + timedelta(days=rng.randint(10, 45)),
        amount=amount,
    )
