"""Letters about disputes and announced payments, to the other side. No word of what was said."""

from __future__ import annotations

from typing import Any, LiteralString

from django.urls import reverse

from duebook.post import letters
from duebook.visibility.organisations import current
from duebook.visibility.seeing import raw, seeing
from duebook.visibility.viewer import Viewer

DISPUTE: LiteralString = """
SELECT m.case_id, m.author, m.by_client, m.act, COALESCE(m.outcome, ''), d.number, u.name
FROM ar.dispute_message m
JOIN ar.dispute_case c ON c.org_id = m.org_id AND c.id = m.case_id
JOIN ar.document d ON d.org_id = c.org_id AND d.id = c.document_id
JOIN ar.customer u ON u.org_id = c.org_id AND u.id = c.customer_id
WHERE m.org_id = %s AND m.id = %s
"""
PAYMENT: LiteralString = """
SELECT e.payment_id, e.author, e.by_client, e.act, '', e.payment_id::text, u.name
FROM ar.portal_payment_event e
JOIN ar.customer u ON u.org_id = e.org_id AND u.id = e.customer_id
WHERE e.org_id = %s AND e.id = %s
"""


def tell_dispute(viewer: Viewer, *, message: int) -> None:
    """The task: somebody wrote in a dispute. `viewer` is the organisation's console."""
    readers: LiteralString = "SELECT email, name, language FROM guard.dispute_readers(%s)"
    _tell(viewer, message, what=DISPUTE, readers=readers, name="dispute")


def tell_payment(viewer: Viewer, *, event: int) -> None:
    """The task: somebody did something with an announced payment."""
    readers: LiteralString = "SELECT email, name, language FROM guard.payment_readers(%s)"
    _tell(viewer, event, what=PAYMENT, readers=readers, name="payment")


def _tell(
    viewer: Viewer, about: int, *, what: LiteralString, readers: LiteralString, name: str
) -> None:
    with seeing(viewer, by="worker"):
        row = raw("worker").execute(what, [viewer.org_id, about]).fetchone()
        if row is None:
            return
        subject, author, by_client, act, outcome, number, account = row
        organisation = current(viewer, by="worker")
        context: dict[str, Any] = {
            "author": author,
            "by_client": by_client,
            "act": act,
            "outcome": outcome,
            "number": number,
            "account": account,
            "organisation": organisation.name,
            "link": letters.absolute(reverse(name, args=[organisation.slug, subject])),
        }
        for email, called, language in raw("worker").execute(readers, [about]).fetchall():
            letters.send(name, to=email, language=language, called=called, **context)
