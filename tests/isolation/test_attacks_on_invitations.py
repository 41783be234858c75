"""Invitations: who may make them, and that their links open once, for whom they are."""

from __future__ import annotations

import itertools

import pytest

from tests.isolation.attacker import (
    CHECK,
    REFUSED,
    Connection,
    admin_of,
    being,
    column,
    everybody,
    kind_of,
    logged_in,
    tried,
    viewer_of,
)
from tests.world import Company, World

_numbers = itertools.count(1)


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
    assert kind_of(door, 800_001, lone) == "client"
    assert kind_of(door, 800_002, lone) is None


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
    assert kind_of(door, 800_003, lone) is None
    assert tried(door, ACCEPT, [second["secret"], 800_003]) == REFUSED
    assert kind_of(door, 800_003, lone) is None
    assert tried(door, ACCEPT, [again["secret"], 800_003]) == 1
    assert kind_of(door, 800_003, lone) == "client"
