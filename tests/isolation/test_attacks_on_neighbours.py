"""Any SQL, for the session, the job or the customer of somebody else in the same house."""

from __future__ import annotations

import pytest

from duebook.visibility.viewer import Viewer
from tests.isolation import law
from tests.isolation.attacker import (
    REFUSED,
    Connection,
    admin_of,
    being,
    claims,
    column,
    everybody,
    logged_in,
    sealed,
    tried,
    wearing,
)
from tests.world import World

# The door.


@pytest.mark.parametrize(
    "table", ["login", "django_session", "auth_permission", "django_migrations"]
)
def test_no_session_or_password_is_found(cast: World, hands: Connection, table: str) -> None:
    for statement in ("SELECT FROM {}", "DELETE FROM {}", "COPY {} TO STDOUT"):
        assert tried(hands, statement.format(f"door.{table}")) == REFUSED
        for viewer in everybody(cast.acme):
            with being(hands, viewer):
                assert tried(hands, statement.format(f"door.{table}")) == REFUSED


def test_sign_in_reads_no_organisation(cast: World) -> None:
    admin = admin_of(cast.acme)
    with logged_in("duebook_door") as door:
        assert tried(door, "SELECT FROM door.login WHERE id = %s", [admin.person_id]) == 1
        assert tried(door, "SELECT FROM guard.memberships_of(%s)", [admin.person_id]) == 1
        door.execute("SELECT set_config('duebook.viewer', %s, false)", [_stated(door, admin)])
        for table in (*law.RIGHTS, *law.REFERENCE):
            assert tried(door, f"SELECT FROM ar.{table}") == REFUSED
        for role in law.VIEWER_ROLES:
            assert tried(door, f"SET ROLE {role}") == REFUSED
        assert tried(door, "SELECT guard.viewer_org('admin')") == REFUSED
        assert tried(door, "SELECT guard.job_viewer(1)") == REFUSED
        assert tried(door, "DELETE FROM door.django_migrations") == REFUSED


def test_the_worker_needs_a_statement_aseverybody(cast: World) -> None:
    with logged_in("duebook_worker") as worker:
        assert tried(worker, "SELECT FROM door.login") == REFUSED
        assert tried(worker, "SELECT FROM ar.customer") == REFUSED
        assert tried(worker, "SET ROLE duebook_platform") == REFUSED
        with wearing(worker, "service"):
            assert tried(worker, "SELECT FROM ar.customer") == 0


# Work ordered in somebody else's name.


def test_a_job_is_ordered_by_the_viewer_alone(cast: World, hands: Connection) -> None:
    admin = admin_of(cast.acme)
    columns = "org_id, person_id, kind, task, args"
    values = f"VALUES ({admin.org_id}, {admin.person_id}, 'admin', 'export', '{{}}')"
    for viewer in everybody(cast.acme):
        with being(hands, viewer):
            assert tried(hands, f"INSERT INTO ar.job ({columns}) {values}") == REFUSED
    client = cast.acme.viewer(cast.acme.client_email)
    args = '{"org_id": 1, "person_id": 1, "kind": "admin"}'
    with being(hands, client, keep=True):
        job = column(hands, "SELECT guard.enqueue('export', %s)", [args])[0]
    with logged_in("duebook_worker") as worker:
        row = worker.execute("SELECT * FROM guard.job_viewer(%s)", [job]).fetchone()
    assert row is not None
    assert row[:4] == (client.org_id, client.person_id, "client", "export")


def test_a_forged_statement_orders_nothing(cast: World, hands: Connection) -> None:
    order = "SELECT guard.enqueue('export', '{}')"
    admin = admin_of(cast.acme)
    *parts, signature = sealed(claims(admin, hands)).split(".")
    for forged in ("", ".".join([*parts[:2], "client", *parts[3:], signature])):
        with wearing(hands, "admin", statement=forged):
            assert tried(hands, order) == REFUSED
    # Signed, but of a kind that the person is not.
    for kind in ("member", "client", "service", "platform", "console"):
        other = Viewer(admin.org_id, admin.person_id, kind)
        with wearing(hands, "admin", statement=_stated(hands, other)):
            assert tried(hands, order) == REFUSED
    with being(hands, admin):
        assert tried(hands, order) == 1


# Within one organisation: customers that are not one's own.

OF_CUSTOMERS = [table for table, row in law.RIGHTS.items() if row[0] == "customer"]


@pytest.mark.parametrize("email", ["member_email", "client_email"])
def test_another_customer_of_the_organisation_is_not_there(
    cast: World, own: Connection, hands: Connection, email: str
) -> None:
    me = cast.acme.viewer(getattr(cast.acme, email))
    query = "SELECT id FROM ar.customer WHERE org_id = %s AND account_number = %s"
    mine = column(own, query, [me.org_id, "C1"])
    other = column(own, query, [me.org_id, "C2"])[0]
    with being(hands, me):
        assert column(hands, "SELECT id FROM ar.customer") == mine
        for table in OF_CUSTOMERS:
            if "s" in law.rights(table, f"duebook_{me.kind}"):
                seen = column(hands, f"SELECT DISTINCT customer_id FROM ar.{table}")
                assert set(seen) <= set(mine), table
        assert column(hands, "SELECT DISTINCT customer_id FROM ar.document") == mine
    assert _rows_of(own, me.org_id, other) >= 6


def test_a_client_meets_a_draft_nowhere(cast: World, own: Connection, hands: Connection) -> None:
    client = cast.acme.viewer(cast.acme.client_email)
    named = {
        "document": "number = 'INV-C1'",
        "document_line": "document_id = %(id)s",
        "dispute": "document_id = %(id)s",
        "reminder": "document_id = %(id)s",
        "allocation": "charge_id = %(id)s",
    }
    query = "SELECT id FROM ar.document WHERE org_id = %s AND number = 'INV-C1'"
    invoice = {"id": column(own, query, [client.org_id])[0]}

    def seen() -> list[int | str]:
        with being(hands, client):
            return [
                tried(hands, f"SELECT FROM ar.{table} WHERE {where}", invoice)
                for table, where in named.items()
            ]

    assert seen() == [1, 1, 1, 1, 1]
    turn = "UPDATE ar.document SET state = %s WHERE org_id = %s AND number = 'INV-C1'"
    own.execute(turn, ["draft", client.org_id])
    try:
        assert seen() == [0, 0, 0, 0, 0]
    finally:
        own.execute(turn, ["sent", client.org_id])


def _rows_of(own: Connection, org: int, customer: int) -> int:
    """How much there would be to see of a customer."""
    return sum(
        column(
            own,
            f"SELECT count(*) FROM ar.{table} WHERE org_id = %s AND customer_id = %s",
            [org, customer],
        )[0]
        for table in OF_CUSTOMERS
    )


def _stated(connection: Connection, viewer: Viewer) -> str:
    return viewer.signed(connection.info.backend_pid)
