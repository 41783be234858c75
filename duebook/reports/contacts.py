"""Who speaks for a customer, and who is asked to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from duebook.reports.rows import rows


@dataclass(frozen=True)
class Contact:
    """Somebody who can sign in for a customer (accepted), could until they were deactivated
    (deactivated), or is asked to: pending, expired or declined, by `invitation_id`."""

    person_id: int | None
    invitation_id: int | None
    name: str
    email: str
    may_dispute: bool
    state: str
    sent_at: datetime | None
    expires_at: datetime | None
    inviter: str


def contacts(customer_id: int, *, at: datetime) -> list[Contact]:
    """Of a customer that the viewer sees: those who can sign in by name, then the latest asked.

    `at` is when invitations are judged. Empty for customers that the viewer does not see.
    """
    return rows(Contact, "contacts.sql", customer=customer_id, at=at)
