"""What an identity provider says of a person, once it is proved that it has said so, to us, now."""

from __future__ import annotations

import hmac
from typing import Any

import jwt

# Signed with the provider's private key. A secret that both know would prove less.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
CLOCKS_SECONDS = 60  # by which clocks may differ


class NotProved(Exception):
    """The token is not the provider's, not for us, or not from this sign-in."""


def claims(
    token: str, *, keys: dict[str, Any], issuer: str, client_id: str, nonce: str
) -> dict[str, Any]:
    """What the token says. Raises NotProved."""
    try:
        head = jwt.get_unverified_header(token)
        if head.get("alg") not in ALGORITHMS:
            raise NotProved("an algorithm that proves nothing")
        said: dict[str, Any] = jwt.decode(
            token,
            key=_key(keys, head),
            algorithms=[head["alg"]],
            audience=client_id,
            issuer=issuer,
            leeway=CLOCKS_SECONDS,
            options={"require": ["exp", "iat", "iss", "aud", "sub"]},
        )
    except (jwt.PyJWTError, ValueError, TypeError, KeyError) as trouble:
        raise NotProved(type(trouble).__name__) from trouble
    if isinstance(said["aud"], list) and len(said["aud"]) > 1 and said.get("azp") != client_id:
        raise NotProved("meant for somebody else")
    if not hmac.compare_digest(str(said.get("nonce", "")).encode(), nonce.encode()):
        raise NotProved("of another sign-in")
    if not isinstance(said["sub"], str) or not said["sub"]:
        raise NotProved("about nobody")
    return said


def _key(keys: dict[str, Any], head: dict[str, Any]) -> Any:
    """The key of that name; without a name, the only one there is."""
    fitting = [
        key
        for key in keys.get("keys", [])
        if key.get("use", "sig") == "sig" and ("kid" not in head or key.get("kid") == head["kid"])
    ]
    if len(fitting) != 1:
        raise NotProved("no such key")
    return jwt.PyJWK(fitting[0], algorithm=head["alg"]).key
