"""What was done, by whom, from where: one entry per act, linked to the one before.

Who and when are stamped by the database from the proved viewer. Nobody may change or remove an
entry; `guard.record()` alone adds one, and its digest covers the entry before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from psycopg.types.json import Jsonb

from duebook.visibility.seeing import raw
from duebook.visibility.viewer import Viewer

_origin: ContextVar[str] = ContextVar("origin", default="")


@contextmanager
def coming_from(origin: str) -> Iterator[None]:
    """Acts recorded inside came from here: an address and a program, or the command line."""
    token = _origin.set(origin)
    try:
        yield
    finally:
        _origin.reset(token)


def origin() -> str:
    """Where the present act comes from; empty when nobody said."""
    return _origin.get()


def record(viewer: Viewer, action: str, *, by: str = "ledger", **detail: Any) -> None:
    """Write an act into the organisation's trail, in the transaction that does it.

    `viewer` is the one being seen through; its organisation matters for the platform alone, which
    acts on an organisation without being in it. Changes of settings and rights give `before` and
    `after`. Only inside seeing() and not in a read-only transaction.
    """
    raw(by).execute(
        "SELECT guard.record(%s, %s, %s, %s)", [action, Jsonb(detail), origin(), viewer.org_id]
    )


def record_at_door(
    login_id: int, action: str, *, only_org: int | None = None, **detail: Any
) -> int:
    """Write what happened at sign-in into the trail of each organisation the login belongs to.

    Answers how many those were. `only_org` for what concerns one of them alone.
    """
    row = (
        raw("default")
        .execute(
            "SELECT guard.record_at_door(%s, %s, %s, %s, %s)",
            [login_id, action, Jsonb(detail), origin(), only_org],
        )
        .fetchone()
    )
    return int(row[0]) if row else 0
