"""Memberships, people and visits: nobody becomes who they are not."""

from __future__ import annotations

import pytest

from duebook.visibility.viewer import Viewer
from tests.isolation.attacker import (
    MISSING,
    NOT_DRAWN,
    REFUSED,
    Connection,
    admin_of,
    being,
    column,
    kind_of,
    logged_in,
    tried,
    viewer_of,
)
from tests.world import Company, World


def test_nobody_of_another_organisation_is_drawn_into_ones_own(
    cast: World, hands: Connection, door: Connection
) -> None:
    """Their sign-ins and addresses would be told to whoever they seem to belong to."""
    me, other = admin_of(cast.acme), admin_of(cast.zenith)
    person = "INSERT INTO ar.person (org_id, id, name, email) VALUES (%s, %s, 'X', '')"
    member = "INSERT INTO ar.membership (org_id, person_id, role) VALUES (%s, %s, 'member')"
    with being(hands, me):
        assert tried(hands, person, [me.org_id, other.person_id]) in (REFUSED, NOT_DRAWN)
        drawn = column(hands, "SELECT nextval('guard.principal_id_seq')")[0]
        assert tried(hands, person, [me.org_id, other.person_id]) == REFUSED
        assert tried(hands, person, [other.org_id, drawn]) == REFUSED
        assert tried(hands, member, [me.org_id, other.person_id]) == MISSING
        assert tried(hands, person, [me.org_id, drawn]) == 1
        renumber = f"UPDATE ar.person SET id = {other.person_id} WHERE id = {drawn}"
        assert tried(hands, renumber) == REFUSED
        meet = " ON CONFLICT (org_id, id) DO UPDATE SET id = %s"
        values = [me.org_id, drawn, other.person_id]
        assert tried(hands, person + meet, values) == REFUSED


@pytest.mark.parametrize("role", ["platform", "console"])
def test_no_admin_makes_a_member_of_the_platform_or_the_console(
    cast: World, own: Connection, hands: Connection, role: str
) -> None:
    me = admin_of(cast.acme)
    console = "SELECT person_id FROM ar.membership WHERE org_id = %s AND role = 'console'"
    its = column(own, console, [me.org_id])[0]
    insert = "INSERT INTO ar.membership (org_id, person_id, role) VALUES (%s, 900001, %s)"
    with being(hands, me):
        assert tried(hands, insert, [me.org_id, role]) == REFUSED
        for person in (me.person_id, viewer_of(cast.acme, "member").person_id):
            change = "UPDATE ar.membership SET role = %s WHERE person_id = %s"
            assert tried(hands, change, [role, person]) == REFUSED
        for change in ("active = false", "role = 'admin'", "until = now()"):
            assert tried(hands, f"UPDATE ar.membership SET {change} WHERE person_id = {its}") == 0


def test_a_visitor_neither_stays_longer_nor_for_good(
    lone: Company, own: Connection, door: Connection
) -> None:
    visitor = _visitor(lone, own, until="1 hour")
    assert kind_of(door, visitor.person_id, lone) == "admin"
    with logged_in() as hands, being(hands, visitor, keep=True):
        assert tried(hands, "SELECT FROM ar.customer") == 3
        for change in ("until = NULL", "until = 'infinity'", "role = 'admin'", "active = true"):
            at = f"WHERE person_id = {visitor.person_id}"
            assert tried(hands, f"UPDATE ar.membership SET {change} {at}") == 0
        again = (
            f"INSERT INTO ar.membership (org_id, person_id, role) VALUES ({lone.org_id},"
            f" {visitor.person_id}, 'admin') ON CONFLICT (org_id, person_id) DO UPDATE SET"
            " role = 'admin', until = NULL"
        )
        assert tried(hands, again) == REFUSED


def test_a_visit_ends_with_its_time_and_with_the_ownership(
    lone: Company, own: Connection, door: Connection
) -> None:
    visitor = _visitor(lone, own, until="-1 second")
    assert kind_of(door, visitor.person_id, lone) is None
    _visitor(lone, own, until="1 hour", person=visitor.person_id)
    assert kind_of(door, visitor.person_id, lone) == "admin"
    with logged_in() as hands:
        with being(hands, visitor):
            assert tried(hands, "SELECT FROM ar.customer") == 3
        gone = "UPDATE ar.platform_person SET active = false WHERE person_id = %s"
        own.execute(gone, [visitor.person_id])
        with being(hands, visitor):
            assert tried(hands, "SELECT FROM ar.customer") == REFUSED
    assert kind_of(door, visitor.person_id, lone) is None


def _visitor(company: Company, own: Connection, *, until: str, person: int = 0) -> Viewer:
    """An owner of the platform who has entered."""
    person = person or column(own, "SELECT nextval('guard.principal_id_seq')")[0]
    own.execute("INSERT INTO ar.platform_person VALUES (%s) ON CONFLICT DO NOTHING", [person])
    named = [company.org_id, person]
    own.execute("INSERT INTO ar.person VALUES (%s, %s, 'Owner', '') ON CONFLICT DO NOTHING", named)
    own.execute(
        "INSERT INTO ar.membership (org_id, person_id, role, until)"
        " VALUES (%s, %s, 'platform', now() + %s::interval)"
        " ON CONFLICT (org_id, person_id) DO UPDATE SET until = excluded.until",
        [*named, until],
    )
    return Viewer(company.org_id, person, "admin")


def test_the_organisation_does_not_resume_itself(lone: Company, own: Connection) -> None:
    me, *others = (viewer_of(lone, kind) for kind in ("admin", "member", "client"))
    with logged_in() as hands:
        with being(hands, me):
            own.execute("UPDATE ar.org SET suspended = true WHERE org_id = %s", [lone.org_id])
            assert tried(hands, "UPDATE ar.org SET suspended = false") == REFUSED
        for viewer in (me, *others):
            with being(hands, viewer):
                assert tried(hands, "SELECT FROM ar.customer") == REFUSED
                assert tried(hands, "SELECT guard.enqueue('export', '{}')") == REFUSED
                assert tried(hands, "SELECT guard.record('X', '{}', '')") == REFUSED


@pytest.mark.parametrize(
    "ended",
    [
        "INSERT INTO ar.barred_person SELECT person_id FROM ar.membership WHERE {at}",
        "UPDATE ar.membership SET active = false WHERE {at}",
        "UPDATE ar.membership SET until = now() WHERE {at}",
        "UPDATE ar.org SET suspended = true WHERE org_id = {org}",
    ],
)
def test_whoever_is_shut_out_is_out_everywhere(
    lone: Company, own: Connection, door: Connection, ended: str
) -> None:
    me = viewer_of(lone, "member")
    with logged_in() as hands, logged_in("duebook_worker") as worker:
        with being(hands, me, keep=True):
            job = column(hands, "SELECT guard.enqueue('export', '{}')")[0]
        assert tried(worker, "SELECT FROM guard.job_viewer(%s)", [job]) == 1
        with being(hands, me):
            at = f"org_id = {me.org_id} AND person_id = {me.person_id}"
            own.execute(ended.format(at=at, org=me.org_id))
            if "until" not in ended:  # a time that is over is over for what begins after it
                assert tried(hands, "SELECT FROM ar.customer") == REFUSED
        for role in ("member", "member_all", "admin", "client"):
            with being(hands, me, role=role):
                assert tried(hands, "SELECT FROM ar.customer") == REFUSED
        assert tried(worker, "SELECT FROM guard.job_viewer(%s)", [job]) == 0
    assert kind_of(door, me.person_id, lone) in (None, "None")  # named or not, it is not opened


def test_the_command_line_is_not_shut_out(cast: World, own: Connection) -> None:
    owner = _visitor(cast.acme, own, until="-1 hour")
    me = Viewer(0, owner.person_id, "platform")
    with logged_in() as hands, being(hands, me):
        for standing in ("false, false", "false, true", "true, true"):
            assert tried(hands, f"SELECT guard.set_standing(0, {standing})") == REFUSED
        assert tried(hands, "SELECT guard.set_standing(1234567, false, true)") == 1


def test_who_left_is_followed_no_further(lone: Company, own: Connection, door: Connection) -> None:
    gone = viewer_of(lone, "member").person_id
    visitor = _visitor(lone, own, until="-1 second").person_id
    rename = "SELECT guard.rename_person(%s, 'New', 'new@nowhere.example')"
    signed_in = "SELECT guard.record_at_door(%s, 'signed in', '{}', '10.0.0.1')"
    assert column(door, signed_in, [gone]) == [1]
    own.execute("UPDATE ar.membership SET active = false WHERE person_id = %s", [gone])
    for person in (gone, visitor):
        assert column(door, signed_in, [person]) == [0]
        assert column(door, rename, [person]) == [0]
    assert column(door, rename, [viewer_of(lone, "client").person_id]) == [1]
