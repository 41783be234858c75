"""An organisation's own people come in by its provider: into that organisation, nowhere else."""

from __future__ import annotations

from typing import Any

import flask
import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.sessions.models import Session

from duebook.visibility.models import Login
from duebook.visibility.organisations import PLATFORM, add_person
from duebook.visibility.platform import set_owner
from duebook.visibility.seeing import raw
from duebook.web.elsewhere import views
from tests.sign_in_elsewhere.elsewhere import Browser, Provider, asked, trusts, words
from tests.world import PASSWORD, Company, World

ENDED = "UPDATE ar.membership SET active = false WHERE person_id = %s"


def subject(company: Company, who: str = "admin") -> str:
    return f"{who}-{company.slug}"


def login(company: Company, who: str = "admin") -> Login:
    return Login.objects.get(email=f"{who}@{company.slug}.example")


@pytest.mark.parametrize(("who", "onto"), [("admin", ""), ("member", ""), ("client", "")])
def test_people_of_the_organisation_come_in(
    world: World, provider: Provider, browser: Browser, who: str, onto: str
) -> None:
    answer = browser.walks(world.acme, provider, subject(world.acme, who))
    assert (answer.status_code, answer["Location"]) == (302, f"/o/{world.acme.slug}/")
    assert browser.is_in(world.acme)
    assert browser.client.session["only_org"] == world.acme.slug


def test_what_is_sent_there_and_back(world: World, provider: Provider, browser: Browser) -> None:
    there = browser.goes(world.acme)
    said = asked(there)
    assert said["response_type"] == "code"
    assert said["client_id"] == "duebook"
    assert set(said["scope"].split()) == {"openid", "profile", "email"}
    back = f"http://localhost/account/organisation/{world.acme.slug}/back/"
    assert said["redirect_uri"] == back
    assert said["code_challenge_method"] == "S256"
    assert len(said["nonce"]) >= 32 and len(said["state"]) >= 16
    assert "s3cret" not in there
    browser.comes_back(provider.signs_in(there, subject(world.acme)))
    (token,) = provider.asked
    assert len(token["code_verifier"]) >= 43
    assert token["redirect_uri"] == back


def test_one_is_led_to_where_one_was_going_if_that_is_in_there(
    world: World, provider: Provider, browser: Browser
) -> None:
    wanted = f"/o/{world.acme.slug}/aging/?as_of=2026-06-01"
    answer = browser.walks(world.acme, provider, subject(world.acme), onward=wanted)
    assert answer["Location"] == wanted
    for elsewhere in (f"/o/{world.zenith.slug}/", "https://evil.example/", "//evil.example/"):
        answer = Browser().walks(world.acme, provider, subject(world.acme), onward=elsewhere)
        assert answer["Location"] == f"/o/{world.acme.slug}/"


def test_a_known_person_is_known_by_the_providers_name_for_them(
    world: World, provider: Provider
) -> None:
    Browser().walks(world.acme, provider, subject(world.acme))
    provider.knows(subject(world.acme), email="married@elsewhere.example", email_verified=True)
    browser = Browser()
    browser.walks(world.acme, provider, subject(world.acme))
    assert browser.is_in(world.acme)
    assert SocialAccount.objects.filter(user=login(world.acme)).count() == 1


def test_somebody_else_who_was_given_the_address_later_is_not_the_person(
    world: World, provider: Provider, browser: Browser
) -> None:
    Browser().walks(world.acme, provider, subject(world.acme))
    provider.knows("successor", email=world.acme.admin_email, email_verified=True)
    answer = browser.walks(world.acme, provider, "successor")
    assert answer.status_code == 403
    assert "knows somebody else by your e-mail address" in words(answer)
    assert not browser.is_in(world.acme)


@pytest.mark.parametrize("claims", [{}, {"email_verified": False}, {"email_verified": "yes"}])
def test_an_address_that_is_not_proved_is_nobodys(
    world: World, provider: Provider, browser: Browser, claims: dict[str, Any]
) -> None:
    provider.knows("claimant", email=world.acme.admin_email, **claims)
    answer = browser.walks(world.acme, provider, "claimant")
    assert answer.status_code == 403
    assert "does not say that your e-mail address is yours" in words(answer)
    assert not browser.is_in(world.acme)


def test_a_provider_opens_no_other_organisation(
    world: World, provider: Provider, browser: Browser
) -> None:
    """It names a person of Zenith: the person exists, and is nobody here."""
    provider.knows("mallory", email=world.zenith.admin_email, email_verified=True)
    answer = browser.walks(world.acme, provider, "mallory")
    assert answer.status_code == 403
    assert "you are no active person of this organisation here" in words(answer)
    assert not browser.is_in(world.zenith) and not browser.is_in(world.acme)
    assert not SocialAccount.objects.filter(user=login(world.zenith)).exists()
    unknown = Browser()
    provider.knows("stranger", email="stranger@nowhere.example", email_verified=True)
    assert words(unknown.walks(world.acme, provider, "stranger")) == words(answer)


def test_a_person_of_both_comes_into_the_one_alone(
    world: World, provider: Provider, browser: Browser
) -> None:
    add_person(world.acme.admin_email, slug=world.zenith.slug, role="admin", accounts=[])
    browser.walks(world.acme, provider, subject(world.acme))
    assert browser.is_in(world.acme)
    assert not browser.is_in(world.zenith)
    assert world.zenith.slug not in browser.get("/").content.decode()


def test_an_owner_of_the_platform_owns_nothing_by_it(
    world: World, provider: Provider, browser: Browser
) -> None:
    set_owner(PLATFORM, login(world.acme).pk, owner=True)
    browser.walks(world.acme, provider, subject(world.acme))
    assert browser.is_in(world.acme)
    for path in ("/platform/", "/platform/people/", "/platform/health/"):
        assert browser.get(path).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/account/",
        "/account/email/",
        "/account/password/change/",
        "/account/password/set/",
        "/account/sessions/",
        "/account/second-factor/",
        "/account/second-factor/app/",
        "/account/second-factor/codes/file/",
    ],
)
def test_the_account_itself_is_closed_to_such_a_session(
    world: World, provider: Provider, browser: Browser, path: str
) -> None:
    browser.walks(world.acme, provider, subject(world.acme))
    assert browser.get(path).status_code in (403, 404)
    assert browser.client.post(path).status_code in (403, 404)


@pytest.mark.parametrize("path", ["/account/3rdparty/", "/account/oidc/{slug}/login/"])
def test_there_is_no_other_door(world: World, provider: Provider, path: str) -> None:
    """allauth's own pages for such sign-ins, and for linking them, are not there."""
    browser = Browser()
    browser.client.force_login(login(world.acme))
    for where in (path, f"{path}callback/?code=1&state=2"):
        assert browser.get(where.format(slug=world.acme.slug)).status_code == 404


def test_whoever_is_signed_in_starts_afresh(
    world: World, provider: Provider, browser: Browser
) -> None:
    browser.client.post(
        "/account/login/", {"login": world.zenith.admin_email, "password": PASSWORD}
    )
    assert browser.is_in(world.zenith)
    session = browser.client.session
    session["visiting"] = world.zenith.slug
    session.save()
    before = session.session_key
    browser.walks(world.acme, provider, subject(world.acme))
    assert browser.is_in(world.acme) and not browser.is_in(world.zenith)
    assert browser.client.session.session_key != before
    assert "visiting" not in browser.client.session
    assert not Session.objects.filter(session_key=before).exists()
    assert browser.client.session.get_expiry_age() <= 12 * 3600


def test_a_deactivated_person_stays_out(world: World, provider: Provider, browser: Browser) -> None:
    early = Browser()
    early.walks(world.acme, provider, subject(world.acme, "member"))
    with world.acme.admin():
        raw().execute(ENDED, [login(world.acme, "member").pk])
    assert not early.is_in(world.acme)
    answer = browser.walks(world.acme, provider, subject(world.acme, "member"))
    assert answer.status_code == 403
    assert not browser.client.session.get("_auth_user_id")


def test_a_login_that_is_shut_stays_out(world: World, provider: Provider, browser: Browser) -> None:
    Login.objects.filter(pk=login(world.acme).pk).update(is_active=False)
    assert browser.walks(world.acme, provider, subject(world.acme)).status_code == 403


def test_an_answer_counts_once(world: World, provider: Provider, browser: Browser) -> None:
    back = provider.signs_in(browser.goes(world.acme), subject(world.acme))
    assert browser.comes_back(back).status_code == 302
    again = browser.comes_back(back)
    assert again.status_code == 400
    assert "This sign-in was begun elsewhere or long ago." in words(again)


def test_an_answer_to_somebody_elses_question_is_none(world: World, provider: Provider) -> None:
    """Whoever is made to open the answer to my sign-in does not become me."""
    mine, theirs = Browser(), Browser()
    back = provider.signs_in(mine.goes(world.acme), subject(world.acme))
    theirs.goes(world.acme)
    assert theirs.comes_back(back).status_code == 400
    assert not theirs.is_in(world.acme)


def test_an_answer_for_one_organisation_is_none_for_another(
    world: World, provider: Provider, browser: Browser
) -> None:
    """Both trust the same provider; the question was Acme's."""
    trusts(world.zenith, provider)
    add_person(world.acme.admin_email, slug=world.zenith.slug, role="admin", accounts=[])
    back = provider.signs_in(browser.goes(world.acme), subject(world.acme))
    answer = browser.comes_back(back.replace(world.acme.slug, world.zenith.slug))
    assert answer.status_code == 400
    assert not browser.is_in(world.zenith)


def test_whom_one_organisations_provider_has_named_another_must_name_itself(
    world: World, provider: Provider, browser: Browser
) -> None:
    """The same subject of the same issuer, but nothing proved to Zenith."""
    add_person(world.acme.admin_email, slug=world.zenith.slug, role="admin", accounts=[])
    Browser().walks(world.acme, provider, subject(world.acme))
    provider.knows(subject(world.acme), email="x@y.example")
    trusts(world.zenith, provider)
    assert browser.walks(world.zenith, provider, subject(world.acme)).status_code == 403


def test_an_answer_of_another_issuer_is_somebody_elses(
    world: World, provider: Provider, browser: Browser
) -> None:
    """Acme changes its provider: the new one's names are not the old one's."""
    Browser().walks(world.acme, provider, subject(world.acme))
    there = browser.goes(world.acme)
    trusts(world.acme, provider, issuer=provider.issuer.replace("localhost", "127.0.0.1"))
    back = provider.signs_in(there, subject(world.acme))
    assert browser.comes_back(back).status_code == 400


def test_a_person_who_says_no(world: World, provider: Provider, browser: Browser) -> None:
    state = asked(browser.goes(world.acme))["state"]
    back = f"/account/organisation/{world.acme.slug}/back/"
    answer = browser.get(f"{back}?error=access_denied&state={state}")
    assert answer.status_code == 400
    assert "Halden sign-in did not sign you in." in words(answer)


def test_a_provider_that_is_down_is_said(
    world: World, provider: Provider, browser: Browser
) -> None:
    trusts(world.acme, provider, issuer="http://localhost:1")
    answer = browser.get(f"/account/organisation/{world.acme.slug}/")
    assert answer.status_code == 502
    assert "cannot be asked at the moment" in words(answer)


@pytest.mark.parametrize("path", ["/oauth2/token", "/jwks", "/.well-known/openid-configuration"])
def test_a_provider_that_fails_on_the_way_back_is_said(
    world: World, provider: Provider, browser: Browser, path: str
) -> None:
    back = provider.signs_in(browser.goes(world.acme), subject(world.acme))
    provider.overrides[path] = lambda: flask.Response("no", status=500)
    answer = browser.comes_back(back)
    assert answer.status_code in (400, 502)
    assert not browser.is_in(world.acme)


def test_unknown_organisations_and_those_without_a_provider_look_the_same(
    world: World, provider: Provider, browser: Browser
) -> None:
    said = []
    for slug in (world.zenith.slug, "nowhere"):
        posted = browser.client.post("/account/organisation/", {"organisation": slug})
        asked_for = browser.get(f"/account/organisation/{slug}/")
        assert (posted.status_code, asked_for.status_code) == (400, 404)
        said.append((words(posted), words(asked_for)))
    assert said[0] == said[1]
    found = browser.client.post("/account/organisation/", {"organisation": world.acme.slug})
    assert f'href="/account/organisation/{world.acme.slug}/"' in found.content.decode()


def test_a_suspended_organisation_has_no_sign_in(
    world: World, provider: Provider, browser: Browser
) -> None:
    from duebook.visibility.models import OrganisationRecord
    from duebook.visibility.seeing import seeing

    back = provider.signs_in(browser.goes(world.acme), subject(world.acme))
    with seeing(PLATFORM):
        OrganisationRecord.objects.filter(slug=world.acme.slug).update(suspended=True)
    assert browser.comes_back(back)["Location"] == "/account/organisation/"
    assert browser.get(f"/account/organisation/{world.acme.slug}/").status_code == 404


def test_it_stands_in_that_organisations_trail_alone(
    world: World, provider: Provider, browser: Browser
) -> None:
    add_person(world.acme.admin_email, slug=world.zenith.slug, role="admin", accounts=[])
    browser.walks(world.acme, provider, subject(world.acme))
    person = login(world.acme).pk
    query = (
        "SELECT detail ->> 'how' FROM ar.audit_event WHERE person_id = %s AND action = 'signed in'"
    )
    with world.acme.admin():
        assert raw().execute(query, [person]).fetchall() == [("provider",)]
    with world.zenith.admin():
        assert raw().execute(query, [person]).fetchall() == []


def test_nobody_keeps_the_server_asking(
    world: World, provider: Provider, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(views.LIMITS, "elsewhere", "3/m/ip")
    path = f"/account/organisation/{world.acme.slug}/"
    assert [browser.get(path).status_code for _ in range(4)] == [302, 302, 302, 429]
    assert browser.get(f"{path}back/").status_code == 429
    assert Browser().get(path).status_code == 302
