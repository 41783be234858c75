"""Which passwords are taken, and what follows from changing one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.hashers import get_hasher, identify_hasher, make_password
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import override_settings

from config import settings as product
from duebook.visibility.models import Login
from duebook.web.account.passwords import bits
from tests.account.doing import NEW_PASSWORD, Browser, link, login_of, text, trail
from tests.world import PASSWORD, World

Fresh = Callable[..., Browser]
NORA = Login(email="nora.feld@marlowick.example", name="Nora Feld")


@pytest.mark.parametrize(
    "password",
    [
        "aaaaaaaaaaaa",
        "123456789012",
        "987654321098",
        "abcabcabcabc",
        "111122223333",
        "passwordpassword",
        "password1234",
        "P@ssw0rd2024!",
        "qwertyuiopas",
        "1q2w3e4r5t6y",
        "iloveyou1234",
        "welcome2024!!",
        "summerwinter2024",
        "letmeinletmein!",
        "Nora-Marlowick-2026",
        "feld.nora.feld.nora",
        "duebookduebook1",
        "a" * 500,
        "elevenchars",
    ],
)
def test_what_a_guesser_tries_first_is_refused(server: None, password: str) -> None:
    with pytest.raises(ValidationError) as refused:
        validate_password(password, NORA)
    assert all(sentence.endswith(".") for sentence in refused.value.messages)


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        NEW_PASSWORD,
        "open-the-duebook",
        "correct horse battery",
        "wet-paint-Tuesday",
        "tr0ub4dor&3xyz",
        "kd93-fjw2-x8ab",
        "שלושה סוסים ירוקים",
        "x7" + "long and unrelated " * 40,
    ],
)
def test_what_is_hard_to_guess_is_taken(server: None, password: str) -> None:
    validate_password(password, NORA)


def test_ones_own_words_are_worth_nothing() -> None:
    own = frozenset({"marlowick", "nora"})
    assert bits("nora-marlowick", own=own) < 15 < bits("nora-marlowick", own=frozenset())


def test_the_organisation_s_name_is_no_password(world: World, browser_at: Browser) -> None:
    browser_at.sign_in(world.acme.admin_email)
    answer = change(browser_at, f"{world.acme.slug}-Acme-2026")
    assert answer.status_code == 400
    assert "your name, address or organisation" in text(answer)


def change(browser: Browser, new: str, *, old: str = PASSWORD, again: str = ""):
    data = {"oldpassword": old, "password1": new, "password2": again or new}
    return browser.post("/account/password/change/", data)


def test_passwords_are_kept_by_argon2() -> None:
    with override_settings(PASSWORD_HASHERS=product.PASSWORD_HASHERS):
        kept = make_password("anything")
        assert identify_hasher(kept).algorithm == "argon2"
        assert get_hasher().decode(kept)["memory_cost"] >= 19 * 1024  # KiB, what OWASP asks


def test_changing_it_ends_all_other_sessions_and_says_so(
    world: World, fresh: Fresh, letters: list[mail.EmailMessage]
) -> None:
    email, here, elsewhere = world.acme.member_email, fresh(), fresh()
    here.sign_in(email)
    elsewhere.sign_in(email)

    wrong = change(here, NEW_PASSWORD, old="not my password")
    assert wrong.status_code == 400
    assert "This is not your password." in text(wrong)
    assert change(here, NEW_PASSWORD, again="something else entirely").status_code == 400
    assert elsewhere.is_in

    answer = change(here, NEW_PASSWORD)
    assert (answer.status_code, answer["Location"]) == (302, "/account/")
    assert "All other sessions are signed out." in text(here.get("/account/"))
    assert here.is_in
    assert not elsewhere.is_in
    assert trail(world.acme, email)[-2:] == [
        ("sign-in failed", {"how": "password"}),
        ("password changed", {}),
    ]
    assert [letter.to for letter in letters] == [[email]]
    assert "Your password was changed" in letters[0].body
    fresh().sign_in(email, NEW_PASSWORD)
    assert fresh().try_to_sign_in(email, PASSWORD).status_code == 400


def test_a_new_password_by_letter(
    world: World, fresh: Fresh, letters: list[mail.EmailMessage]
) -> None:
    email, signed_in, forgetful = world.acme.member_email, fresh(), fresh()
    signed_in.sign_in(email)
    forgetful.post("/account/password/reset/", {"email": email.upper()})
    path = link(letters[0])
    form = forgetful.get(path)
    assert form.status_code == 302
    assert form["Location"].endswith("/set-password/")  # the secret leaves the address bar
    page = forgetful.get(form["Location"])
    assert "Set a new password" in text(page)

    short = forgetful.post(form["Location"], {"password1": "short", "password2": "short"})
    assert short.status_code == 400
    assert "at least 12" in text(short)
    data = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    done = forgetful.post(form["Location"], data)
    assert done["Location"] == "/account/password/reset/done/"
    assert not forgetful.is_in  # a second factor may still be asked for
    assert not signed_in.is_in
    assert trail(world.acme, email)[-1] == ("password reset", {})
    assert "A new password was set" in letters[1].body

    again = fresh().get(path)
    assert again.status_code == 400
    assert "This link works no longer" in text(again)
    forgetful.sign_in(email, NEW_PASSWORD)


def test_whoever_set_it_by_letter_may_use_it_at_once(
    world: World, fresh: Fresh, letters: list[mail.EmailMessage]
) -> None:
    """Although somebody is guessing from everywhere, at this address too."""
    email, owner = world.acme.member_email, fresh()
    for _ in range(5):
        owner.try_to_sign_in(email, "not the password at all")
    for _ in range(45):
        fresh().try_to_sign_in(email, "not the password at all")
    assert fresh().try_to_sign_in(email).status_code == 429
    owner.post("/account/password/reset/", {"email": email})
    place = owner.get(link(letters[0]))["Location"]
    owner.post(place, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})
    owner.sign_in(email, NEW_PASSWORD)


def test_a_letter_s_link_is_of_no_use_once_the_password_has_changed(
    world: World, fresh: Fresh, letters: list[mail.EmailMessage]
) -> None:
    email, browser = world.acme.member_email, fresh()
    browser.post("/account/password/reset/", {"email": email})
    login = login_of(email)
    login.set_password(NEW_PASSWORD)
    login.save()
    assert browser.get(link(letters[0])).status_code == 400
