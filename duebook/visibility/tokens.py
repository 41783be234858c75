"""Tokens of services: made, shown once, revoked; and whom a token makes its bearer.

A service is a person of its own without a login. The database keeps a digest of the token, never
the token. Reading and writing here is for admins, inside seeing().
"""

from __future__ import annotations

import re
import secrets
import string
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db import connections
from django.utils.translation import gettext as _
from psycopg.rows import class_row

from duebook.visibility.audit import record
from duebook.visibility.organisations import Refused
from duebook.visibility.seeing import raw
from duebook.visibility.viewer import Viewer

SCOPES = ("ingest", "read")
PREFIX_LETTERS = string.ascii_lowercase + string.digits
FORM = re.compile(r"duebook_[a-z0-9]{8}_[A-Za-z0-9_-]{43}")


@dataclass(frozen=True)
class Token:
    """A token as its organisation sees it: everything but the token."""

    id: int
    person_id: int
    name: str
    prefix: str
    scopes: list[str]
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    last_used_from: str

    def state(self, at: datetime) -> str:
        """active, expired or revoked."""
        if self.revoked_at:
            return "revoked"
        return "expired" if self.expires_at and self.expires_at <= at else "active"


@dataclass(frozen=True)
class Bearer:
    """Whom a valid token stands for."""

    viewer: Viewer
    slug: str
    scopes: frozenset[str]
    name: str = ""


def tokens() -> list[Token]:
    """The organisation's tokens, those that still work first, newest first."""
    query = (
        "SELECT t.id, t.person_id, t.name, t.prefix, t.scopes, p.name AS created_by, t.created_at,"
        " t.expires_at, t.revoked_at, t.last_used_at, t.last_used_from"
        " FROM ar.api_token t JOIN ar.person p ON p.org_id = t.org_id AND p.id = t.created_by"
        " ORDER BY t.revoked_at IS NOT NULL, t.id DESC"
    )
    with raw().cursor(row_factory=class_row(Token)) as cursor:
        return cursor.execute(query).fetchall()


def create_token(
    viewer: Viewer, *, name: str, scopes: list[str], expires_at: datetime | None
) -> str:
    """The token itself: it is nowhere kept and cannot be shown again.

    Raises Refused when a token of this name still stands.
    """
    same = (
        "SELECT FROM ar.api_token WHERE lower(name) = lower(%s) AND revoked_at IS NULL"
        " AND (expires_at IS NULL OR expires_at > now())"
    )
    if raw().execute(same, [name]).fetchone() is not None:
        said = _("There is a token called “%(name)s” already; revoke it or choose another name.")
        raise Refused(said % {"name": name})
    prefix = "".join(secrets.choice(PREFIX_LETTERS) for _each in range(8))
    token = f"duebook_{prefix}_{secrets.token_urlsafe(32)}"
    service = new_service(viewer, name)
    raw().execute(
        "INSERT INTO ar.api_token (org_id, person_id, name, prefix, hash, scopes, created_by,"
        " expires_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        [
            viewer.org_id,
            service,
            name,
            prefix,
            sha256(token.encode()).digest(),
            sorted(scopes),
            viewer.person_id,
            expires_at,
        ],
    )
    until = expires_at.isoformat() if expires_at else None
    told = {"name": name, "prefix": prefix, "scopes": sorted(scopes), "expires_at": until}
    record(viewer, "token created", token=told)
    return token


def new_service(viewer: Viewer, name: str) -> int:
    """A person who is a service; what it may, its token or its connector says. Its id."""
    row = raw().execute("SELECT nextval('guard.principal_id_seq')").fetchone()
    service = int(row[0]) if row else 0
    raw().execute(
        "INSERT INTO ar.person (org_id, id, name, email) VALUES (%s, %s, %s, '')",
        [viewer.org_id, service, name],
    )
    raw().execute(
        "INSERT INTO ar.membership (org_id, person_id, role) VALUES (%s, %s, 'service')",
        [viewer.org_id, service],
    )
    return service


def revoke_token(viewer: Viewer, token_id: int) -> str | None:
    """Its next request is refused. Answers with its name; None when there is nothing to revoke."""
    row = (
        raw()
        .execute(
            "UPDATE ar.api_token SET revoked_at = now() WHERE id = %s AND revoked_at IS NULL"
            " RETURNING person_id, name, prefix",
            [token_id],
        )
        .fetchone()
    )
    if row is None:
        return None
    service, name, prefix = row
    raw().execute("UPDATE ar.membership SET active = false WHERE person_id = %s", [service])
    record(viewer, "token revoked", token={"name": name, "prefix": prefix})
    return str(name)


def bearer_of(token: str, *, origin: str) -> Bearer | None:
    """Whom a token stands for, asked at the door; None when it is unknown, expired or revoked.

    What does not even look like a token is asked for as well: all of them take the same way.
    """
    asked = token if FORM.fullmatch(token) else ""
    found = raw("default").execute("SELECT * FROM guard.token_viewer(%s, %s)", [asked, origin])
    row = found.fetchone()
    connections["default"].close_if_unusable_or_obsolete()
    if row is None:
        return None
    org_id, person_id, kind, slug, scopes, name = row
    return Bearer(Viewer(org_id, person_id, kind), slug, frozenset(scopes), name)
