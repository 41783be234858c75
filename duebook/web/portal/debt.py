"""What a client owes, in one sentence per currency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from duebook.reports.aging import PortalRow


@dataclass(frozen=True)
class Debt:
    """The debt in one currency, of all accounts.

    `past_due` is by due date, whatever the ages count from, and without what is disputed.
    """

    currency: str
    outstanding: Decimal
    disputed: Decimal
    past_due: Decimal


def debts(rows: Sequence[PortalRow]) -> list[Debt]:
    """One for each currency, in the order of the rows."""
    currencies = dict.fromkeys(row.currency for row in rows)
    return [_debt([row for row in rows if row.currency == currency]) for currency in currencies]


def _debt(rows: Sequence[PortalRow]) -> Debt:
    late = sum((row.total - row.disputed - row.not_yet_due for row in rows), Decimal(0))
    return Debt(
        currency=rows[0].currency,
        outstanding=sum((row.outstanding for row in rows), Decimal(0)),
        disputed=sum((row.disputed for row in rows), Decimal(0)),
        past_due=late,
    )
