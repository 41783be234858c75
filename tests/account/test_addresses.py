"""Changing one's e-mail address."""

from __future__ import annotations

from collections.abc import Callable

from django.core import mail

from tests.account.doing import Browser, link, login_of, text, trail
from tests.world import PASSWORD, World

Fresh = Callable[..., Browser]


def wanted(world: World) -> str:
    return f"new@{world.acme.slug}.example"


def known_as(world: World, login_id: int) -> str:
    from duebook.visibility.models import Person

    with world.acme.admin():
        return str(Person.objects.get(id=login_id).email)


def test_it_changes_once_the_new_address_is_proved(
    world: World, fresh: Fresh, letters: list[mail.EmailMessage]
) -> None:
    old, new = world.acme.member_email, wanted(world)
    here, elsewhere, login = fresh(), fresh(), login_of(world.acme.member_email)
    here.sign_in(old)
    elsewhere.sign_in(old)
    answer = here.post("/account/email/", {"email": new.upper()})
    assert answer.status_code == 302
    assert [letter.to for letter in letters] == [[new]]
    assert new in text(here.get("/account/"))
    assert login_of(old).pk == login.pk  # until then nothing has changed
    assert fresh().try_to_sign_in(new).status_code == 400

    page = here.get(link(letters[0]))
    assert f"From now on you will sign in with {new}" in text(page)
    assert here.post(link(letters[0]))["Location"] == "/account/"
    assert login_of(new).pk == login.pk
    assert known_as(world, login.pk) == new
    assert [(letter.to, letter.subject) for letter in letters[1:]] == [
        ([old], "Your address for Duebook was changed")
    ]
    assert here.is_in
    assert not elsewhere.is_in
    entry = ("e-mail changed", {"before": old, "after": new})
    assert trail(world.acme, new)[-1] == entry
    assert fresh().try_to_sign_in(old, PASSWORD).status_code == 400
    fresh().sign_in(new)
    assert here.get(link(letters[0])).status_code == 400  # once


def test_the_link_may_be_opened_elsewhere_and_lets_nobody_in(
    world: World, fresh: Fresh, letters: list[mail.EmailMessage]
) -> None:
    here, phone = fresh(), fresh()
    here.sign_in(world.acme.member_email)
    here.post("/account/email/", {"email": wanted(world)})
    assert phone.post(link(letters[0]))["Location"] == "/account/login/"
    assert not phone.is_in
    assert not here.is_in


def test_an_address_of_somebody_else_gives_the_same_answer_and_stays_theirs(
    world: World, fresh: Fresh, letters: list[mail.EmailMessage]
) -> None:
    """Theirs has never signed in here, so that allauth does not know it yet."""
    here, taken = fresh(), world.zenith.client_email
    here.sign_in(world.acme.member_email)
    free = here.post("/account/email/", {"email": wanted(world)})
    other = here.post("/account/email/", {"email": taken})
    assert (free.status_code, free["Location"]) == (other.status_code, other["Location"])
    assert letters[-1].to == [taken]
    answer = here.post(link(letters[-1]))
    assert answer.status_code == 302
    assert "belongs to somebody else" in text(here.get("/account/"))
    assert login_of(taken).pk != login_of(world.acme.member_email).pk
    fresh().sign_in(taken)


def test_an_address_that_is_only_wanted_gets_no_password_letters(
    world: World, fresh: Fresh, letters: list[mail.EmailMessage]
) -> None:
    """Or a slip of the pen would hand the account to whoever has that address."""
    here = fresh()
    here.sign_in(world.acme.member_email)
    here.post("/account/email/", {"email": wanted(world)})
    letters.clear()
    fresh().post("/account/password/reset/", {"email": wanted(world)})
    assert letters == []


def test_one_may_keep_the_old_address_or_send_the_letter_again(
    world: World, fresh: Fresh, letters: list[mail.EmailMessage]
) -> None:
    here = fresh()
    here.sign_in(world.acme.member_email)
    for _ in range(4):
        here.post("/account/email/", {"email": wanted(world)})
    assert len(letters) == 3  # so many an hour to one address
    assert "Several letters went to" in text(here.get("/account/email/"))
    assert here.get(link(letters[0])).status_code == 200  # all of them work
    here.post("/account/email/keep/")
    assert here.get(link(letters[0])).status_code == 400
    assert wanted(world) not in text(here.get("/account/email/"))


def test_what_is_no_address_or_ones_own_is_refused(world: World, browser_at: Browser) -> None:
    browser_at.sign_in(world.acme.member_email)
    for typed in ("nothing", "", world.acme.member_email.upper()):
        assert browser_at.post("/account/email/", {"email": typed}).status_code == 400


def test_it_works_with_a_second_factor_too(
    world: World, fresh: Fresh, letters: list[mail.EmailMessage]
) -> None:
    here = fresh()
    here.sign_in(world.acme.member_email)
    here.add_app()
    here.post("/account/email/", {"email": wanted(world)})
    here.post(link(letters[-1]))
    assert login_of(wanted(world))
