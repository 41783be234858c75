"""priority: its weights, and how it would have fared."""

from __future__ import annotations

import sys
from argparse import Namespace
from decimal import Decimal, InvalidOperation

from duebook.reports.backtest import FEWEST_ACCOUNTS, backtest
from duebook.reports.priority import WEIGHTS
from duebook.reports.priority_weights import weights_now
from duebook.visibility.organisations import Refused, console_of, current
from duebook.visibility.seeing import seeing
from duebook.web.settings.weighing import weigh

MOST = 1000
NAMES = {
    "score": "collection priority",
    "past_due_amount": "past-due balance",
    "oldest_days": "oldest invoice",
    "outstanding": "outstanding",
    "days_overdue": "weighted days overdue",
    "random": "at random",
}


def back_test(asked: Namespace) -> int:
    """The share of what stayed unpaid that each ranking's top accounts held, as a table."""
    console = console_of(asked.slug)
    with seeing(console, read_only=True):
        found = backtest(today=current(console).today, weights=weights_now())
    if not found:
        print(
            f"No month end with {FEWEST_ACCOUNTS} open accounts in a currency lies thirty days"
            " back, so there is nothing to try the priority on.",
            file=sys.stderr,
        )
        return 0
    print(f"{'currency':9} {'ranked by':22} {'top 10 %':>8} {'top 20 %':>8} {'month ends':>10}")
    for each in found:
        name = NAMES[each.ranking]
        print(f"{each.currency:9} {name:22} {each.top_10:8} {each.top_20:8} {each.months:10}")
    return 0


def weights(asked: Namespace) -> int:
    """What counts, and by how much; changed first, where other numbers are given."""
    console, wanted = console_of(asked.slug), dict(map(_weight, asked.weights))
    with seeing(console, by="worker"):
        found = weigh(console, wanted, by="worker") if wanted else weights_now(by="worker")
    print(f"version {found.version}" if found.version else "the weights of this release")
    for name in WEIGHTS:
        print(f"{name:15} {Decimal(getattr(found, name)) / 100:7.2f}")
    return 0


def _weight(text: str) -> tuple[str, int]:
    """NAME=NUMBER, the number with two decimals at most; a size of at least one hundredth."""
    name, _, number = text.partition("=")
    if name not in WEIGHTS:
        raise Refused(f"{name!r} is not a weight; choose one of {', '.join(WEIGHTS)}.")
    try:
        hundredths = Decimal(number) * 100
    except InvalidOperation:
        hundredths = Decimal("NaN")
    least = 1 if name == "five_points_at" else 0
    is_in = hundredths.is_finite() and least <= hundredths <= 100 * MOST
    if not is_in or hundredths % 1:
        raise Refused(
            f"{number!r} cannot be the weight {name}: give a number from"
            f" {Decimal(least) / 100} to {MOST} with two decimals at most."
        )
    return name, int(hundredths)
