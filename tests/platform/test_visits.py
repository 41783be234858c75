"""Entering an organisation: what an owner of the platform reaches before, inside and afterwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.contrib.messages import get_messages
from psycopg import sql

from duebook.database.migrate import connect
from duebook.reports.aging import aging
from duebook.visibility import teams
from duebook.visibility.organisations import PLATFORM, add_person, console_of, organisations_of
from duebook.visibility.platform import set_owner, set_suspended
from duebook.visibility.seeing import NotAllowed, seeing
from duebook.visibility.viewer import Viewer
from tests.isolation.attacker import being, logged_in, tried
from tests.platform.browsing import Browser, Owner, login_of, trail, words
from tests.world import Company, World

BAND = "is inside Acme as an admin. What you do is recorded there."
# What the platform may read of every organisation: no figure, no customer, no file.
OPEN = {"org", "person", "membership", "document_kind"}


def acts(company: Company) -> list[tuple[int, str]]:
    return [(who, action) for who, action, _ in trail(company) if action.startswith("platform")]


# Outside


def test_without_entering_no_row_of_a_ledger_is_reached_by_sql(world: World, owner: Owner) -> None:
    for company in (world.acme, world.zenith):
        company.owes("100.00", due="2026-03-31")
    with connect() as own:
        query = "SELECT tablename FROM pg_tables WHERE schemaname = 'ar' ORDER BY 1"
        tables = {str(row[0]) for row in own.execute(query).fetchall()}
    # Reference data, and the lists of who owns the platform and who is barred.
    tables -= {"currency", "platform_person", "barred_person"}
    assert tables > OPEN
    with logged_in() as hands, being(hands, owner.viewer):
        for table in sorted(tables - OPEN):
            name = sql.Identifier("ar", table)
            for text in (
                "SELECT FROM {}",
                "SELECT count(*) FROM {}",
                "INSERT INTO {} DEFAULT VALUES",
                "UPDATE {} SET org_id = org_id",
                "DELETE FROM {}",
                "TRUNCATE {}",
                "COPY {} TO STDOUT",
            ):
                query = sql.SQL(text).format(name).as_string(hands)
                assert tried(hands, query) == "42501", query
        assert tried(hands, "SELECT FROM ar.org") >= 2  # type: ignore[operator]
        for query in ("DELETE FROM ar.org", "DELETE FROM ar.person", "DELETE FROM ar.membership"):
            assert tried(hands, query) == "42501"
        for barred in ("ar.platform_person", "ar.barred_person", "door.login", "guard.audit_head"):
            assert tried(hands, f"SELECT FROM {barred}") == "42501"


def test_without_entering_an_owner_is_nobody_in_the_organisation(
    world: World, owner: Owner
) -> None:
    for kind in ("admin", "member", "member_all", "client", "service", "service_read"):
        with pytest.raises(NotAllowed), seeing(Viewer(world.acme.org_id, owner.login.pk, kind)):
            pass
    with logged_in() as hands:
        with being(hands, owner.viewer, role="admin"):
            assert tried(hands, "SELECT FROM ar.document") == "42501"
        with being(hands, owner.inside(world.acme)):
            assert tried(hands, "SELECT FROM ar.document") == "42501"


def test_without_entering_no_page_is_there(world: World, owner: Owner) -> None:
    browser = owner.browser()
    for page in ("", "aging/", "invoices/", "people/", "settings/", "exports/", "nowhere/"):
        answer = browser.gets(f"/o/{world.acme.slug}/{page}")
        nothing = browser.gets(f"/o/nobody-has-this-name/{page}")
        assert (answer.status_code, answer.content) == (404, nothing.content), page
    assert acts(world.acme) == []


# Inside


def test_a_visit_is_an_admins_sight_and_stands_in_the_trail(world: World, owner: Owner) -> None:
    acme = world.acme
    acme.owes("123.45", due="2026-03-31")
    browser = owner.browser()
    before = datetime.now(UTC)
    browser.enters(acme, "  Ticket 4711: totals of March ")
    page = browser.reads(f"/o/{acme.slug}/aging/")
    assert "123.45" in page
    assert f"Visit. Odette Vance, owner of the platform, {BAND}" in page

    (who, action, detail) = trail(acme)[-1]
    assert (who, action) == (owner.login.pk, "platform owner entered")
    assert detail["reason"] == "Ticket 4711: totals of March"
    left = datetime.fromisoformat(detail["until"]) - before
    assert timedelta(hours=7, minutes=59) < left <= timedelta(hours=8, seconds=30)
    with connect() as own:
        query = "SELECT name, email FROM ar.person WHERE org_id = %s AND id = %s"
        person = own.execute(query, [acme.org_id, owner.login.pk]).fetchone()
    assert person == ("Odette Vance (platform)", owner.email)

    with seeing(owner.inside(acme)):
        team = teams.create_team(owner.inside(acme), "Made by a visitor")
        assert [row.invoices for row in aging(as_of=acme.today)]
    assert trail(acme)[-1] == (
        owner.login.pk,
        "team created",
        {"team": team, "name": "Made by a visitor"},
    )
    assert acts(world.zenith) == []


def test_entering_needs_a_reason(world: World, owner: Owner) -> None:
    browser = owner.browser()
    enter = f"/platform/organisations/{world.acme.slug}/enter/"
    for reason in ("", "   ", "x" * 501):
        answer = browser.posts(enter, reason=reason)
        assert answer.status_code == 400
        assert 'aria-invalid="true"' in answer.content.decode()
    assert browser.gets(enter).status_code == 405
    lost = browser.posts("/platform/organisations/nowhere/enter/", reason="Why")
    assert browser.gets(lost["Location"]).status_code == 404
    assert acts(world.acme) == []
    assert browser.gets(f"/o/{world.acme.slug}/aging/").status_code == 404


def test_leaving_is_one_click_and_bites_at_once(world: World, owner: Owner) -> None:
    acme, browser = world.acme, owner.browser()
    browser.enters(acme)
    page = browser.gets(f"/o/{acme.slug}/aging/").content.decode()
    assert '<form method="post" action="/platform/leave/">' in page
    answer = browser.posts("/platform/leave/")
    assert answer["Location"] == f"/platform/organisations/{acme.slug}/"
    assert "You have left Acme" in browser.reads(answer["Location"])
    assert browser.gets(f"/o/{acme.slug}/aging/").status_code == 404
    with pytest.raises(NotAllowed), seeing(owner.inside(acme)):
        pass
    entered = (owner.login.pk, "platform owner entered")
    left = (owner.login.pk, "platform owner left")
    assert acts(acme) == [entered, left]
    browser.enters(acme)
    assert browser.gets(f"/o/{acme.slug}/aging/").status_code == 200
    assert acts(acme) == [entered, left, entered]
    assert browser.gets("/platform/leave/").status_code == 405


def test_another_browser_of_the_same_owner_has_not_entered(world: World, owner: Owner) -> None:
    aging, first, second = f"/o/{world.acme.slug}/aging/", owner.browser(), owner.browser()
    first.gets("/platform/organisations/")
    first.enters(world.acme)
    assert first.gets(aging).status_code == 200
    assert second.gets(aging).status_code == 404
    second.enters(world.acme)
    # A visit belongs to one browser: the first one has to enter again.
    assert first.gets(aging).status_code == 404
    assert second.gets(aging).status_code == 200


def test_a_visit_that_ended_elsewhere_is_not_taken_up_again(world: World, owner: Owner) -> None:
    aging, first, second = f"/o/{world.acme.slug}/aging/", owner.browser(), owner.browser()
    first.gets("/platform/organisations/")
    first.enters(world.acme)
    second.leaves()
    second.enters(world.acme)
    assert first.gets(aging).status_code == 404


def test_one_visit_at_a_time(world: World, owner: Owner) -> None:
    browser = owner.browser()
    browser.enters(world.acme)
    browser.enters(world.zenith)
    assert browser.gets(f"/o/{world.acme.slug}/aging/").status_code == 404
    assert browser.gets(f"/o/{world.zenith.slug}/aging/").status_code == 200
    names = ["platform owner entered", "platform owner left"]
    assert [action for _, action in acts(world.acme)] == names
    assert [action for _, action in acts(world.zenith)] == names[:1]
    assert [place.slug for place in organisations_of(owner.login.pk)] == [world.zenith.slug]


def test_a_visit_ends_by_itself(world: World, owner: Owner) -> None:
    acme, browser = world.acme, owner.browser()
    browser.enters(acme)
    with connect() as own:
        own.execute(
            "UPDATE ar.membership SET until = now() - interval '1 second'"
            " WHERE org_id = %s AND person_id = %s",
            [acme.org_id, owner.login.pk],
        )
    with pytest.raises(NotAllowed), seeing(owner.inside(acme)):
        pass
    answer = browser.gets(f"/o/{acme.slug}/aging/")
    assert (answer.status_code, answer["Location"]) == (302, "/platform/organisations/")
    assert [str(said) for said in get_messages(answer.wsgi_request)] == [
        "Your visit to Acme is over."
    ]
    assert "Your visit to Acme is over." in browser.reads("/platform/organisations/")
    assert browser.gets(f"/o/{acme.slug}/aging/").status_code == 404
    browser.enters(acme)
    # It said when it would end; that it did is no act of anybody.
    assert [action for _, action in acts(acme)] == ["platform owner entered"] * 2


def test_signing_out_leaves(world: World, owner: Owner) -> None:
    browser = owner.browser()
    browser.enters(world.acme)
    assert browser.posts("/account/logout/").status_code == 302
    assert [action for _, action in acts(world.acme)][1:] == ["platform owner left"]
    assert organisations_of(owner.login.pk) == []


def test_who_no_longer_owns_the_platform_is_out(world: World, owner: Owner, rival: Owner) -> None:
    browser = owner.browser()
    browser.enters(world.acme)
    set_owner(rival.viewer, owner.login.pk, owner=False)
    answer = browser.gets(f"/o/{world.acme.slug}/aging/")
    assert (answer.status_code, answer["Location"]) == (302, "/platform/organisations/")
    assert browser.gets("/platform/organisations/").status_code == 404
    assert acts(world.acme)[-1] == (rival.login.pk, "platform owner left")
    set_owner(rival.viewer, owner.login.pk, owner=True)
    assert browser.gets(f"/o/{world.acme.slug}/aging/").status_code == 404
    # Signing out afterwards has nothing to end, and works.
    browser.enters(world.acme)
    set_owner(rival.viewer, owner.login.pk, owner=False)
    assert browser.posts("/account/logout/").status_code == 302


def test_who_belongs_there_does_not_enter(world: World, owner: Owner) -> None:
    acme, browser = world.acme, owner.browser()
    add_person(owner.email, slug=acme.slug, role="member", accounts=[])
    page = browser.gets(f"/platform/organisations/{acme.slug}/")
    assert f'href="/o/{acme.slug}/"' in page.content.decode()
    assert "no visit is needed" in words(page)
    answer = browser.posts(f"/platform/organisations/{acme.slug}/enter/", reason="Curious")
    said = browser.reads(answer["Location"])
    assert "You belong to Acme yourself; open it without entering." in said
    page = browser.gets(f"/o/{acme.slug}/aging/")
    assert page.status_code == 200
    assert "Visit." not in words(page)
    assert acts(acme) == []
    with connect() as own:
        query = "SELECT name FROM ar.person WHERE org_id = %s AND id = %s"
        assert own.execute(query, [acme.org_id, owner.login.pk]).fetchone() == ("Odette Vance",)


def test_who_was_visiting_and_is_added_stays(world: World, owner: Owner) -> None:
    acme, browser = world.acme, owner.browser()
    browser.enters(acme)
    add_person(owner.email, slug=acme.slug, role="member", accounts=[])
    other = owner.browser()
    assert other.gets(f"/o/{acme.slug}/aging/").status_code == 200
    with connect() as own:
        query = (
            "SELECT m.role, m.until, p.name FROM ar.membership m JOIN ar.person p"
            " ON p.org_id = m.org_id AND p.id = m.person_id WHERE m.org_id = %s AND p.id = %s"
        )
        row = own.execute(query, [acme.org_id, owner.login.pk]).fetchone()
    assert row == ("member", None, "Odette Vance")


# The band


@pytest.mark.parametrize(
    ("path", "status"),
    [("aging/", 200), ("invoices/", 200), ("aging/?as_of=soon", 400), ("no/such/page/", 404)],
)
def test_every_page_of_the_organisation_has_the_band(
    world: World, owner: Owner, path: str, status: int
) -> None:
    browser = owner.browser()
    browser.enters(world.acme)
    assert BAND in browser.reads(f"/o/{world.acme.slug}/{path}", status=status)


def test_error_pages_have_the_band(
    world: World, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = owner.browser()
    browser.enters(world.acme)
    aging = f"/o/{world.acme.slug}/aging/"
    browser.client.handler.enforce_csrf_checks = True
    assert BAND in words(forged := browser.posts(aging))
    assert forged.status_code == 403

    def broken(**_: object) -> None:
        raise RuntimeError("a fault of the product")

    from duebook.web.staff import views

    monkeypatch.setattr(views, "aging_page", broken)
    assert BAND in browser.reads(aging, status=500)
    # When even who is looking cannot be told, there is a plain page.
    monkeypatch.setattr("duebook.web.context.visit_of", broken)
    assert "Something went wrong" in browser.reads(aging, status=500)


def test_pages_elsewhere_have_no_band(world: World, owner: Owner) -> None:
    browser = owner.browser()
    browser.enters(world.acme)
    for path, status in (("/platform/organisations/", 200), ("/", 200), ("/nowhere/", 404)):
        assert "Visit." not in browser.reads(path, status=status)
    near = f"/o/{world.acme.slug}0/aging/"
    assert "Visit." not in browser.reads(near, status=404)
    assert "You are inside." in browser.reads(f"/platform/organisations/{world.acme.slug}/")


# Suspended organisations


def test_a_suspended_organisation_lets_nobody_in_but_owners_who_enter(
    world: World, owner: Owner
) -> None:
    acme = world.acme
    people = [login_of(e) for e in (acme.admin_email, acme.member_email, acme.client_email)]
    seats = [Browser(login) for login in people]
    for seat in seats:
        assert seat.gets(f"/o/{acme.slug}/").status_code in (200, 302)
    browser = owner.browser()
    asked = browser.reads(f"/platform/organisations/{acme.slug}/suspend/")
    assert "From their next request on nobody gets in" in asked
    assert browser.posts(f"/platform/organisations/{acme.slug}/suspend/").status_code == 302
    for seat in seats:
        assert seat.gets(f"/o/{acme.slug}/").status_code == 404
        assert seat.gets(f"/o/{acme.slug}/aging/").status_code == 404
    for login, kind in zip(people, ("admin", "member", "client"), strict=True):
        with pytest.raises(NotAllowed), seeing(Viewer(acme.org_id, login.pk, kind)):
            pass
    acme.owes("5.00", due="2026-03-31", number="WHILE-SUSPENDED")  # a command of the console
    with seeing(console_of(acme.slug)):
        assert aging(as_of=acme.today)
    browser.enters(acme, "Why was it suspended?")
    assert "5.00" in browser.reads(f"/o/{acme.slug}/aging/")

    assert browser.posts(f"/platform/organisations/{acme.slug}/resume/").status_code == 302
    for seat in seats:
        assert seat.gets(f"/o/{acme.slug}/").status_code in (200, 302)
    done = [action for who, action, _ in trail(acme) if who == owner.login.pk]
    assert done == ["organisation suspended", "platform owner entered", "organisation resumed"]


def test_a_suspended_organisation_has_no_tokens(world: World, owner: Owner) -> None:
    acme = world.acme
    with connect() as own:
        person = own.execute("SELECT nextval('guard.principal_id_seq')").fetchone()
        assert person
        place = {"org": acme.org_id, "person": person[0], "hash": b"x"}
        with psycopg.ClientCursor(own) as cursor:
            cursor.execute(
                "INSERT INTO ar.person VALUES (%(org)s, %(person)s, 'Program', '');"
                "INSERT INTO ar.membership (org_id, person_id, role)"
                " VALUES (%(org)s, %(person)s, 'service');"
                "INSERT INTO ar.api_token"
                " (org_id, person_id, name, prefix, hash, scopes, created_by)"
                " VALUES (%(org)s, %(person)s, 'Program', 'p', sha256('a token'), '{read}',"
                "         %(person)s)",
                place,
            )

    def bearer() -> list[tuple[object, ...]]:
        with logged_in("duebook_door") as door:
            return door.execute("SELECT kind FROM guard.token_viewer('a token', 'here')").fetchall()

    assert bearer() == [("service_read",)]
    set_suspended(owner.viewer, acme.slug, suspended=True)
    assert bearer() == []
    set_suspended(PLATFORM, acme.slug, suspended=False)
    assert bearer() == [("service_read",)]
