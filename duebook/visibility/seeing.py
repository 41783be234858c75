"""seeing(viewer): a transaction in which only the viewer's rows exist."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connections, transaction

from duebook.visibility.viewer import Viewer


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
        enter(raw(by), viewer, read_only=read_only)
        yield


def enter(connection: psycopg.Connection[Any], viewer: Viewer, *, read_only: bool = False) -> None:
    """Take the viewer's role and statement for the rest of this transaction.

    The statement is bound beside the text, never written into it: text can be read by other
    sessions of the same login in pg_stat_activity.
    """
    signed = viewer.signed(connection.info.backend_pid)
    with psycopg.Cursor(connection) as cursor:
        if read_only or viewer.looks_at is not None:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT set_config('duebook.viewer', %s, true)", [signed])
        cursor.execute(f"SET LOCAL ROLE {viewer.role}")  # one of a fixed list of roles
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


def raw(by: str = "ledger") -> psycopg.Connection[Any]:
    """The psycopg connection under a Django alias, for SQL with bound parameters and COPY."""
    connection = connections[by]
    connection.ensure_connection()
    return connection.connection  # type: ignore[no-any-return]  # Django types it as Any
