"""OpenID Connect with an organisation's provider: there with a question, back with an answer.

allauth's own parts carry it: state (once, within ten minutes, for this provider alone), PKCE, the
exchange of the code. The nonce and the signature of the answer are looked at here.
"""

from __future__ import annotations

import secrets
from typing import Any, cast

import requests
from allauth.socialaccount.internal import statekit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from duebook.outside.asking import GuardedSession
from duebook.visibility.identity_providers import IdentityProvider
from duebook.web.elsewhere.discovery import Discovered, Unusable, discovered, keys_of
from duebook.web.elsewhere.tokens import NotProved, claims


class Cancelled(Exception):
    """The person, or the provider, has said no."""


def sent_there(request: HttpRequest, provider: IdentityProvider, *, onward: str) -> HttpResponse:
    """On to the provider; `onward` is where the person wanted to go. Raises Unusable."""
    nonce = secrets.token_urlsafe(32)
    own = _Provider(request, provider, discovered(provider.issuer))
    answer: HttpResponse = own.redirect(
        request,
        "login",
        next_url=onward,
        auth_params={"nonce": nonce},
        nonce=nonce,
        issuer=provider.issuer,
    )
    return answer


def came_back(request: HttpRequest, provider: IdentityProvider) -> tuple[dict[str, Any], str]:
    """Who the provider says has come back, and where they wanted to go.

    Raises NotProved, Cancelled and Unusable.
    """
    state = statekit.unstash_state(
        request, provider_id=provider.slug, state_id=request.GET.get("state", "")
    )
    if state is None or state.get("issuer") != provider.issuer:
        raise NotProved("no sign-in was begun here")
    if "error" in request.GET or "code" not in request.GET:
        raise Cancelled
    found = discovered(provider.issuer)
    own = _Provider(request, provider, found)
    tokens = own.exchanged(request, verifier=str(state["pkce_code_verifier"]))
    said = claims(
        str(tokens.get("id_token", "")),
        keys=keys_of(found),
        issuer=found.issuer,
        client_id=provider.client_id,
        nonce=str(state["nonce"]),
    )
    if "email" not in said:
        said |= _more(found, said, access_token=str(tokens.get("access_token", "")))
    return said, str(state.get("next") or "")


class _Provider(OpenIDConnectProvider):  # type: ignore[misc]  # untyped
    """allauth's provider, for one organisation's settings and what was discovered of them."""

    def __init__(self, request: HttpRequest, of: IdentityProvider, found: Discovered) -> None:
        app = SocialApp(
            provider=self.id,
            provider_id=of.slug,
            name=of.name,
            client_id=of.client_id,
            secret=of.secret,
            settings={"server_url": of.issuer, "oauth_pkce_enabled": True},
        )
        super().__init__(request, app)
        self.found = found

    def get_oauth2_adapter(self, request: HttpRequest) -> _Adapter:
        return _Adapter(request, self)

    def exchanged(self, request: HttpRequest, *, verifier: str) -> dict[str, Any]:
        """The tokens for the code. Raises NotProved and Unusable."""
        adapter = self.get_oauth2_adapter(request)
        client = adapter.get_client(request, self.app)
        try:
            said = client.get_access_token(request.GET["code"], pkce_code_verifier=verifier)
        except OAuth2Error as trouble:
            raise NotProved("the code was not accepted") from trouble
        except (requests.RequestException, ValueError) as trouble:
            raise Unusable(str(type(trouble).__name__)) from trouble
        return cast(dict[str, Any], said)


class _Adapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # untyped
    def __init__(self, request: HttpRequest, provider: _Provider) -> None:
        super().__init__(request, provider.app.provider_id)
        self.provider = provider

    def get_provider(self) -> _Provider:
        return self.provider

    @property
    def openid_config(self) -> dict[str, Any]:
        return self.provider.found.config

    @property
    def basic_auth(self) -> bool:
        """As the standard has it: by header, unless the provider names its ways without it."""
        methods = self.openid_config.get("token_endpoint_auth_methods_supported")
        return "client_secret_post" not in (methods or ["client_secret_basic"])

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return address_back(request, app.provider_id)


def address_back(request: HttpRequest, slug: str) -> str:
    """Where the provider sends people back to: by the public name, whatever a request calls it."""
    path = reverse("elsewhere_back", args=[slug])
    return f"{settings.ADDRESS}{path}" if settings.IS_PUBLIC else request.build_absolute_uri(path)


def _more(found: Discovered, said: dict[str, Any], *, access_token: str) -> dict[str, Any]:
    """The address, where the provider tells it only when asked, and of the same person."""
    address = found.config.get("userinfo_endpoint")
    if not address or not access_token:
        return {}
    try:
        with GuardedSession() as session:
            answer = session.get(address, headers={"Authorization": f"Bearer {access_token}"})
            told = answer.json()
    except (requests.RequestException, ValueError) as trouble:
        raise Unusable(type(trouble).__name__) from trouble
    if not isinstance(told, dict) or told.get("sub") != said["sub"]:
        raise NotProved("about somebody else")
    return {name: told[name] for name in ("email", "email_verified") if name in told}
