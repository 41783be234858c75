"""The link of an invitation, from the letter to being signed in."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.db import connections

from duebook.visibility import invitations, joining
from duebook.visibility.invitations import Invitation
from duebook.visibility.models import Login
from duebook.visibility.organisations import organisations_of
from duebook.visibility.seeing import seeing
from tests.people.conftest import (
    Browser,
    customer,
    rows,
    said,
    secret_in,
    signed_in,
    trail,
    wrong,
)
from tests.world import Company

GOOD = "violet anchors hum slowly"


def invited(company: Company, email: str, *, role: str = "member", **more: Any) -> Invitation:
    admin = company.viewer(company.admin_email)
    at = more.pop("at", datetime.now(UTC))
    with seeing(admin):
        return invitations.invite(admin, email, role=role, at=at, **more)


def joins(browser: Browser, secret: str, **changed: str) -> Any:
    told = {"name": "Maya Lindqvist", "password": GOOD, "terms": "on", **changed}
    return browser.post(f"/invitation/{secret}/", told)


def test_somebody_new_chooses_a_password_and_is_in(
    company: Company, newcomer: str, letters: list[Any]
) -> None:
    boss = signed_in(company.admin_email)
    answer = boss.post(
        f"/o/{company.slug}/people/invite/",
        {"emails": newcomer, "role": "member", "language": "en"},
    )
    assert (answer.status_code, answer["Location"]) == (302, f"/o/{company.slug}/people/")
    (letter,) = letters
    assert letter.to == [newcomer]
    assert letter.subject == f"{company.admin_email} invites you to House"
    secret = secret_in(letter)

    browser = Browser()
    page = browser.get(f"/invitation/{secret}/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "House" in text and company.admin_email in text and newcomer in text
    answer = joins(browser, secret)
    assert (answer.status_code, answer["Location"]) == (302, f"/o/{company.slug}/")
    assert browser.get(f"/o/{company.slug}/aging/").status_code == 200
    login = Login.objects.get(email=newcomer)
    assert login.name == "Maya Lindqvist"
    assert login.check_password(GOOD)
    address = EmailAddress.objects.get(user_id=login.pk)
    assert (address.email, address.verified, address.primary) == (newcomer, True, True)
    assert trail(company, "invitation accepted")[0]["email"] == newcomer
    assert trail(company, "terms accepted") == [{"version": joining.TERMS}]


def test_looking_changes_nothing(company: Company, newcomer: str) -> None:
    asked = invited(company, newcomer)
    before = rows("SELECT * FROM ar.invitation WHERE org_id = %s", company.org_id)
    sessions = Session.objects.count()
    for path in ("", "decline/"):
        for method in ("get", "head"):
            answer = getattr(Browser(), method)(f"/invitation/{asked.secret}/{path}")
            assert answer.status_code == 200
            assert "sessionid" not in answer.cookies
    assert rows("SELECT * FROM ar.invitation WHERE org_id = %s", company.org_id) == before
    assert Session.objects.count() == sessions
    assert not Login.objects.filter(email=newcomer).exists()


def test_the_secret_goes_nowhere_else(company: Company, newcomer: str) -> None:
    asked = invited(company, newcomer)
    answer = Browser().get(f"/invitation/{asked.secret}/")
    # Never more than the origin, to nobody. "no-referrer" would hide the origin of the form too.
    assert answer["Referrer-Policy"] == "strict-origin"
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex"
    assert re.findall(r'(?:href|src|action)="(https?:|//)', answer.content.decode()) == []


def test_links_that_do_not_work_all_say_the_same(company: Company) -> None:
    used, declined, withdrawn = (invited(company, f"{n}@new.example") for n in range(3))
    expired = invited(company, "3@new.example", at=datetime.now(UTC) - timedelta(days=31))
    replaced = invited(company, "4@new.example")
    invited(company, "4@new.example")
    joining.join(used.secret, name="Used", password=GOOD)
    joining.decline(declined.secret)
    admin = company.viewer(company.admin_email)
    with seeing(admin):
        invitations.withdraw(admin, withdrawn.id, at=datetime.now(UTC))
    secrets = [each.secret for each in (used, declined, withdrawn, expired, replaced)]
    secrets += ["x" * 43, "x", "%00", "\N{SNOWMAN}", "a" * 4000, used.secret + "x"]
    pages = set()
    for secret in secrets:
        for path in ("", "decline/"):
            for method in ("get", "post"):
                answer = getattr(Browser(), method)(f"/invitation/{secret}/{path}")
                pages.add((answer.status_code, answer.content, answer["Referrer-Policy"]))
    assert len(pages) == 1
    ((status, body, _policy),) = pages
    assert status == 404
    assert b"This link does not work" in body
    assert b"House" not in body


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"password": "short"}, "12 characters"),
        ({"password": "duebook duebook"}, ""),
        ({"password": "password password"}, ""),
        ({"name": " "}, "This field is required."),
        ({"terms": ""}, "Accept the terms to go on."),
    ],
)
def test_what_is_wrong_stands_at_its_field(
    company: Company, newcomer: str, changed: dict[str, str], sentence: str
) -> None:
    asked = invited(company, newcomer)
    answer = joins(Browser(), asked.secret, **changed)
    assert answer.status_code == 400
    (complaint,) = wrong(answer)
    assert sentence in complaint
    assert joining.pending(asked.secret)
    assert not Login.objects.filter(email=newcomer).exists()


def test_who_has_a_login_signs_in_first_and_then_clicks_once(company: Company) -> None:
    other = Company("known", today=company.today)
    asked = invited(company, other.member_email.upper())
    browser = Browser()
    page = browser.get(f"/invitation/{asked.secret}/").content.decode()
    assert f'name="next" value="/invitation/{asked.secret}/"' in page
    # Guessing a password for it here is no way in.
    assert joins(browser, asked.secret).status_code == 200
    assert joining.pending(asked.secret)
    login = Login.objects.get(email=other.member_email)
    browser = signed_in(other.member_email)
    page = browser.get(f"/invitation/{asked.secret}/").content.decode()
    assert "You are signed in as" not in page
    answer = browser.post(f"/invitation/{asked.secret}/", {"as": login.pk, "terms": "on"})
    assert answer["Location"] == f"/o/{company.slug}/"
    assert {place.slug for place in organisations_of(login.pk)} == {company.slug, other.slug}


def test_signed_in_as_somebody_else_one_says_so(company: Company, newcomer: str) -> None:
    other = Company("else", today=company.today)
    asked = invited(company, newcomer)
    browser = signed_in(other.member_email)
    page = browser.get(f"/invitation/{asked.secret}/").content.decode()
    assert other.member_email in page and newcomer in page
    assert f"Accept as {other.member_email}" in page and "Sign out first" in page
    # A page opened as one person, sent as another: nothing happens.
    answer = browser.post(f"/invitation/{asked.secret}/", {"as": "1", "terms": "on"})
    assert answer.status_code == 409
    assert joining.pending(asked.secret)
    login = Login.objects.get(email=other.member_email)
    browser.post(f"/invitation/{asked.secret}/", {"as": login.pk, "terms": "on"})
    assert {place.slug for place in organisations_of(login.pk)} == {company.slug, other.slug}
    assert not Login.objects.filter(email=newcomer).exists()


def test_signing_out_leads_back_to_the_invitation(company: Company, newcomer: str) -> None:
    asked = invited(company, newcomer)
    browser = signed_in(company.member_email)
    answer = browser.post("/account/logout/", {"next": f"/invitation/{asked.secret}/"})
    assert answer["Location"] == f"/invitation/{asked.secret}/"
    assert 'autocomplete="new-password"' in browser.get(answer["Location"]).content.decode()


def test_another_organisations_identity_provider_joins_nobody(company: Company) -> None:
    other = Company("provider", today=company.today)
    asked = invited(company, other.member_email)
    browser = signed_in(other.member_email)
    session = browser.session
    session["only_org"] = other.slug
    session.save()
    login = Login.objects.get(email=other.member_email)
    answer = browser.post(f"/invitation/{asked.secret}/", {"as": login.pk, "terms": "on"})
    assert "cannot speak for you here" in answer.content.decode()
    assert joining.pending(asked.secret)


def test_declining_asks_first(company: Company, newcomer: str) -> None:
    asked = invited(company, newcomer)
    browser = Browser()
    page = browser.get(f"/invitation/{asked.secret}/decline/").content.decode()
    assert "Decline the invitation to" in page
    assert joining.pending(asked.secret)
    answer = browser.post(f"/invitation/{asked.secret}/decline/")
    assert "You have declined" in answer.content.decode()
    assert browser.get(f"/invitation/{asked.secret}/").status_code == 404
    assert [entry["email"] for entry in trail(company, "invitation declined")] == [newcomer]


def test_a_client_lands_on_what_they_owe(company: Company) -> None:
    asked = invited(company, "pay@new.example", role="client", customer_id=customer(company, "C2"))
    browser = Browser()
    assert "Second" in browser.get(f"/invitation/{asked.secret}/").content.decode()
    joins(browser, asked.secret)
    page = browser.get(f"/o/{company.slug}/")
    assert page.status_code == 200
    assert browser.get(f"/o/{company.slug}/aging/").status_code == 404
    with seeing(company.viewer("pay@new.example")):
        from duebook.visibility.seeing import raw

        found = raw().execute("SELECT account_number FROM ar.customer").fetchall()
    assert found == [("C2",)]


def test_the_session_is_a_new_one(company: Company, newcomer: str) -> None:
    asked = invited(company, newcomer)
    browser = Browser()
    session = browser.session  # one that somebody else may have planted
    session["planted"] = "yes"
    session.save()
    planted = session.session_key or ""
    browser.cookies["sessionid"] = planted
    joins(browser, asked.secret)
    assert browser.cookies["sessionid"].value != planted
    assert not Session.objects.filter(session_key=planted).exists()


def test_the_letters_language_is_spoken_until_the_reader_chooses(
    company: Company, newcomer: str
) -> None:
    asked = invited(company, newcomer, language="he")
    answer = Browser().get(f"/invitation/{asked.secret}/")
    assert '<html lang="he" dir="rtl">' in answer.content.decode()
    browser = Browser()
    browser.cookies["django_language"] = "en"
    answer = browser.get(f"/invitation/{asked.secret}/")
    assert '<html lang="en" dir="ltr">' in answer.content.decode()


def test_of_twenty_clicks_at_once_one_joins(company: Company, newcomer: str) -> None:
    """Twenty browsers with the same link: one login, one membership, nineteen friendly pages."""
    asked = invited(company, newcomer)
    answers = _at_once(20, lambda: joins(Browser(), asked.secret))
    assert sorted(answer.status_code for answer in answers) == [302] + [404] * 19
    _assert_one(company, newcomer)


def test_clicks_of_the_same_browser_all_land_inside(company: Company, newcomer: str) -> None:
    asked = invited(company, newcomer)
    first = Browser(enforce_csrf_checks=True)
    page = first.get(f"/invitation/{asked.secret}/").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
    assert token

    def click() -> Any:
        browser = Browser(enforce_csrf_checks=True)
        browser.cookies["csrftoken"] = first.cookies["csrftoken"].value
        answer = joins(browser, asked.secret, csrfmiddlewaretoken=token[1])
        return answer.status_code, browser.get(f"/o/{company.slug}/aging/").status_code

    assert _at_once(6, click) == [(302, 200)] * 6
    _assert_one(company, newcomer)
    # Another browser is not let in by the same link.
    assert joins(Browser(), asked.secret).status_code == 404


def test_clicks_of_somebody_signed_in_make_one_membership(company: Company) -> None:
    other = Company("many", today=company.today)
    asked = invited(company, other.member_email)
    login = Login.objects.get(email=other.member_email)
    browsers = [signed_in(other.member_email) for _ in range(8)]
    told = {"as": login.pk, "terms": "on"}
    answers = _at_once(8, lambda: browsers.pop().post(f"/invitation/{asked.secret}/", told))
    assert [answer["Location"] for answer in answers] == [f"/o/{company.slug}/"] * 8
    _assert_one(company, other.member_email)


def test_two_invitations_of_one_new_address_make_one_login(company: Company, newcomer: str) -> None:
    other = Company("twice", today=company.today)
    secrets = [invited(each, newcomer).secret for each in (company, other)]
    waiting = list(secrets)
    answers = _at_once(2, lambda: joins(Browser(), waiting.pop()))
    assert Login.objects.filter(email=newcomer).count() == 1
    for answer in answers:  # the slower one is asked to sign in
        assert answer.status_code in (302, 200, 409)
    assert any(answer.status_code == 302 for answer in answers)


def test_the_terms_are_there_for_everybody() -> None:
    answer = Browser().get("/terms/")
    assert answer.status_code == 200
    assert "Terms of use" in answer.content.decode()


def test_a_message_welcomes(company: Company) -> None:
    other = Company("greeted", today=company.today)
    asked = invited(company, other.member_email)
    browser = signed_in(other.member_email)
    login = Login.objects.get(email=other.member_email)
    told = {"as": login.pk, "terms": "on"}
    page = browser.post(f"/invitation/{asked.secret}/", told, follow=True)
    assert said(page) == ["Welcome to House."]


def _at_once(number: int, act: Any) -> list[Any]:
    """What each of several threads was answered, all begun in the same moment."""
    ready, answers = threading.Barrier(number), []

    def one() -> None:
        ready.wait()
        try:
            answers.append(act())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == number
    return answers


def _assert_one(company: Company, email: str) -> None:
    (login,) = Login.objects.filter(email=email)
    query = "SELECT role, active FROM ar.membership WHERE org_id = %s AND person_id = %s"
    assert rows(query, company.org_id, login.pk) == [("member", True)]
    accepted = "SELECT count(*) FROM ar.audit_event WHERE org_id = %s AND action = %s"
    assert rows(accepted, company.org_id, "invitation accepted") == [(1,)]
