"""What browsers are told with each page, and how cookies are set on a public server."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests.account.doing import Browser
from tests.world import PASSWORD, World

Fresh = Callable[..., Browser]
SIGNED_OUT = (
    "/account/login/",
    "/account/password/reset/",
    "/account/password/reset/sent/",
    "/account/password/reset/done/",
    "/account/password/reset/1-x/y/",
    "/account/email/confirm/x/",
    "/account/inactive/",
    "/no/such/page/",
)
SIGNED_IN = (
    "/account/",
    "/account/password/change/",
    "/account/email/",
    "/account/sessions/",
    "/account/second-factor-needed/",
    "/account/second-factor/",
    "/account/second-factor/app/",
    "/account/second-factor/passkeys/add/",
    "/account/reauthenticate/",
    "/account/logout/",
)
WITH_APP = (
    "/account/second-factor/",
    "/account/second-factor/app/remove/",
    "/account/second-factor/codes/",
    "/account/second-factor/codes/new/",
    "/account/second-factor/codes/file/",
    "/account/second-factor/confirm/",
)
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:")


def checked(browser: Browser, path: str) -> None:
    answer = browser.get(path)
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy, path
    assert "unsafe" not in policy, path
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert INLINE.findall(answer.content.decode()) == [], path
    if path.startswith("/account/"):
        assert {"no-store", "private"} <= set(re.split(r",\s*", answer["Cache-Control"])), path


def test_every_page_has_a_policy_nothing_inline_and_stays_in_no_cache(
    world: World, browser_at: Browser
) -> None:
    for path in SIGNED_OUT:
        checked(browser_at, path)
    browser_at.sign_in(world.acme.admin_email)
    for path in SIGNED_IN:
        checked(browser_at, path)
    browser_at.add_app()
    for path in WITH_APP:
        checked(browser_at, path)
    browser_at.post("/account/logout/")
    browser_at.try_to_sign_in(world.acme.admin_email)
    checked(browser_at, "/account/login/code/")
    for _ in range(11):
        held = browser_at.try_to_sign_in(world.acme.member_email, "not the password")
    assert held.status_code == 302  # first the code, or start again
    browser_at.post("/account/logout/")
    for _ in range(6):
        held = browser_at.try_to_sign_in(world.acme.member_email, "not the password")
    assert held.status_code == 429
    assert "no-store" in held["Cache-Control"]
    assert INLINE.findall(held.content.decode()) == []


def public(*command: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"DUEBOOK_URL": "https://ar.example"}
    return subprocess.run(
        [sys.executable, *command], env=environment, capture_output=True, text=True, check=False
    )


def test_django_s_own_check_finds_nothing() -> None:
    ended = public("-m", "django", "check", "--deploy", "--fail-level", "WARNING")
    assert ended.returncode == 0, ended.stderr


@pytest.fixture(scope="module")
def told(server: None) -> dict[str, Any]:
    world = World()
    ended = public("-m", "tests.account.public_server", world.acme.admin_email, PASSWORD)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout.splitlines()[-1])


def test_a_public_server_speaks_https_alone(told: dict[str, Any]) -> None:
    assert told["redirect"] == [301, "https://ar.example/account/login/"]
    hsts = told["page"]["Strict-Transport-Security"]
    assert hsts == "max-age=31536000; includeSubDomains; preload"
    status, headers = told["inside"]
    assert (status, headers["Location"]) == (302, "/")
    assert "no-store" in headers["Cache-Control"]
    assert told["asked"] == 302


def test_its_cookies_are_bound_to_the_host_and_to_https(told: dict[str, Any]) -> None:
    names = set(told["cookies"])
    assert {"__Host-session", "__Host-csrf", "__Host-language"} <= names
    assert any(name.startswith("__Host-device-") for name in names)
    for name, kept in told["cookies"].items():
        assert name.startswith("__Host-")
        assert kept == {
            "secure": True,
            "httponly": True,
            "path": "/",
            "domain": "",
            "samesite": "Lax",
        }, name
