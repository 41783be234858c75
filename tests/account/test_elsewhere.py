"""Sessions that an organisation's identity provider vouched for change nothing of the account."""

from __future__ import annotations

from django.urls import URLPattern

from duebook.web.account import urls
from tests.account.doing import Browser, login_of, text, trail
from tests.world import World

OPEN = {  # signing in and out, and what a letter proves
    "account_login",
    "account_logout",
    "account_inactive",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_confirm_email",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "second_factor_needed",
}
PAGES = [each for each in urls.urlpatterns if isinstance(each, URLPattern)]
CLOSED = [each for each in PAGES if each.name not in OPEN]


def vouched(browser: Browser, world: World) -> None:
    """As the sign-in by a provider leaves it."""
    browser.sign_in(world.acme.admin_email)
    session = browser.client.session
    session["only_org"] = world.acme.slug
    session.save()


def test_such_a_session_reaches_no_page_that_changes_the_login(
    world: World, browser_at: Browser
) -> None:
    vouched(browser_at, world)
    for page in CLOSED:
        path = f"/account/{page.pattern}".replace("<int:pk>", "1").replace("<int:session_id>", "1")
        for answer in (browser_at.get(path), browser_at.post(path, {"email": "a@b.example"})):
            assert answer.status_code == 403, path
            assert "You are signed in through Acme" in text(answer)
            assert "no-store" in answer["Cache-Control"]


def test_the_list_of_open_pages_is_what_it_says(world: World, browser_at: Browser) -> None:
    assert {str(each.name) for each in PAGES} >= OPEN
    assert len(CLOSED) >= 19
    vouched(browser_at, world)
    assert browser_at.get(f"/o/{world.acme.slug}/aging/").status_code == 200
    assert browser_at.post("/account/logout/").status_code == 302


def test_what_it_does_stands_in_that_organisation_s_trail_alone(
    world: World, browser_at: Browser
) -> None:
    """The person belongs to both."""
    from duebook.visibility.organisations import add_person

    add_person(world.acme.admin_email, slug=world.zenith.slug, role="member", accounts=[])
    vouched(browser_at, world)
    browser_at.post("/account/logout/")
    email = world.acme.admin_email
    assert [action for action, _ in trail(world.acme, email)][-2:] == ["signed in", "signed out"]
    assert [action for action, _ in trail(world.zenith, email)][-1:] == ["signed in"]
    assert login_of(email).is_active
