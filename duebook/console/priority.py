"""priority: how the collection priority would have fared."""

from __future__ import annotations

import sys
from argparse import Namespace

from duebook.reports.backtest import FEWEST_ACCOUNTS, backtest
from duebook.reports.priority import DEFAULT
from duebook.visibility.organisations import console_of, current
from duebook.visibility.seeing import seeing

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
        found = backtest(today=current(console).today, weights=DEFAULT)
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
