"""What an identity provider says of itself, and one sentence when it does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests
from django.utils.translation import gettext as _

from duebook.outside.asking import Forbidden, GuardedSession, is_allowed

WELL_KNOWN = "/.well-known/openid-configuration"
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class Unusable(Exception):
    """The provider cannot be used. The message is a sentence for the organisation's admin."""


@dataclass(frozen=True)
class Discovered:
    """The provider's description: endpoints that may be asked, for the issuer that was named."""

    issuer: str
    config: dict[str, Any]


def discovered(issuer: str) -> Discovered:
    """Raises Unusable."""
    if not is_allowed(issuer):
        raise Unusable(_("The issuer is not an https address that can be asked."))
    said = _asked(issuer.rstrip("/") + WELL_KNOWN)
    if said.get("issuer", "").rstrip("/") != issuer.rstrip("/"):
        raise Unusable(
            _("The provider calls itself %(said)s, not %(named)s. Enter the issuer as it does.")
            % {"said": str(said.get("issuer"))[:200], "named": issuer}
        )
    for name in (*ENDPOINTS, "userinfo_endpoint"):
        if name not in said and name == "userinfo_endpoint":
            continue
        if not is_allowed(str(said.get(name, ""))):
            raise Unusable(_("The provider's description has no usable %(name)s.") % {"name": name})
    return Discovered(issuer=str(said["issuer"]), config=said)


def keys_of(found: Discovered) -> dict[str, Any]:
    """The keys that the provider signs with. Raises Unusable."""
    return _asked(str(found.config["jwks_uri"]))


def _asked(url: str) -> dict[str, Any]:
    try:
        with GuardedSession() as session:
            answer = session.get(url, headers={"Accept": "application/json"})
    except requests.exceptions.SSLError as trouble:
        raise Unusable(_("The provider's certificate is not valid.")) from trouble
    except requests.Timeout as trouble:
        raise Unusable(_("The provider does not answer in time.")) from trouble
    except requests.RequestException as trouble:
        raise Unusable(_why(trouble)) from trouble
    if answer.status_code != 200:
        raise Unusable(
            _("The provider answers %(url)s with status %(status)s instead of its description.")
            % {"url": url, "status": answer.status_code}
        )
    try:
        said = answer.json()
    except ValueError as trouble:
        raise Unusable(_("What is at %(url)s is no JSON.") % {"url": url}) from trouble
    if not isinstance(said, dict):
        raise Unusable(_("What is at %(url)s is not a description.") % {"url": url})
    return said


def _why(trouble: BaseException) -> str:
    cause: BaseException | None = trouble
    while cause is not None:
        if isinstance(cause, Forbidden):
            return _("The provider is at an address inside this server's network.")
        cause = cause.__cause__ or cause.__context__ or getattr(cause, "reason", None)
    return _("The provider cannot be reached.")
