"""Disputes as people raise, answer and end them. The database decides who may (disputes.sql)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import LiteralString

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duebook.visibility.audit import origin
from duebook.visibility.guarded import NotThere, asked
from duebook.visibility.organisations import Refused
from duebook.visibility.seeing import raw
from duebook.visibility.viewer import Viewer

LONGEST = 4000
LARGEST_ID = 2**63 - 1  # of addresses that somebody made up, functions of the database know none
OUTCOMES = ("stands", "credited", "reissued", "voided")
WHY = {
    "may only look": gettext_lazy(
        "You may look at this account, not dispute for it; ask for the right to."
    ),
    "no such reason": gettext_lazy("Choose one of the reasons."),
    "nothing to dispute": gettext_lazy(
        "Nothing of this invoice is open that is not disputed already."
    ),
    "no such line": gettext_lazy("The invoice has changed meanwhile: choose its lines again."),
    "too much": gettext_lazy("That is more than is open and not disputed yet."),
    "closed": gettext_lazy("The dispute is closed; open it again to go on."),
    "not closed": gettext_lazy("The dispute is open already."),
    "no words": gettext_lazy("Write a few words, so that the other side understands."),
    "too many files": gettext_lazy("A dispute holds 20 files of up to 10 MB each."),
    "enough for a day": gettext_lazy(
        "100 disputes were raised for this account within a day. Go on tomorrow, or put the rest"
        " into one of them in words."
    ),
    "enough files for a day": gettext_lazy(
        "100 files were attached for this account within a day. Go on tomorrow."
    ),
}


def raise_dispute(
    viewer: Viewer,
    document_id: int,
    *,
    reason: str,
    words: str,
    amount: Decimal | None = None,
    lines: Sequence[str] = (),
) -> int:
    """Dispute an invoice from today: so much of it, in its currency, its lines, or all that is
    left. What it comes to leaves its bucket in this transaction. Answers the case's id.

    Raises NotThere for an invoice the viewer does not see, Refused for what cannot be disputed.
    """
    call: LiteralString = "SELECT guard.raise_dispute(%s, %s, %s, %s, %s, %s)"
    minor = None if amount is None else minor_units(viewer, document_id, amount)
    told = [document_id, minor, [*lines], reason, words[:LONGEST], origin()]
    return int(asked(call, *told, why=WHY))


def answer(case_id: int, words: str) -> int:
    """Say something in a dispute. The message's id. Raises NotThere, Refused."""
    call: LiteralString = "SELECT guard.answer_dispute(%s, %s, %s)"
    return int(asked(call, case_id, words[:LONGEST], origin(), why=WHY))


def close(case_id: int, outcome: str, words: str) -> int:
    """End a dispute today: `withdrawn` by a client, else one of OUTCOMES. The message's id.

    Raises NotThere, Refused.
    """
    call: LiteralString = "SELECT guard.close_dispute(%s, %s, %s, %s)"
    return int(asked(call, case_id, outcome, words[:LONGEST], origin(), why=WHY))


def reopen(case_id: int, words: str) -> int:
    """Dispute the same again from today. The message's id. Raises NotThere, Refused."""
    call: LiteralString = "SELECT guard.reopen_dispute(%s, %s, %s)"
    return int(asked(call, case_id, words[:LONGEST], origin(), why=WHY))


def write_note(viewer: Viewer, case_id: int, words: str) -> None:
    """What colleagues are told about a dispute; clients have no right to it. Raises NotThere."""
    if not words.strip():
        raise Refused(_("Write the note first."))
    query: LiteralString = (
        "INSERT INTO ar.dispute_note (org_id, case_id, customer_id, person_id, body)"
        " SELECT c.org_id, c.id, c.customer_id, %s, %s FROM ar.dispute_case c"
        " WHERE c.org_id = %s AND c.id = %s"
    )
    told = [viewer.person_id, words.strip()[:LONGEST], viewer.org_id, case_id]
    if not raw().execute(query, told).rowcount:
        raise NotThere


def open_balance(document_id: int) -> tuple[int, int] | None:
    """What is open of an invoice today and what of it may be disputed, in minor units.

    None for a document that is not there, or of which nothing ages.
    """
    if document_id > LARGEST_ID:
        return None
    query: LiteralString = "SELECT balance, free FROM guard.may_be_disputed(%s)"
    row = raw().execute(query, [document_id]).fetchone()
    return (int(row[0]), int(row[1])) if row and row[0] is not None else None


def is_raisable(document_id: int) -> bool:
    """Whether the viewer may dispute something of this document today."""
    query: LiteralString = (
        "SELECT left_over.free > 0 AND guard.may_dispute(d.customer_id) FROM ar.document d"
        " CROSS JOIN LATERAL guard.may_be_disputed(d.id) AS left_over"
        " WHERE d.id = %s AND d.org_id = split_part(current_setting('duebook.viewer'), '.', 1)"
        "::bigint"
    )
    return raw().execute(query, [document_id]).fetchone() == (True,)


def may_dispute(customer_id: int) -> bool:
    """Whether the viewer may raise disputes and announce payments for this customer."""
    if customer_id > LARGEST_ID:
        return False
    return raw().execute("SELECT guard.may_dispute(%s)", [customer_id]).fetchone() == (True,)


def reasons(viewer: Viewer) -> list[str]:
    """The organisation's reasons: codes of the product's own words, or words as written there."""
    query: LiteralString = "SELECT dispute_reasons FROM ar.org WHERE org_id = %s"
    row = raw().execute(query, [viewer.org_id]).fetchone()
    return [*row[0]] if row else []


def minor_units(viewer: Viewer, document_id: int, amount: Decimal) -> int:
    """An amount in the document's currency. Raises NotThere, and Refused for too many decimals."""
    query: LiteralString = (
        "SELECT y.units FROM ar.document d JOIN ar.currency y ON y.code = d.currency"
        " WHERE d.org_id = %s AND d.id = %s"
    )
    row = raw().execute(query, [viewer.org_id, document_id]).fetchone()
    if row is None:
        raise NotThere
    return exact(amount, units=row[0])


def exact(amount: Decimal, *, units: Decimal) -> int:
    """Raises Refused for what no bookkeeper can write down."""
    if amount.is_finite() and 0 < amount < 10**17:  # before it is reckoned with
        minor = amount * units
        if minor == minor.to_integral_value() and minor < 10**17:
            return int(minor)
    raise Refused(_("Write an amount above zero, with no more decimals than its currency has."))
