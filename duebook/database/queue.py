"""The queue: procrastinate's tables, in a schema that only the worker may use.

They are made from the SQL of the installed package, and brought up to it by the package's own
migrations; the last one applied is kept beside them.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from duebook.database.target import password, target

HERE = Path(__file__).parent
LOGIN = "duebook_worker"
Connection = psycopg.Connection[tuple[object, ...]]


def connection_string() -> str:
    """As the worker, with unqualified names meaning the queue."""
    return target().url(LOGIN, password=password(LOGIN))


def connection_options() -> dict[str, Any]:
    return {
        "application_name": "duebook queue",
        "connect_timeout": 10,
        "options": "-c search_path=queue,pg_temp -c timezone=UTC",
    }


def release() -> str:
    """The package's newest migration: tables made today need none of them."""
    return _migrations()[-1]


def make_queue(own: Connection) -> None:
    """Make the tables, or bring them up to the installed release. Run by the migrator."""
    with own.transaction():
        own.execute("SET LOCAL ROLE duebook_owner")
        own.execute("SET LOCAL search_path = queue, pg_temp")
        own.execute("CREATE TABLE IF NOT EXISTS queue.made_from (migration text PRIMARY KEY)")
        row = own.execute("SELECT max(migration) FROM queue.made_from").fetchone()
        made_from = row[0] if row else None
        if made_from is None:
            own.execute(_sql("schema.sql"))
        for migration in _migrations():
            if made_from is not None and migration > str(made_from):
                own.execute(_sql("migrations", migration))
        own.execute("INSERT INTO queue.made_from VALUES (%s) ON CONFLICT DO NOTHING", [release()])
        own.execute((HERE / "queue.sql").read_text())


def _migrations() -> list[str]:
    """By name, which is their order."""
    folder = resources.files("procrastinate.sql") / "migrations"
    return sorted(file.name for file in folder.iterdir() if file.name.endswith(".sql"))


def _sql(*place: str) -> LiteralString:
    """psycopg wants to know that no user wrote it."""
    return resources.files("procrastinate.sql").joinpath(*place).read_text(encoding="utf-8")
