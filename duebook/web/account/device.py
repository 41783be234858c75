"""A device on which somebody has signed in before: it keeps a signed cookie, one for each address.

OWASP calls it a device cookie. Whoever guesses passwords elsewhere cannot lock this device out.
It proves nothing but that: a password is asked for as ever.
"""

from __future__ import annotations

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

LIFE_SECONDS = 180 * 24 * 3600
SALT = "duebook.device"


def device_of(request: HttpRequest, address: str) -> str | None:
    """The device's own name, if somebody has signed in from it to this address's account."""
    digest = _digest(address)
    try:
        said = signing.loads(
            request.COOKIES.get(_cookie(digest), ""), salt=SALT, max_age=LIFE_SECONDS
        )
    except signing.BadSignature:
        return None
    return str(said["device"]) if said.get("for") == digest else None


def know_device(response: HttpResponse, address: str) -> None:
    """From now on this browser is known to belong to the address's owner. Each time a new name."""
    digest = _digest(address)
    response.set_cookie(
        _cookie(digest),
        signing.dumps({"for": digest, "device": secrets.token_urlsafe(12)}, salt=SALT),
        max_age=LIFE_SECONDS,
        secure=settings.IS_PUBLIC,
        httponly=True,
        samesite="Lax",
    )


def _digest(address: str) -> str:
    return salted_hmac(SALT, address.strip().lower(), algorithm="sha256").hexdigest()[:24]


def _cookie(digest: str) -> str:
    """The prefix has the browser refuse it from other hosts and without TLS."""
    return f"{'__Host-' if settings.IS_PUBLIC else ''}device-{digest}"
