"""Was it the connection? Then nothing was wrong with the work, and it may be tried again."""

from __future__ import annotations

import psycopg

GOING = "57P"  # SQLSTATE: the server stops, has crashed, or cannot be talked to yet


def is_lost(trouble: BaseException) -> bool:
    """Whether the database went away in the middle, as against refusing what was asked."""
    cause: BaseException | None = trouble
    while cause is not None:
        if isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError):
            return cause.sqlstate is None or cause.sqlstate.startswith(GOING)
        cause = cause.__cause__ or cause.__context__
    return False
