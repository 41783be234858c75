"""An invoice in short: what it is called, whose it is, what is left of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from duebook.reports.rows import rows


@dataclass(frozen=True)
class Invoiced:
    """`amount` and `balance` (as of the day asked for) in `currency`; `unit` is one minor unit."""

    id: int
    customer_id: int
    account_number: str
    account_name: str
    number: str
    kind: str
    issue_date: date
    due_date: date | None
    currency: str
    amount: Decimal
    balance: Decimal
    unit: Decimal

    def in_major(self, minor: int) -> Decimal:
        return minor * self.unit


def invoiced(document_id: int, *, as_of: date) -> Invoiced | None:
    """None when there is no such charge for the viewer."""
    found = rows(Invoiced, "invoiced.sql", document=document_id, as_of=as_of)
    return found[0] if found else None
