"""The second factors of a login: which there are, and which may go."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.utils.translation import ngettext

from duebook.visibility.organisations import organisations_of

APP, PASSKEY, RECOVERY_CODES = "totp", "webauthn", "recovery_codes"
WORDS = {APP: "app", PASSKEY: "passkey", RECOVERY_CODES: "recovery code"}


@dataclass(frozen=True)
class Passkey:
    """`is_enough`: it signs in by itself; otherwise it comes after the password."""

    id: int
    name: str
    is_enough: bool
    added_at: datetime
    used_at: datetime | None


@dataclass(frozen=True)
class Factors:
    """`codes_left` is None where there are no recovery codes."""

    app_since: datetime | None
    passkeys: list[Passkey]
    codes_left: int | None

    def __bool__(self) -> bool:
        return bool(self.app_since or self.passkeys)


def factors_of(login_id: int) -> Factors:
    """What the person has set up."""
    app_since, codes_left, passkeys = None, None, []
    for each in Authenticator.objects.filter(user_id=login_id).order_by("created_at"):
        if each.type == APP:
            app_since = each.created_at
        elif each.type == RECOVERY_CODES:
            codes_left = len(each.wrap().get_unused_codes())
        else:
            is_enough = bool(each.wrap().is_passwordless)
            passkeys.append(
                Passkey(each.pk, each.wrap().name, is_enough, each.created_at, each.last_used_at)
            )
    return Factors(app_since, passkeys, codes_left)


def word(kind: str) -> str:
    """As the audit trail calls a factor."""
    return WORDS[kind]


def has_factor(login_id: int, *, besides: Authenticator | None = None) -> bool:
    """Recovery codes alone are none: they stand in for another."""
    found = Authenticator.objects.filter(user_id=login_id, type__in=[APP, PASSKEY])
    return bool(found.exclude(pk=besides.pk if besides else None).exists())


def why_kept(authenticator: Authenticator) -> str:
    """Why it may not be removed, in a sentence; empty when it may.

    The last one stays while an organisation asks for one: whoever comes upon an open session must
    not be able to make signing in easier.
    """
    login_id = int(authenticator.user_id)
    if authenticator.type == RECOVERY_CODES or has_factor(login_id, besides=authenticator):
        return ""
    asking = [place.name for place in organisations_of(login_id) if place.second_factor]
    if not asking:
        return ""
    said = ngettext(
        "%(names)s asks for a second factor, and this is your last one. Add another one first.",
        "%(names)s ask for a second factor, and this is your last one. Add another one first.",
        len(asking),
    )
    return said % {"names": ", ".join(asking)}
