"""How the invoices of a sample organisation are paid, credited, disputed, or not."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from duebook.demo.accounts import HISTORY, Account
from duebook.demo.blueprints import Blueprint
from duebook.demo.papers import CREDIT, CREDIT_NOTE, OFFSET, RECEIPT, History, Paper

METHODS = ("bank transfer",) * 6 + ("direct debit", "card", "cheque")
FORGOTTEN = (15, 45, 68, 75, 82, 105, 125, 150)  # days past due
CREDIT_REASONS = ("Goods returned", "Price corrected", "Damaged in transit", "Quantity short")


@dataclass(slots=True)
class Leg:
    """A sum that comes in for one invoice on one day."""

    charge: Paper
    amount: int
    on: date


def collect(
    history: History, invoices: list[Paper], blueprint: Blueprint, *, today: date, rng: Random
) -> None:
    """Account by account, invoice by invoice in order of date; then legs become receipts."""
    forgotten = _forgotten(invoices, today)
    trades: dict[tuple[str, str], list[Paper]] = defaultdict(list)
    for paper in invoices:
        if paper.is_live and paper not in forgotten:
            trades[paper.account.number, paper.currency].append(paper)
    for key in sorted(trades):
        on_account: list[Paper] = []
        legs: dict[date, list[Leg]] = defaultdict(list)
        for paper in trades[key]:
            _credit(history, paper, on_account, today=today, rng=rng)
            for leg in _legs(history, paper, on_account, blueprint, today=today, rng=rng):
                legs[leg.on].append(leg)
        for on in sorted(legs):
            _receive(history, on, legs[on], blueprint, today=today, rng=rng)


def _forgotten(invoices: list[Paper], today: date) -> list[Paper]:
    """Some that nobody pays, so that no bucket of the smallest organisation is ever empty."""
    live = [paper for paper in invoices if paper.is_live and paper.due]
    return [min(live, key=lambda paper: _distance(paper, today, late)) for late in FORGOTTEN]


def _distance(paper: Paper, today: date, late: int) -> int:
    return abs((today - (paper.due or today)).days - late)


def _credit(
    history: History, paper: Paper, on_account: list[Paper], *, today: date, rng: Random
) -> None:
    """Three invoices in a hundred get a credit note, one in five of these on account."""
    if rng.random() >= 0.03:
        return
    on = paper.on + timedelta(days=rng.randint(2, 25))
    part = 1.0 if rng.random() < 0.2 else rng.uniform(0.05, 0.4)
    if on > today or (amount := int(paper.amount * part)) == 0:
        return
    note = history.add(
        Paper(paper.account, CREDIT_NOTE, paper.currency, on, amount, status="sent", about=paper)
    )
    note.reason = rng.choice(CREDIT_REASONS)
    if rng.random() < 0.2:
        on_account.append(note)
    else:
        history.apply(note, paper, amount, on)


def _legs(
    history: History,
    paper: Paper,
    on_account: list[Paper],
    blueprint: Blueprint,
    *,
    today: date,
    rng: Random,
) -> list[Leg]:
    on = _pay_day(paper, today=today, rng=rng)
    latest = today
    if blueprint.takes_post_dated and rng.random() < 0.12:
        latest = today + timedelta(days=30)
    if rng.random() < paper.account.habit.never or on > latest or paper.left == 0:
        return []
    for note in on_account:
        if note.left and note.on <= on <= today and rng.random() < 0.2:
            history.apply(note, paper, note.left, on)
    in_time = paper.discount_until is not None and on <= min(paper.discount_until, today)
    if in_time and paper.left == paper.amount:
        _give_discount(history, paper, on)
    if rng.random() > 0.09 or paper.left < 1000 or paper.account.terms == 0:
        return [Leg(paper, paper.left, on)]
    first = round(paper.left * rng.uniform(0.3, 0.7))
    then = on + timedelta(days=rng.randint(15, 60))
    is_stuck = then > today or rng.random() < 0.07
    rest = [] if is_stuck else [Leg(paper, paper.left - first, then)]
    return [Leg(paper, first, on), *rest]


def _pay_day(paper: Paper, *, today: date, rng: Random) -> date:
    account = paper.account
    if account.terms == 0 or paper.due is None:
        return paper.on + timedelta(days=0 if rng.random() < 0.9 else rng.randint(1, 45))
    habit = account.habit
    recent = 1 - (today - paper.on).days / HISTORY
    late = rng.gauss(habit.late + habit.sinking * recent**2, habit.spread)
    if account.discount and rng.random() < 0.5 and paper.discount_until:
        late = (paper.discount_until - paper.due).days - rng.randint(0, 3)
    on = max(paper.on, paper.due + timedelta(days=round(late)))
    if account.pay_weekday is not None:
        on += timedelta(days=(account.pay_weekday - on.weekday()) % 7)
    return on


def _give_discount(history: History, paper: Paper, on: date) -> None:
    given = Paper(paper.account, CREDIT, paper.currency, on, paper.discount, about=paper)
    given.reason = "Early-payment discount 2 %"
    history.apply(history.add(given), paper, paper.discount, on)


def _receive(
    history: History,
    on: date,
    legs: list[Leg],
    blueprint: Blueprint,
    *,
    today: date,
    rng: Random,
) -> None:
    """One receipt for all that an account pays on a day; a few a little too large."""
    account, currency = legs[0].charge.account, legs[0].charge.currency
    amount = sum(leg.amount for leg in legs)
    if amount == 0:
        return
    if rng.random() < 0.005 and on <= today:
        amount += rng.choice((amount // 10 + 1, amount, rng.randint(100, 9_000)))
    receipt = _receipt(account, currency, on, amount, blueprint, rng)
    history.add(receipt)
    if on > today:
        receipt.method = "post-dated cheque"
    elif rng.random() < 0.003:
        receipt.status = "void"  # it bounced: a new one follows, or nothing
        receipt.method = "cheque"
        on += timedelta(days=rng.randint(6, 15))
        if on > today or rng.random() < 0.3:
            return
        receipt = history.add(_receipt(account, currency, on, amount, blueprint, rng))
    matched = on + timedelta(days=rng.randint(1, 20) if rng.random() < 0.03 else 0)
    if on <= today < matched:
        return  # received, not yet matched: money on account
    for leg in legs:
        history.apply(receipt, leg.charge, leg.amount, matched)


def _receipt(
    account: Account, currency: str, on: date, amount: int, blueprint: Blueprint, rng: Random
) -> Paper:
    is_offset = blueprint.offsets and account.rank % 40 == 7 and rng.random() < 0.3
    receipt = Paper(account, OFFSET if is_offset else RECEIPT, currency, on, amount)
    receipt.method = "offset" if is_offset else rng.choice(METHODS)
    return receipt
