"""An organisation's own identity provider: where its people prove who they are (OpenID Connect)."""

from __future__ import annotations

from dataclasses import dataclass

from duebook.database.sealing import Broken, opened, sealed
from duebook.visibility.audit import record
from duebook.visibility.seeing import raw
from duebook.visibility.viewer import Viewer

PURPOSE = "identity providers"


@dataclass(frozen=True)
class Described:
    """What may be shown of a provider: everything but the secret."""

    name: str
    issuer: str
    client_id: str


@dataclass(frozen=True)
class IdentityProvider:
    """A provider to sign in with."""

    org_id: int
    slug: str
    name: str
    issuer: str
    client_id: str
    secret: str


def provider_of(slug: str) -> IdentityProvider | None:
    """The provider of an organisation. Asked at the door, where no organisation is open yet.

    None without one, for suspended organisations, and when its secret cannot be opened any more.
    """
    query = "SELECT * FROM guard.identity_provider_of(%s)"
    row = raw("default").execute(query, [slug]).fetchone()
    if row is None:
        return None
    org_id, slug, name, issuer, client_id, token = row
    try:
        secret = opened(token, purpose=PURPOSE).decode()
    except Broken:
        return None
    return IdentityProvider(org_id, slug, name, issuer, client_id, secret)


def own_provider(viewer: Viewer) -> Described | None:
    """The provider of the viewer's organisation. Only inside seeing(), as an admin."""
    query = "SELECT name, issuer, client_id FROM ar.identity_provider WHERE org_id = %s"
    row = raw().execute(query, [viewer.org_id]).fetchone()
    return Described(*row) if row else None


def set_provider(viewer: Viewer, provider: Described, *, secret: str) -> None:
    """From now on people of the organisation may sign in there; an empty secret keeps the old one.

    Only inside seeing(), as an admin.
    """
    before = own_provider(viewer)
    if secret or before is None:
        raw().execute(
            "INSERT INTO ar.identity_provider (org_id, name, issuer, client_id, sealed_secret)"
            " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (org_id) DO UPDATE"
            " SET sealed_secret = excluded.sealed_secret",
            [viewer.org_id, *vars(provider).values(), sealed(secret.encode(), purpose=PURPOSE)],
        )
    raw().execute(
        "UPDATE ar.identity_provider SET name = %s, issuer = %s, client_id = %s WHERE org_id = %s",
        [*vars(provider).values(), viewer.org_id],
    )
    record(
        viewer,
        "identity provider set",
        before=vars(before) if before else None,
        after=vars(provider),
        secret_changed=bool(secret),
    )


def remove_provider(viewer: Viewer) -> bool:
    """Nobody signs in there any more. Whether there was one. Only inside seeing(), as an admin."""
    before = own_provider(viewer)
    if before is None:
        return False
    raw().execute("DELETE FROM ar.identity_provider WHERE org_id = %s", [viewer.org_id])
    record(viewer, "identity provider removed", before=vars(before), after=None)
    return True
