"""What a provider says counts when it is signed by it, for us, for this very sign-in."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from duebook.web.elsewhere.tokens import NotProved, claims
from tests.sign_in_elsewhere.elsewhere import Browser, Provider
from tests.world import World

ISSUER, NONCE = "https://login.example", "the nonce of this sign-in"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CURVED = ec.generate_private_key(ec.SECP256R1())


def public(key: Any, kid: str = "one", **more: str) -> dict[str, Any]:
    kind = jwt.algorithms.ECAlgorithm if key is CURVED else jwt.algorithms.RSAAlgorithm
    return {**json.loads(kind.to_jwk(key.public_key())), "kid": kid, "use": "sig", **more}


KEYS = {"keys": [public(KEY), public(CURVED, "curved")]}


def token(key: Any = KEY, alg: str = "RS256", kid: str | None = "one", **said: Any) -> str:
    now = int(time.time())
    told = {"iss": ISSUER, "aud": "duebook", "sub": "ann", "nonce": NONCE, "iat": now}
    told |= {"exp": now + 300, **said}
    told = {name: value for name, value in told.items() if value is not None}
    return jwt.encode(told, key, algorithm=alg, headers={"kid": kid} if kid else None)


def read(written: str, keys: dict[str, Any] = KEYS) -> dict[str, Any]:
    return claims(written, keys=keys, issuer=ISSUER, client_id="duebook", nonce=NONCE)


@pytest.mark.parametrize(
    "written",
    [
        token,
        lambda: token(CURVED, "ES256", "curved"),
        lambda: token(aud=["duebook"]),
        lambda: token(aud=["duebook", "other"], azp="duebook"),
        lambda: token(exp=int(time.time()) - 5),  # clocks differ
    ],
)
def test_what_counts(written: Callable[[], str]) -> None:
    assert read(written())["sub"] == "ann"


def test_a_key_needs_no_name_where_there_is_one() -> None:
    assert read(token(kid=None), {"keys": [public(KEY)]})["sub"] == "ann"


PEM = KEY.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)


def signed_with_the_public_key() -> str:
    """The oldest trick: the public key taken for a shared secret."""
    import base64
    import hashlib
    import hmac

    head = {"alg": "HS256", "typ": "JWT", "kid": "one"}
    body = jwt.decode(token(), options={"verify_signature": False})
    parts = [
        base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=") for each in (head, body)
    ]
    mark = hmac.new(PEM, b".".join(parts), hashlib.sha256).digest()
    return b".".join([*parts, base64.urlsafe_b64encode(mark).rstrip(b"=")]).decode()


@pytest.mark.parametrize(
    "written",
    [
        lambda: "",
        lambda: "a.b.c",
        lambda: token(OTHER),
        lambda: token(kid="two"),
        lambda: token(kid=None),  # two keys, and none is named
        lambda: token(CURVED, "ES256", "one"),
        lambda: token("", "none"),
        lambda: token("secret of thirty-two bytes or more", "HS256"),
        signed_with_the_public_key,
        lambda: token() + "x",
        lambda: token(iss="https://evil.example"),
        lambda: token(aud="other"),
        lambda: token(aud=["duebook", "other"]),
        lambda: token(aud=["duebook", "other"], azp="other"),
        lambda: token(nonce="of another sign-in"),
        lambda: token(nonce=None),
        lambda: token(nonce=["x"]),
        lambda: token(sub=None),
        lambda: token(sub=""),
        lambda: token(exp=None),
        lambda: token(exp=int(time.time()) - 120),
        lambda: token(iat=int(time.time()) + 600),
        lambda: token(nbf=int(time.time()) + 600),
    ],
)
def test_what_does_not(written: Callable[[], str]) -> None:
    with pytest.raises(NotProved):
        read(written())


@pytest.mark.parametrize(
    "keys", [{}, {"keys": []}, {"keys": [{"kid": "one"}]}, {"keys": [public(KEY, use="enc")]}]
)
def test_keys_that_are_none(keys: dict[str, Any]) -> None:
    with pytest.raises(NotProved):
        read(token(), keys)


@pytest.mark.parametrize("changed", [{"nonce": "another"}, {"issuer": "https://evil.example"}])
def test_an_answer_to_another_question_opens_nothing(
    world: World, provider: Provider, browser: Browser, changed: dict[str, str]
) -> None:
    back = provider.signs_in(browser.goes(world.acme), f"admin-{world.acme.slug}")
    session = browser.client.session
    ((state, _, _),) = session["socialaccount_states"].values()
    assert set(changed) < set(state)
    state.update(changed)
    session.save()
    assert browser.comes_back(back).status_code == 400
    assert not browser.is_in(world.acme)


def test_a_code_without_its_verifier_buys_nothing(
    world: World, provider: Provider, browser: Browser
) -> None:
    """The verifier stays in the session that asked, and is sent with the code."""
    browser.comes_back(provider.signs_in(browser.goes(world.acme), f"admin-{world.acme.slug}"))
    other = Browser()
    other.comes_back(provider.signs_in(other.goes(world.acme), f"admin-{world.acme.slug}"))
    first, second = (each["code_verifier"] for each in provider.asked)
    assert first != second
