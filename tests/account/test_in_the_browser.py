"""Passkeys, two browsers at once, phones: with Chromium and its virtual authenticator."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from duebook.visibility.models import Login
from tests.account.doing import ask_for_second_factor, code, trail
from tests.browser import chromium, grave_findings, overflow, serving
from tests.world import PASSWORD, World

pytestmark = pytest.mark.browser
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def browser(server: None) -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def world(browser: Browser) -> World:
    return World()


@pytest.fixture
def site(letters: Any) -> Iterator[str]:
    with serving() as address:  # passkeys need a name; an address will not do
        yield address.replace("127.0.0.1", "localhost")


@dataclass
class Person:
    """Somebody at a browser of their own."""

    page: Page
    site: str

    def open(self, path: str) -> None:
        self.page.goto(self.site + path)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def sign_in(self, email: str) -> None:
        self.open("/account/login/")
        self.page.get_by_label("E-mail address").fill(email)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.press("Sign in")


@contextmanager
def somebody(
    browser: Browser, site: str, *, width: int = 1440, key: bool = False, script: bool = True
) -> Iterator[Person]:
    context = browser.new_context(
        viewport={"width": width, "height": 844}, java_script_enabled=script
    )
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("response", lambda answer: complaints.extend([answer.url] * (answer.status >= 500)))
    page.on("console", lambda said: complaints.extend([said.text] * ("Content Sec" in said.text)))
    if key:
        wires = context.new_cdp_session(page)
        wires.send("WebAuthn.enable")
        wires.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    try:
        yield Person(page, site)
        assert complaints == []
    finally:
        context.close()


def test_a_passkey_is_added_and_signs_in_by_itself(
    world: World, browser: Browser, site: str
) -> None:
    email = world.acme.admin_email
    ask_for_second_factor(world.acme)
    wanted = f"/o/{world.acme.slug}/aging/?basis=invoice"
    with somebody(browser, site, key=True) as nora:
        nora.sign_in(email)
        nora.open(wanted)
        expect(nora.page.locator("h1")).to_have_text("A second factor is asked for")
        nora.page.get_by_role("link", name="Add a passkey").click()
        expect(nora.page.get_by_label("Name")).to_have_value("Chrome on Linux")
        assert nora.page.get_by_label("Sign in with it alone").is_checked()
        nora.press("Add a passkey")
        expect(nora.page.locator("h1")).to_have_text("Recovery codes")
        nora.page.get_by_role("link", name="I have kept them, go on").click()
        expect(nora.page).to_have_url(site + wanted)

        nora.page.locator("details.person summary").click()
        nora.press("Sign out")
        nora.open(f"/account/login/?next={wanted}")
        nora.press("Sign in with a passkey")
        expect(nora.page).to_have_url(site + wanted)
        told = trail(world.acme, email, of="signed in")
        assert [detail["how"] for _, detail in told] == ["password", "passkey"]

        nora.open("/account/second-factor/")
        expect(nora.page.locator(".keys")).to_contain_text("Signs in by itself")
        nora.page.get_by_role("link", name="Rename Chrome on Linux").click()
        nora.page.get_by_label("Name").fill("Laptop")
        nora.press("Rename")
        nora.page.get_by_role("link", name="Remove Laptop").click()
        expect(nora.page.get_by_role("alert")).to_contain_text("this is your last one")
        ask_for_second_factor(world.acme, asked=False)
        nora.page.reload()
        nora.press("Remove the passkey")
        expect(nora.page.locator("main")).to_contain_text("Add a passkey")
        assert trail(world.acme, email)[-1] == ("second factor removed", {"kind": "passkey"})


def test_a_security_key_comes_after_the_password_and_confirms_it_is_you(
    world: World, browser: Browser, site: str
) -> None:
    email = world.acme.member_email
    with somebody(browser, site, key=True) as nora:
        nora.sign_in(email)
        nora.open("/account/second-factor/passkeys/add/")
        nora.page.get_by_label("Sign in with it alone").uncheck()
        nora.press("Add a passkey")
        expect(nora.page.locator("h1")).to_have_text("Recovery codes")
        nora.open("/account/second-factor/")
        expect(nora.page.locator(".keys")).to_contain_text("After the password")
        nora.open("/account/second-factor/passkeys/confirm/?next=/account/email/")
        nora.press("Use the passkey")
        expect(nora.page.locator("h1")).to_have_text("Change the e-mail address")

        nora.open("/account/logout/")
        nora.press("Sign out")
        nora.sign_in(email)
        expect(nora.page.locator("h1")).to_have_text("And your second factor")
        nora.press("Use a passkey or security key")
        expect(nora.page).to_have_url(f"{site}/o/{world.acme.slug}/customers/")
        told = trail(world.acme, email, of="signed in")
        assert told[-1][1] == {"how": "password and passkey"}


def test_without_a_key_the_page_says_so_and_the_password_still_works(
    world: World, browser: Browser, site: str
) -> None:
    with somebody(browser, site) as nora:
        nora.open("/account/login/")
        wires = nora.page.context.new_cdp_session(nora.page)
        wires.send("WebAuthn.enable")  # and no authenticator is there
        options = AUTHENTICATOR | {"isUserVerified": False}
        wires.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        nora.press("Sign in with a passkey")
        expect(nora.page.get_by_role("alert")).to_contain_text("The passkey could not be read")
        nora.sign_in(world.acme.member_email)
        expect(nora.page).to_have_url(f"{site}/o/{world.acme.slug}/customers/")


def test_one_browser_signs_the_other_out(world: World, browser: Browser, site: str) -> None:
    email = world.acme.member_email
    with somebody(browser, site) as here, somebody(browser, site, width=390) as phone:
        here.sign_in(email)
        phone.sign_in(email)
        here.page.locator("details.person summary").click()
        here.page.get_by_role("link", name="Your account").click()
        here.page.get_by_role("link", name="Where you are signed in").click()
        expect(here.page.locator(".key-line")).to_have_count(2)
        here.page.locator(".key-line").get_by_role("button", name="Sign out").click()
        expect(here.page.locator("main")).to_contain_text("Nowhere else.")
        phone.page.reload()
        expect(phone.page.locator("h1")).to_have_text("Sign in")
        here.open("/account/")
        expect(here.page.locator("h1")).to_have_text("Your account")


def test_all_of_it_but_passkeys_works_without_javascript(
    world: World, browser: Browser, site: str
) -> None:
    with somebody(browser, site, script=False) as nora:
        nora.sign_in(world.acme.member_email)
        nora.open("/account/second-factor/app/")
        secret = nora.page.locator(".secret code").text_content() or ""
        nora.page.get_by_label("Code").fill(code(secret))
        nora.press("Set it up")
        expect(nora.page.locator("h1")).to_have_text("Recovery codes")
        nora.open("/account/second-factor/passkeys/add/")
        expect(nora.page.locator("main")).to_contain_text("does not know passkeys")
        expect(nora.page.get_by_role("button", name="Add a passkey")).to_have_count(0)


PLACES = (
    "/account/",
    "/account/email/",
    "/account/password/change/",
    "/account/sessions/",
    "/account/second-factor/",
    "/account/second-factor/app/",
    "/account/second-factor/passkeys/add/",
    "/account/second-factor-needed/",
    "/account/reauthenticate/",
)


@pytest.mark.parametrize("language", ["en", "he"])
def test_pages_have_no_grave_barrier_and_fit_on_a_phone(
    world: World, browser: Browser, site: str, language: str
) -> None:
    email = world.acme.member_email
    Login.objects.filter(email=email).update(name="Wolfeschlegelsteinhausenbergerdorff")
    with somebody(browser, site, width=390) as nora:
        for path in ("/account/login/", "/account/password/reset/"):
            nora.open(path)
            assert (overflow(nora.page), grave_findings(nora.page)) == (0, []), path
        nora.sign_in(email)
        kept = {"name": "django_language", "value": language, "url": site}
        nora.page.context.add_cookies([kept])  # type: ignore[list-item]
        for path in PLACES:
            nora.open(path)
            direction = "rtl" if language == "he" else "ltr"
            assert nora.page.get_attribute("html", "dir") == direction
            assert (overflow(nora.page), grave_findings(nora.page)) == (0, []), path
