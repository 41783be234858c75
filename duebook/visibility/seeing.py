"""seeing(viewer): a transaction in which only the viewer's rows exist."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString
from weakref import WeakKeyDictionary

import psycopg
from django.db import connections, transaction

from duebook.visibility.viewer import Viewer

# Who looks through which connection now. What may be seen is up to the database alone.
_viewers: WeakKeyDictionary[psycopg.Connection[Any], Viewer] = WeakKeyDictionary()
# What was read in a read-only transaction: there it stays true until the end.
_read: WeakKeyDictionary[psycopg.Connection[Any], dict[Any, Any]] = WeakKeyDictionary()

# Plans are made for a role and made anew when it changes: each has statements of its own.
OF_ROLE: dict[str, LiteralString] = {
    "duebook_admin": "-- of admins\n",
    "duebook_member": "-- of members\n",
    "duebook_member_all": "-- of members who see all\n",
    "duebook_client": "-- of clients\n",
}


class NotAllowed(Exception):
    """The database does not agree that this person may look."""


class NotReady(Exception):
    """What a page rests on was removed between its two steps; asking again helps."""


@contextmanager
def seeing(viewer: Viewer, *, by: str = "ledger", read_only: bool = False) -> Iterator[None]:
    """Open a transaction in which only the viewer's rows exist.

    `by` names the login: `ledger`, or `worker` for work that stages files. Durable, because a
    setting made in a nested block would outlive it and leave the outer block looking through the
    wrong eyes. Raises NotAllowed when the membership has ended or is of another kind. In operator
    mode it is READ ONLY whatever is asked.
    """
    with transaction.atomic(using=by, durable=True):
        connection = raw(by)
        enter(connection, viewer, read_only=read_only)
        try:
            yield
        finally:
            _viewers.pop(connection, None)
            _read.pop(connection, None)


def enter(connection: psycopg.Connection[Any], viewer: Viewer, *, read_only: bool = False) -> None:
    """Take the viewer's role and statement for the rest of this transaction.

    The statement is bound beside the text, never written into it: text can be read by other
    sessions of the same login in pg_stat_activity.
    """
    signed = viewer.signed(connection.info.backend_pid)
    with psycopg.Cursor(connection) as cursor:
        if read_only or viewer.looks_at is not None:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute(
            "SELECT set_config('duebook.viewer', %s, true), set_config('role', %s, true)",
            [signed, viewer.role],
            prepare=True,
        )
        try:
            if viewer.kind == "platform":
                agreed = cursor.execute("SELECT guard.viewer_is_platform()").fetchone()
            else:
                agreed = cursor.execute(
                    "SELECT guard.viewer_org(%s) = %s", [viewer.kind, viewer.org_id], prepare=True
                ).fetchone()
        except psycopg.errors.InsufficientPrivilege as refused:
            raise NotAllowed(refused.diag.message_primary or "not allowed") from refused
        if agreed != (True,):
            raise NotAllowed("the database sees no viewer")
    looks(connection, viewer)
    if read_only or viewer.looks_at is not None:
        _read[connection] = {}


def looks(connection: psycopg.Connection[Any], viewer: Viewer) -> None:
    """Note who looks through a connection, where the database knows it already."""
    _viewers[connection] = viewer


def seen_by(by: str = "ledger") -> Viewer:
    """Who looks in the open transaction. Raises NotAllowed when nobody does."""
    viewer = _viewers.get(raw(by))
    if viewer is None:
        raise NotAllowed("nobody looks; this is only answered inside seeing()")
    return viewer


def read_before(by: str = "ledger") -> dict[Any, Any]:
    """What the open transaction has read already, for whoever reads it again. Where it may write,
    nothing is remembered.
    """
    return _read.get(raw(by), {})


def kept(text: LiteralString, *, by: str = "ledger") -> dict[str, Any]:
    """The arguments of an `execute` whose plan the connection keeps: for questions about one
    account or one person, which are planned alike whomever they are about. Planning under the
    policies often costs more than the answer. Others are planned for what is asked.
    """
    role = seen_by(by).role
    return {"query": OF_ROLE.get(role, "") + text, "prepare": role in OF_ROLE}


def raw(by: str = "ledger") -> psycopg.Connection[Any]:
    """The psycopg connection under a Django alias, for SQL with bound parameters and COPY."""
    connection = connections[by]
    connection.ensure_connection()
    return connection.connection  # type: ignore[no-any-return]  # Django types it as Any
