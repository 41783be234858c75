"""What happens to accounts: what follows from it, and the entry in the audit trails.

Signals come from allauth. An entry stands in the trail of each organisation of the person; none
holds a secret or what somebody typed.
"""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.account.authentication import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from duebook.visibility.audit import record_at_door
from duebook.visibility.models import Login
from duebook.visibility.organisations import organisations_of
from duebook.visibility.second_factor import ADDED, forget_proofs
from duebook.web.account.addresses import tell_organisations
from duebook.web.account.factors import RECOVERY_CODES, has_factor, word
from duebook.web.account.sessions import end_others


def enter(request: HttpRequest, login: Login, action: str, **detail: Any) -> None:
    """Write an entry. A session that one organisation vouched for concerns that one alone."""
    slug = request.session.get("only_org")
    places = [place.org_id for place in organisations_of(login.pk) if place.slug == slug]
    if places or not slug:
        record_at_door(login.pk, action, only_org=places[0] if slug else None, **detail)


def failed(request: HttpRequest, login: Login, *, how: str) -> None:
    """Somebody was wrong. The limits of attempts.py keep this from flooding a trail."""
    enter(request, login, "sign-in failed", how=how)


def how_signed_in(request: HttpRequest, login: Login) -> str:
    """password, passkey, password and app, provider, and so on."""
    words = [
        word(record["type"]) if record["method"] == "mfa" else str(record["method"])
        for record in get_authentication_records(request, login)
    ]
    return " and ".join(dict.fromkeys(words)).replace("socialaccount", "provider")


@receiver(account.user_logged_in)
def _signed_in(request: HttpRequest, user: Login, **more: Any) -> None:
    enter(request, user, "signed in", how=how_signed_in(request, user))


@receiver(user_logged_out)
def _signed_out(request: HttpRequest, user: Login | None, **more: Any) -> None:
    if user:
        enter(request, user, "signed out")


@receiver(account.password_changed)
@receiver(account.password_set)
def _password_changed(request: HttpRequest, user: Login, **more: Any) -> None:
    end_others(request, user)
    enter(request, user, "password changed")


@receiver(account.password_reset)
def _password_reset(request: HttpRequest, user: Login, **more: Any) -> None:
    end_others(request, user)
    enter(request, user, "password reset")


@receiver(account.email_changed)
def _address_changed(
    request: HttpRequest,
    user: Login,
    from_email_address: EmailAddress | None,
    to_email_address: EmailAddress,
    **more: Any,
) -> None:
    before = from_email_address.email if from_email_address else ""
    tell_organisations(user)
    end_others(request, user)
    enter(request, user, "e-mail changed", before=before, after=to_email_address.email)


@receiver(mfa.authenticator_added)
def _factor_added(
    request: HttpRequest, user: Login, authenticator: Authenticator, **more: Any
) -> None:
    if authenticator.type == RECOVERY_CODES:
        enter(request, user, "recovery codes made")
        return
    request.session[ADDED] = True
    enter(request, user, "second factor added", kind=word(authenticator.type))


@receiver(mfa.authenticator_removed)
def _factor_removed(
    request: HttpRequest, user: Login, authenticator: Authenticator, **more: Any
) -> None:
    if authenticator.type == RECOVERY_CODES:
        return
    if not has_factor(user.pk):
        forget_proofs(request)
    end_others(request, user)
    enter(request, user, "second factor removed", kind=word(authenticator.type))


@receiver(mfa.authenticator_reset)
def _codes_made(request: HttpRequest, user: Login, **more: Any) -> None:
    enter(request, user, "recovery codes made")


@receiver(mfa.authentication_failed)
def _code_wrong(
    request: HttpRequest, user: Login, authenticator: Authenticator, **more: Any
) -> None:
    failed(request, user, how=word(authenticator.type))
