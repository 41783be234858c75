"""What a client owes, in one sentence per currency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from duebook.reports.aging import PortalRow


@dataclass(frozen=True)
class Debt:
    """The debt in one currency, of all accounts. `past_due` is without what is disputed."""

    currency: str
    outstanding: Decimal
    disputed: Decimal
    past_due: Decimal | None


def debts(rows: Sequence[PortalRow], *, basis: str) -> list[Debt]:
    """Aged from the issue date the ages do not say what is past due, so nothing is said."""
    currencies = dict.fromkeys(row.currency for row in rows)
    return [
        _debt([row for row in rows if row.currency == currency], basis=basis)
        for currency in currencies
    ]


def _debt(rows: Sequence[PortalRow], *, basis: str) -> Debt:
    late = sum((row.total - row.disputed - row.not_yet_due for row in rows), Decimal(0))
    return Debt(
        currency=rows[0].currency,
        outstanding=sum((row.outstanding for row in rows), Decimal(0)),
        disputed=sum((row.disputed for row in rows), Decimal(0)),
        past_due=late if basis == "due" else None,
    )
