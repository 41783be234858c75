"""The platform's pages: organisations, people, health; and that they show no ledger."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from importlib.metadata import version

import pytest

from duebook.database.migrate import connect
from duebook.post.letter import Letter
from duebook.visibility.organisations import add_person
from duebook.visibility.platform import set_barred, set_suspended
from duebook.visibility.seeing import seeing
from duebook.web.platform.urls import urlpatterns
from tests.platform.browsing import Owner, login_of, trail, words
from tests.world import Company, World

FOUNDING = {
    "name": "Nordlicht Möbel",
    "currency": "eur",
    "timezone": "Europe/Berlin",
    "language": "en",
}
NEW = "/platform/organisations/new/"


def rows(html: str) -> list[str]:
    """The rows of the table, in words."""
    body = re.search(r"<tbody>(.*)</tbody>", html, re.DOTALL)
    found = re.findall(r"<tr>(.*?)</tr>", body[1], re.DOTALL) if body else []
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in found]


def listed(owner: Owner, address: str, search: str) -> list[str]:
    return rows(owner.browser().gets(address, q=search).content.decode())


# Organisations


def test_organisations_with_their_state_people_and_last_sign_in(world: World, owner: Owner) -> None:
    acme, today = world.acme, datetime.now(UTC)
    day = f"{today.day} {today:%b %Y}"
    (row,) = listed(owner, "/platform/organisations/", acme.slug)
    assert row == f"Acme {acme.slug} Active People: 3 Last sign-in: Never Created: {day}"
    member = login_of(acme.member_email)
    member.last_login = datetime(2026, 5, 31, 12, tzinfo=UTC)
    member.save()
    set_suspended(owner.viewer, acme.slug, suspended=True)
    (row,) = listed(owner, "/platform/organisations/", acme.slug)
    assert row == (f"Acme {acme.slug} Suspended People: 3 Last sign-in: 31 May 2026 Created: {day}")


def test_a_visit_and_the_console_are_nobodys_people(world: World, owner: Owner) -> None:
    owner.browser().enters(world.acme)
    (row,) = listed(owner, "/platform/organisations/", world.acme.slug)
    assert "People: 3 " in row


def test_organisations_are_found_whatever_accents_and_case(world: World, owner: Owner) -> None:
    acme, browser = world.acme, owner.browser()
    renamed = browser.posts(f"/platform/organisations/{acme.slug}/", name=f"Ångström {acme.slug}")
    assert renamed.status_code == 302
    assert len(listed(owner, "/platform/organisations/", f"angstrom {acme.slug.upper()}")) == 1
    nothing = browser.reads("/platform/organisations/", q="no such <name>")
    assert "No name or short name holds “no such <name>”." in nothing
    assert trail(acme)[-1] == (
        owner.login.pk,
        "settings changed",
        {"before": {"name": "Acme"}, "after": {"name": f"Ångström {acme.slug}"}},
    )
    assert browser.posts(f"/platform/organisations/{acme.slug}/", name=" ").status_code == 400
    assert browser.posts("/platform/organisations/nowhere/", name="X").status_code == 404


def test_pages_past_the_last_one_are_the_last_one(world: World, owner: Owner) -> None:
    browser = owner.browser()
    for page in ("999999999", "-1", "x", "", "0", "9" * 30):
        assert browser.gets("/platform/organisations/", page=page).status_code == 200
        assert browser.gets("/platform/people/", page=page).status_code == 200


def test_a_new_organisation_and_the_letter_to_its_first_admin(world: World, owner: Owner) -> None:
    browser, slug = owner.browser(), f"nordlicht-{world.acme.org_id}"
    email = f"first@{slug}.example"
    answer = browser.posts(NEW, **FOUNDING, slug=slug, admin_email=email)
    assert (answer.status_code, answer["Location"]) == (302, f"/platform/organisations/{slug}/")
    assert f"Nordlicht Möbel is there. A letter goes to {email}." in browser.reads(
        answer["Location"]
    )
    with connect() as own:
        query = "SELECT org_id, name, currency, timezone, language FROM ar.org WHERE slug = %s"
        found = own.execute(query, [slug]).fetchone()
        assert found
        assert found[1:] == ("Nordlicht Möbel", "EUR", "Europe/Berlin", "en")
        kinds = own.execute(
            "SELECT count(*) FROM ar.document_kind WHERE org_id = %s", [found[0]]
        ).fetchone()
        acts = own.execute(
            "SELECT person_id, action FROM ar.audit_event WHERE org_id = %s ORDER BY id", [found[0]]
        ).fetchall()
        letter = own.execute(
            "SELECT sealed FROM door.letter WHERE recipient = %s", [email]
        ).fetchone()
    assert kinds == (9,)
    by = owner.login.pk
    assert acts == [
        (by, "organisation created"),
        (by, "platform owner entered"),
        (by, "invitation sent"),
        (by, "platform owner left"),
    ]
    assert letter
    text = Letter.from_sealed(bytes(letter[0])).content.decode()  # type: ignore[call-overload]
    assert "Odette Vance invites you to Nordlicht Möbel on Duebook, as an admin" in text
    assert browser.gets(f"/o/{slug}/aging/").status_code == 404


BAD = {
    "slug": ("", "Acme", "two words", "-a", "ñandú", "x" * 64, "a_b", "a\n"),
    "currency": ("", "XAU", "EURO", "€", "ducats"),
    "timezone": ("", "Mars/Olympus", "../etc"),
    "language": ("", "xx"),
    "name": ("", " ", "x" * 201),
    "admin_email": ("", "nobody", "a b@c.example"),
}


def test_what_cannot_be_an_organisation_is_said_at_the_field(world: World, owner: Owner) -> None:
    browser = owner.browser()
    right = {**FOUNDING, "slug": "never-there", "admin_email": "a@b.example"}
    for field, values in BAD.items():
        for value in values:
            if value.strip() != value and field == "slug":
                continue  # a line break at the end is taken off
            answer = browser.posts(NEW, **{**right, field: value})
            assert answer.status_code == 400, (field, value)
            page = answer.content.decode()
            wrong = re.findall(r'<(?:input|select)[^>]*aria-invalid="true"[^>]*>', page)
            assert len(wrong) == 1, (field, value)
            assert f'name="{field}"' in wrong[0]
    answer = browser.posts(NEW, **{**right, "slug": world.acme.slug})
    assert answer.status_code == 400
    assert f"There is an organisation called {world.acme.slug} already" in words(answer)
    with connect() as own:
        assert own.execute("SELECT FROM ar.org WHERE slug = 'never-there'").fetchone() is None


# People


def test_people_with_all_they_belong_to(world: World, owner: Owner) -> None:
    acme, zenith = world.acme, world.zenith
    add_person(acme.member_email, slug=zenith.slug, role="client", accounts=["C2"])
    email, last = acme.member_email, "Last sign-in: Never"
    (row,) = listed(owner, "/platform/people/", email.upper())
    assert row == f"{email} {email} Acme Member Zenith Client {last}"
    set_barred(owner.viewer, login_of(email).pk, barred=True)
    (row,) = listed(owner, "/platform/people/", email)
    assert row == f"{email} {email} Barred Acme Member Zenith Client {last}"
    (row,) = listed(owner, "/platform/people/", owner.email)
    assert row.startswith(f"Odette Vance {owner.email} Platform owner Nowhere Last sign-in: ")
    assert "Nobody matches." in owner.browser().reads("/platform/people/", q="no such person")


def test_nobody_of_that_number(world: World, owner: Owner) -> None:
    browser = owner.browser()
    for number in (0, 999_999_999, 10**30):
        for act in ("", "bar/", "unbar/", "own/", "disown/"):
            assert browser.gets(f"/platform/people/{number}/{act}").status_code == 404
            assert browser.posts(f"/platform/people/{number}/{act}").status_code == 404


# Health


def test_health_says_what_is_wrong(
    world: World, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = owner.browser()
    page = browser.reads("/platform/health/")
    assert f"Duebook {version('duebook')}" in page
    assert "All checks pass" in page
    assert "row security on every table" in page
    assert re.search(r"PostgreSQL 1\d\.\d", page)
    assert re.search(r"Size of the database [\d.]+\s[KMG]B", page)
    with connect() as own:
        own.execute(
            "INSERT INTO door.letter (recipient, sealed, trouble) VALUES"
            " ('a@b.example', 'x', 'The mail server refused it.')"
        )
        query = (
            "SELECT count(*) FILTER (WHERE trouble = ''), count(*) FILTER (WHERE trouble <> '')"
            " FROM door.letter WHERE sent_at IS NULL"
        )
        waiting, failed = own.execute(query).fetchone() or (None, None)
        own.execute("ALTER TABLE ar.dispute NO FORCE ROW LEVEL SECURITY")
        try:
            page = browser.reads("/platform/health/")
        finally:
            own.execute("ALTER TABLE ar.dispute FORCE ROW LEVEL SECURITY")
            own.execute("DELETE FROM door.letter WHERE recipient = 'a@b.example'")
    assert f"Letters waiting {waiting} Letters failed {failed}" in page
    assert "Something is wrong" in page
    assert "ar.dispute is not guarded by row security" in page


# No page of the platform tells what a ledger holds


def told(company: Company) -> None:
    company.owes("98765.43", due="2026-03-31", number="SECRET-NUMBER")
    company.loads("accounts", [{"account_number": "ACCOUNT-IN-SECRET", "name": "Secret Customer"}])


def test_no_page_shows_what_an_organisation_holds(world: World, owner: Owner) -> None:
    told(world.acme)
    browser = owner.browser()
    person = login_of(world.acme.client_email).pk
    named = {"<slug:which>": world.acme.slug, "<int:login>": str(person)}
    for each in urlpatterns:
        path = re.sub(r"<\w+:\w+>", lambda part: named[part[0]], str(each.pattern))
        answer = browser.gets(f"/platform/{path}")
        for secret in (
            "98765.43",
            "98,765",
            "SECRET-NUMBER",
            "Secret Customer",
            "ACCOUNT-IN-SECRET",
            "Second",
        ):
            assert secret not in answer.content.decode(), path


def test_a_list_asks_as_much_for_many_rows_as_for_few(world: World, owner: Owner) -> None:
    from django.db import connections
    from django.test.utils import CaptureQueriesContext

    from duebook.reports import platform

    with seeing(owner.viewer, read_only=True):
        for size in (1, 50):
            with CaptureQueriesContext(connections["default"]) as door:
                platform.organisations(size=size)
                platform.people(size=size)
            assert len(door) == 3  # last sign-ins; addresses; the logins of the page
