"""Following an invitation's link: whoever holds its secret joins, once, or declines.

All of it happens at the door. The database holds the invitation while one click is answered, so
that of many at once the first joins and the others find it used.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import psycopg
from django.db import IntegrityError, transaction
from django.db.models import Value
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from psycopg.rows import class_row

from duebook.visibility.audit import origin, record_at_door
from duebook.visibility.models import Login
from duebook.visibility.organisations import Refused
from duebook.visibility.seeing import raw

SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
TERMS = "2026-11"  # the terms of use that are accepted, by the month they were written


class NotPending(Exception):
    """There is nothing to accept: used, declined, withdrawn, expired, or never there."""


class AlreadyKnown(Exception):
    """The address has a login: whoever it belongs to signs in with it."""


@dataclass(frozen=True)
class Asked:
    """An invitation as whoever holds its link may know it. `account` is a client's, else None."""

    org_id: int
    slug: str
    organisation: str
    email: str
    name: str
    role: str
    may_dispute: bool
    language: str
    inviter: str
    account: str | None
    state: str


def pending(secret: str) -> Asked:
    """The invitation of a link. Raises NotPending, which does not tell why."""
    if not SECRET.fullmatch(secret):
        raise NotPending
    with raw("default").cursor(row_factory=class_row(Asked)) as cursor:
        found = cursor.execute("SELECT * FROM guard.invitation_by(%s)", [secret]).fetchone()
    if found is None or found.state != "pending":
        raise NotPending
    return found


def joined(secret: str) -> str | None:
    """The slug of the organisation that somebody has joined by this link."""
    if not SECRET.fullmatch(secret):
        return None
    query = "SELECT slug FROM guard.invitation_by(%s) WHERE state = 'accepted'"
    row = raw("default").execute(query, [secret]).fetchone()
    return str(row[0]) if row else None


def login_of(email: str) -> Login | None:
    """The login of an address, if it has one."""
    found = Login.objects.annotate(lowered=Lower("email"))  # as the index has it
    return found.filter(lowered=Lower(Value(email))).first()


def join(secret: str, *, name: str, password: str) -> tuple[Login, str]:
    """Make the invited address a login, which joins: the login, and the organisation's slug.

    Raises NotPending, and AlreadyKnown when the address has a login.
    """
    try:
        with transaction.atomic(using="default"):
            asked = _held(secret)
            if login_of(asked.email):
                raise AlreadyKnown
            login = Login(email=asked.email, name=" ".join(name.split()))
            login.set_password(password)
            login.save()
            _joined(secret, login, asked)
    except IntegrityError as trouble:  # by another invitation, in the same moment
        raise AlreadyKnown from trouble
    return login, asked.slug


def join_as(secret: str, login: Login) -> str:
    """An existing login joins; answers with the organisation's slug.

    Raises NotPending, and Refused for a client's invitation when they work there.
    """
    with transaction.atomic(using="default"):
        asked = _held(secret)
        _joined(secret, login, asked)
    return asked.slug


def decline(secret: str) -> None:
    """Raises NotPending."""
    if not SECRET.fullmatch(secret):
        raise NotPending
    query = "SELECT guard.decline_invitation(%s, %s)"
    if raw("default").execute(query, [secret, origin()]).fetchone() != (True,):
        raise NotPending


def _held(secret: str) -> Asked:
    """The pending invitation, held until the transaction ends; the second to come finds it used."""
    if not SECRET.fullmatch(secret):
        raise NotPending
    raw("default").execute("SELECT guard.hold_invitation(%s)", [secret])
    return pending(secret)


def _joined(secret: str, login: Login, asked: Asked) -> None:
    known_as = login.name or login.email
    try:
        raw("default").execute(
            "SELECT guard.accept_invitation(%s, %s, %s, %s, %s)",
            [secret, login.pk, known_as, login.email, origin()],
        )
    except psycopg.errors.UniqueViolation as trouble:
        said = _(
            "You work at %(organisation)s, and who works there cannot be its client too:"
            " sign in with another address."
        )
        raise Refused(said % {"organisation": asked.organisation}) from trouble
    except psycopg.errors.InsufficientPrivilege as trouble:  # deactivated; the link is another's
        raise NotPending from trouble
    record_at_door(login.pk, "terms accepted", only_org=asked.org_id, version=TERMS)
