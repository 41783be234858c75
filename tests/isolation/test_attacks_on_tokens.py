"""Tokens of services and files made for people: nobody else has anything of them."""

from __future__ import annotations

import pytest

from duebook.visibility.viewer import Viewer
from tests.isolation.attacker import (
    REFUSED,
    TAKEN,
    Connection,
    admin_of,
    being,
    column,
    logged_in,
    told,
    tried,
    viewer_of,
)
from tests.world import Company, World


def test_a_token_opens_what_a_service_may_and_no_person(
    lone: Company, own: Connection, door: Connection
) -> None:
    me = admin_of(lone)
    make = """
        INSERT INTO ar.api_token
            (org_id, person_id, name, prefix, hash, scopes, created_by, revoked_at)
        VALUES (%s, %s, 'X', '', sha256('mine'), '{read}', %s, now())"""
    with logged_in() as hands, being(hands, me, keep=True):
        assert tried(hands, make, [me.org_id, me.person_id, me.person_id]) == 1
    assert tried(door, "SELECT FROM guard.token_viewer('mine', '')") == 0
    own.execute("UPDATE ar.api_token SET revoked_at = NULL WHERE org_id = %s", [me.org_id])
    assert tried(door, "SELECT FROM guard.token_viewer('mine', '')") == 0


@pytest.mark.parametrize(
    "ended",
    [
        "UPDATE ar.api_token SET revoked_at = now() WHERE {at}",
        "UPDATE ar.api_token SET expires_at = now() WHERE {at}",
        "UPDATE ar.membership SET active = false WHERE {at}",
        "UPDATE ar.org SET suspended = true WHERE org_id = {org}",
        "INSERT INTO ar.barred_person SELECT person_id FROM ar.membership WHERE {at}",
    ],
)
def test_a_token_that_has_ended_opens_nothing(
    lone: Company, own: Connection, door: Connection, ended: str
) -> None:
    person = column(own, "SELECT nextval('guard.principal_id_seq')")[0]
    own.execute("INSERT INTO ar.person VALUES (%s, %s, 'Loader', '')", [lone.org_id, person])
    member = "INSERT INTO ar.membership (org_id, person_id, role) VALUES (%s, %s, 'service')"
    own.execute(member, [lone.org_id, person])
    own.execute(
        "INSERT INTO ar.api_token (org_id, person_id, name, prefix, hash, scopes, created_by)"
        " VALUES (%s, %s, 'L', '', sha256(convert_to(%s, 'UTF8')), '{ingest}', %s)",
        [lone.org_id, person, token := f"token {person}", person],
    )
    me = Viewer(lone.org_id, person, "service")
    ask = "SELECT FROM guard.token_viewer(%s, '')"
    with logged_in() as hands:
        assert tried(door, ask, [token]) == 1
        with being(hands, me):
            assert tried(hands, "SELECT FROM ar.customer") == 3
            at = f"org_id = {lone.org_id} AND person_id = {person}"
            own.execute(ended.format(at=at, org=lone.org_id))
        with being(hands, me):
            assert tried(hands, "SELECT FROM ar.customer") == REFUSED
    assert tried(door, ask, [token]) == 0


def test_a_token_that_reads_writes_nothing(cast: World, own: Connection, hands: Connection) -> None:
    writes = """
        SELECT c.oid::regclass || ' ' || a.privilege_type FROM pg_class c
        CROSS JOIN aclexplode(c.relacl) a WHERE a.grantee = 'duebook_service_read'::regrole
        AND a.privilege_type <> 'SELECT'"""
    assert column(own, writes) == []
    me = viewer_of(cast.acme, "service_read")
    with being(hands, me):
        assert tried(hands, "UPDATE ar.customer SET name = 'X'") == REFUSED
        assert tried(hands, "SELECT guard.enqueue('export', '{}')") == REFUSED
        assert tried(hands, "SELECT ar.refresh_statistics()") == REFUSED
    with being(hands, me, role="service"):
        assert tried(hands, "UPDATE ar.customer SET name = 'X'") == REFUSED
    with being(hands, Viewer(me.org_id, me.person_id, "service")):
        assert tried(hands, "UPDATE ar.customer SET name = 'X'") == REFUSED


@pytest.mark.parametrize("kind", ["member", "client", "service", "service_read"])
def test_only_admins_know_of_tokens_and_providers(
    cast: World, hands: Connection, kind: str
) -> None:
    with being(hands, viewer_of(cast.acme, kind)):
        for table in ("api_token", "identity_provider", "audit_event", "audit_link"):
            assert tried(hands, f"SELECT FROM ar.{table}") == REFUSED


def test_a_token_of_another_organisation_is_neither_taken_nor_met(
    cast: World, hands: Connection
) -> None:
    me, zenith = admin_of(cast.acme), cast.zenith.org_id
    theirs = f"sha256(convert_to('load {zenith}', 'UTF8'))"
    make = (
        "INSERT INTO ar.api_token (org_id, person_id, name, prefix, hash, scopes, created_by)"
        " VALUES ({}, 900001, 'X', '', {}, '{{ingest}}', {}) ON CONFLICT (hash) DO UPDATE"
        " SET revoked_at = NULL, org_id = {}"
    )
    with being(hands, me):
        for org in (me.org_id, zenith):
            asked = make.format(org, theirs, me.person_id, me.org_id)
            assert tried(hands, asked) == REFUSED
        assert (
            tried(hands, f"UPDATE ar.api_token SET hash = {theirs} WHERE name = 'Loader'") == TAKEN
        )
        # Whoever knows the digest knows the token: to others every digest is free.
        free = f"UPDATE ar.api_token SET hash = sha256('no {zenith}') WHERE name = 'Loader'"
        assert tried(hands, free) == 1


# Exports.


def test_a_file_is_seen_by_whom_it_was_made_for_as_what_they_are(
    lone: Company, own: Connection
) -> None:
    """Made for an admin, it holds what a member may not see."""
    me = viewer_of(lone, "member")
    make = (
        "INSERT INTO ar.export (org_id, person_id, kind, report, asked)"
        " VALUES (%s, %s, %s, 'aging', '{}')"
    )
    for kind in ("admin", "member"):
        own.execute(make, [me.org_id, me.person_id, kind])
    with logged_in() as hands:
        with being(hands, me):
            assert column(hands, "SELECT kind FROM ar.export") == ["member"]
            assert tried(hands, make, [me.org_id, me.person_id, "admin"]) == REFUSED
            assert tried(hands, make, [me.org_id, me.person_id, "member"]) == 1
            assert tried(hands, "UPDATE ar.export SET kind = 'admin'") == REFUSED
        with being(hands, admin_of(lone)):
            assert tried(hands, "SELECT FROM ar.export") == 0
        with being(hands, viewer_of(lone, "client")):
            assert tried(hands, "SELECT FROM ar.export") == 0
            assert tried(hands, make, [me.org_id, me.person_id, "client"]) == REFUSED


# Plans.


def test_a_plan_does_not_tell_who_was_invited(
    cast: World, lone: Company, own: Connection, hands: Connection
) -> None:
    own.execute(
        "INSERT INTO ar.invitation"
        " (org_id, email, role, invited_by, hash, withdrawn_at, expires_at)"
        " SELECT %s, 'Rival@nowhere.example', 'admin', %s,"
        " sha256(convert_to(%s || n, 'UTF8')), now(), 'infinity' FROM generate_series(1, 500) n",
        [lone.org_id, admin_of(lone).person_id, lone.slug],
    )
    own.execute("ANALYZE ar.invitation")
    plan = "EXPLAIN SELECT FROM ar.invitation WHERE lower(email) = '{}@nowhere.example'"
    with being(hands, admin_of(cast.acme)):
        rival, nobody = (
            str(told(hands, plan.format(name))).replace(name, "?") for name in ("rival", "nobod")
        )
    assert rival == nobody
