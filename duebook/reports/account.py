"""One account: who it is, what it owed month by month, and what one of its documents is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from duebook.reports.monthly import window
from duebook.reports.monthly_drill import OrderLine
from duebook.reports.rows import kept_records, kept_rows, rows


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
class Reminder:
    """A reminder as the source recorded it; `level` is its dunning level."""

    reminded_on: date
    level: int | None
    method: str


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
class PortalPayment:
    """A payment announced through the portal: pending, settled, frozen, terminated or disputed.
    `settled_on` is the day from which its receipt counts."""

    id: int
    amount: Decimal
    method: str
    reference: str
    state: str
    pay_on: date
    settled_on: date | None
    announced_by: str | None


@dataclass(frozen=True)
class MonthEnd:
    """What was owed at the end of a day."""

    at: date
    owed: Decimal


def account(customer: int) -> Account | None:
    """None when there is no such account that the viewer may see."""
    return next(iter(kept_rows(Account, "account.sql", customer=customer)), None)


def currencies(customer: int) -> list[str]:
    """What an account has documents in, and its own."""
    return [row[0] for row in kept_records("account_currencies.sql", customer=customer)]


def lines(customer: int, document: int) -> list[LineItem]:
    """The line items of a document."""
    return kept_rows(LineItem, "account_lines.sql", customer=customer, document=document)


def reminders(customer: int, document: int, *, as_of: date) -> list[Reminder]:
    """When the customer was reminded of a document, the earliest first."""
    named = {"customer": customer, "document": document, "as_of": as_of}
    return kept_rows(Reminder, "account_reminders.sql", **named)


def applied(customer: int, document: int, *, as_of: date) -> list[Applied]:
    """What settles a charge, or what a credit or receipt is applied to, on a day."""
    found = kept_records("account_applied.sql", customer=customer, document=document, as_of=as_of)
    return [Applied(*each) for each in found]


def owed(customer: int, *, currency: str, days: Sequence[date], now: Decimal) -> list[MonthEnd]:
    """What was outstanding at the end of each day, the earliest first; `now`: that of the last."""
    named = {"customer": customer, "currency": currency, "days": list(days)}
    return rows(MonthEnd, "account_months.sql", **named, first=days[0], last=days[-1], now=now)


def history(customer: int, *, currency: str, as_of: date, now: Decimal) -> list[MonthEnd]:
    """What was outstanding at the ends of twelve months, the last one on a day, when it was `now`.

    Read from what the monthly report keeps, where it is kept.
    """
    months = window(as_of)
    assert months  # a month that has begun has a window
    named = {"customer": customer, "currency": currency, "until": as_of}
    if kept := kept_records("account_kept_months.sql", **named):
        return [MonthEnd(*each) for each in zip(months.ends, kept[0], strict=True)]
    return owed(customer, currency=currency, days=months.ends, now=now)


def portal_payments(
    customer: int, *, currency: str, until: datetime, limit: int | None = 100
) -> list[PortalPayment]:
    """What was announced through the portal before a moment, the newest first."""
    named = {"customer": customer, "currency": currency, "until": until}
    return kept_rows(PortalPayment, "account_portal_payments.sql", **named, limit=limit)


def open_orders(customer: int, *, currency: str, as_of: date) -> dict[int, OrderLine]:
    """The orders that were open on a day, by id, with what is neither invoiced nor paid of each."""
    named = {"customers": [customer], "currency": currency, "days": [as_of]}
    return {each.id: each for each in rows(OrderLine, "monthly_orders_open.sql", **named)}
