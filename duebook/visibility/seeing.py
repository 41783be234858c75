"""seeing(viewer): a transaction in which only the viewer's rows exist."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.db import connections, transaction

from duebook.visibility.viewer import Viewer

# Who looks through which connection now. What may be seen is up to the database alone.
_viewers: WeakKeyDictionary[psycopg.Connection[Any], Viewer] = WeakKeyDictionary()


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
        )
        try:
            if viewer.kind == "platform":
                agreed = cursor.execute("SELECT guard.viewer_is_platform()").fetchone()
            else:
                agreed = cursor.execute(
                    "SELECT guard.viewer_org(%s) = %s", [viewer.kind, viewer.org_id]
                ).fetchone()
        except psycopg.errors.InsufficientPrivilege as refused:
            raise NotAllowed(refused.diag.message_primary or "not allowed") from refused
        if agreed != (True,):
            raise NotAllowed("the database sees no viewer")
    looks(connection, viewer)


def looks(connection: psycopg.Connection[Any], viewer: Viewer) -> None:
    """Note who looks through a connection, where the database knows it already."""
    _viewers[connection] = viewer


def seen_by(by: str = "ledger") -> Viewer:
    """Who looks in the open transaction. Raises NotAllowed when nobody does."""
    viewer = _viewers.get(raw(by))
    if viewer is None:
        raise NotAllowed("nobody looks; this is only answered inside seeing()")
    return viewer


def raw(by: str = "ledger") -> psycopg.Connection[Any]:
    """The psycopg connection under a Django alias, for SQL with bound parameters and COPY."""
    connection = connections[by]
    connection.ensure_connection()
    return connection.connection  # type: ignore[no-any-return]  # Django types it as Any
