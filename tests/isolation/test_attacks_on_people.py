"""Any SQL of somebody with a right to invite, to admit, to make tokens: reach beyond that right."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from duebook.visibility.viewer import Viewer
from tests.isolation.attacker import (
    REFUSED,
    Connection,
    admin_of,
    being,
    column,
    everybody,
    logged_in,
    told,
    tried,
    viewer_of,
)
from tests.world import Company, World

CHECK, TAKEN, MISSING, NOT_DRAWN = "23514", "23505", "23503", "55000"
_numbers = itertools.count(1)


@pytest.fixture
def door(cast: World) -> Iterator[Connection]:
    with logged_in("duebook_door") as connection:
        yield connection


@pytest.fixture
def lone(server: None) -> Company:
    """An organisation to be changed at will."""
    from datetime import date

    return Company("lone", today=date(2026, 6, 30))


# Invitations.

INVITE = """
INSERT INTO ar.invitation (org_id, email, role, customer_id, invited_by, hash, expires_at)
VALUES (%(org)s, %(email)s, %(role)s, %(customer)s, %(by)s,
        sha256(convert_to(%(secret)s, 'UTF8')), 'infinity')"""


def _asked(company: Company, own: Connection, **more: object) -> dict[str, object]:
    first = "SELECT id FROM ar.customer WHERE org_id = %s AND account_number = 'C1'"
    number = next(_numbers)
    plain: dict[str, object] = {
        "org": company.org_id,
        "email": f"guest-{number}@nowhere.example",
        "role": "client",
        "customer": column(own, first, [company.org_id])[0],
        "by": admin_of(company).person_id,
        "secret": f"secret {company.slug} {number}",
    }
    return {**plain, **more}


@pytest.mark.parametrize("role", ["admin", "member"])
@pytest.mark.parametrize("kind", ["member", "member_all"])
def test_a_member_invites_no_colleague(
    lone: Company, own: Connection, role: str, kind: str
) -> None:
    if kind == "member_all":
        own.execute("UPDATE ar.org SET member_scope = 'all' WHERE org_id = %s", [lone.org_id])
    hands = logged_in()
    with hands, being(hands, viewer_of(lone, kind)):
        assert tried(hands, INVITE, _asked(lone, own)) == 1
        assert tried(hands, INVITE, _asked(lone, own, role=role, customer=None)) == REFUSED
        assert tried(hands, INVITE, _asked(lone, own, role=role)) == CHECK
        for change in (f"role = '{role}'", f"role = '{role}', customer_id = NULL"):
            outcome = tried(hands, f"UPDATE ar.invitation SET {change}")
            assert outcome in (REFUSED, CHECK)


def test_a_member_invites_for_no_other_customer(
    cast: World, own: Connection, hands: Connection
) -> None:
    query = "SELECT id FROM ar.customer WHERE org_id = %s AND account_number = 'C2'"
    other = column(own, query, [cast.acme.org_id])[0]
    with being(hands, viewer_of(cast.acme, "member")):
        assert tried(hands, INVITE, _asked(cast.acme, own, customer=other)) == REFUSED
        assert tried(hands, f"UPDATE ar.invitation SET customer_id = {other}") == REFUSED
        assert column(hands, "SELECT count(*) FROM ar.invitation") == [1]


def test_an_invitation_is_neither_moved_nor_taken_from_another_organisation(
    cast: World, own: Connection, hands: Connection
) -> None:
    acme, zenith = cast.acme.org_id, cast.zenith.org_id
    theirs = f"sha256(convert_to('ask C1 {zenith}', 'UTF8'))"
    meet = INVITE + " ON CONFLICT (hash) DO UPDATE SET role = 'admin', customer_id = NULL"
    for kind in ("admin", "member"):
        with being(hands, viewer_of(cast.acme, kind)):
            assert tried(hands, f"UPDATE ar.invitation SET org_id = {zenith}") == REFUSED
            outcome = tried(
                hands, f"UPDATE ar.invitation SET role = 'client' WHERE hash = {theirs}"
            )
            assert outcome == 0
            for asked in (_asked(cast.acme, own), _asked(cast.zenith, own)):
                assert tried(hands, meet, {**asked, "secret": f"ask C1 {zenith}"}) == REFUSED
            assert tried(hands, f"DELETE FROM ar.invitation WHERE org_id = {acme}") == REFUSED


@pytest.mark.parametrize("kind", ["client", "service", "service_read"])
def test_clients_and_services_read_no_invitation(cast: World, hands: Connection, kind: str) -> None:
    with being(hands, viewer_of(cast.acme, kind)):
        for statement in ("SELECT FROM ar.invitation", "UPDATE ar.invitation SET name = 'X'"):
            assert tried(hands, statement) == REFUSED


def test_what_a_link_tells_is_told_at_the_door_alone(cast: World, hands: Connection) -> None:
    secret = f"ask C1 {cast.zenith.org_id}"
    asking = (
        f"guard.invitation_by('{secret}')",
        f"guard.hold_invitation('{secret}')",
        f"guard.accept_invitation('{secret}', 1, 'X', 'x@nowhere.example', '')",
        f"guard.decline_invitation('{secret}', '')",
        f"guard.token_viewer('load {cast.zenith.org_id}', '')",
        f"guard.identity_provider_of('{cast.zenith.slug}')",
        "guard.rename_person(1, 'X', 'x@nowhere.example')",
        "guard.owns_platform(1)",
        "guard.record_at_door(1, 'X', '{}', '')",
        "guard.memberships_of(1)",
        "guard.enqueue_letter(1)",
        "guard.tidy()",
        "guard.link_older()",
        "guard.standing()",
        "guard.set_standing(1, true, false)",
    )
    for call in asking:
        assert tried(hands, f"SELECT {call}") == REFUSED
        for viewer in everybody(cast.acme):
            with being(hands, viewer):
                assert tried(hands, f"SELECT {call}") == REFUSED, (viewer.kind, call)
            with being(hands, viewer, role="platform"):
                assert tried(hands, f"SELECT {call}") == REFUSED, (viewer.kind, call)


ACCEPT = "SELECT guard.accept_invitation(%s, %s, 'Somebody', 'somebody@nowhere.example', '')"


def test_an_invitation_is_taken_once_and_while_it_is_open(
    lone: Company, own: Connection, door: Connection
) -> None:
    asked = _asked(lone, own)
    own.execute(INVITE, asked)
    hold = "UPDATE ar.invitation SET {} WHERE org_id = %s AND email = %s"
    for closed, opened in (
        ("expires_at = now()", "expires_at = 'infinity'"),
        ("withdrawn_at = now()", "withdrawn_at = NULL"),
        ("declined_at = now()", "declined_at = NULL"),
    ):
        own.execute(hold.format(closed), [lone.org_id, asked["email"]])
        assert tried(door, ACCEPT, [asked["secret"], 800_001]) == REFUSED
        own.execute(hold.format(opened), [lone.org_id, asked["email"]])
    own.execute("UPDATE ar.org SET suspended = true WHERE org_id = %s", [lone.org_id])
    assert tried(door, ACCEPT, [asked["secret"], 800_001]) == REFUSED
    own.execute("UPDATE ar.org SET suspended = false WHERE org_id = %s", [lone.org_id])
    assert tried(door, ACCEPT, [asked["secret"], 800_001]) == 1
    assert tried(door, ACCEPT, [asked["secret"], 800_002]) == REFUSED
    assert tried(door, ACCEPT, ["no such secret", 800_002]) == REFUSED
    assert _kind(door, 800_001, lone) == "client"
    assert _kind(door, 800_002, lone) is None


def test_no_invitation_from_before_brings_back_who_was_deactivated(
    lone: Company, own: Connection, door: Connection
) -> None:
    """Deactivating withdraws what was sent to the address; one of another address may be open."""
    first, second = _asked(lone, own), _asked(lone, own)
    again = _asked(lone, own, email="Somebody@nowhere.example")
    for asked in (first, second, again):
        own.execute(INVITE, asked)
    assert tried(door, ACCEPT, [first["secret"], 800_003]) == 1
    with logged_in() as hands, being(hands, admin_of(lone), keep=True):
        ended = "UPDATE ar.membership SET active = false WHERE person_id = 800003"
        assert tried(hands, ended) == 1
    assert _kind(door, 800_003, lone) is None
    assert tried(door, ACCEPT, [second["secret"], 800_003]) == REFUSED
    assert _kind(door, 800_003, lone) is None
    assert tried(door, ACCEPT, [again["secret"], 800_003]) == 1
    assert _kind(door, 800_003, lone) == "client"


# Memberships and people.


def _kind(door: Connection, person: int, company: Company) -> str | None:
    query = "SELECT kind FROM guard.memberships_of(%s) WHERE org_id = %s"
    found = column(door, query, [person, company.org_id])
    return str(found[0]) if found else None


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
    assert _kind(door, visitor.person_id, lone) == "admin"
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
    assert _kind(door, visitor.person_id, lone) is None
    _visitor(lone, own, until="1 hour", person=visitor.person_id)
    assert _kind(door, visitor.person_id, lone) == "admin"
    with logged_in() as hands:
        with being(hands, visitor):
            assert tried(hands, "SELECT FROM ar.customer") == 3
        gone = "UPDATE ar.platform_person SET active = false WHERE person_id = %s"
        own.execute(gone, [visitor.person_id])
        with being(hands, visitor):
            assert tried(hands, "SELECT FROM ar.customer") == REFUSED
    assert _kind(door, visitor.person_id, lone) is None


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
    assert _kind(door, me.person_id, lone) in (None, "None")  # named or not, it is not opened


def test_the_command_line_is_not_shut_out(cast: World, own: Connection) -> None:
    owner = _visitor(cast.acme, own, until="-1 hour")
    me = Viewer(0, owner.person_id, "platform")
    with logged_in() as hands, being(hands, me):
        for standing in ("false, false", "false, true", "true, true"):
            assert tried(hands, f"SELECT guard.set_standing(0, {standing})") == REFUSED
        assert tried(hands, "SELECT guard.set_standing(1234567, false, true)") == 1


# What an organisation learns of those who left, and of those who only visited.


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


# Tokens.


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
