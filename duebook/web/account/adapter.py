"""How accounts behave here: nobody signs up, people come by invitation."""

from __future__ import annotations

import ipaddress
import logging
import time
from typing import Any
from urllib.parse import urlsplit

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.models import EmailAddress
from allauth.core import context as present
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from duebook.database.sealing import opened, sealed
from duebook.post import letters
from duebook.visibility.models import Login
from duebook.web.account import attempts, trail
from duebook.web.account.addresses import keep_in_step, login_at
from duebook.web.account.device import know_device
from duebook.web.account.evenly import rest
from duebook.web.account.factors import why_kept
from duebook.web.account.held import held
from duebook.web.account.sessions import program

log = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # untyped
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _(
            "This address and this password do not belong together. Check both."
        ),
        "incorrect_password": _("This is not your password."),
        "duplicate_email": _("This is your address already."),
        "invalid_password_reset": _("This link is used up or too old."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Login | None:
        """Who has this address and password. Raises ImmediateHttpResponse after too many tries."""
        address = str(credentials.get("email", ""))
        try:
            attempt = attempts.attempt(request, address, kind=attempts.PASSWORD)
        except attempts.Held as trouble:
            raise ImmediateHttpResponse(held(request, trouble.until)) from trouble
        known = login_at(address)
        if known:
            keep_in_step(known)
        found: Login | None = super().authenticate(request, **credentials)
        if found and found == known:  # and not by an address that is only wanted
            attempt.succeeded()
            return found
        began = time.monotonic()
        if known:
            trail.failed(request, known, how="password")
        rest(began)
        return None

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """The limits stand in authenticate(): those of allauth would let strangers lock one out."""

    def post_login(self, request: HttpRequest, user: Login, **more: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **more)
        if "sociallogin" not in (more.get("signal_kwargs") or {}):
            know_device(response, user.email)
        return response

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:
        """Not of somebody who has only just signed in."""
        request = present.request
        for record in get_authentication_records(request, request.user):
            is_recent = time.time() - record["at"] < app_settings.REAUTHENTICATION_TIMEOUT
            if record["method"] in ("password", "mfa") and is_recent:
                return False
        return bool(super().is_reauthentication_required(app=app, **more))

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address the outermost proxy of ours saw; what a client says of itself is not heard.

        Where the proxies are not as configured, the address of whoever speaks to us.
        """
        try:
            return str(super().get_client_ip(request))
        except (ImproperlyConfigured, PermissionDenied):
            log.warning("X-Forwarded-For does not agree with DUEBOOK_PROXIES.")
        try:
            return str(ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")))
        except ValueError:
            return "::"  # a local socket: everybody is one address

    def is_safe_url(self, url: str) -> bool:
        """After signing in one may be led to places of this very server alone."""
        request = present.request
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )

    def is_ajax(self, request: HttpRequest) -> bool:
        """Pages are pages. Only the question for a passkey is asked by a script."""
        return request.path == reverse("mfa_login_webauthn") and bool(super().is_ajax(request))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        return reverse("account" if self.request.user.is_authenticated else "account_login")

    def get_reset_password_from_key_url(self, key: str) -> str:
        uid, _, token = key.partition("-")
        return _here(reverse("account_reset_password_from_key", args=[uid, token]))

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return _here(reverse("account_confirm_email", args=[emailconfirmation.key]))

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """allauth names the letter; how it reads stands in templates/mail, as all letters do."""
        name = template_prefix.rpartition("/")[2]
        letters.send(name, to=email, language=get_language() or "en", **context)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # untyped
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code is wrong or used up. Enter the one shown now."),
    }

    def encrypt(self, text: str) -> str:
        return sealed(text.encode(), purpose="second factors").decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Raises Broken when it was sealed with another secret."""
        return opened(encrypted_text.encode(), purpose="second factors").decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return not why_kept(authenticator)

    def generate_authenticator_name(self, user: Login, type: Authenticator.Type) -> str:
        """A passkey is called after where it was made, until its owner finds a better name."""
        return program(present.request.headers.get("User-Agent", ""))

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys belong to the public name of this server, whatever a request calls it."""
        host = urlsplit(_here("/")).hostname or ""
        return {"id": host, "name": "Duebook"}


def _here(path: str) -> str:
    """An address for letters: the public one; without one, as the present request says."""
    if settings.IS_PUBLIC:
        return letters.absolute(path)
    return str(present.request.build_absolute_uri(path))
