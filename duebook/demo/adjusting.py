"""Fees, refunds, deposits, write-offs and disputes: what happens beside billing and paying."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from duebook.demo.accounts import Account
from duebook.demo.papers import CREDIT, DEBIT, RECEIPT, History, Paper

FEES = ("Late payment fee", "Freight difference", "Price corrected upwards", "Restocking fee")
RETURNED_FEE = "Returned payment fee"
REFUND = "Refund of money paid twice"
WRITTEN_OFF = "Written off as uncollectible"
DISPUTE_REASONS = (
    "Goods arrived damaged",
    "Quantity does not match the delivery note",
    "Price differs from the order",
    "Invoice already paid",
    "Delivered to the wrong site",
    "לא התקבלה הסחורה",
)


def adjust(
    history: History,
    accounts: list[Account],
    invoices: list[Paper],
    *,
    today: date,
    rng: Random,
) -> None:
    live = [paper for paper in invoices if paper.is_live]
    receipts = [paper for paper in history.papers if paper.kind == RECEIPT]
    for receipt in receipts:
        if receipt.status == "void":
            _fee(history, receipt, RETURNED_FEE, amount=35_00, today=today, rng=rng)
        elif receipt.left and rng.random() < 0.35:
            _refund(history, receipt, today=today, rng=rng)
    for paper in rng.sample(live, len(live) // 60):
        amount = max(100, paper.amount * rng.randint(5, 40) // 1000)
        _fee(history, paper, rng.choice(FEES), amount=amount, today=today, rng=rng)
    for paper in [paper for paper in live if paper.on < today - timedelta(days=60)][-2:]:
        _fee(history, paper, FEES[0], amount=40_00, today=today, rng=rng, is_paid=False)
    for account in rng.sample(accounts, max(2, len(accounts) // 50)):
        _deposit(history, account, live[-1].amount, today=today, rng=rng)
    for paper in live:
        if paper.left and paper.due and rng.random() < 0.7:
            _write_off(history, paper, paper.due, today=today, rng=rng)
    _dispute(live, today=today, rng=rng)


def _fee(
    history: History,
    about: Paper,
    reason: str,
    *,
    amount: int,
    today: date,
    rng: Random,
    is_paid: bool = True,
) -> None:
    """Three in four are paid within weeks, by a receipt of their own."""
    on = about.on + timedelta(days=rng.randint(5, 60))
    if on > today:
        return
    due = on + timedelta(days=about.account.terms)
    fee = Paper(about.account, DEBIT, about.currency, on, amount, due=due, reason=reason)
    fee.about = about if about.due else None
    history.add(fee)
    paid_on = on + timedelta(days=rng.randint(8, 60))
    if is_paid and paid_on <= today and rng.random() < 0.75:
        receipt = Paper(about.account, RECEIPT, about.currency, paid_on, amount, method="card")
        history.apply(history.add(receipt), fee, amount, paid_on)


def _refund(history: History, receipt: Paper, *, today: date, rng: Random) -> None:
    on = receipt.on + timedelta(days=rng.randint(10, 40))
    if on <= today:
        back = Paper(receipt.account, DEBIT, receipt.currency, on, receipt.left, reason=REFUND)
        history.apply(receipt, history.add(back), receipt.left, on)


def _deposit(history: History, account: Account, amount: int, *, today: date, rng: Random) -> None:
    """Money ahead of an invoice: on account until there is something to apply it to."""
    if account.active:
        on = today - timedelta(days=rng.randint(1, 50))
        paid = Paper(account, RECEIPT, account.currencies[0], on, amount // 100 * 30 + 100)
        paid.method = "bank transfer"
        history.add(paid)


def _write_off(history: History, paper: Paper, due: date, *, today: date, rng: Random) -> None:
    """Most of what nobody has paid for the better part of a year is given up."""
    on = due + timedelta(days=rng.randint(200, 330))
    if on <= today:
        given = Paper(paper.account, CREDIT, paper.currency, on, paper.left, reason=WRITTEN_OFF)
        history.apply(history.add(given), paper, paper.left, on)


def _dispute(live: list[Paper], *, today: date, rng: Random) -> None:
    """About one open invoice in twelve, late ones more often; the first customer has one."""
    first = True
    for paper in live:
        if paper.left == 0 or paper.due is None:
            continue
        is_first = first and paper.account.rank == 0 and paper.due < today
        if is_first or rng.random() < (0.12 if paper.due < today else 0.03):
            paper.disputed, paper.reason = True, rng.choice(DISPUTE_REASONS)
            first = first and not is_first
