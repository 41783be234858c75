"""Who the platform's pages are there for, who owns it, and who is shut out everywhere."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.usersessions.models import UserSession
from django.db import connections
from django.test import Client, override_settings
from django.urls import URLPattern
from psycopg.errors import InsufficientPrivilege

from duebook.demo.blueprints import OWNER
from duebook.visibility.organisations import PLATFORM, Refused, make_login, organisations_of
from duebook.visibility.platform import set_barred, set_owner, standings
from duebook.visibility.seeing import NotAllowed, seeing
from duebook.visibility.viewer import Viewer
from duebook.web.platform.urls import urlpatterns
from tests.platform.browsing import Browser, Owner, login_of, only_owners, trail, words
from tests.world import PASSWORD, World


def addresses(slug: str, login: int) -> list[str]:
    """Every address of the platform's pages."""
    assert all(isinstance(each, URLPattern) for each in urlpatterns)
    named = {"<slug:which>": slug, "<int:login>": str(login)}
    return [
        "/platform/" + re.sub(r"<\w+:\w+>", lambda part: named[part[0]], str(each.pattern))
        for each in urlpatterns
    ]


def test_to_everybody_else_the_pages_do_not_exist(world: World, owner: Owner) -> None:
    """The same bytes as an address that was never there; forgery is not even looked for."""
    acme = world.acme
    former, barred = Owner(), Owner()
    set_owner(PLATFORM, former.login.pk, owner=False)
    set_barred(PLATFORM, barred.login.pk, barred=True)
    login = login_of(barred.email)
    login.is_active = True  # the door was forgotten: the guard shuts it anyway
    login.save()
    strangers = [
        Browser(),
        *(Browser(login_of(e)) for e in (acme.admin_email, acme.member_email, acme.client_email)),
        Browser(former.login),
        Browser(login),
        # An organisation's own identity provider says that this is the owner.
        Browser(owner.login, only_org=acme.slug),
    ]
    strict = Client(headers={"host": "localhost"}, enforce_csrf_checks=True)
    strict.force_login(login_of(acme.admin_email))
    for stranger in strangers:
        nothing = stranger.gets("/nothing/at/all/")
        assert nothing.status_code == 404
        for address in addresses(acme.slug, owner.login.pk):
            for answer in (stranger.gets(address), stranger.posts(address, reason="I want to")):
                assert (answer.status_code, answer.content) == (404, nothing.content), address
                assert answer.headers.items() == nothing.headers.items()
    for address in addresses(acme.slug, owner.login.pk):
        assert strict.post(address).status_code == 404
    assert [action for _, action, _ in trail(acme)].count("platform owner entered") == 0


def test_an_owner_needs_the_token_of_the_form(world: World, owner: Owner) -> None:
    strict = Client(headers={"host": "localhost"}, enforce_csrf_checks=True)
    strict.force_login(owner.login)
    session = strict.session
    session["second_factor_added"] = True
    session.save()
    enter = f"/platform/organisations/{world.acme.slug}/enter/"
    assert strict.post(enter, {"reason": "Forged"}).status_code == 403
    assert not organisations_of(owner.login.pk)


def test_an_owner_needs_a_second_factor(world: World, owner: Owner) -> None:
    browser = Browser(owner.login, proved=False)
    for address in addresses(world.acme.slug, owner.login.pk):
        for answer in (browser.gets(address), browser.posts(address, reason="I want to")):
            assert answer.status_code == 302, address
            assert answer["Location"].startswith("/account/second-factor-needed/?next=%2Fplatform")
    assert not organisations_of(owner.login.pk)


def test_a_second_factor_that_is_given_up_ends_a_visit(world: World, owner: Owner) -> None:
    browser = owner.browser()
    browser.enters(world.acme)
    browser.says("second_factor_added", False)
    answer = browser.gets(f"/o/{world.acme.slug}/aging/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/second-factor-needed/?next=%2Fo%2Facme")


def test_the_sample_owner_needs_none_in_a_demonstration_alone(world: World, owner: Owner) -> None:
    sample, _ = make_login(OWNER.email, name=OWNER.name, password=None)
    set_owner(PLATFORM, sample.pk, owner=True)
    for login, demo, status in (
        (sample, True, 200),
        (sample, False, 302),
        (owner.login, True, 302),
    ):
        with override_settings(DEMO=demo):
            browser = Browser(login, proved=False)
            assert browser.gets("/platform/organisations/").status_code == status


def test_only_owners_say_who_owns_the_platform(world: World, owner: Owner) -> None:
    admin = world.acme.viewer(world.acme.admin_email)
    for kind in ("platform", "admin"):
        stranger = Viewer(0 if kind == "platform" else admin.org_id, admin.person_id, kind)
        with pytest.raises((NotAllowed, InsufficientPrivilege)):
            set_owner(stranger, admin.person_id, owner=True)
    assert Browser(login_of(world.acme.admin_email)).gets("/platform/people/").status_code == 404


def test_an_owner_makes_another_and_is_dismissed_by_them(world: World, owner: Owner) -> None:
    admin = login_of(world.acme.admin_email)
    browser, other = owner.browser(), Browser(admin)
    asked = browser.reads(f"/platform/people/{admin.pk}/own/")
    assert f"Make {admin.email} an owner of the platform?" in asked
    assert other.gets("/platform/organisations/").status_code == 404
    assert browser.posts(f"/platform/people/{admin.pk}/own/").status_code == 302
    assert other.gets("/platform/organisations/").status_code == 200
    assert other.posts(f"/platform/people/{owner.login.pk}/disown/").status_code == 302
    assert browser.gets("/platform/organisations/").status_code == 404
    changed = [each for each in trail(world.acme) if "standing" in each[1]]
    free, owning = {"owner": False, "barred": False}, {"owner": True, "barred": False}
    assert changed == [
        (
            owner.login.pk,
            "standing on the platform changed",
            {"person": admin.pk, "before": free, "after": owning},
        )
    ]


def test_the_last_owner_stays(world: World, owner: Owner) -> None:
    only_owners(owner)
    browser = owner.browser()
    for act in ("disown", "bar"):
        answer = browser.posts(f"/platform/people/{owner.login.pk}/{act}/")
        assert answer.status_code == 400
        assert "This is the last owner of the platform; name another one first." in words(answer)
    assert browser.gets("/platform/organisations/").status_code == 200
    with pytest.raises(Refused, match="last owner"):
        set_owner(PLATFORM, owner.login.pk, owner=False)
    with pytest.raises(Refused, match="last owner"):
        set_barred(PLATFORM, owner.login.pk, barred=True)
    with seeing(PLATFORM):
        assert standings()[owner.login.pk].is_in_charge


def test_a_barred_owner_does_not_count(world: World, owner: Owner, rival: Owner) -> None:
    set_barred(PLATFORM, rival.login.pk, barred=True)
    only_owners(rival, owner)
    with pytest.raises(Refused, match="last owner"):
        set_owner(PLATFORM, owner.login.pk, owner=False)
    with pytest.raises(Refused, match="lift the bar"):
        set_owner(PLATFORM, rival.login.pk, owner=True)


def test_of_two_owners_who_dismiss_each_other_at_once_one_stays(
    world: World, owner: Owner, rival: Owner
) -> None:
    only_owners(rival, owner)

    def dismiss(by: Owner, whom: Owner) -> str:
        try:
            set_owner(by.viewer, whom.login.pk, owner=False)
        except (Refused, NotAllowed) as refused:
            return type(refused).__name__
        finally:
            connections["ledger"].close()
        return "done"

    with ThreadPoolExecutor(2) as together:
        came = sorted(together.map(dismiss, (owner, rival), (rival, owner)))
    assert came[0] in ("NotAllowed", "Refused")
    assert came[1] == "done"
    with seeing(PLATFORM):
        left = [standings()[each.login.pk].owner for each in (owner, rival)]
    assert sorted(left) == [False, True]


# Barring


def test_who_is_barred_is_out_at_once_everywhere_and_back_when_let_in(
    world: World, owner: Owner
) -> None:
    acme = world.acme
    member = login_of(acme.member_email)
    first, second, other = Browser(member), Browser(member), Browser(login_of(acme.admin_email))
    aging = f"/o/{acme.slug}/aging/"
    assert first.gets(aging).status_code == second.gets(aging).status_code == 200
    browser = owner.browser()
    asked = browser.reads(f"/platform/people/{member.pk}/bar/")
    assert "They are signed out at once in every browser" in asked
    assert first.gets(aging).status_code == 200

    assert browser.posts(f"/platform/people/{member.pk}/bar/").status_code == 302
    assert not UserSession.objects.filter(user_id=member.pk).exists()
    for seat in (first, second):
        answer = seat.gets(aging)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/account/login/")
    assert not login_of(acme.member_email).is_active
    with pytest.raises(Refused):
        acme.viewer(acme.member_email)
    with pytest.raises(NotAllowed), seeing(Viewer(acme.org_id, member.pk, "member")):
        pass
    assert other.gets(aging).status_code == 200
    assert "Barred" in browser.reads("/platform/people/", q=acme.member_email)

    assert browser.posts(f"/platform/people/{member.pk}/unbar/").status_code == 302
    assert Browser(login_of(acme.member_email)).gets(aging).status_code == 200
    changed = [
        detail["after"]["barred"] for _, action, detail in trail(acme) if "standing" in action
    ]
    assert changed == [True, False]


def test_a_barred_person_cannot_sign_in(world: World, owner: Owner) -> None:
    email = world.acme.member_email
    set_barred(owner.viewer, login_of(email).pk, barred=True)
    client = Client(headers={"host": "localhost"})
    client.post("/account/login/", {"login": email, "password": PASSWORD})
    assert "_auth_user_id" not in client.session
