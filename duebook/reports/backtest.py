"""Would the priority have named those who then did not pay? An organisation's own months tell."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from random import Random

from duebook.reports.priority import LONG, Weights
from duebook.reports.rows import organisation, rows
from duebook.visibility.seeing import raw

HORIZON = timedelta(days=30)
FEWEST_ACCOUNTS = 50
PERCENTS = (10, 20)
SHUFFLES = 20
# The last day on which something of a ledger changed or fell due.
LAST_CHANGE = """
SELECT GREATEST(
    (SELECT GREATEST(max(issue_date), max(due_date), max(void_on)) FROM ar.document
     WHERE org_id = %(org)s AND class <> 'order'),
    (SELECT GREATEST(max(effective_on), max(ended_on) FILTER (WHERE ended_on < 'infinity'))
     FROM ar.allocation WHERE org_id = %(org)s))
"""
# By which figure accounts are ranked, the highest first.
RANKINGS = (
    "score",
    "past_due_amount",
    "oldest_days",
    "outstanding",
    "days_overdue",
    "random",
)


@dataclass(frozen=True)
class Account:
    """An account with an open invoice at a month's end, in one currency. Minor units.

    `unpaid` is what of its open money is past due and still unpaid thirty days later.
    """

    currency: str
    score: int
    past_due_amount: int
    oldest_days: int
    outstanding: int
    days_overdue: int
    unpaid: int
    random: int = 0


@dataclass(frozen=True)
class Held:
    """The share of the unpaid money that the top accounts of a ranking held, 0 to 1: the mean over
    `months` month ends, for the top ten and the top twenty per cent of the accounts.
    """

    currency: str
    ranking: str
    top_10: Decimal
    top_20: Decimal
    months: int


def backtest(*, today: date, weights: Weights) -> list[Held]:
    """Every ranking in every currency that has a month end to try it on. Call inside seeing()."""
    shares: dict[tuple[str, str], list[tuple[Fraction, ...]]] = defaultdict(list)
    for day, times in month_ends(today=today).items():
        for currency, accounts in _accounts(day, weights=weights).items():
            if len(accounts) < FEWEST_ACCOUNTS or not any(each.unpaid for each in accounts):
                continue
            for ranking in RANKINGS:
                share = tuple(
                    held(accounts, ranking, percent=percent, seed=f"{currency} {day}")
                    for percent in PERCENTS
                )
                shares[currency, ranking] += [share] * times
    found = []
    for currency, ranking in sorted(shares, key=lambda each: (each[0], RANKINGS.index(each[1]))):
        tens, twenties = zip(*shares[currency, ranking], strict=True)
        means = _mean(tens), _mean(twenties)
        found.append(Held(currency, ranking, *means, months=len(tens)))
    return found


def month_ends(*, today: date) -> Counter[date]:
    """From the first document on, those of which the thirty days that follow are over.

    Once nothing has happened for so long that no ranking changes any more, the first such month's
    end stands for all that follow: how many it stands for is its number.
    """
    query = "SELECT min(issue_date) FROM ar.document WHERE org_id = %s AND class <> 'order'"
    row = raw().execute(query, [organisation()]).fetchone()
    found: Counter[date] = Counter()
    day, until = row[0] if row and row[0] else today, today - HORIZON
    quiet = _quiet_from(today)
    while True:
        day = day.replace(day=monthrange(day.year, day.month)[1])
        if day > until:
            return found
        if day >= quiet:
            found[day] = 1 + 12 * (until.year - day.year) + until.month - day.month
            found[day] -= until.day < monthrange(until.year, until.month)[1]
            return found
        found[day] = 1
        day += timedelta(days=1)


def _quiet_from(today: date) -> date:
    """From when on every open invoice has been late for longer than the score tells apart."""
    row = raw().execute(LAST_CHANGE, {"org": organisation()}).fetchone()
    last = min(row[0], today) if row and row[0] else today
    return last + min(timedelta(days=LONG), date.max - last)


def held(accounts: list[Account], ranking: str, *, percent: int, seed: str) -> Fraction:
    """The share of the unpaid money that the top accounts hold; `percent` of them, rounded up.

    Accounts that rank alike take turns: the mean over twenty seeded shuffles.
    """
    places = -(-len(accounts) * percent // 100)
    edge = sorted((getattr(each, ranking) for each in accounts), reverse=True)[places - 1]
    above = [each.unpaid for each in accounts if getattr(each, ranking) > edge]
    alike = [each.unpaid for each in accounts if getattr(each, ranking) == edge]
    left = places - len(above)
    drawn = (
        sum(Random(f"{seed} {turn}").sample(alike, left))  # nosec B311  # the same each time
        for turn in range(SHUFFLES)
    )
    got = sum(above) + Fraction(sum(drawn), SHUFFLES)
    return got / sum(each.unpaid for each in accounts)


def _accounts(day: date, *, weights: Weights) -> dict[str, list[Account]]:
    found: dict[str, list[Account]] = defaultdict(list)
    for each in rows(
        Account,
        "backtest.sql",
        as_of=day,
        later=day + HORIZON,
        before=day - timedelta(days=1),
        weights=weights.numbers,
        customer=None,
        basis="due",
    ):
        found[each.currency].append(each)
    return found


def _mean(shares: tuple[Fraction, ...]) -> Decimal:
    mean = sum(shares, Fraction(0)) / len(shares)
    whole = Decimal(mean.numerator) / mean.denominator
    return whole.quantize(Decimal("0.0001"), ROUND_HALF_UP)
