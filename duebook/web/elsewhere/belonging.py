"""Whom an organisation's identity provider speaks of: a person of that organisation, or nobody.

What it says opens this organisation alone, whoever it names (session["only_org"]): its admins
decide what their provider says.
"""

from __future__ import annotations

import hashlib
from typing import Any

from allauth.account import signals
from allauth.account.internal.flows.login import record_authentication
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import login as sign_in
from django.contrib.auth import logout as sign_out
from django.db import transaction
from django.http import HttpRequest

from duebook.visibility.identity_providers import IdentityProvider
from duebook.visibility.models import Login
from duebook.visibility.organisations import organisations_of
from duebook.web.account.addresses import login_at

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
LIFE_SECONDS = 12 * 3600  # the provider is asked again every working day


class Unknown(Exception):
    """Nobody of this organisation. `reason` is a code for the page that says so."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def person_of(provider: IdentityProvider, said: dict[str, Any]) -> Login:
    """By the provider's own name for them once it is known; before, by the address it has proved.

    Raises Unknown.
    """
    with transaction.atomic():
        known = SocialAccount.objects.filter(**_key(provider, said["sub"])).first()
        login = Login.objects.get(pk=known.user_id) if known else _by_address(said)
        if not belongs(login, provider):
            raise Unknown("stranger")
        if not known:
            _bind(provider, login, said["sub"])
    return login


def belongs(login: Login, provider: IdentityProvider) -> bool:
    """Whether the login is an active person of the organisation; a visit does not count."""
    return login.is_active and any(
        place.org_id == provider.org_id and place.kind and not place.visiting
        for place in organisations_of(login.pk)
    )


def let_in(request: HttpRequest, login: Login, provider: IdentityProvider) -> None:
    """A session of its own, for this organisation alone."""
    sign_out(request)
    sign_in(request, login, backend=BACKEND)
    request.session["only_org"] = provider.slug
    request.session.set_expiry(LIFE_SECONDS)
    record_authentication(request, login, "socialaccount", provider=provider.slug)
    signals.user_logged_in.send(sender=Login, request=request, response=None, user=login)


def forget_people(org_id: int) -> None:
    """Whom the provider has named counts no longer: the next one may name them anew."""
    SocialAccount.objects.filter(provider=_book(org_id)).delete()


def _by_address(said: dict[str, Any]) -> Login:
    if said.get("email_verified") is not True:
        raise Unknown("address not proved")
    login = login_at(str(said.get("email", "")))
    if login is None:
        raise Unknown("stranger")
    return login


def _bind(provider: IdentityProvider, login: Login, subject: str) -> None:
    """One name for each person: a second one may be somebody who was given the same address."""
    # Held, so that of two first sign-ins at once the second sees the first.
    Login.objects.select_for_update().get(pk=login.pk)
    book = SocialAccount.objects.filter(user=login, provider=_book(provider.org_id))
    if any(each.extra_data.get("issuer") == provider.issuer for each in book):
        raise Unknown("named otherwise")
    kept = {"issuer": provider.issuer, "subject": subject}
    SocialAccount.objects.create(user=login, extra_data=kept, **_key(provider, subject))


def _key(provider: IdentityProvider, subject: str) -> dict[str, str]:
    """Names are the issuer's: another issuer's same name is somebody else."""
    name = hashlib.sha256(f"{provider.issuer}\n{subject}".encode()).hexdigest()
    return {"provider": _book(provider.org_id), "uid": name}


def _book(org_id: int) -> str:
    return f"organisation {org_id}"
