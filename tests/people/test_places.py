"""People of several organisations: the switcher, the first page, two tabs beside each other."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from duebook.database.migrate import connect
from duebook.visibility.organisations import add_person
from duebook.visibility.seeing import raw
from tests.people.conftest import rows, signed_in
from tests.world import Company


@pytest.fixture
def two(server: None) -> tuple[Company, Company, str]:
    """Two organisations and the address of somebody who is an admin of both."""
    first, second = (Company(name, today=date(2026, 6, 30)) for name in ("first", "second"))
    add_person(first.admin_email, slug=second.slug, role="admin", accounts=[])
    return first, second, first.admin_email


def links(page: str) -> dict[str, str]:
    """Where the switcher leads, by name."""
    menu = page.partition('class="menu organisation"')[2].partition("</details>")[0]
    found = re.findall(r'<a class="choice" href="([^"]*)"[^>]*><bdi>(.*?)</bdi>', menu)
    return {name: href for href, name in found}


@pytest.mark.parametrize(
    ("path", "there"),
    [
        ("aging/", "aging/"),
        ("people/", "people/"),
        ("people/teams/", "people/teams/"),
        ("people/access/?owner=none", "people/access/"),
        ("people/{person}/", "people/"),
        ("people/access/{customer}/", "people/access/"),
    ],
)
def test_the_switcher_keeps_the_place(two: Any, path: str, there: str) -> None:
    first, second, email = two
    person = first.viewer(first.member_email).person_id
    with first.admin():
        row = raw().execute("SELECT id FROM ar.customer LIMIT 1").fetchone()
    assert row
    path = path.format(person=person, customer=row[0])
    page = signed_in(email).get(f"/o/{first.slug}/{path}").content.decode()
    assert links(page) == {
        "First": f"/o/{first.slug}/{there}",
        "Second": f"/o/{second.slug}/{there}",
    }


def test_where_the_place_does_not_exist_it_leads_to_the_first_page(two: Any) -> None:
    first, second, email = two
    third, fourth = (Company(name, today=first.today) for name in ("third", "fourth"))
    add_person(email, slug=third.slug, role="member", accounts=[])
    add_person(email, slug=fourth.slug, role="client", accounts=["C1"])
    page = signed_in(email).get(f"/o/{first.slug}/people/").content.decode()
    assert links(page) == {
        "First": f"/o/{first.slug}/people/",
        "Fourth": f"/o/{fourth.slug}/",
        "Second": f"/o/{second.slug}/people/",
        "Third": f"/o/{third.slug}/customers/",
    }
    page = signed_in(email).get(f"/o/{fourth.slug}/").content.decode()
    assert links(page)["First"] in (f"/o/{first.slug}/", f"/o/{first.slug}/customers/")


def test_a_suspended_organisation_is_named_and_leads_nowhere(two: Any) -> None:
    first, second, email = two
    with connect() as own:
        own.execute("UPDATE ar.org SET suspended = true WHERE org_id = %s", [second.org_id])
    browser = signed_in(email)
    page = browser.get(f"/o/{first.slug}/aging/").content.decode()
    assert links(page) == {"First": f"/o/{first.slug}/aging/"}
    assert "Suspended" in page and "Second" in page
    page = browser.get("/").content.decode()
    assert "Suspended" in page and f"/o/{second.slug}/" not in page
    assert f'href="/o/{first.slug}/customers/"' in page
    assert browser.get(f"/o/{second.slug}/aging/").status_code == 404


def test_the_first_page_lists_places_and_the_account(two: Any) -> None:
    _first, _second, email = two
    page = signed_in(email).get("/").content.decode()
    assert re.findall(r'<strong dir="auto">(.*?)</strong>', page) == ["First", "Second"]
    assert "Sign out" in page


def test_who_has_one_place_is_led_there(two: Any) -> None:
    first, _second, _email = two
    answer = signed_in(first.member_email).get("/")
    assert (answer.status_code, answer["Location"]) == (302, f"/o/{first.slug}/customers/")


def test_two_tabs_never_mix(two: Any) -> None:
    """The same browser, two organisations, forms sent in turn: each lands in its own."""
    first, second, email = two
    browser = signed_in(email)
    for turn in range(4):
        for company in (first, second):
            page = browser.get(f"/o/{company.slug}/people/teams/").content.decode()
            assert f"/o/{company.slug}/people/" in page
        for company in (first, second):
            name = f"{company.slug} {turn}"
            answer = browser.post(f"/o/{company.slug}/people/teams/", {"name": name})
            assert answer["Location"].startswith(f"/o/{company.slug}/people/teams/")
    query = "SELECT name FROM ar.team WHERE org_id = %s ORDER BY name"
    for company in (first, second):
        assert rows(query, company.org_id) == [(f"{company.slug} {n}",) for n in range(4)]
    # A form of one tab does not work on what belongs to the other.
    with first.admin():
        row = raw().execute("SELECT id FROM ar.team ORDER BY id LIMIT 1").fetchone()
    assert row
    answer = browser.post(f"/o/{second.slug}/people/teams/{row[0]}/delete/")
    assert answer.status_code == 404
    assert len(rows(query, first.org_id)) == 4


def test_the_rail_shows_what_somebody_may_open(two: Any) -> None:
    first, _second, email = two
    place = re.compile(r'<a class="place" href="([^"]+)"( aria-current="page")?')
    found = place.findall(signed_in(email).get(f"/o/{first.slug}/people/teams/").content.decode())
    admin = dict(found)
    assert admin[f"/o/{first.slug}/people/"] == ' aria-current="page"'
    assert admin[f"/o/{first.slug}/aging/"] == ""
    found = place.findall(
        signed_in(first.member_email).get(f"/o/{first.slug}/aging/").content.decode()
    )
    member = dict(found)
    assert member[f"/o/{first.slug}/aging/"] == ' aria-current="page"'
    assert f"/o/{first.slug}/people/" not in member
    assert f"/o/{first.slug}/people/invite/" in member
