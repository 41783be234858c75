"""Operator mode: a person of the staff looks at an account with its client's eyes, and only reads.

The session says which accounts are open so, and where each was opened from. What may be seen is
decided by the database, on every request anew (`guard.may_look_at`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest

STAFF = frozenset({"admin", "member", "member_all"})
OPEN = "client_views"  # in the session: "slug/customer" -> name, back, until
LONGEST = timedelta(hours=8)
MOST = 20  # accounts open at once


@dataclass(frozen=True)
class Looking:
    """`name` is the account's; `back` the address one came from."""

    customer_id: int
    name: str
    back: str


def begin(request: HttpRequest, slug: str, looking: Looking, *, at: datetime) -> None:
    """The account is open in this session, for some hours."""
    opened = dict(request.session.get(OPEN, {}))
    opened.pop(_key(slug, looking.customer_id), None)
    opened[_key(slug, looking.customer_id)] = {
        "name": looking.name,
        "back": looking.back,
        "until": (at + LONGEST).timestamp(),
    }
    request.session[OPEN] = dict([*opened.items()][-MOST:])


def looking_at(
    request: HttpRequest, slug: str, customer_id: int, *, at: datetime
) -> Looking | None:
    """How the account was opened; None when it was not, or too long ago."""
    held = request.session.get(OPEN, {}).get(_key(slug, customer_id))
    if held is None or held["until"] < at.timestamp():
        return None
    return Looking(customer_id, held["name"], held["back"])


def _key(slug: str, customer_id: int) -> str:
    return f"{slug}/{customer_id}"
