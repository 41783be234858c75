"""Has the person proved a second factor in this session? Organisations may require it."""

from __future__ import annotations

from allauth.account.authentication import (
    AUTHENTICATION_METHODS_SESSION_KEY,
    get_authentication_records,
)
from django.http import HttpRequest

# Set when a factor was added in this very session, which proves it as well.
ADDED = "second_factor_added"


def has_second_factor(request: HttpRequest) -> bool:
    """By an app, a passkey or a recovery code; an identity provider answers for its own."""
    if request.session.get(ADDED) or request.session.get("only_org"):
        return True
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" for record in records)


def forget_proofs(request: HttpRequest) -> None:
    """The person has no second factor any more: what this session has proved counts nothing."""
    request.session.pop(ADDED, None)
    records = request.session.get(AUTHENTICATION_METHODS_SESSION_KEY) or []
    kept = [record for record in records if record.get("method") != "mfa"]
    request.session[AUTHENTICATION_METHODS_SESSION_KEY] = kept
