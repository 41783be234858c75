"""Any SQL against the audit trail: write for another, at another time, unlinked; stop others."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from duebook.visibility.viewer import Viewer
from tests.isolation import law
from tests.isolation.attacker import (
    REFUSED,
    Connection,
    admin_of,
    being,
    column,
    everybody,
    logged_in,
    sent,
    tried,
    viewer_of,
    wearing,
)
from tests.world import Company, World

RECORD = "SELECT guard.record('tried', '{\"person_id\": 1}', '10.0.0.1')"


@pytest.fixture
def lone(server: None) -> Company:
    """An organisation whose trail is its own."""
    from datetime import date

    return Company("lone", today=date(2026, 6, 30))


@pytest.fixture
def free(server: None) -> Iterator[Connection]:
    """The application's login, for what is undone by nothing."""
    with logged_in() as connection:
        yield connection


@pytest.mark.parametrize("kind", law.KINDS)
def test_nobody_writes_an_entry_by_hand(cast: World, hands: Connection, kind: str) -> None:
    me = viewer_of(cast.acme, kind)
    insert = "INSERT INTO ar.audit_event (org_id, person_id, action) VALUES (%s, %s, 'left')"
    link = "INSERT INTO ar.audit_link VALUES (%s, 999999, 1, '')"
    for role in (kind, "platform"):
        with being(hands, me, role=role):
            assert tried(hands, insert, [me.org_id, me.person_id]) == REFUSED
            assert tried(hands, link, [me.org_id]) == REFUSED
            for table in ("audit_event", "audit_link"):
                for change in (
                    "UPDATE ar.{} SET org_id = 1",
                    "DELETE FROM ar.{}",
                    "TRUNCATE ar.{}",
                ):
                    assert tried(hands, change.format(table)) == REFUSED
                assert tried(hands, f"LOCK ar.{table} IN EXCLUSIVE MODE") == REFUSED
            for head in ("SELECT * FROM", "DELETE FROM", "TRUNCATE", "LOCK"):
                assert tried(hands, f"{head} guard.audit_head") == REFUSED
            assert tried(hands, "ALTER TABLE ar.audit_event DISABLE TRIGGER ALL") == REFUSED
            assert tried(hands, "DROP TRIGGER link_audit ON ar.audit_event") == REFUSED
            assert tried(hands, "SELECT guard.link_audit()") == REFUSED
            assert tried(hands, "SELECT guard.link_event(NULL)") == REFUSED


def test_who_and_when_are_stamped(lone: Company, own: Connection, free: Connection) -> None:
    """Whatever is said of another organisation, another person or another time."""
    me, other = viewer_of(lone, "client"), Company("other", today=lone.today)
    before = datetime.now(UTC) - timedelta(seconds=5)
    said = """SELECT guard.record('tried', '{"at": "1999-01-01", "person_id": 1}', '', %s)"""
    with being(free, me, keep=True):
        free.execute("SET LOCAL timezone = 'Pacific/Kiritimati'")
        free.execute("SET LOCAL datestyle = 'German'")
        for org in (None, lone.org_id, other.org_id, 0):
            assert tried(free, said, [org]) == 1
    query = """SELECT org_id, person_id, at FROM ar.audit_event
               WHERE action = 'tried' AND org_id = ANY (%s)"""
    found = own.execute(query, [[lone.org_id, other.org_id]]).fetchall()
    assert {(org, person) for org, person, _ in found} == {(lone.org_id, me.person_id)}
    assert len(found) == 4
    assert all(before < at <= datetime.now(UTC) for *_, at in found)
    assert whole(own, lone.org_id)


@pytest.mark.parametrize("claimed", ["member", "admin", "service", "platform", "console", ""])
def test_a_forged_viewer_records_nothing(cast: World, hands: Connection, claimed: str) -> None:
    me = viewer_of(cast.acme, "client")
    forged = Viewer(me.org_id, me.person_id, claimed).signed(hands.info.backend_pid)
    for role in (*law.KINDS, "platform"):
        with wearing(hands, role, statement=forged if claimed else ""):
            assert tried(hands, RECORD) == REFUSED


# The chain.

TRICKS = {
    "nothing": (),
    "at once": ("SET CONSTRAINTS ALL IMMEDIATE",),
    "by name": ("SET CONSTRAINTS ar.link_audit IMMEDIATE", "SET CONSTRAINTS ALL DEFERRED"),
    "as another role": ("RESET ROLE",),
    "without a viewer": ("SELECT set_config('duebook.viewer', '', true)",),
    "another path": ("SET LOCAL search_path = pg_temp", "SET LOCAL transform_null_equals = on"),
    "other spelling": (
        "SET LOCAL bytea_output = 'escape'",
        "SET LOCAL datestyle = 'German'",
        "SET LOCAL timezone = 'Pacific/Kiritimati'",
        "SET LOCAL extra_float_digits = -15",
        "SET LOCAL standard_conforming_strings = off",
    ),
}


@pytest.mark.parametrize("trick", TRICKS)
def test_every_entry_is_linked(
    lone: Company, own: Connection, free: Connection, trick: str
) -> None:
    length = len(links(own, lone.org_id))
    with being(free, viewer_of(lone, "client"), keep=True):
        free.execute(RECORD)
        for statement in TRICKS[trick]:
            free.execute(statement)
    assert len(links(own, lone.org_id)) == length + 1
    assert whole(own, lone.org_id)


@pytest.mark.parametrize(
    "trick",
    [
        "SET session_replication_role = replica",
        "SET LOCAL session_replication_role = replica",
        "ALTER TABLE ar.audit_event DISABLE TRIGGER link_audit",
        "SET CONSTRAINTS guard.link_audit DEFERRED",
        "CREATE TEMP TABLE audit_head (org_id bigint, seq bigint, hash bytea)",
        "CREATE FUNCTION pg_temp.sha256(bytea) RETURNS bytea LANGUAGE sql AS 'SELECT $1'",
        "PREPARE TRANSACTION 'left'",
    ],
)
def test_no_setting_keeps_an_entry_from_being_linked(
    lone: Company, own: Connection, free: Connection, trick: str
) -> None:
    length = len(links(own, lone.org_id))
    with pytest.raises(psycopg.Error), being(free, viewer_of(lone, "client"), keep=True):
        free.execute(RECORD)
        free.execute(trick)
    assert len(links(own, lone.org_id)) == length
    assert whole(own, lone.org_id)


def test_what_is_rolled_back_leaves_no_gap(
    lone: Company, own: Connection, free: Connection
) -> None:
    me = viewer_of(lone, "client")
    for early in ("DEFERRED", "IMMEDIATE"):
        with being(free, me):
            free.execute(f"SET CONSTRAINTS ALL {early}")
            free.execute(RECORD)
        with being(free, me, keep=True):
            free.execute(f"SET CONSTRAINTS ALL {early}")
            free.execute("SAVEPOINT here")
            free.execute(RECORD)
            free.execute("ROLLBACK TO SAVEPOINT here")
            free.execute(RECORD)
    found = links(own, lone.org_id)
    assert [seq for seq, _ in found] == list(range(1, len(found) + 1))
    assert whole(own, lone.org_id)


def test_an_entry_held_open_stops_no_other_organisation(
    cast: World, lone: Company, free: Connection
) -> None:
    with being(free, viewer_of(lone, "client")):
        free.execute("SET CONSTRAINTS ALL IMMEDIATE")
        free.execute(RECORD)
        with logged_in() as other, being(other, admin_of(cast.acme)):
            other.execute("SET LOCAL lock_timeout = '1s'")
            other.execute("SET CONSTRAINTS ALL IMMEDIATE")
            assert tried(other, RECORD) == 1


def test_long_work_makes_nobody_wait_for_its_entry(
    lone: Company, own: Connection, free: Connection
) -> None:
    """Unless it asks to be linked at once, an entry waits for its turn as its work ends."""
    with being(free, viewer_of(lone, "client"), keep=True):
        free.execute(RECORD)
        with logged_in() as other, being(other, admin_of(lone), keep=True):
            other.execute("SET LOCAL lock_timeout = '1s'")
            assert tried(other, RECORD) == 1
    assert whole(own, lone.org_id)


def test_a_trail_is_read_by_its_admins_alone(cast: World, hands: Connection) -> None:
    for viewer in everybody(cast.acme):
        with being(hands, viewer):
            for table in ("audit_event", "audit_link"):
                if viewer.kind == "admin":
                    seen = set(column(hands, f"SELECT org_id FROM ar.{table}"))
                    assert seen == {cast.acme.org_id}
                else:
                    assert tried(hands, f"SELECT FROM ar.{table}") == REFUSED
            if viewer.kind != "admin":
                assert tried(hands, "SELECT guard.audit_end()") == REFUSED


def test_the_door_records_where_a_login_belongs_and_nowhere_else(
    cast: World, lone: Company, own: Connection
) -> None:
    me = viewer_of(lone, "member")
    call = "SELECT guard.record_at_door(%s, 'tried', '{{}}', '', {})"
    with logged_in("duebook_door") as door:
        assert column(door, call.format(cast.acme.org_id), [me.person_id]) == [0]
        assert column(door, call.format("NULL"), [0]) == [0]
        assert column(door, call.format("NULL"), [me.person_id]) == [1]
        assert tried(door, RECORD) == REFUSED
        assert sent(door, "INSERT INTO ar.audit_event (org_id) VALUES (1)") == REFUSED
    assert whole(own, lone.org_id)


def links(own: Connection, org: int) -> list[tuple[int, int]]:
    query = "SELECT seq, event_id FROM ar.audit_link WHERE org_id = %s ORDER BY seq"
    return [(int(seq), int(event)) for seq, event in own.execute(query, [org])]


def whole(own: Connection, org: int) -> bool:
    """Each entry is linked, once, to the one before; the last link is where the guard says."""
    query = """
        SELECT l.seq, l.hash, encode(l.hash, 'hex') = encode(sha256(
                   COALESCE(lag(l.hash) OVER (ORDER BY l.seq), '')
                   || convert_to(guard.audit_text(e), 'UTF8')), 'hex')
        FROM ar.audit_event e FULL JOIN ar.audit_link l ON l.org_id = e.org_id AND l.event_id = e.id
        WHERE COALESCE(e.org_id, l.org_id) = %s ORDER BY l.seq NULLS LAST"""
    found = own.execute(query, [org]).fetchall()
    head = own.execute("SELECT seq, hash FROM guard.audit_head WHERE org_id = %s", [org]).fetchone()
    return (
        [seq for seq, *_ in found] == list(range(1, len(found) + 1))
        and all(fits for *_, fits in found)
        and head == found[-1][:2]
    )
