"""Django's connections: one alias per login, so that each may do its own job and no more."""

from __future__ import annotations

import os
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from duebook.database.target import Target, password, target

# alias -> (login, the schema its unqualified names mean)
LOGINS = {
    "default": ("duebook_door", "door"),
    "ledger": ("duebook_app", "ar"),
    "worker": ("duebook_worker", "ar"),
    "migrator": ("duebook_migrator", "door"),
}

POOLED = ("default", "ledger", "worker")


# DISCARD ALL but for the plans of functions and of what `seeing.kept` keeps, which are of nobody:
# made anew for every page they would cost more than they answer. They are checked against role and
# policies when used. Statements prepared by SQL are somebody's.
CLEAN = (
    "CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *;"
    " SELECT pg_advisory_unlock_all(); DISCARD SEQUENCES; DISCARD TEMP;"
    " SELECT count(*), count(*) FILTER (WHERE from_sql) FROM pg_catalog.pg_prepared_statements"
)
SOON, ONLY_TOLD = 3, 2**31  # executions until a statement is kept unasked: at the door, elsewhere


def discard(connection: Any) -> None:
    """Leave nothing on a pooled connection for its next user: no role, cursor, table or setting,
    and no statement but those that were kept for everybody, each as it was kept.
    """
    connection.autocommit = True
    cursor = connection.execute(CLEAN)
    while cursor.nextset():
        pass
    there, by_hand = cursor.fetchone()
    if by_hand or there != len(connection._prepared._names):
        connection.execute("DEALLOCATE ALL")
    connection.autocommit = False


def databases() -> dict[str, dict[str, Any]]:
    """The DATABASES setting."""
    where = target()
    return {alias: _settings(alias, where) for alias in LOGINS}


def _settings(alias: str, where: Target) -> dict[str, Any]:
    login, schema = LOGINS[alias]
    options: dict[str, Any] = {
        # Parameters travel beside the text: a literal in it could be read in pg_stat_activity.
        "server_side_binding": True,
        "prepare_threshold": SOON if alias == "default" else ONLY_TOLD,
        "application_name": f"duebook {alias}",
        "connect_timeout": 10,
        "options": f"-c search_path={schema},pg_temp -c timezone=UTC"
        + ("" if alias in ("worker", "migrator") else " -c statement_timeout=30s")
        + (" -c role=duebook_owner" if alias == "migrator" else ""),
    }
    if alias in POOLED:
        options["pool"] = {"min_size": 0, "max_size": 16, "timeout": 10, "reset": discard}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": where.database,
        **_identity(alias, login, where),
        "HOST": where.host,
        "PORT": where.port,
        "OPTIONS": options,
        "CONN_HEALTH_CHECKS": False,
        "CONN_MAX_AGE": 0,
        "AUTOCOMMIT": True,
        "ATOMIC_REQUESTS": False,
        "TIME_ZONE": None,
        "DISABLE_SERVER_SIDE_CURSORS": False,
        "TEST": {},
    }


def _identity(alias: str, login: str, where: Target) -> dict[str, str]:
    """Our own login with its derived password, unless the environment names another."""
    named = {"USER": login, "PASSWORD": password(login)}
    if alias == "ledger" and where.user:
        # Refused at start-up if this login could do more than ours (database/doctor.py).
        named = {"USER": where.user, "PASSWORD": where.password or password(where.user)}
    if alias == "migrator" and (url := os.environ.get("DUEBOOK_ADMIN_URL")):
        parts = conninfo_to_dict(url)
        named = {"USER": str(parts.get("user", "")), "PASSWORD": str(parts.get("password", ""))}
    return named


def close_all() -> None:
    """Give up every connection of this process, the pools' too."""
    from django.db import connections

    for alias in connections:
        connections[alias].close()
        if alias in POOLED:
            connections[alias].close_pool()  # type: ignore[attr-defined]  # PostgreSQL's own
