"""A server that an organisation's admin has named is asked with care."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import flask
import pytest
import requests
from django.test import override_settings

from duebook.outside import asking
from duebook.outside.asking import GuardedSession, is_allowed, is_elsewhere
from duebook.web.elsewhere.discovery import WELL_KNOWN, Unusable, discovered
from tests.sign_in_elsewhere.elsewhere import Provider

Answer = Callable[[], flask.Response]


@pytest.mark.parametrize(
    ("url", "here", "in_public"),
    [
        ("https://login.example", True, True),
        ("https://login.example:8443/tenant/", True, True),
        ("http://login.example", False, False),
        ("http://localhost:8080", True, False),
        ("http://127.0.0.1", True, False),
        ("http://localhost.evil.example", False, False),
        ("https://me:secret@login.example", False, False),
        ("https://login.example/#x", False, False),
        ("https://", False, False),
        ("https://login.example:port", False, False),
        ("file:///etc/passwd", False, False),
        ("ftp://login.example", False, False),
        ("", False, False),
    ],
)
def test_addresses_that_may_be_asked(url: str, here: bool, in_public: bool) -> None:
    assert is_allowed(url) == here
    with override_settings(IS_PUBLIC=True):
        assert is_allowed(url) == in_public


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("2002:7f00:1::", False),
        ("64:ff9b::a00:1", False),
    ],
)
def test_what_is_elsewhere(address: str, expected: bool) -> None:
    assert is_elsewhere(address) == expected


@override_settings(IS_PUBLIC=True)
@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "0.0.0.0", "2130706433"])
def test_a_public_server_does_not_even_knock_at_its_own_network(host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        port = listening.getsockname()[1]
        with pytest.raises(Unusable):
            discovered(f"https://{host}:{port}")
        with pytest.raises(TimeoutError):
            listening.accept()


@override_settings(IS_PUBLIC=True)
def test_one_bad_address_among_good_ones_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """And the name is looked up once: nobody can change what it means in between."""
    looked_up = []

    def found(host: str, port: int, **more: Any) -> list[Any]:
        looked_up.append(host)
        return [(2, 1, 6, "", ("93.184.216.34", port)), (2, 1, 6, "", ("10.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", found)
    with pytest.raises(Unusable, match="inside this server's network"):
        discovered("https://login.example")
    assert looked_up == ["login.example"]


def test_redirects_are_not_followed(provider: Provider) -> None:
    away = {"Location": "http://169.254.169.254/"}
    provider.overrides[WELL_KNOWN] = lambda: flask.Response(status=302, headers=away)
    with pytest.raises(Unusable, match="status 302"):
        discovered(provider.issuer)


def test_what_is_too_much_is_not_read(provider: Provider) -> None:
    provider.overrides[WELL_KNOWN] = lambda: flask.Response(b"x" * 1024 for _ in range(100_000))
    with pytest.raises(Unusable):
        discovered(provider.issuer)


def test_what_is_too_slow_is_not_waited_for(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "ALL_SECONDS", 0.5)

    dropped = []

    def slow() -> flask.Response:
        def drops() -> Any:
            for drop in range(300):
                time.sleep(0.1)
                dropped.append(drop)
                yield b" " * 16384

        return flask.Response(drops())

    provider.overrides[WELL_KNOWN] = slow
    with pytest.raises(Unusable):
        discovered(provider.issuer)
    assert len(dropped) < 300


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda: flask.Response("no", status=404), "status 404"),
        (lambda: flask.Response("<html>"), "no JSON"),
        (lambda: flask.jsonify([1]), "not a description"),
        (lambda: flask.jsonify({}), "calls itself"),
        (lambda: flask.jsonify({"issuer": "https://evil.example"}), "calls itself"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(provider: Provider, answer: Answer, said: str) -> None:
    provider.overrides[WELL_KNOWN] = answer
    with pytest.raises(Unusable, match=said) as wrong:
        discovered(provider.issuer)
    assert str(wrong.value).endswith(".")


@pytest.mark.parametrize("endpoint", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize("written", [None, "http://evil.example/", "javascript:alert(1)"])
def test_every_address_in_the_description_is_looked_at(
    provider: Provider, endpoint: str, written: str | None
) -> None:
    told = discovered(provider.issuer).config | {endpoint: written}
    provider.overrides[WELL_KNOWN] = lambda: flask.jsonify(told)
    with pytest.raises(Unusable, match=endpoint):
        discovered(provider.issuer)


def test_nothing_of_this_machine_goes_along(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://localhost:1")
    monkeypatch.setenv("ALL_PROXY", "http://localhost:1")
    assert discovered(provider.issuer).issuer == provider.issuer
    with pytest.raises(requests.RequestException), GuardedSession() as session:
        session.get("http://evil.example/")


def test_a_slow_provider_leaves_threads_for_everybody_else(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "TURN_SECONDS", 0.05)
    came, go_on = threading.Semaphore(0), threading.Event()

    def slow() -> flask.Response:
        came.release()
        go_on.wait(30)
        return flask.jsonify({})

    def asks() -> str:
        try:
            discovered(provider.issuer)
        except Unusable as trouble:
            return str(trouble)
        return ""

    provider.overrides[WELL_KNOWN] = slow
    with ThreadPoolExecutor(2) as others:
        waiting = [others.submit(asks) for _ in range(2)]
        assert all(came.acquire(timeout=30) for _ in waiting)
        assert asks() == "The provider does not answer in time."
        assert not any(each.done() for each in waiting)
        go_on.set()
        assert all("calls itself" in each.result() for each in waiting)
    assert "calls itself" in asks()
