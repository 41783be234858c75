"""Signing in and out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import URLPattern

from duebook.visibility.models import Login
from duebook.web.account import urls
from tests.account.doing import Browser, login_of, text, trail
from tests.world import World

Fresh = Callable[..., Browser]


def test_one_signs_in_to_where_one_wanted_to_go(world: World, browser_at: Browser) -> None:
    wanted = f"/o/{world.acme.slug}/aging/?basis=invoice"
    asked = browser_at.get(wanted)
    assert asked.status_code == 302
    assert asked["Location"].startswith("/account/login/?next=")

    page = browser_at.get(asked["Location"])
    assert f'name="next" value="{wanted}"' in page.content.decode()
    answer = browser_at.try_to_sign_in(world.acme.admin_email, next=wanted)
    assert (answer.status_code, answer["Location"]) == (302, wanted)
    assert browser_at.get(wanted).status_code == 200


def test_a_wrong_password_is_said_at_the_form_and_stands_in_the_trail(
    world: World, browser_at: Browser
) -> None:
    email = world.acme.member_email
    answer = browser_at.try_to_sign_in(email, "not the password at all")
    assert answer.status_code == 400
    assert "do not belong together" in text(answer)
    assert not browser_at.is_in
    assert trail(world.acme, email) == [("sign-in failed", {"how": "password"})]
    assert trail(world.zenith, world.zenith.member_email) == []


def test_signing_in_and_out_stand_in_the_trail_with_how_and_from_where(
    world: World, browser_at: Browser
) -> None:
    email = world.acme.member_email
    browser_at.sign_in(email)
    answer = browser_at.post("/account/logout/")
    assert answer["Location"] == "/account/login/"
    assert not browser_at.is_in
    assert trail(world.acme, email) == [("signed in", {"how": "password"}), ("signed out", {})]


def test_the_case_of_an_address_does_not_matter(world: World, browser_at: Browser) -> None:
    Login.objects.filter(email=world.acme.member_email).update(email="Mia.Stone@Acme.Example")
    browser_at.sign_in("mia.STONE@acme.example")


def test_the_session_is_another_one_after_signing_in(world: World, browser_at: Browser) -> None:
    browser_at.get("/account/login/passkey/", headers={"Accept": "application/json"})
    before = browser_at.client.cookies["sessionid"].value
    browser_at.sign_in(world.acme.member_email)
    inside = browser_at.client.cookies["sessionid"].value
    assert before != inside
    browser_at.post("/account/logout/")
    browser_at.client.cookies["sessionid"] = inside
    assert not browser_at.is_in


def test_nobody_is_led_to_another_server(world: World, browser_at: Browser) -> None:
    for place in (
        "https://evil.example/",
        "//evil.example/",
        "http://127.0.0.1:1/",
        "javascript:1",
    ):
        answer = browser_at.try_to_sign_in(world.acme.member_email, next=place)
        assert (answer.status_code, answer["Location"]) == (302, "/")
        browser_at.post("/account/logout/")


def test_a_closed_sign_in_says_so_to_who_knows_the_password(
    world: World, browser_at: Browser
) -> None:
    email = world.acme.member_email
    Login.objects.filter(email=email).update(is_active=False)
    wrong = browser_at.try_to_sign_in(email, "not the password at all")
    assert "do not belong together" in text(wrong)
    answer = browser_at.try_to_sign_in(email)
    assert answer["Location"] == "/account/inactive/"
    assert "closed" in text(browser_at.get("/account/inactive/"))
    assert not browser_at.is_in


def test_closing_a_sign_in_ends_its_sessions(world: World, browser_at: Browser) -> None:
    browser_at.sign_in(world.acme.member_email)
    Login.objects.filter(email=world.acme.member_email).update(is_active=False)
    assert not browser_at.is_in


@pytest.mark.parametrize(
    "path",
    [
        "/account/signup/",
        "/account/login/code/confirm/",
        "/account/2fa/",
        "/account/3rdparty/",
        "/account/3rdparty/signup/",
        "/account/social/connections/",
    ],
)
def test_what_is_not_used_is_not_there(server: None, browser_at: Browser, path: str) -> None:
    assert browser_at.get(path).status_code == 404


def test_every_page_without_an_argument_answers(world: World, browser_at: Browser) -> None:
    """To nobody and to somebody: a page, the way to sign in, or no such page."""
    pages = [each for each in urls.urlpatterns if isinstance(each, URLPattern)]
    paths = {f"/account/{each.pattern}" for each in pages if "<" not in str(each.pattern)}
    assert len(paths) > 20
    for path in sorted(paths):
        assert browser_at.get(path).status_code in (200, 302, 400, 404, 405), path
    browser_at.sign_in(world.acme.admin_email)
    for path in sorted(paths):
        if path != "/account/logout/":
            assert browser_at.get(path).status_code in (200, 302, 400, 404, 405), path
    assert browser_at.is_in


def test_a_password_from_the_command_line_needs_no_further_proof(
    world: World, browser_at: Browser
) -> None:
    """The login has no row of allauth's until it is first used."""
    login = login_of(world.acme.admin_email)
    assert not login.emailaddress_set.exists()  # type: ignore[attr-defined]  # of allauth
    browser_at.sign_in(world.acme.admin_email)
    row = login.emailaddress_set.get()  # type: ignore[attr-defined]
    assert (row.email, row.verified, row.primary) == (world.acme.admin_email, True, True)
