"""Staff with a client's eyes: what a client of that account sees, and no writing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from duebook.reports.aging import portal_aging
from duebook.visibility.seeing import NotAllowed, raw, seeing
from duebook.visibility.viewer import Viewer
from tests.isolation import law
from tests.isolation.attacker import (
    REFUSED,
    Connection,
    admin_of,
    column,
    everybody,
    tried,
    wearing,
)
from tests.world import Company, World

READ_ONLY = "25006"


def test_staff_see_what_a_client_of_the_account_sees(cast: World) -> None:
    client = cast.acme.viewer(cast.acme.client_email)
    tables = [name for name in law.RIGHTS if "s" in law.rights(name, "duebook_client")]
    seen = {}
    for viewer in (client, _looking(cast.acme)):
        with seeing(viewer):
            seen[viewer] = {
                table: column(raw(), f"SELECT t::text FROM ar.{table} t ORDER BY 1")
                for table in tables
            }
            aging = portal_aging(as_of=cast.acme.today)
            assert [row.account_number for row in aging] == ["C1"]
    of_a_client, of_staff = seen.values()
    for table in tables:
        own = law.RIGHTS[table][0] in ("own", "person", "person id")
        assert of_staff[table] == ([] if own else of_a_client[table]), table


def test_members_look_at_what_they_see_and_clients_and_services_at_nothing(cast: World) -> None:
    member = cast.acme.viewer(cast.acme.member_email)
    assert _opens(_as_client(member, _customer(cast.acme, "C1")))
    assert not _opens(_as_client(member, _customer(cast.acme, "C2")))
    for viewer in everybody(cast.acme):
        if viewer.kind not in ("admin", "member"):
            assert not _opens(_as_client(viewer, _customer(cast.acme, "C1"))), viewer


@pytest.mark.parametrize("account", ["C1", "C2"])
def test_a_foreign_account_and_one_that_is_not_are_refused_alike(cast: World, account: str) -> None:
    said = set()
    for viewer in (admin_of(cast.acme), cast.acme.viewer(cast.acme.member_email)):
        for customer in (_customer(cast.zenith, account), 987_654_321):
            with pytest.raises(NotAllowed) as refused, seeing(_as_client(viewer, customer)):
                pass
            said.add(str(refused.value))
    assert len(said) == 1


def test_the_transaction_cannot_be_made_to_write(cast: World, hands: Connection) -> None:
    with _looking_in(hands, _looking(cast.acme)):
        assert column(hands, "SELECT current_user") == ["duebook_client"]
        assert column(hands, "SELECT count(*) FROM ar.customer") == [1]
        for command in (
            "SET TRANSACTION READ WRITE",
            "SET transaction_read_only = off",
            "SELECT set_config('transaction_read_only', 'off', true)",
        ):
            assert tried(hands, command) == "25001", command
        insert = "INSERT INTO ar.export (org_id, person_id, kind, report, asked)"
        values = f" VALUES ({cast.acme.org_id}, 1, 'client', 'portal', '{{}}')"
        assert tried(hands, insert + values) == READ_ONLY
        assert tried(hands, "SELECT guard.enqueue('export', '{}')") in (READ_ONLY, REFUSED)
        assert tried(hands, "SELECT guard.record('x', '{}', '')") in (READ_ONLY, REFUSED)


def test_the_statement_serves_nothing_in_a_transaction_that_writes(
    cast: World, hands: Connection
) -> None:
    me = _looking(cast.acme)
    with wearing(hands, "client", statement=me.signed(hands.info.backend_pid)):
        for table in law.RIGHTS:
            expected = {REFUSED, 0} if "s" in law.rights(table, "duebook_client") else {REFUSED}
            assert tried(hands, f"SELECT FROM ar.{table}") in expected
        assert tried(hands, "SELECT FROM ar.customer") == REFUSED
        assert tried(hands, "SELECT guard.record('x', '{}', '')") == REFUSED


def test_turning_read_only_in_the_middle_of_a_statement_writes_nothing(
    cast: World, hands: Connection
) -> None:
    """The server asks at the start of a statement whether it may write, the guard in its middle."""
    me = _looking(cast.acme)
    turned = "set_config('transaction_read_only', 'on', true) = 'on'"
    for person in (me.person_id, cast.acme.viewer(cast.acme.client_email).person_id):
        with wearing(hands, "client", statement=me.signed(hands.info.backend_pid)):
            assert (
                tried(
                    hands,
                    "INSERT INTO ar.export (org_id, id, person_id, kind, report, asked)"
                    f" SELECT {me.org_id}, 900009, {person}, 'client', 'portal', '{{}}'"
                    f" WHERE {turned}",
                )
                == REFUSED
            )
        with wearing(hands, "client", statement=me.signed(hands.info.backend_pid)):
            assert tried(hands, f"DELETE FROM ar.export WHERE {turned}") in (0, REFUSED)


def test_what_clients_write_of_an_account_has_a_writer(own: Connection) -> None:
    """Held by the policies themselves: whatever table clients may come to write to."""
    for table in law.RIGHTS:
        letters = law.rights(table, "duebook_client")
        if law.RIGHTS[table][0] == "own" or not set("iud") & set(letters):
            continue
        assert "d" not in letters, table
        query = (
            "SELECT with_check FROM pg_policies WHERE tablename = %s AND policyname = 'client_rows'"
        )
        assert (
            "guard.viewer_person() AS viewer_person) IS NOT NULL" in column(own, query, [table])[0]
        )


@pytest.mark.parametrize("role", [*(kind for kind in law.KINDS if kind != "client"), "platform"])
def test_the_statement_serves_no_other_role(cast: World, hands: Connection, role: str) -> None:
    with _looking_in(hands, _looking(cast.acme), role=role):
        for table in law.RIGHTS:
            assert tried(hands, f"SELECT FROM ar.{table}") in (REFUSED, 0), table
        assert tried(hands, "SELECT FROM ar.org") == REFUSED


@pytest.mark.parametrize("kind", ["admin", "member", "member_all", "service", "client"])
def test_only_staff_by_name_of_a_client_look(cast: World, kind: str) -> None:
    """A signed statement of another kind, or of a client with an account beside it."""
    me = admin_of(cast.acme) if kind != "client" else cast.acme.viewer(cast.acme.client_email)
    looks = Viewer(me.org_id, me.person_id, kind, looks_at=_customer(cast.acme, "C1"))
    assert not _opens(looks)


def test_it_ends_with_the_membership(cast: World, own: Connection) -> None:
    member = cast.acme.viewer(cast.acme.member_email)
    looks = _as_client(member, _customer(cast.acme, "C1"))
    turn = "UPDATE ar.membership SET active = %s WHERE org_id = %s AND person_id = %s"
    own.execute(turn, [False, member.org_id, member.person_id])
    try:
        assert not _opens(looks)
    finally:
        own.execute(turn, [True, member.org_id, member.person_id])
    assert _opens(looks)


@contextmanager
def _looking_in(hands: Connection, viewer: Viewer, *, role: str = "client") -> Iterator[None]:
    statement = viewer.signed(hands.info.backend_pid)
    with hands.transaction(force_rollback=True):
        hands.execute("SET TRANSACTION READ ONLY")
        hands.execute("SELECT set_config('duebook.viewer', %s, true)", [statement])
        hands.execute(f"SET LOCAL ROLE duebook_{role}")
        yield


def _opens(viewer: Viewer) -> bool:
    try:
        with seeing(viewer):
            return raw().execute("SELECT count(*) FROM ar.customer").fetchone() == (1,)
    except (NotAllowed, psycopg.errors.UndefinedObject):
        return False


def _as_client(viewer: Viewer, customer: int) -> Viewer:
    return Viewer(viewer.org_id, viewer.person_id, "client", looks_at=customer)


def _looking(company: Company) -> Viewer:
    return _as_client(admin_of(company), _customer(company, "C1"))


def _customer(company: Company, account: str) -> int:
    with company.admin():
        query = "SELECT id FROM ar.customer WHERE account_number = %s"
        row = raw().execute(query, [account]).fetchone()
    assert row
    return int(row[0])
