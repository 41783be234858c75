"""Payments announced in the portal, as both sides see them; receipts of the ERP are others."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import LiteralString

from duebook.reports.rows import organisation, rows
from duebook.visibility.seeing import raw

STATES = ("pending", "settled", "frozen", "terminated", "disputed")
WAITING = ("pending", "frozen")


@dataclass(frozen=True)
class Part:
    """An invoice that a payment is for, and how much of it, in the payment's currency."""

    document_id: int
    number: str
    amount: Decimal


@dataclass(frozen=True)
class PortalPayment:
    """`state` is pending, settled, frozen, terminated or disputed; only a settled one has a
    receipt that counts, from `settled_on`. `pay_on` is the day the client said."""

    id: int
    customer_id: int
    account_number: str
    account_name: str
    currency: str
    amount: Decimal
    method: str
    reference: str
    pay_on: date
    state: str
    by_client: bool
    announced_at: datetime
    changed_at: datetime
    settled_on: date | None
    receipt_id: int | None
    receipt_number: str | None
    provider: str
    told_parts: str

    @property
    def parts(self) -> list[Part]:
        """For which invoices."""
        return [Part(int(i), str(n), Decimal(a)) for i, n, a in json.loads(self.told_parts)]


@dataclass(frozen=True)
class Event:
    """What was done with a payment: announced, amended, or the state it went to."""

    author: str
    by_client: bool
    act: str
    body: str
    written_at: datetime


@dataclass(frozen=True)
class OpenInvoice:
    """Something a client may pay: what is left of it today."""

    id: int
    number: str
    due_date: date | None
    currency: str
    balance: Decimal


@dataclass(frozen=True)
class Candidate:
    """A receipt of the books that a payment may be; `is_same` when the amounts are equal."""

    id: int
    number: str
    on: date
    currency: str
    amount: Decimal
    is_same: bool


def candidates(payment_id: int) -> list[Candidate]:
    """For people who work here: receipts of the payment's account and currency that are no other
    payment's, from two months before it to two months after; those of its amount first, then the
    nearest."""
    return rows(Candidate, "portal_payment_candidates.sql", payment=payment_id)


def portal_payments(
    *,
    customer_id: int | None = None,
    states: Sequence[str] = (),
    currency: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[PortalPayment]:
    """The newest first, beginning before the one of this id; of all accounts the viewer sees, or
    of one."""
    return rows(
        PortalPayment,
        "portal_payments.sql",
        customer=customer_id,
        payment=None,
        states=[*states] or None,
        currency=currency,
        before=before,
        limit=limit,
    )


def portal_payment(payment_id: int) -> PortalPayment | None:
    """One of them; None when there is none for the viewer."""
    none = {"customer": None, "states": None, "currency": None, "before": None}
    found = rows(PortalPayment, "portal_payments.sql", payment=payment_id, limit=1, **none)
    return found[0] if found else None


def events(payment_id: int) -> list[Event]:
    """What was done with it, the oldest first."""
    query: LiteralString = (
        "SELECT author, by_client, act, body, written_at FROM ar.portal_payment_event"
        " WHERE org_id = %s AND payment_id = %s ORDER BY id"
    )
    return [Event(*row) for row in raw().execute(query, [organisation(), payment_id])]


def open_invoices(customer_id: int, *, as_of: date, limit: int = 200) -> list[OpenInvoice]:
    """What of an account can be paid, the longest due first."""
    named = {"customer": customer_id, "as_of": as_of, "basis": "due", "limit": limit}
    return rows(OpenInvoice, "open_charges.sql", **named)
