"""Payments that clients announce, and what they become. The database decides who may do what
(visibility/payments.sql); only a settled payment has a receipt in the ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import chain, count
from typing import LiteralString

from django.db import transaction
from django.utils.translation import gettext_lazy

from duebook.ledger import by_hand
from duebook.ledger.disputes import exact
from duebook.ledger.providers import provider_of
from duebook.visibility.audit import origin
from duebook.visibility.guarded import NotThere, as_the_house, asked
from duebook.visibility.organisations import Refused
from duebook.visibility.seeing import raw
from duebook.visibility.viewer import Viewer

METHODS = ("bank_transfer", "check", "card", "cash", "direct_debit", "other")
WHY = {
    "may only look": gettext_lazy(
        "You may look at this account, not announce payments for it; ask for the right to."
    ),
    "no amount": gettext_lazy("Write an amount above zero."),
    "no such day": gettext_lazy(
        "Write a day within a year of today; a settlement is never in the future."
    ),
    "enough for a day": gettext_lazy(
        "100 payments were announced for this account within a day. Go on tomorrow, or announce"
        " what is left as one payment for several invoices."
    ),
    "parts unclear": gettext_lazy("Name each invoice once, with an amount above zero."),
    "parts exceed the payment": gettext_lazy(
        "The invoices come to more than the payment: write a larger payment or smaller parts."
    ),
    "more than is open": gettext_lazy("For one of the invoices that is more than is open."),
    "announced already": gettext_lazy(
        "This very payment is announced and waits; if it is another one, give it a reference."
    ),
    "no such step": gettext_lazy("The payment's state has changed meanwhile: look at it again."),
    "no such receipt": gettext_lazy(
        "This is no receipt of the account's that could be the payment: choose another one."
    ),
    "not waiting": gettext_lazy("The payment has settled or ended: it is not changed any more."),
}


@dataclass(frozen=True)
class Announced:
    """What somebody says to pay: in one currency, for which invoices how much (id, amount)."""

    amount: Decimal
    pay_on: date
    parts: Sequence[tuple[int, Decimal]] = ()


def announce(
    viewer: Viewer,
    customer_id: int,
    said: Announced,
    *,
    currency: str,
    method: str,
    reference: str,
    words: str = "",
) -> int:
    """A payment that is to come, of one account: its id, pending. Raises NotThere, Refused."""
    units = _units(currency)
    documents, parts = _parts(said, units=units)
    call: LiteralString = "SELECT guard.announce_payment(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
    known = method if method in METHODS else "other"
    told = [customer_id, currency, exact(said.amount, units=units), known, reference.strip()[:100]]
    told += [said.pay_on, documents, parts, words[:4000], origin()]
    return int(asked(call, *told, why=WHY))


def amend(viewer: Viewer, payment_id: int, said: Announced, *, words: str = "") -> None:
    """What it is to be instead, while it has not settled. Raises NotThere, Refused."""
    units = _units(_payment(viewer, payment_id).currency)
    documents, parts = _parts(said, units=units)
    call: LiteralString = "SELECT guard.amend_payment(%s, %s, %s, %s, %s, %s, %s)"
    told = [payment_id, exact(said.amount, units=units), said.pay_on, documents, parts]
    asked(call, *told, words[:4000], origin(), why=WHY)


def move(
    viewer: Viewer, payment_id: int, state: str, *, on: date, today: date, words: str = ""
) -> None:
    """To another state. Settled posts the receipt of that day with what it is for; terminated or
    disputed afterwards voids it from `on`. Twice does nothing more. Raises NotThere, Refused.
    """
    call: LiteralString = "SELECT guard.move_payment(%s, %s, %s, %s, %s)"
    with transaction.atomic(using="ledger"):
        by_hand.hold(viewer)  # what is read here is what is acted on, whoever else does so
        was = _payment(viewer, payment_id)
        if was.state == state:
            return
        provider_of(was.provider).may_move(was.state, state)
        asked(call, payment_id, state, on, words[:4000], origin(), why=WHY)
        if state == "settled":
            with as_the_house(viewer) as house:
                _post(house, payment_id, was, on=on)
        elif was.state == "settled" and was.receipt_id is not None:
            with as_the_house(viewer) as house:
                by_hand.void(house, was.receipt_id, on=min(on, today))


def match(viewer: Viewer, payment_id: int, receipt_id: int, *, words: str = "") -> None:
    """A receipt that the books brought under another number or amount is this payment: it counts
    as the books have it, and what was posted here for the payment does not, on any day. As long as
    the books apply the receipt to nothing, it pays what the payment was for. Raises NotThere,
    Refused.
    """
    call: LiteralString = "SELECT guard.match_payment(%s, %s, %s, %s)"
    with transaction.atomic(using="ledger"):
        by_hand.hold(viewer)
        was = _payment(viewer, payment_id)
        asked(call, payment_id, receipt_id, words[:4000], origin(), why=WHY)
        with as_the_house(viewer) as house:
            if was.state == "settled" and was.receipt_id is not None:
                if was.is_own:
                    by_hand.void(house, was.receipt_id, on=date.min)  # from its own day
                else:
                    by_hand.unapply_announced(house, was.receipt_id)
            by_hand.apply_announced(house, receipt_id, _parts_of(house, payment_id))


@dataclass(frozen=True)
class _Payment:
    customer_id: int
    currency: str
    amount: int
    method: str
    reference: str
    state: str
    provider: str
    receipt_id: int | None
    is_own: bool  # its receipt was posted here, and the books have not taken it over
    times_settled: int


def _payment(viewer: Viewer, payment_id: int) -> _Payment:
    query: LiteralString = (
        "SELECT p.customer_id, p.currency, p.amount, p.method, p.reference, p.state, p.provider,"
        " p.receipt_id, EXISTS (SELECT FROM ar.document d WHERE d.org_id = p.org_id"
        " AND d.id = p.receipt_id AND d.intake = 'portal'),"
        " (SELECT count(*) FROM ar.portal_payment_event e WHERE e.org_id = p.org_id"
        " AND e.payment_id = p.id AND e.act IN ('settled', 'matched'))"
        " FROM ar.portal_payment p WHERE p.org_id = %s AND p.id = %s"
    )
    row = raw().execute(query, [viewer.org_id, payment_id]).fetchone()
    if row is None:
        raise NotThere
    return _Payment(*row)


def _post(house: Viewer, payment_id: int, payment: _Payment, *, on: date) -> None:
    """The receipt of a payment that has settled; one that settles anew is another receipt."""
    again = payment.times_settled
    receipt = by_hand.Source(
        kind="receipt",
        customer_id=payment.customer_id,
        number=_number(house, payment_id, payment),
        currency=payment.currency,
        amount=payment.amount,
        on=on,
        external=f"payment {payment_id} {again + 1}",
        method=payment.method,
    )
    parts = _parts_of(house, payment_id)
    receipt_id, _is_new = by_hand.post_source(house, receipt, applied=parts, announced=True)
    asked("SELECT guard.payment_is(%s, %s)", payment_id, receipt_id, why=WHY)


def _parts_of(house: Viewer, payment_id: int) -> list[tuple[int, int]]:
    query: LiteralString = (
        "SELECT document_id, amount FROM ar.portal_payment_part"
        " WHERE org_id = %s AND payment_id = %s ORDER BY document_id"
    )
    return [(row[0], row[1]) for row in raw().execute(query, [house.org_id, payment_id])]


def _number(house: Viewer, payment_id: int, payment: _Payment) -> str:
    """The receipt's: the payment's reference where it has one, so that the same receipt from the
    books is known again by it. Clients write what they like there: a number that is another
    account's, of another amount, void, or another payment's receipt is not this one's."""
    query: LiteralString = (
        "SELECT d.customer_id = %s AND d.currency = %s AND d.amount = %s AND d.state = 'sent'"
        " AND NOT EXISTS (SELECT FROM ar.portal_payment p WHERE p.org_id = d.org_id"
        " AND p.receipt_id = d.id AND p.id <> %s) FROM ar.document d"
        " WHERE d.org_id = %s AND d.kind = 'receipt' AND d.number = %s AND d.settles_id IS NULL"
    )
    own, again = f"PAY-{payment_id}", payment.times_settled
    names = chain([payment.reference] if payment.reference else [], [own])
    for name in chain(names, (f"{own}/{each}" for each in count(2))):
        number = f"{name}-{again + 1}" if again else name
        told = [payment.customer_id, payment.currency, payment.amount, payment_id, house.org_id]
        if raw().execute(query, [*told, number]).fetchone() in (None, (True,)):
            return number
    raise AssertionError  # numbers do not end


def _parts(said: Announced, *, units: Decimal) -> tuple[list[int], list[int]]:
    amounts = [exact(amount, units=units) for _id, amount in said.parts]
    return [document_id for document_id, _amount in said.parts], amounts


def _units(currency: str) -> Decimal:
    row = raw().execute("SELECT units FROM ar.currency WHERE code = %s", [currency]).fetchone()
    if row is None:
        raise Refused(str(WHY["no amount"]))
    return Decimal(row[0])
