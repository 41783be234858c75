"""How the installation is doing, as its own logins can tell. No organisation's row is read."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, LiteralString

from django.db import connections

from duebook.database.doctor import doctor

LETTERS: LiteralString = """
SELECT count(*) FILTER (WHERE trouble = ''), count(*) FILTER (WHERE trouble <> '')
FROM letter WHERE sent_at IS NULL
"""
JOBS: LiteralString = """
SELECT count(*) FILTER (WHERE status IN ('todo', 'doing')),
       count(*) FILTER (WHERE status = 'failed')
FROM queue.procrastinate_jobs
"""


@dataclass(frozen=True)
class Waiting:
    """What is still to be done, and what could not be done."""

    waiting: int
    failed: int


@dataclass(frozen=True)
class Health:
    """`checks` are the doctor's by name, each with what is wrong or None."""

    release: str
    postgresql: str
    size_bytes: int
    letters: Waiting
    jobs: Waiting
    checks: list[tuple[str, str | None]]

    @property
    def is_well(self) -> bool:
        return not any(wrong for _, wrong in self.checks)


def health() -> Health:
    """Everything at this moment."""
    door = "SELECT current_setting('server_version'), pg_database_size(current_database())"
    postgresql, size_bytes = _asked("default", door)
    return Health(
        release=version("duebook"),
        postgresql=str(postgresql).split(" ", maxsplit=1)[0],
        size_bytes=int(size_bytes),
        letters=Waiting(*_asked("default", LETTERS)),
        jobs=Waiting(*_asked("worker", JOBS)),
        checks=list(doctor()),
    )


def _asked(alias: str, query: str) -> tuple[Any, ...]:
    with connections[alias].cursor() as cursor:
        cursor.execute(query)
        return tuple(cursor.fetchone())
