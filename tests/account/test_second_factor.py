"""Apps with codes and recovery codes; organisations that ask for a second factor."""

from __future__ import annotations

import re
from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.core import mail

from tests.account.doing import (
    NEW_PASSWORD,
    Browser,
    ask_for_second_factor,
    code,
    login_of,
    text,
    trail,
)
from tests.world import World

Fresh = Callable[..., Browser]


def place(world: World) -> str:
    return f"/o/{world.acme.slug}/aging/?basis=invoice"


def test_an_organisation_asks_for_one_and_leads_there_and_back(
    world: World, browser_at: Browser
) -> None:
    ask_for_second_factor(world.acme)
    browser_at.sign_in(world.acme.admin_email)
    sent = browser_at.get(place(world))
    assert sent.status_code == 302
    page = browser_at.get(sent["Location"])
    assert "Acme lets in only those who sign in with a second factor" in text(page)
    assert "/account/second-factor/app/" in page.content.decode()
    assert "/account/second-factor/passkeys/add/" in page.content.decode()

    browser_at.add_app()
    codes = browser_at.get("/account/second-factor/codes/")
    assert "I have kept them, go on" in text(codes)
    on = browser_at.get("/account/second-factor-needed/")
    assert (on.status_code, on["Location"]) == (302, place(world))
    assert browser_at.get(place(world)).status_code == 200


def test_other_sessions_have_not_shown_it(world: World, fresh: Fresh) -> None:
    """One session adds a factor; another of the same login must show it before it gets in."""
    ask_for_second_factor(world.acme)
    here, elsewhere = fresh(), fresh()
    here.sign_in(world.acme.admin_email)
    elsewhere.sign_in(world.acme.admin_email)
    secret = here.add_app()
    assert here.get(place(world)).status_code == 200

    sent = elsewhere.get(place(world))
    assert sent.status_code == 302
    page = elsewhere.get(sent["Location"])
    assert "Show yours, then it goes on." in text(page)
    way = re.search(r'href="(/account/second-factor/confirm/\?next=[^"]+)"', page.content.decode())
    assert way
    shown = elsewhere.post(way[1].replace("&amp;", "&"), {"code": code(secret)})
    assert (shown.status_code, shown["Location"]) == (302, place(world))
    assert elsewhere.get(place(world)).status_code == 200


def test_signing_in_asks_for_it_and_goes_on_to_where_one_wanted(
    world: World, browser_at: Browser
) -> None:
    ask_for_second_factor(world.acme)
    email = world.acme.admin_email
    browser_at.sign_in(email)
    secret = browser_at.add_app()
    browser_at.post("/account/logout/")

    answer = browser_at.try_to_sign_in(email, next=place(world))
    assert answer["Location"] == "/account/login/code/"
    assert not browser_at.is_in  # with the password alone
    wrong = browser_at.post("/account/login/code/", {"code": "000000"})
    assert wrong.status_code == 400
    assert "wrong or used up" in text(wrong)
    done = browser_at.post("/account/login/code/", {"code": code(secret)})
    assert (done.status_code, done["Location"]) == (302, place(world))
    assert browser_at.get(place(world)).status_code == 200


def test_one_may_start_again_between_password_and_code(world: World, browser_at: Browser) -> None:
    browser_at.sign_in(world.acme.admin_email)
    browser_at.add_app()
    browser_at.post("/account/logout/")
    browser_at.try_to_sign_in(world.acme.admin_email)
    assert browser_at.get("/account/login/").status_code == 302  # to the code
    browser_at.post("/account/logout/", {"next": "/account/login/"})
    assert browser_at.get("/account/login/").status_code == 200
    assert browser_at.get("/account/login/code/")["Location"] == "/account/login/"


def test_a_recovery_code_stands_in_once(world: World, browser_at: Browser) -> None:
    email = world.acme.admin_email
    browser_at.sign_in(email)
    browser_at.add_app()
    file = browser_at.get("/account/second-factor/codes/file/")
    assert "attachment" in file["Content-Disposition"]
    codes = file.content.decode().split()
    assert len(set(codes)) == 10

    for status in (302, 400):
        browser_at.post("/account/logout/")
        browser_at.try_to_sign_in(email)
        answer = browser_at.post("/account/login/code/", {"code": codes[0]})
        assert answer.status_code == status
    browser_at.post("/account/login/code/", {"code": codes[1]})
    assert "8 are left" in text(browser_at.get("/account/second-factor/"))
    entries = trail(world.acme, email, of="signed in")
    assert entries[-1] == ("signed in", {"how": "password and recovery code"})

    assert browser_at.post("/account/second-factor/codes/new/").status_code == 302
    assert "10 are left" in text(browser_at.get("/account/second-factor/"))
    browser_at.post("/account/logout/")
    browser_at.try_to_sign_in(email)
    assert browser_at.post("/account/login/code/", {"code": codes[2]}).status_code == 400


def test_the_last_one_stays_while_an_organisation_asks_for_it(
    world: World, fresh: Fresh, letters: list[mail.EmailMessage]
) -> None:
    email, here, elsewhere = world.acme.admin_email, fresh(), fresh()
    here.sign_in(email)
    secret = here.add_app()
    ask_for_second_factor(world.acme)
    refused = here.post("/account/second-factor/app/remove/")
    assert refused.status_code == 400
    assert "Acme asks for a second factor, and this is your last one." in text(refused)
    assert "Remove the app" not in text(here.get("/account/second-factor/app/remove/"))[20:]

    ask_for_second_factor(world.acme, asked=False)
    elsewhere.try_to_sign_in(email)
    elsewhere.post("/account/login/code/", {"code": code(secret, steps=1)})
    assert elsewhere.is_in
    assert here.post("/account/second-factor/app/remove/").status_code == 302
    assert not Authenticator.objects.filter(user_id=login_of(email).pk).exists()
    assert not elsewhere.is_in
    assert here.is_in
    assert trail(world.acme, email)[-1] == ("second factor removed", {"kind": "app"})
    assert [letter.subject for letter in letters][
        -1
    ] == "The app for codes was removed from Duebook"

    ask_for_second_factor(world.acme)  # what the session had shown counts no more
    assert here.get(place(world)).status_code == 302


def test_codes_and_secrets_are_sealed_and_in_no_entry(world: World, browser_at: Browser) -> None:
    email = world.acme.admin_email
    browser_at.sign_in(email)
    secret = browser_at.add_app()
    kept = str(list(Authenticator.objects.filter(user_id=login_of(email).pk).values("data")))
    assert "gAAAA" in kept
    assert secret not in kept
    told = str(trail(world.acme, email))
    assert secret not in told
    assert "password for the tests" not in told


def test_it_must_be_you_who_changes_it(world: World, browser_at: Browser) -> None:
    """Some minutes after signing in, the password is asked for once more; then it goes on."""
    browser_at.sign_in(world.acme.admin_email)
    session = browser_at.client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 3600
    session["account_authentication_methods"] = session["account_authentication_methods"]
    session.save()
    for path in (
        "/account/second-factor/app/",
        "/account/second-factor/passkeys/add/",
        "/account/email/",
    ):
        asked = browser_at.get(path)
        assert asked.status_code == 302
        assert asked["Location"].startswith("/account/reauthenticate/?next=")
    wrong = browser_at.post(asked["Location"], {"password": "not mine at all"})
    assert wrong.status_code == 400
    answer = browser_at.post(asked["Location"], {"password": "a password for the tests"})
    assert answer["Location"] == "/account/email/"
    assert browser_at.get("/account/email/").status_code == 200


def test_what_was_typed_waits_in_no_session_until_it_is_proved_to_be_you(
    world: World, browser_at: Browser
) -> None:
    email = world.acme.admin_email
    browser_at.sign_in(email)
    browser_at.add_app()
    login = login_of(email)
    login.set_unusable_password()  # as of somebody who has only ever come by a passkey
    login.save()
    browser_at.client.force_login(login)
    data = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    asked = browser_at.post("/account/password/set/", data)
    assert (
        asked["Location"] == "/account/second-factor/confirm/?next=%2Faccount%2Fpassword%2Fset%2F"
    )
    assert NEW_PASSWORD not in str(dict(browser_at.client.session))
    assert not login_of(email).has_usable_password()


def test_nonsense_in_place_of_a_passkey_is_refused(world: World, browser_at: Browser) -> None:
    nonsense = (
        "",
        "1",
        "[]",
        "null",
        "{}",
        '{"id": 5}',
        '{"response": {}}',
        '{"response": 5}',
        "x",
        '{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"AA",'
        '"authenticatorData":"AA","signature":"AA","userHandle":"_w"}}',
    )
    for credential in nonsense:
        answer = browser_at.post("/account/login/passkey/", {"credential": credential})
        assert (answer.status_code, answer["Location"]) == (302, "/account/login/"), credential
    assert "This passkey is not known here" in text(browser_at.get("/account/login/"))
    browser_at.sign_in(world.acme.admin_email)
    for credential in nonsense:
        data = {"credential": credential, "name": "x"}
        answer = browser_at.post("/account/second-factor/passkeys/add/", data)
        assert answer.status_code == 400, credential
