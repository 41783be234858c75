"""Hands on the database that do not go through the product: a login, its password, any SQL."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.abc import Params

from duebook.database.keys import KEY_ID, signing_key
from duebook.database.target import password, target
from duebook.visibility.viewer import Viewer
from tests.world import Company

Connection = psycopg.Connection[Any]
SERVICES = {"service": 900_003, "service_read": 900_004}  # what loads, and what only reads
REFUSED = "42501"
CHECK, TAKEN, MISSING, NOT_DRAWN = "23514", "23505", "23503", "55000"


def logged_in(login: str = "duebook_app") -> Connection:
    """A connection of the login, with nothing set on it."""
    url = target().url(login, password=password(login))
    return psycopg.connect(url, autocommit=True)


@contextmanager
def wearing(
    connection: Connection, role: str, *, statement: str = "", keep: bool = False
) -> Iterator[None]:
    """A transaction in a viewer's role with a statement, undone at the end unless kept."""
    with connection.transaction(force_rollback=not keep):
        connection.execute("SELECT set_config('duebook.viewer', %s, true)", [statement])
        connection.execute(f"SET LOCAL ROLE duebook_{role}")
        yield


@contextmanager
def being(
    connection: Connection, viewer: Viewer, *, role: str = "", keep: bool = False
) -> Iterator[None]:
    """The same with the viewer's own, valid statement."""
    statement = viewer.signed(connection.info.backend_pid)
    with wearing(connection, role or viewer.kind, statement=statement, keep=keep):
        yield


def tried(connection: Connection, query: str, parameters: Params | None = None) -> int | str:
    """How many rows a statement came to, or the code of the error that it ended with."""
    try:
        with connection.transaction():
            return connection.execute(query, parameters).rowcount
    except psycopg.Error as refused:
        return refused.sqlstate or str(refused)


def sent(connection: Connection, query: str) -> int | str:
    """The same for a statement that may want no transaction around it. Nothing is undone."""
    try:
        return connection.execute(query).rowcount
    except psycopg.Error as refused:
        return refused.sqlstate or str(refused)


def told(connection: Connection, query: str) -> tuple[Any, ...]:
    """All that a statement lets its sender know: its rows, or its error word by word."""
    try:
        with connection.transaction():
            cursor = connection.execute(query)
            return tuple(cursor.fetchall()) if cursor.description else (cursor.rowcount,)
    except psycopg.Error as refused:
        said = refused.diag
        return (refused.sqlstate, said.message_primary, said.message_detail, said.context)


def column(connection: Connection, query: str, parameters: Params | None = None) -> list[Any]:
    """The first column of the answer."""
    return [row[0] for row in connection.execute(query, parameters)]


def columns_of(connection: Connection, table: str) -> list[str]:
    """The columns of a table of the ledger, in order."""
    return column(
        connection,
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
        " AND NOT attisdropped ORDER BY attnum",
        [f"ar.{table}"],
    )


def claims(viewer: Viewer, connection: Connection, *, seconds: int = 60) -> list[str]:
    """The parts of a statement before its signature."""
    expiry = int(time.time()) + seconds
    pid = connection.info.backend_pid
    parts = (viewer.org_id, viewer.person_id, viewer.kind, KEY_ID, pid, expiry)
    return [str(part) for part in parts]


def sealed(parts: list[str], *, key: bytes | None = None) -> str:
    """A statement from its parts, signed as the application would, or with another key."""
    text = ".".join(parts)
    digest = hmac.new(key or signing_key(), text.encode(), hashlib.sha256)
    return f"{text}.{digest.hexdigest()}"


def everybody(company: Company) -> Iterator[Viewer]:
    """An admin, a member, a client, and the two kinds of services."""
    for email in (company.admin_email, company.member_email, company.client_email):
        yield company.viewer(email)
    for kind, person_id in SERVICES.items():
        yield Viewer(company.org_id, person_id, kind)


def viewer_of(company: Company, kind: str) -> Viewer:
    """The one of a kind; `member_all` is the member, where members see all."""
    if kind in SERVICES:
        return Viewer(company.org_id, SERVICES[kind], kind)
    found = company.viewer(getattr(company, f"{kind.removesuffix('_all')}_email"))
    return Viewer(found.org_id, found.person_id, kind)


def admin_of(company: Company) -> Viewer:
    return company.viewer(company.admin_email)


def kind_of(door: Connection, person: int, company: Company) -> str | None:
    """What somebody is there, as the door says it."""
    query = "SELECT kind FROM guard.memberships_of(%s) WHERE org_id = %s"
    found = column(door, query, [person, company.org_id])
    return str(found[0]) if found else None
