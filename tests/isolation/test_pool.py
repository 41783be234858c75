"""What one viewer leaves on a pooled connection is not met by the next."""

from __future__ import annotations

import time
from typing import LiteralString

import pytest
from django.db import connections

from duebook.visibility.seeing import kept, raw, seeing
from duebook.visibility.viewer import Viewer
from tests.isolation.attacker import REFUSED, Connection, admin_of, column, everybody, tried
from tests.world import World

# What is left behind -> where it would be met, and what is there on a clean connection.
LEFT: dict[str, tuple[str, object]] = {
    "SET ROLE duebook_admin": ("SELECT current_user::text", "duebook_app"),
    "SET search_path = pg_catalog": ("SELECT current_setting('search_path')", "ar,pg_temp"),
    "SET statement_timeout = 0": ("SELECT current_setting('statement_timeout')", "30s"),
    "SET row_security = off": ("SELECT current_setting('row_security')", "on"),
    "SET lock_timeout = 1": ("SELECT current_setting('lock_timeout')", "0"),
    "SET default_transaction_read_only = on": (
        "SELECT current_setting('default_transaction_read_only')",
        "off",
    ),
    "PREPARE trap AS SELECT 1": ("SELECT count(*) FROM pg_prepared_statements", 0),
    "DECLARE trap CURSOR WITH HOLD FOR SELECT 1": ("SELECT count(*) FROM pg_cursors", 0),
    "LISTEN trap": ("SELECT count(*) FROM pg_listening_channels()", 0),
    "SELECT pg_advisory_lock(1)": (
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()",
        0,
    ),
    "SELECT set_config('duebook.viewer', 'forged', false)": (
        "SELECT COALESCE(current_setting('duebook.viewer', true), '')",
        "",
    ),
}


@pytest.fixture(autouse=True)
def a_pool_of_its_own(cast: World) -> None:
    """Empty, so that the one connection made is the one met again."""
    connections["ledger"].close()
    connections["ledger"].close_pool()  # type: ignore[attr-defined]  # of the PostgreSQL backend


@pytest.mark.parametrize("left", LEFT)
def test_nothing_left_behind_is_met(cast: World, left: str) -> None:
    where, clean = LEFT[left]
    with seeing(admin_of(cast.acme)):
        raw().execute("SELECT FROM ar.customer")
    raw().execute(left)
    assert column(raw(), where) != [clean]
    before = raw().info.backend_pid

    given_back()

    assert raw().info.backend_pid == before
    assert column(raw(), where) == [clean]
    assert _customers(admin_of(cast.zenith)) == {cast.zenith.org_id}


def test_a_statement_kept_for_the_session_does_not_outlive_it(cast: World) -> None:
    zenith = admin_of(cast.zenith)
    pid = raw().info.backend_pid
    raw().execute("SELECT set_config('duebook.viewer', %s, false)", [zenith.signed(pid)])
    raw().execute("SET ROLE duebook_admin")
    assert set(column(raw(), "SELECT org_id FROM ar.customer")) == {cast.zenith.org_id}

    given_back()

    assert raw().info.backend_pid == pid
    assert tried(raw(), "SELECT FROM ar.customer") == REFUSED
    raw().execute("SET ROLE duebook_admin")
    assert tried(raw(), "SELECT FROM ar.customer") == 0
    given_back()


def test_a_transaction_left_open_is_undone(cast: World) -> None:
    acme = admin_of(cast.acme)
    pid = raw().info.backend_pid
    raw().execute("BEGIN")
    raw().execute("SELECT set_config('duebook.viewer', %s, true)", [acme.signed(pid)])
    raw().execute("SET LOCAL ROLE duebook_admin")
    raw().execute("UPDATE ar.customer SET name = 'Left open'")

    given_back()

    assert raw().info.backend_pid == pid
    assert column(raw(), "SELECT current_user::text") == ["duebook_app"]
    with seeing(acme):
        assert column(raw(), "SELECT FROM ar.customer WHERE name = 'Left open'") == []


@pytest.mark.parametrize(
    "trap",
    [
        "CREATE TEMP TABLE customer (org_id bigint)",
        "CREATE TEMP TABLE customer AS SELECT * FROM ar.customer",
        "CREATE TEMP VIEW customer AS SELECT set_config('x', 'y', false)",
        "CREATE FUNCTION pg_temp.upper(text) RETURNS text LANGUAGE sql AS 'SELECT $1'",
        "CREATE TABLE ar.trap ()",
    ],
)
def test_a_trap_that_would_last_cannot_be_set(cast: World, trap: str) -> None:
    assert tried(raw(), trap) == REFUSED
    for viewer in everybody(cast.acme):
        with seeing(viewer):
            assert tried(raw(), trap) == REFUSED


def test_one_viewer_after_another_on_the_same_connection(cast: World) -> None:
    pids = set()
    for viewer in (*everybody(cast.acme), *everybody(cast.zenith)):
        assert _customers(viewer) == {viewer.org_id}
        pids.add(raw().info.backend_pid)
        given_back()
    assert len(pids) == 1


KEPT: LiteralString = "SELECT org_id FROM ar.customer WHERE org_id > %s"


def test_a_kept_plan_shows_each_viewer_their_own(cast: World) -> None:
    viewers = [*everybody(cast.acme), *everybody(cast.zenith)]
    for viewer in (*viewers, *reversed(viewers)) * 4:  # the sixth time the plan is for any value
        with seeing(viewer, read_only=True):
            assert _kept() == {viewer.org_id}
            assert "_pg3_" in "".join(column(raw(), "SELECT name FROM pg_prepared_statements"))
        given_back()
    assert len(set(column(raw(), "SELECT pg_backend_pid()"))) == 1


@pytest.mark.parametrize(
    "act",
    [
        'DEALLOCATE "{name}"',
        "DEALLOCATE ALL",
        'DEALLOCATE "{name}"; PREPARE "{name}" (smallint) AS SELECT 4711::smallint',
        'DEALLOCATE "{name}"; PREPARE other AS SELECT 1',
    ],
)
def test_a_kept_plan_cannot_be_taken_or_changed_for_the_next(cast: World, act: str) -> None:
    with seeing(admin_of(cast.acme)):
        assert _kept() == {cast.acme.org_id}
        names = "SELECT name FROM pg_prepared_statements WHERE statement LIKE '%ar.customer%'"
        (name,) = column(raw(), names)
        # As SQL that somebody slipped in: our side of the connection does not hear of it.
        raw().execute(f"DO $do$ BEGIN EXECUTE $a$SELECT 1$a$; END $do$; {act.format(name=name)}")
    given_back()
    for viewer in (admin_of(cast.acme), admin_of(cast.zenith)):
        with seeing(viewer):
            assert _kept() == {viewer.org_id}
        given_back()


def _kept() -> set[int]:
    return {row[0] for row in raw().execute(**kept(KEPT), params=[0])}


def given_back() -> None:
    """End the use of the connection, and wait until the pool has cleaned it."""
    ledger = connections["ledger"]
    ledger.close()
    until = time.monotonic() + 60
    while ledger.pool.get_stats()["pool_available"] < 1:  # type: ignore[attr-defined]
        assert time.monotonic() < until, "the pool has not got its connection back"
        time.sleep(0.001)


def _customers(viewer: Viewer) -> set[int]:
    """Whose customers a viewer sees."""
    with seeing(viewer):
        seen: Connection = raw()
        return set(column(seen, "SELECT org_id FROM ar.customer"))
