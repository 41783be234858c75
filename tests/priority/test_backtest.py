"""The back-test against the plain way: a seeded ledger, its month ends counted item by item."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import ceil
from pathlib import Path
from random import Random
from statistics import median

import pytest

from duebook.reports import backtest as backtests
from duebook.reports.backtest import RANKINGS, Account, Held, backtest, held, month_ends
from duebook.reports.priority import DEFAULT, Standing, tenths
from tests.commands.ledgers import LEDGERS
from tests.commands.terminal import ROOT
from tests.world import Company

TODAY = date(2026, 6, 30)
MONTH_ENDS = [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)]


@dataclass
class Item:
    account: str
    currency: str
    issued: date
    due: date
    amount: int  # cents
    paid: list[tuple[date, int]] = field(default_factory=list)

    def open(self, on: date) -> int:
        return (self.issued <= on) * (self.amount - sum(part for at, part in self.paid if at <= on))


def ledger() -> list[Item]:
    """Ninety accounts owe dollars, ten owe euros; some of it is paid, in one or two parts."""
    rng, items = Random("a ledger for the back-test"), []
    for number in range(100):
        currency, habit = "EUR" if number < 10 else "USD", rng.choice((-5, 3, 20, 70, 300))
        for _ in range(rng.randint(1, 5)):
            issued = date(2026, 1, 5) + timedelta(days=rng.randrange(130))
            due, amount = issued + timedelta(days=30), round(100 * rng.lognormvariate(7, 1.2))
            item = Item(f"A{number:03d}", currency, issued, due, amount)
            first = due + timedelta(days=max(habit + rng.randint(-9, 9), -25))
            part = amount if rng.random() < 0.6 else amount // 3
            for at, paid in ((first, part), (first + timedelta(days=25), amount - part)):
                if at <= TODAY and paid:
                    item.paid.append((at, paid))
            items.append(item)
    return items


@pytest.fixture(scope="module")
def company(server: None) -> Company:
    found = Company("months", today=TODAY)
    invoices: list[dict[str, object]] = []
    payments: list[dict[str, object]] = []
    allocations: list[dict[str, object]] = []
    for number, item in enumerate(ledger()):
        whose = {"account_number": item.account, "currency": item.currency}
        dates = {"issue_date": item.issued, "due_date": item.due}
        amount = {"amount": f"{item.amount / 100:.2f}"}
        invoices.append({**whose, "invoice_number": f"I{number}", **dates, **amount})
        for at, part in item.paid:
            paid = {"payment_number": f"P{len(payments)}", "amount": f"{part / 100:.2f}"}
            payments.append({**whose, **paid, "date": at})
            allocations.append(
                {
                    "source_number": paid["payment_number"],
                    "invoice_number": f"I{number}",
                    "date": at,
                    "amount": paid["amount"],
                }
            )
    found.loads_all({"invoices": invoices, "payments": payments, "allocations": allocations})
    return found


def test_each_share_is_what_counting_gives(company: Company) -> None:
    with company.admin():
        found = {each.ranking: each for each in backtest(today=TODAY, weights=DEFAULT)}
    months = [month for month in map(counted, MONTH_ENDS) if len(month) >= 50]
    assert len(months) >= 2
    assert list(found) == list(RANKINGS)
    exact = 0
    for ranking in RANKINGS:
        each = found[ranking]
        assert (each.currency, each.months) == ("USD", len(months))
        for percent, share in ((10, each.top_10), (20, each.top_20)):
            low, high = (mean(months, ranking, percent, best=best) for best in (False, True))
            assert low <= share <= high, (ranking, percent)
            exact += low == high
    assert exact >= 4  # where nothing ties at the edge


def counted(day: date) -> list[dict[str, int]]:
    """Per account that owes dollars on a day: its rank in every ranking, and `unpaid` after."""
    items = [item for item in ledger() if item.currency == "USD"]
    before: dict[str, int] = defaultdict(int)
    now: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        before[item.account] += item.open(day - timedelta(days=1))
        if item.open(day):
            now[item.account].append(item)
    typical = Fraction(median(Fraction(each) for each in before.values() if each > 0))
    return [_account(day, each, typical=typical) for each in now.values()]


def _account(day: date, items: list[Item], *, typical: Fraction) -> dict[str, int]:
    later = day + timedelta(days=30)
    late = [(day - item.due).days for item in items]
    owed = [item.open(day) for item in items]
    past = [
        Decimal(sum(amount for amount, days in zip(owed, late, strict=True) if days > edge))
        for edge in (0, 30, 60, 90)
    ]
    weight = sum(amount * max(days, 0) for amount, days in zip(owed, late, strict=True))
    average = (Decimal(weight) / sum(owed)).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    counts = len(items), sum(days > 0 for days in late)
    standing = Standing(Decimal(sum(owed)), past[0], past[1], past[2], past[3], average, *counts)
    return {
        "score": tenths(standing, typical=Decimal(int(typical * 2)) / 2),
        "past_due_amount": int(past[0]),
        "oldest_days": max(late),
        "outstanding": sum(owed),
        "days_overdue": int(average * 10_000),
        "random": 0,
        "unpaid": sum(min(item.open(day), item.open(later)) for item in items if item.due < later),
    }


def mean(months: list[list[dict[str, int]]], ranking: str, percent: int, *, best: bool) -> Decimal:
    """With the luckiest or the unluckiest order of those that tie."""
    shares = []
    for month in months:
        sign = -1 if best else 1
        ranked = sorted(month, key=lambda each: (-each[ranking], sign * each["unpaid"]))
        top = ranked[: ceil(len(ranked) * percent / 100)]
        shares.append(
            Fraction(sum(each["unpaid"] for each in top), sum(each["unpaid"] for each in month))
        )
    found = sum(shares, Fraction(0)) / len(shares)
    whole = Decimal(found.numerator) / found.denominator
    return whole.quantize(Decimal("0.0001"), ROUND_HALF_UP)


def test_accounts_that_tie_take_turns() -> None:
    unpaid = [0, 0, 100, 0, 0, 0, 0, 0, 0, 0]
    accounts = [Account("USD", 5, 1, 1, 1, 1, each) for each in unpaid]
    share = held(accounts, "score", percent=20, seed="any")
    assert 0 < share < Fraction(1, 2)
    assert share == held(accounts, "score", percent=20, seed="any")


def test_too_few_accounts_say_nothing(company: Company) -> None:
    with company.admin():
        assert backtest(today=date(2026, 2, 20), weights=DEFAULT) == []


def test_a_clock_far_ahead_repeats_the_last_ranking_that_can_change(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = date(2028, 3, 30)
    with company.admin():
        found = {each.ranking: each for each in backtest(today=later, weights=DEFAULT)}
        asked = month_ends(today=later)
        end = month_ends(today=date(9999, 12, 31))
        monkeypatch.setattr(backtests, "_quiet_from", lambda today: date.max)
        plain = {each.ranking: each for each in backtest(today=later, weights=DEFAULT)}
        one_by_one = month_ends(today=later)
    assert len(asked) < 15 < len(one_by_one)
    assert sum(asked.values()) == sum(one_by_one.values())
    assert (len(end), sum(end.values())) == (len(asked), (9999 - 2026) * 12 + 11)
    for ranking in ("past_due_amount", "outstanding", "days_overdue"):  # where nothing ties
        assert found[ranking] == plain[ranking]
    assert found["score"].months == plain["score"].months


def test_a_published_ledger(server: None, outside_data: Path) -> None:
    """The score against every single column, where nobody here chose the customers."""
    from duebook.ingest.load import load, open_file
    from duebook.ingest.mapping import load_mapping
    from duebook.visibility.organisations import console_of

    company, published = Company("published", today=date(2020, 5, 22)), LEDGERS["highradius"]
    mapping = load_mapping(ROOT / "examples/mappings" / published.mapping)
    load(
        console_of(company.slug),
        [open_file(published.path(outside_data), kind=None, mapping=mapping)],
    )
    with company.admin():
        found = {
            each.ranking: each
            for each in backtest(today=company.today, weights=DEFAULT)
            if each.currency == "USD"
        }
    score: Held = found.pop("score")
    assert score.months == 14
    assert all(score.top_10 > each.top_10 for each in found.values())
    assert all(score.top_20 > each.top_20 for each in found.values())
