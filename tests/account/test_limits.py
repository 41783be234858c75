"""Guessing is hopeless, and nobody is locked out by it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.core.cache import cache
from django.db import connection, connections
from django.test import override_settings

from duebook.web.account import attempts
from tests.account.doing import Browser, code, later, login_of, text, trail
from tests.world import World

Fresh = Callable[..., Browser]
WRONG = "not the password at all"


def test_five_wrong_tries_from_one_address_wait_five_minutes(world: World, fresh: Fresh) -> None:
    stranger, email = fresh(), world.acme.admin_email
    for _ in range(5):
        assert stranger.try_to_sign_in(email, WRONG).status_code == 400

    held = stranger.try_to_sign_in(email)  # even the right one is not looked at
    assert held.status_code == 429
    assert 280 <= int(held["Retry-After"]) <= 300
    assert "It goes on in 5 minutes" in text(held)
    assert 'href="/account/password/reset/"' in held.content.decode()
    assert stranger.post("/account/password/reset/", {"email": email}).status_code == 302

    assert len(trail(world.acme, email, of="failed")) == 5
    assert stranger.try_to_sign_in(world.acme.member_email).status_code == 302  # another account
    later()
    stranger.client.cookies.clear()
    stranger.sign_in(email)


def test_an_unknown_address_is_held_up_just_the_same(world: World, fresh: Fresh) -> None:
    stranger = fresh()
    answers = [stranger.try_to_sign_in("nobody@nowhere.example", WRONG) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [400] * 5 + [429]


def test_the_owner_is_not_locked_out_by_a_thousand_failures_elsewhere(
    world: World, fresh: Fresh
) -> None:
    email, own = world.acme.admin_email, fresh()
    own.sign_in(email)
    own.post("/account/logout/")
    for _ in range(11):  # from many addresses, until strangers are not listened to
        attacker = fresh()
        for _ in range(5):
            answer = attacker.try_to_sign_in(email, WRONG)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 3000
    assert len(trail(world.acme, email, of="failed")) == 50

    own.sign_in(email)  # the device that has signed in before
    elsewhere = fresh()
    held = elsewhere.try_to_sign_in(email)
    assert held.status_code == 429
    assert "You need not wait to set a new password" in text(held)
    other = fresh()
    assert other.try_to_sign_in(world.acme.member_email).status_code == 302


def test_a_known_device_has_a_limit_of_its_own(world: World, fresh: Fresh) -> None:
    email, own = world.acme.admin_email, fresh()
    own.sign_in(email)
    own.post("/account/logout/")
    answers = [own.try_to_sign_in(email, WRONG).status_code for _ in range(11)]
    assert answers == [400] * 10 + [429]
    stranger = fresh()
    assert stranger.try_to_sign_in(email).status_code == 302  # nobody else is held up by it


def test_a_device_is_known_for_its_own_account_and_not_by_a_forged_cookie(
    world: World, fresh: Fresh
) -> None:
    own = fresh()
    own.sign_in(world.acme.member_email)
    name, kept = next((n, c) for n, c in own.client.cookies.items() if n.startswith("device-"))
    assert kept["httponly"]
    assert kept["samesite"] == "Lax"
    own.post("/account/logout/")
    answers = [own.try_to_sign_in(world.acme.admin_email, WRONG).status_code for _ in range(6)]
    assert answers == [400] * 5 + [429]

    forger = fresh()
    forger.client.cookies[name] = kept.value[:-2] + "xx"
    tries = [forger.try_to_sign_in(world.acme.member_email, WRONG).status_code for _ in range(6)]
    assert tries == [400] * 5 + [429]


def test_an_office_behind_one_address_signs_in(world: World, fresh: Fresh) -> None:
    for n in range(35):
        email = world.acme.admin_email if n % 2 else world.acme.member_email
        assert fresh("203.0.113.77").try_to_sign_in(email).status_code == 302


def test_thirty_wrong_tries_a_minute_from_one_address(
    world: World, fresh: Fresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (attempts.ALL.amount, attempts.ALL.seconds) == (30, 60)
    monkeypatch.setattr(attempts, "ALL", replace(attempts.ALL, seconds=3600))  # if it is slow here
    stranger = fresh()
    answers = [
        stranger.try_to_sign_in(f"nobody{n}@nowhere.example", WRONG).status_code for n in range(31)
    ]
    assert answers == [400] * 30 + [429]
    assert fresh().try_to_sign_in("nobody@nowhere.example", WRONG).status_code == 400


def test_a_header_of_the_client_does_not_make_it_another_address(
    world: World, fresh: Fresh
) -> None:
    email = world.acme.admin_email
    stranger = fresh()
    answers = [
        stranger.post(
            "/account/login/",
            {"login": email, "password": WRONG},
            headers={"X-Forwarded-For": f"203.0.113.{n}", "X-Real-IP": f"203.0.113.{n}"},
        ).status_code
        for n in range(6)
    ]
    assert answers == [400] * 5 + [429]


def test_behind_a_proxy_its_own_word_counts(world: World, fresh: Fresh) -> None:
    """The proxy appends whom it saw; what stands before was said by the client."""
    email, proxied = world.acme.admin_email, fresh()

    def tried(forwarded: str) -> int:
        return proxied.post(
            "/account/login/",
            {"login": email, "password": WRONG},
            headers={"X-Forwarded-For": forwarded},
        ).status_code

    with override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=1):
        answers = [tried(f"203.0.113.{n}, 192.0.2.7") for n in range(6)]
        assert answers == [400] * 5 + [429]
        assert tried("192.0.2.8") == 400
    with override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=2):  # fewer words than proxies
        assert tried("203.0.113.99") == 400
        assert proxied.get("/account/login/").status_code == 200


def test_half_of_an_address_of_version_6_is_free_to_choose(world: World, fresh: Fresh) -> None:
    email = world.acme.admin_email
    tries = [fresh(f"2001:db8:1:2::{n}").try_to_sign_in(email, WRONG) for n in range(1, 7)]
    assert [answer.status_code for answer in tries] == [400] * 5 + [429]
    assert fresh("2001:db8:1:3::1").try_to_sign_in(email, WRONG).status_code == 400


def test_success_now_and_then_does_not_wipe_out_failures(world: World, fresh: Fresh) -> None:
    browser, email = fresh(), world.acme.admin_email
    for _ in range(4):
        browser.try_to_sign_in(email, WRONG)
    browser.sign_in(email)
    browser.client.cookies.clear()
    assert browser.try_to_sign_in(email, WRONG).status_code == 400
    assert browser.try_to_sign_in(email, WRONG).status_code == 429


def test_many_tries_at_once_are_counted_one_by_one(world: World) -> None:
    def counted(_: int) -> bool:
        try:
            return attempts.within(attempts.Limit("race", 5, 60), world.acme.slug)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(counted, range(40))) == 5


def test_codes_are_limited_and_a_code_is_good_once(world: World, fresh: Fresh) -> None:
    email, own = world.acme.admin_email, fresh()
    own.sign_in(email)
    secret = own.add_app()

    thief = fresh()  # who knows the password
    assert thief.try_to_sign_in(email)["Location"] == "/account/login/code/"
    answers = [thief.post("/account/login/code/", {"code": "000000"}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [400] * 5 + [429]
    assert int(answers[-1]["Retry-After"]) > 280
    failures = trail(world.acme, email, of="failed")
    assert failures == [("sign-in failed", {"how": "app"})] * 5

    own.post("/account/logout/")
    own.try_to_sign_in(email)
    now = code(secret)
    assert own.post("/account/login/code/", {"code": now}).status_code == 302
    assert own.is_in
    own.post("/account/logout/")
    own.try_to_sign_in(email)
    again = own.post("/account/login/code/", {"code": now})
    assert again.status_code == 400
    assert "wrong or used up" in text(again)
    assert own.post("/account/login/code/", {"code": code(secret, steps=1)}).status_code == 302
    signed_in = trail(world.acme, email, of="signed in")
    assert signed_in[-1] == ("signed in", {"how": "password and app"})


def test_confirming_that_it_is_you_is_limited_too(world: World, fresh: Fresh) -> None:
    browser = fresh()
    browser.sign_in(world.acme.admin_email)
    for _ in range(10):
        wrong = browser.post("/account/reauthenticate/", {"password": WRONG})
        assert wrong.status_code == 400
    held = browser.post("/account/reauthenticate/", {"password": WRONG})
    assert held.status_code == 429
    assert held["Retry-After"]
    assert "Too many tries" in text(held)
    assert login_of(world.acme.admin_email).is_active


@pytest.mark.parametrize("value", [1, "one", [1.5, 2.5], {"a": None}, True])
def test_the_cache_keeps_what_json_can_hold(server: None, value: object) -> None:
    cache.set("kept", value, 30)
    assert cache.get("kept") == value
    assert cache.add("kept", "another", 30) is False
    assert cache.get_many(["kept", "not-there"]) == {"kept": value}
    assert cache.touch("kept", 60)
    assert cache.delete("kept")
    assert cache.get("kept", "gone") == "gone"


def test_what_is_over_is_gone_and_swept_out(server: None, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.set("over", 1, 30)
    cache.set("for-ever", 1, None)
    later_only = "UPDATE door.cache SET expires = now() WHERE cache_key LIKE '%over'"
    with connection.cursor() as cursor:
        cursor.execute(later_only)
        assert cache.get("over") is None
        assert cache.get("for-ever") == 1
        assert cache.add("over", 2, 30) is True
        cursor.execute(later_only)
        monkeypatch.setattr("duebook.web.account.cache.SWEEP_EVERY", 1)
        cache.set("another", 1, 30)
        cursor.execute("SELECT count(*) FROM door.cache WHERE cache_key LIKE '%over'")
        assert cursor.fetchone() == (0,)
    cache.delete("for-ever")


def test_many_entries_do_not_push_out_a_count(server: None) -> None:
    """Django's own cache in the database forgets by the alphabet after 300 of them."""
    limit = attempts.Limit("kept", 2, 600)
    assert attempts.within(limit, "somebody")
    for n in range(400):
        attempts.within(limit, f"noise {n}")
    assert attempts.within(limit, "somebody")
    assert not attempts.within(limit, "somebody")
