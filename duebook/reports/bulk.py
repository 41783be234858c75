"""What an act on many accounts came to, account by account."""

from __future__ import annotations

import math
from dataclasses import dataclass

from duebook.reports.people import Page
from duebook.reports.rows import rows

SIZE = 100


@dataclass(frozen=True)
class OutcomeRow:
    """An account of an act: `outcome` waiting, writing, sent, done or skipped; `reason` why."""

    customer_id: int
    account_number: str
    account_name: str
    email: str
    outcome: str
    reason: str


@dataclass(frozen=True)
class Counted:
    """How many accounts have an outcome for a reason."""

    outcome: str
    reason: str
    accounts: int


def counted(act_id: int) -> list[Counted]:
    """Of the accounts that the viewer sees; first what is done, then what is left, then why not."""
    return rows(Counted, "bulk_counted.sql", act=act_id)


def outcomes(
    act_id: int, *, outcome: str = "", reason: str = "", page: int = 1, size: int | None = SIZE
) -> Page[OutcomeRow]:
    """Accounts by name, those of one outcome and reason, or all; without a size, on one page."""
    found = [
        each
        for each in counted(act_id)
        if outcome in ("", each.outcome) and reason in ("", each.reason)
    ]
    count = sum(each.accounts for each in found)
    pages = max(1, math.ceil(count / size)) if size else 1
    page = min(page, pages)
    shown = rows(
        OutcomeRow,
        "bulk_outcomes.sql",
        act=act_id,
        outcome=outcome,
        reason=reason,
        size=size,
        skip=(page - 1) * size if size else 0,
    )
    return Page(shown, count=count, page=page, pages=pages)
