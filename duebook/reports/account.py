"""One account: who it is, what it owed month by month, and what one of its documents is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from duebook.reports.rows import records, rows


@dataclass(frozen=True)
class Account:
    """Who an account is. `shared_with` names people and teams, as far as the viewer sees them."""

    id: int
    account_number: str
    name: str
    account_type: str
    active: bool
    contact_name: str
    contact_email: str
    parent_number: str
    net_terms_days: int
    owner_name: str | None
    shared_with: Sequence[str]


@dataclass(frozen=True)
class LineItem:
    """A line; its status and reference are the source's own words."""

    line_number: str
    description: str
    quantity: Decimal | None
    unit_price: Decimal | None
    amount: Decimal
    status: str
    source_reference: str


@dataclass(frozen=True)
class Applied:
    """What counts between two documents from a day on."""

    id: int
    number: str
    kind: str
    document_class: str
    origin: str
    effective_on: date
    amount: Decimal


@dataclass(frozen=True)
class MonthEnd:
    """What was owed at the end of a day."""

    at: date
    owed: Decimal


def account(customer: int) -> Account | None:
    """None when there is no such account that the viewer may see."""
    return next(iter(rows(Account, "account.sql", customer=customer)), None)


def currencies(customer: int) -> list[str]:
    """What an account has documents in, and its own."""
    return [row[0] for row in records("account_currencies.sql", customer=customer)]


def lines(customer: int, document: int) -> list[LineItem]:
    """The line items of a document."""
    return rows(LineItem, "account_lines.sql", customer=customer, document=document)


def applied(customer: int, document: int, *, as_of: date) -> list[Applied]:
    """What settles a charge, or what a credit or receipt is applied to, on a day."""
    found = records("account_applied.sql", customer=customer, document=document, as_of=as_of)
    return [Applied(*each) for each in found]


def owed(customer: int, *, currency: str, days: Sequence[date]) -> list[MonthEnd]:
    """What was outstanding at the end of each day; of today, the list's own figure."""
    named = {"customer": customer, "currency": currency, "days": list(days)}
    return rows(MonthEnd, "account_months.sql", **named)
