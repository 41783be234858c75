"""The admin's page: everything about the provider but its secret."""

from __future__ import annotations

from typing import Any

import flask
import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from duebook.database.migrate import connect
from duebook.visibility.identity_providers import provider_of
from duebook.visibility.models import Login
from duebook.visibility.seeing import raw
from tests.sign_in_elsewhere.elsewhere import Browser, Provider, words
from tests.world import Company, World

SECRET = "the s3cret of the client"


class Desk:
    def __init__(self, company: Company, email: str = "") -> None:
        self.client = Client(SERVER_NAME="localhost", raise_request_exception=False)
        self.client.force_login(Login.objects.get(email=email or company.admin_email))
        self.address = f"/o/{company.slug}/settings/sign-in/"

    def saves(self, **fields: str) -> Any:
        told = {"name": "Halden", "issuer": "https://login.example", "client_id": "duebook"}
        return self.client.post(self.address, told | {"client_secret": SECRET} | fields)

    def page(self) -> str:
        answer = self.client.get(self.address)
        assert answer.status_code == 200
        return str(answer.content.decode())

    def tests(self) -> str:
        """What is said after pressing the button."""
        return str(self.client.post(f"{self.address}test/", follow=True).content.decode())


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world.acme)


def entries(company: Company) -> list[tuple[str, Any]]:
    with company.admin():
        found = raw().execute(
            "SELECT action, detail::text FROM ar.audit_event WHERE org_id = %s"
            " AND action LIKE 'identity provider%%' ORDER BY id",
            [company.org_id],
        )
        return list(found.fetchall())


def test_the_secret_goes_in_and_never_out(world: World, desk: Desk) -> None:
    assert desk.saves().status_code == 302
    assert "https://login.example" in desk.page()
    assert SECRET not in desk.page()
    kept = provider_of(world.acme.slug)
    assert kept and kept.secret == SECRET
    with connect() as own:
        row = own.execute("SELECT row_to_json(p)::text FROM ar.identity_provider p").fetchall()
    assert SECRET not in str(row)
    ((action, detail),) = entries(world.acme)
    assert action == "identity provider set"
    assert SECRET not in detail
    assert '"secret_changed": true' in detail


def test_an_empty_secret_keeps_the_one_there_is(world: World, desk: Desk) -> None:
    desk.saves()
    assert desk.saves(name="Halden sign-in", client_secret="").status_code == 302
    kept = provider_of(world.acme.slug)
    assert kept and (kept.name, kept.secret) == ("Halden sign-in", SECRET)
    assert desk.saves(client_secret="another").status_code == 302
    changed = provider_of(world.acme.slug)
    assert changed and changed.secret == "another"


def test_a_secret_is_not_sent_to_another_issuer(world: World, desk: Desk) -> None:
    """Else any admin could have it, by naming a server of their own."""
    desk.saves()
    answer = desk.saves(issuer="https://evil.example", client_secret="")
    assert answer.status_code == 400
    assert "For another issuer, enter its client secret." in words(answer)
    kept = provider_of(world.acme.slug)
    assert kept and kept.issuer == "https://login.example"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": ""}, "required"),
        ({"client_id": " "}, "required"),
        ({"client_secret": ""}, "required"),
        ({"issuer": "login.example"}, "begins with https://"),
        ({"issuer": "http://login.example"}, "begins with https://"),
        ({"issuer": "https://login.example/?x=1"}, "begins with https://"),
        ({"issuer": "https://me:secret@login.example"}, "begins with https://"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    world: World, desk: Desk, wrong: dict[str, str], said: str
) -> None:
    answer = desk.saves(**wrong)
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert SECRET not in answer.content.decode()
    assert provider_of(world.acme.slug) is None


@pytest.mark.parametrize("who", ["member", "client"])
@pytest.mark.parametrize("path", ["", "test/", "remove/"])
def test_to_others_there_is_no_such_page(world: World, who: str, path: str) -> None:
    desk = Desk(world.acme, f"{who}@{world.acme.slug}.example")
    for ask in (desk.client.get, desk.client.post):
        assert ask(desk.address + path).status_code == 404
    stranger = Desk(world.zenith)
    assert stranger.client.get(f"/o/{world.acme.slug}/settings/sign-in/").status_code == 404


def test_the_button_says_how_it_went(world: World, desk: Desk, provider: Provider) -> None:
    assert "Halden sign-in answers as it should." in desk.tests()
    provider.overrides["/jwks"] = lambda: flask.jsonify({"keys": []})
    assert "The provider has no keys to sign with." in desk.tests()
    desk.saves(issuer="http://localhost:1")
    assert "The provider cannot be reached." in desk.tests()
    assert "Save the settings first." in Desk(world.zenith).tests()


def test_removing_forgets_who_is_who(world: World, desk: Desk, provider: Provider) -> None:
    browser = Browser()
    browser.walks(world.acme, provider, f"member-{world.acme.slug}")
    person = Login.objects.get(email=world.acme.member_email)
    assert SocialAccount.objects.filter(user=person).exists()
    assert desk.client.post(f"{desk.address}remove/").status_code == 302
    assert provider_of(world.acme.slug) is None
    assert not SocialAccount.objects.filter(user=person).exists()
    assert [action for action, _ in entries(world.acme)][-1] == "identity provider removed"


def test_the_addresses_to_be_passed_on_are_there(world: World, desk: Desk) -> None:
    desk.saves()
    assert f"http://localhost/account/organisation/{world.acme.slug}/back/" in desk.page()
    assert f"http://localhost:8000/account/organisation/{world.acme.slug}/" in desk.page()
