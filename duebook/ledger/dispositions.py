"""What comes of a dispute in the ledger, when it is not the ERP that posts it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import LiteralString

from django.db import transaction
from django.utils.translation import gettext as _

from duebook.ledger import by_hand, disputes
from duebook.visibility.guarded import NotThere, as_the_house
from duebook.visibility.organisations import Refused
from duebook.visibility.seeing import raw
from duebook.visibility.viewer import Viewer


@dataclass(frozen=True)
class Disposition:
    """`posts`: the credit, the void or the new invoice is posted here and today; else the books
    bring it. `amount` of the credit or the new invoice, in the invoice's currency; None: what is
    disputed is credited, or the same amount billed anew. `number` of the new invoice.
    """

    outcome: str
    words: str
    posts: bool = False
    amount: Decimal | None = None
    number: str = ""


@dataclass(frozen=True)
class _Disputed:
    document_id: int
    customer_id: int
    number: str
    currency: str
    units: Decimal
    total: int
    amount: int
    balance: int
    state: str


def dispose(viewer: Viewer, case_id: int, said: Disposition, *, today: date) -> int:
    """End a dispute and post what follows, in one transaction. The message's id.

    Raises NotThere and Refused.
    """
    if said.outcome not in disputes.OUTCOMES:
        raise Refused(_("Choose what comes of the dispute."))
    with transaction.atomic(using="ledger"):
        by_hand.hold(viewer)  # the balance stays what it is until the credit is posted
        about = _disputed(viewer, case_id)
        message = disputes.close(case_id, said.outcome, said.words)
        if said.posts and said.outcome != "stands":
            with as_the_house(viewer) as house:
                _post(house, case_id, about, said, today=today)
    return message


def _post(house: Viewer, case_id: int, about: _Disputed, said: Disposition, *, today: date) -> None:
    if about.state != "sent":
        raise Refused(_("The invoice is not in force any more: say that the books have posted it."))
    if said.outcome == "voided":
        by_hand.void(house, about.document_id, on=today)
        return
    # What was paid passes on to the new invoice: it is billed for the whole, not for what is left.
    usual = about.total if said.outcome == "reissued" else about.amount
    amount = usual if said.amount is None else disputes.exact(said.amount, units=about.units)
    if said.outcome == "reissued":
        number = said.number.strip() or f"{about.number}-R"
        reason = said.words[:200]
        by_hand.reissue(
            house, about.document_id, number=number, amount=amount, on=today, reason=reason
        )
        return
    if not 0 < amount <= about.balance:
        raise Refused(_("A credit is at most what is open of the invoice."))
    credit = by_hand.Source(
        kind="credit_adjustment",
        customer_id=about.customer_id,
        number=_free_number(house, f"CR-{about.number}"),
        currency=about.currency,
        amount=amount,
        on=today,
        external=f"dispute {case_id} {today.isoformat()}",
        reason=said.words[:200],
    )
    by_hand.post_source(house, credit, applied=[(about.document_id, amount)])


def _disputed(viewer: Viewer, case_id: int) -> _Disputed:
    query: LiteralString = (
        "SELECT d.id, d.customer_id, d.number, d.currency, y.units, p.amount, d.amount, d.state"
        " FROM ar.dispute_case c JOIN ar.document d ON d.org_id = c.org_id AND d.id = c.document_id"
        " JOIN ar.dispute p ON p.org_id = c.org_id AND p.id = c.dispute_id"
        " JOIN ar.currency y ON y.code = d.currency WHERE c.org_id = %s AND c.id = %s"
    )
    row = raw().execute(query, [viewer.org_id, case_id]).fetchone()
    if row is None:
        raise NotThere
    document_id, customer_id, number, currency, units, claimed, total, state = row
    left = disputes.open_balance(document_id)
    balance = left[0] if left else 0
    amount = balance if claimed is None else min(int(claimed), balance)
    return _Disputed(
        document_id, customer_id, number, currency, units, int(total), amount, balance, state
    )


def _free_number(house: Viewer, wanted: str) -> str:
    query: LiteralString = (
        "SELECT count(*) FROM ar.document WHERE org_id = %s AND kind = 'credit_adjustment'"
        " AND (number = %s OR starts_with(number, %s || '-')) AND settles_id IS NULL"
    )
    row = raw().execute(query, [house.org_id, wanted, wanted]).fetchone()
    taken = int(row[0]) if row else 0
    return f"{wanted}-{taken + 1}" if taken else wanted
