"""Invitations: who is asked to join, as what, and for how long the link in their letter is good.

The link holds a secret of 256 bits; its SHA-256 alone is stored. What follows the link is in
`joining.py`.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from duebook.visibility.audit import record
from duebook.visibility.organisations import Refused
from duebook.visibility.seeing import raw
from duebook.visibility.viewer import Viewer

TOGETHER = 200  # addresses invited in one go

# A second invitation of an address to the same place sends the first one anew: its old link dies.
INVITE = """
INSERT INTO ar.invitation AS i
    (org_id, email, name, role, customer_id, may_dispute, language, invited_by, hash, sent_at,
     expires_at)
VALUES (%(org)s, %(email)s, %(name)s, %(role)s, %(customer)s, %(may_dispute)s, %(language)s,
        %(person)s, %(hash)s, %(at)s, %(until)s)
ON CONFLICT (org_id, lower(email), COALESCE(customer_id, 0))
    WHERE accepted_at IS NULL AND withdrawn_at IS NULL
DO UPDATE SET role = excluded.role, may_dispute = excluded.may_dispute,
    language = excluded.language, invited_by = excluded.invited_by, hash = excluded.hash,
    sent_at = excluded.sent_at, expires_at = excluded.expires_at,
    name = CASE excluded.name WHEN '' THEN i.name ELSE excluded.name END, declined_at = NULL
WHERE i.declined_at IS NULL OR %(again)s
RETURNING id, name
"""
# What somebody with this address is here; a client only of the customer asked for, if any.
PRESENT = """
SELECT m.role, EXISTS (SELECT FROM ar.client_link l WHERE l.org_id = %(org)s
                       AND l.person_id = p.id AND l.customer_id = %(customer)s::bigint)
FROM ar.person p JOIN ar.membership m ON m.org_id = p.org_id AND m.person_id = p.id
WHERE p.org_id = %(org)s AND lower(p.email) = lower(%(email)s)
  AND m.active AND m.role IN ('admin', 'member', 'client')
"""


@dataclass(frozen=True)
class Invitation:
    """What a letter has to say. `account` is the name of the customer a client is to speak for."""

    id: int
    email: str
    name: str
    role: str
    account: str
    may_dispute: bool
    language: str
    expires_at: datetime
    secret: str


class NotAsked(Refused):
    """Somebody cannot be asked; `code` says why, in a word for programs."""

    def __init__(self, code: str, said: str) -> None:
        super().__init__(said)
        self.code = code


@dataclass(frozen=True)
class Outcome:
    """What came of one address: an invitation to write a letter for, or why not."""

    email: str
    invitation: Invitation | None = None
    reason: str = ""


def invite(
    viewer: Viewer,
    email: str,
    *,
    role: str,
    at: datetime,
    customer_id: int | None = None,
    name: str = "",
    may_dispute: bool = True,
    language: str = "",
    again: bool = False,
) -> Invitation:
    """Ask somebody to join; a link sent before dies. Call inside seeing().

    A client needs a customer; without an address the customer's contact is asked. A client who
    may not dispute only looks. `again` asks also who has declined. Raises Refused.
    """
    account, contact = _account(viewer, customer_id) if role == "client" else ("", "")
    address = _address(email or contact)
    if role != "client" and viewer.kind != "admin":
        raise Refused(_("Only an admin can invite people who work here; ask one."))
    _refuse_present(viewer, address, role=role, customer_id=customer_id)
    days, own_language = _settings(viewer)
    secret = secrets.token_urlsafe(32)
    told: dict[str, Any] = {"email": address, "role": role, "customer": customer_id}
    if role == "client":
        told["may_dispute"] = may_dispute
    row = raw().execute(
        INVITE,
        {
            **told,
            "org": viewer.org_id,
            "person": viewer.person_id,
            "may_dispute": may_dispute,
            "name": " ".join(name.split())[:200],
            "language": language or own_language,
            "hash": hashlib.sha256(secret.encode()).digest(),
            "at": at,
            "until": at + timedelta(days=days),
            "again": again,
        },
    )
    found = row.fetchone()
    if found is None:
        said = _("%(email)s has declined; invite them again by themselves if you are sure.")
        raise NotAsked("declined", said % {"email": address})
    record(viewer, "invitation sent", invitation=found[0], **told)
    until = at + timedelta(days=days)
    return Invitation(
        id=found[0],
        email=address,
        name=found[1],
        role=role,
        account=account,
        may_dispute=may_dispute,
        language=language or own_language,
        expires_at=until,
        secret=secret,
    )


def invite_all(
    viewer: Viewer,
    emails: Sequence[str],
    *,
    role: str,
    at: datetime,
    customer_id: int | None = None,
    may_dispute: bool = True,
    language: str = "",
) -> list[Outcome]:
    """Ask several people; each address has its own outcome, in the order given, once.

    Raises Refused for more than can be asked in one go.
    """
    written = [email.strip() for email in emails if email.strip()]
    each_once = list({email.lower(): email for email in reversed(written)}.values())[::-1]
    if len(each_once) > TOGETHER:
        raise Refused(
            _("These are %(count)s addresses; invite %(limit)s at most in one go.")
            % {"count": len(each_once), "limit": TOGETHER}
        )
    outcomes = []
    for email in each_once:
        try:
            invited = invite(
                viewer,
                email,
                role=role,
                at=at,
                customer_id=customer_id,
                may_dispute=may_dispute,
                language=language,
            )
            outcomes.append(Outcome(email, invited))
        except Refused as no:
            outcomes.append(Outcome(email, reason=str(no)))
    return outcomes


def resend(viewer: Viewer, invitation_id: int, *, at: datetime, again: bool = False) -> Invitation:
    """A new link for the same invitation; the old one dies. Raises Refused.

    From pending or expired; from declined only when that is said with `again`.
    """
    held = _open(viewer, invitation_id)
    return invite(
        viewer,
        held.email,
        role=held.role,
        at=at,
        customer_id=held.customer_id,
        name=held.name,
        may_dispute=held.may_dispute,
        language=held.language,
        again=again,
    )


def withdraw(viewer: Viewer, invitation_id: int, *, at: datetime) -> None:
    """The link dies, and it is as if nobody had been invited. Raises Refused once accepted."""
    held = _open(viewer, invitation_id)
    raw().execute(
        "UPDATE ar.invitation SET withdrawn_at = %s WHERE org_id = %s AND id = %s",
        [at, viewer.org_id, invitation_id],
    )
    told: dict[str, Any] = {"email": held.email, "role": held.role, "customer": held.customer_id}
    record(viewer, "invitation withdrawn", invitation=invitation_id, **told)


def withdraw_all(viewer: Viewer, email: str, *, at: datetime) -> int:
    """Every open invitation of an address, for somebody whose access ends. How many they were."""
    query = (
        "SELECT id FROM ar.invitation WHERE org_id = %s AND lower(email) = lower(%s)"
        " AND accepted_at IS NULL AND withdrawn_at IS NULL ORDER BY id"
    )
    found = raw().execute(query, [viewer.org_id, email]).fetchall()
    for (invitation_id,) in found:
        withdraw(viewer, invitation_id, at=at)
    return len(found)


@dataclass(frozen=True)
class _Held:
    email: str
    role: str
    customer_id: int | None
    name: str
    may_dispute: bool
    language: str


def _open(viewer: Viewer, invitation_id: int) -> _Held:
    """An invitation that nobody has accepted or withdrawn, held. Raises Refused."""
    query = (
        "SELECT accepted_at, withdrawn_at, email, role, customer_id, name, may_dispute, language"
        " FROM ar.invitation WHERE org_id = %s AND id = %s FOR UPDATE"
    )
    row = raw().execute(query, [viewer.org_id, invitation_id]).fetchone()
    if row is None:
        raise Refused(_("There is no such invitation; load the page again."))
    accepted_at, withdrawn_at, *rest = row
    held = _Held(*rest)
    if accepted_at:
        said = _("%(email)s has accepted already; change what they may do on their own page.")
        raise NotAsked("accepted", said % {"email": held.email})
    if withdrawn_at:
        said = _("The invitation of %(email)s was withdrawn; invite them anew.")
        raise NotAsked("not_invited", said % {"email": held.email})
    return held


def _address(written: str) -> str:
    address = written.strip()
    if not address:
        raise NotAsked("no_email", _("An invitation needs an e-mail address; write one."))
    try:
        validate_email(address)
    except ValidationError as wrong:
        said = _("“%(email)s” is not an e-mail address; write it as name@example.com.")
        raise NotAsked("bad_address", said % {"email": address[:100]}) from wrong
    return address.lower()


def _account(viewer: Viewer, customer_id: int | None) -> tuple[str, str]:
    """Name and contact address of a customer that the viewer may see. Raises Refused."""
    query = "SELECT name, contact_email FROM ar.customer WHERE org_id = %s AND id = %s"
    row = raw().execute(query, [viewer.org_id, customer_id]).fetchone()
    if row is None:
        raise Refused(_("A client needs the account they are to speak for; choose one."))
    return str(row[0]), str(row[1])


def _refuse_present(viewer: Viewer, email: str, *, role: str, customer_id: int | None) -> None:
    """Whoever is here already needs no invitation. Members see no memberships of others: the
    database tells them who works here and who speaks for their own customers."""
    if viewer.kind != "admin":
        _refuse_known(email, customer_id)
    asked = {"org": viewer.org_id, "email": email, "customer": customer_id}
    for held, speaks in raw().execute(PRESENT, asked).fetchall():
        told = {"email": email}
        if held == "client" and role == "client":
            if speaks:
                said = _("%(email)s speaks for this account already.")
                raise NotAsked("accepted", said % told)
        elif held == "client":
            said = _("%(email)s is a client here; withdraw their access first.")
            raise Refused(said % told)
        elif role == "client":
            said = _("%(email)s works here and cannot be a client too; take another address.")
            raise NotAsked("colleague", said % told)
        elif held == role == "admin":
            raise Refused(_("%(email)s is an admin here already.") % told)
        elif held == role:
            raise Refused(_("%(email)s is a member here already.") % told)
        else:
            said = _("%(email)s works here already; change their role on their own page.")
            raise Refused(said % told)


def _refuse_known(email: str, customer_id: int | None) -> None:
    """What a member can know of an address that is to be a client's."""
    for query, code, said in (
        (
            "SELECT FROM guard.colleagues('{}') AS w WHERE lower(w.email) = lower(%(email)s)",
            "colleague",
            _("%(email)s works here and cannot be a client too; take another address."),
        ),
        (
            "SELECT FROM guard.contacts(%(customer)s) AS k"
            " WHERE lower(k.email) = lower(%(email)s) AND k.active",
            "accepted",
            _("%(email)s speaks for this account already."),
        ),
    ):
        asked = {"email": email, "customer": customer_id}
        if raw().execute(query, asked).fetchone() is not None:
            raise NotAsked(code, said % {"email": email})


def _settings(viewer: Viewer) -> tuple[int, str]:
    """How many days an invitation lives, and the organisation's language."""
    query = "SELECT invitation_days, language FROM ar.org WHERE org_id = %s"
    row = raw().execute(query, [viewer.org_id]).fetchone()
    assert row
    return int(row[0]), str(row[1])
