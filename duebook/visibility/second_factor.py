"""Has the person proved a second factor in this session? Organisations may require it."""

from __future__ import annotations

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest

# Set when the factor was added in this very session, which proves it as well.
ADDED = "second_factor_added"


def has_second_factor(request: HttpRequest) -> bool:
    """By an app, a passkey or a recovery code; an identity provider answers for its own."""
    if request.session.get(ADDED) or request.session.get("only_org"):
        return True
    return any(record.get("method") == "mfa" for record in get_authentication_records(request))
