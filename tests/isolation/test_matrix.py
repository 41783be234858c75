"""Each kind of viewer, each table, each statement: one's own row, and the neighbour's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from psycopg.rows import dict_row

from tests.isolation.attacker import (
    REFUSED,
    Connection,
    being,
    column,
    columns_of,
    tried,
    viewer_of,
    wearing,
)
from tests.isolation.conftest import SPARE
from tests.isolation.law import KINDS, rights
from tests.world import Company, World

Row = dict[str, Any]


class Table(NamedTuple):
    where: str  # which row of an organisation is tried
    key: str  # what an upsert meets it by, after org_id
    change: str  # an update
    fresh: Row  # what is different in a new row


TABLES = {
    "org": Table("true", "", "name = 'X'", {"org_id": SPARE, "slug": "a-third"}),
    "person": Table("id = %(person)s", "id", "name = 'X'", {"id": SPARE + 1}),
    "membership": Table(
        "person_id = %(person)s", "id", "active = true", {"id": SPARE, "person_id": SPARE}
    ),
    "customer": Table(
        "account_number = 'C1'", "id", "name = 'X'", {"id": SPARE + 1, "account_number": "new"}
    ),
    "customer_internal": Table(
        "customer_id = %(c1)s", "customer_id", "credit_limit = 1", {"customer_id": SPARE}
    ),
    "customer_access": Table(
        "customer_id = %(c1)s",
        "principal_id, customer_id, reason",
        "reason = 'share'",
        {"reason": "team share"},
    ),
    "client_link": Table(
        "customer_id = %(c1)s",
        "id",
        "customer_id = %(customer_id)s",
        {"id": SPARE, "customer_id": SPARE},
    ),
    "document": Table("number = 'FREE-C1'", "id", "reason = 'X'", {"id": SPARE, "number": "new"}),
    "allocation": Table(
        "customer_id = %(c1)s", "id", "amount = 1", {"id": SPARE, "external_id": "new"}
    ),
    "dispute": Table("customer_id = %(c1)s", "id", "reason = 'X'", {"id": SPARE}),
    "ingest_run": Table("kind = 'accounts'", "id", "file_name = 'X'", {"id": SPARE}),
    "job": Table("person_id = %(person)s", "id", "task = 'X'", {"id": SPARE}),
    "audit_event": Table("action = 'looked'", "id", "action = 'X'", {"id": SPARE}),
    "audit_link": Table("true", "seq", "hash = ''", {"seq": SPARE}),
    "invitation": Table(
        "customer_id = %(c1)s",
        "id",
        "name = 'X'",
        {"id": SPARE, "email": "new@nowhere.example", "hash": "new"},
    ),
    "api_token": Table(
        "name = 'Loader'", "id", "name = 'X'", {"id": SPARE, "person_id": SPARE, "hash": "new"}
    ),
    "identity_provider": Table("true", "", "name = 'X'", {}),
    "export": Table(
        "person_id = %(person)s AND kind = %(kind)s", "id", "report = 'X'", {"id": SPARE}
    ),
    "source_file": Table("true", "id", "file_name = 'X'", {"id": SPARE}),
    "source_file_part": Table("true", "file_id, part", "content = ''", {"part": 2}),
    "intake": Table("true", "id", "trouble = 'X'", {"id": SPARE}),
    "mapping": Table("true", "id", "kind = 'X'", {"id": SPARE, "name": "new", "header_key": "new"}),
    "sync_call": Table("person_id = %(person)s", "person_id, key", "answer = '{}'", {"key": "new"}),
    "connector": Table(
        "person_id = CASE WHEN %(kind)s LIKE 'service%%' THEN %(person)s ELSE 900003 END",
        "id",
        "type = 'X'",
        {"id": SPARE, "name": "new", "person_id": SPARE},
    ),
    "saved_view": Table("person_id = %(person)s", "id", "name = 'X'", {"id": SPARE, "name": "new"}),
    "shared_view": Table("true", "id", "name = 'X'", {"id": SPARE}),
    "default_view": Table(
        "person_id = %(person)s", "person_id, page", "view_id = 1", {"page": "monthly"}
    ),
    "access_change": Table("person_id = %(person)s", "id", "act = 'unshare'", {"id": SPARE}),
}
TAKEN, RESTS = "23505", "23503"
RESTED_ON = (("customer", "admin"),)
ACTIONS = {"select": "s", "insert": "i", "update": "su", "delete": "sd", "upsert": "siu"}


@pytest.fixture(params=["fresh", "used"])
def either(request: pytest.FixtureRequest) -> Connection:
    """A connection nobody used, or one of the pool that another organisation's admin used."""
    hands: Connection = request.getfixturevalue(
        "hands" if request.param == "fresh" else "used_hands"
    )
    return hands


@pytest.fixture
def scope(request: pytest.FixtureRequest, cast: World, own: Connection) -> Iterator[None]:
    """Members of Acme see all customers while one of them is tried."""
    wide = request.getfixturevalue("kind") == "member_all"
    turn = "UPDATE ar.org SET member_scope = %s WHERE org_id = %s"
    if wide:
        own.execute(turn, ["all", cast.acme.org_id])
    yield
    if wide:
        own.execute(turn, ["assigned", cast.acme.org_id])


@pytest.mark.usefixtures("scope")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("table", TABLES)
def test_one_reaches_the_own_row_and_never_the_neighbours(
    cast: World, own: Connection, either: Connection, table: str, kind: str
) -> None:
    letters = rights(table, f"duebook_{kind}")
    allowed = {action: set(needs) <= set(letters) for action, needs in ACTIONS.items()}
    # A member speaks for no customer, so has no link; the right to read one is there.
    there = 0 if table == "client_link" and kind.startswith("member") else 1
    found = {True: there, False: REFUSED}
    drawn = _drawn(either)

    me = viewer_of(cast.acme, kind)
    mine = _row(own, table, cast.acme, kind)
    if table == "person":
        mine["new id"] = drawn
    with being(either, me):
        came = outcomes(either, table, mine, org=me.org_id)
    if table == "identity_provider" and kind == "admin":
        assert came.pop("insert") == TAKEN  # one for each organisation
    if (table, kind) in RESTED_ON:
        assert came.pop("delete") == RESTS  # nothing that is built on goes
    assert came == {action: found[allowed[action]] for action in came}
    theirs = _row(own, table, cast.zenith, kind)
    with being(either, me):
        assert outcomes(either, table, theirs, org=cast.zenith.org_id) == {
            action: _missed(action, allowed=allowed[action]) for action in ACTIONS
        }


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("table", TABLES)
def test_a_role_without_a_statement_reaches_nothing(
    cast: World, own: Connection, either: Connection, table: str, kind: str
) -> None:
    letters = rights(table, f"duebook_{kind}")
    row = _row(own, table, cast.acme, kind)
    _drawn(either)
    with wearing(either, kind):
        assert outcomes(either, table, row, org=cast.acme.org_id) == {
            action: _missed(action, allowed=set(needs) <= set(letters))
            for action, needs in ACTIONS.items()
        }


@pytest.mark.parametrize("table", TABLES)
def test_the_login_without_a_role_is_refused(
    cast: World, own: Connection, either: Connection, table: str
) -> None:
    row = _row(own, table, cast.acme, "admin")
    me = viewer_of(cast.acme, "admin")
    with either.transaction(force_rollback=True):
        either.execute(
            "SELECT set_config('duebook.viewer', %s, true)", [me.signed(either.info.backend_pid)]
        )
        answers = outcomes(either, table, row, org=me.org_id)
    assert answers == dict.fromkeys(ACTIONS, REFUSED)


def outcomes(hands: Connection, table: str, row: Row, *, org: int) -> dict[str, int | str]:
    """What comes of each statement aimed at the row: rows touched, or an error. All undone."""
    return {
        action: _undone(hands, statement, row)
        for action, statement in _statements(table, row, org=org)
    }


def _statements(table: str, row: Row, *, org: int) -> Iterator[tuple[str, str]]:
    shape = TABLES[table]
    keys = [key for key in ("org_id", *shape.key.split(", ")) if key]
    at = " AND ".join(f"{key} = %({key})s" for key in keys)
    columns = [name for name in row if not name.startswith("new ")]
    names = ", ".join(columns)
    new = ", ".join(f"%({'new ' * (name in shape.fresh)}{name})s" for name in columns)
    old = ", ".join(f"%({name})s" for name in columns)
    yield "select", f"SELECT FROM ar.{table} WHERE {at}"
    yield "insert", f"INSERT INTO ar.{table} ({names}) VALUES ({new})"
    yield "update", f"UPDATE ar.{table} SET {shape.change} WHERE {at}"
    yield "delete", f"DELETE FROM ar.{table} WHERE {at}"
    yield (
        "upsert",
        f"INSERT INTO ar.{table} ({names}) VALUES ({old})"
        f" ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {shape.change}",
    )


def _undone(hands: Connection, statement: str, row: Row) -> int | str:
    outcome: int | str = ""
    with hands.transaction(force_rollback=True):
        outcome = tried(hands, statement, row)
    return outcome


def _missed(action: str, *, allowed: bool) -> int | str:
    """Of a row that is not there for the viewer: none found, and none written."""
    return 0 if allowed and action in ("select", "update", "delete") else REFUSED


def _drawn(hands: Connection) -> int:
    """The number of a person to be made: it must have been drawn just now."""
    with wearing(hands, "admin"):
        return int(column(hands, "SELECT nextval('guard.principal_id_seq')")[0])


def _row(own: Connection, table: str, company: Company, kind: str) -> Row:
    """The row that is tried, as it stands, and under `new ...` what a new one has instead.

    Of what a kind has no right to, the admin's.
    """
    shape = TABLES[table]
    if "s" not in rights(table, f"duebook_{kind}"):
        kind = "service" if table == "sync_call" else "admin"
    named: Row = {"org": company.org_id, "person": viewer_of(company, kind).person_id, "kind": kind}
    first = "SELECT id FROM ar.customer WHERE org_id = %s AND account_number = 'C1'"
    named["c1"] = column(own, first, [company.org_id])[0]
    # As text, which says infinity and lists as well.
    names = columns_of(own, table)
    chosen = ", ".join(f"{name}::text" for name in names)
    query = f"SELECT {chosen} FROM ar.{table} WHERE org_id = %(org)s AND {shape.where}"
    row = own.cursor(row_factory=dict_row).execute(query, named).fetchone()
    assert row is not None, (table, kind)
    return {**row, **{f"new {name}": value for name, value in shape.fresh.items()}}
