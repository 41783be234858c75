"""Two years of invoices, with their lines and the early-payment discounts they offer."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from duebook.demo.accounts import Account, shares
from duebook.demo.blueprints import Blueprint
from duebook.demo.papers import INVOICE, Line, Paper

CALLED_OFF = ("void", "void", "cancelled")


def invoices(
    blueprint: Blueprint, accounts: list[Account], *, today: date, rng: Random
) -> list[Paper]:
    """In order of date. Trade grows a little, so recent days have more of them."""
    drawn = rng.choices(accounts, cum_weights=shares(len(accounts)), k=blueprint.invoices)
    papers = [_invoice(blueprint, account, today=today, rng=rng) for account in drawn]
    papers.sort(key=lambda paper: (paper.on, paper.account.number, paper.amount))
    for paper in papers:
        if paper.on >= today - timedelta(days=1) and rng.random() < 0.25:
            paper.status = "draft"
        elif rng.random() < 0.006:
            paper.status = rng.choice(CALLED_OFF)
    return papers


def _invoice(blueprint: Blueprint, account: Account, *, today: date, rng: Random) -> Paper:
    span = account.first_day - account.last_day
    age = account.last_day + int(rng.random() ** 1.1 * span) if span > 0 else account.last_day
    on = _working_day(today - timedelta(days=age), blueprint.weekend)
    several = len(account.currencies) > 1 and rng.random() < 0.4
    currency = account.currencies[1 if several else 0]
    lines = _lines(blueprint, account, currency, age=age, rng=rng)
    paper = Paper(
        account=account,
        kind=blueprint.cash_kind if account.type == "Cash" else INVOICE,
        currency=currency,
        on=on,
        due=on + timedelta(days=account.terms),
        amount=sum(line.quantity * line.price for line in lines),
        status="sent",
        lines=lines,
    )
    if account.discount and account.terms >= 30:
        paper.discount = paper.amount * 2 // 100
        paper.discount_until = on + timedelta(days=10)
    return paper


def _working_day(day: date, weekend: tuple[int, ...]) -> date:
    while day.weekday() in weekend:
        day -= timedelta(days=1)
    return day


def _lines(
    blueprint: Blueprint, account: Account, currency: str, *, age: int, rng: Random
) -> list[Line]:
    """One to four things, together about as much as the account usually buys."""
    wanted = blueprint.typical_invoice * account.size * rng.lognormvariate(0, 0.8)
    count = rng.choice((1, 1, 2, 2, 3, 4))
    delivery = rng.randrange(100_000, 1_000_000)
    lines = []
    for place, item in enumerate(rng.sample(blueprint.items, count), start=1):
        quantity = max(1, round(wanted / count / item.price))
        price = item.price
        if currency != blueprint.currency:
            price = round(price * blueprint.other_rate)
        lines.append(
            Line(
                description=item.description,
                quantity=quantity,
                price=price,
                status=_line_status(age, rng),
                reference=f"DN-{delivery}/{place}",
            )
        )
    return lines


def _line_status(age: int, rng: Random) -> str:
    drawn = rng.random()
    if age < 6 and drawn < 0.5:
        return "shipped"
    return "returned" if drawn > 0.985 else "backordered" if drawn > 0.975 else "delivered"
