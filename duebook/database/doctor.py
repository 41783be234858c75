"""Is the database as safe as promised? In short at every start, in full by `duebook doctor`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import disk_usage
from typing import Any, LiteralString

import psycopg
from django.db import connections

from duebook.database.migrate import first_line
from duebook.database.target import DatabaseTrouble, home, is_embedded, secret, target

SPACE_BYTES = 1_000_000_000
NO_SECRET = "Set DUEBOOK_SECRET beside DATABASE_URL; passwords derive from it."  # nosec B105
NOT_MIGRATED = "The database {database} is empty; run duebook migrate first."
Connection = psycopg.Connection[Any]

# What our logins must not be able to do. Each query answers with what is wrong, or with nothing.
LOGIN_RULES: tuple[tuple[LiteralString, str], ...] = (
    (
        "SELECT rolname FROM pg_roles WHERE rolname = session_user AND rolsuper",
        "{login} is a superuser, for whom no row is hidden",
    ),
    (
        "SELECT rolname FROM pg_roles WHERE rolname = session_user"
        " AND (rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)",
        "{login} may bypass row security, create roles or databases, or replicate",
    ),
    (
        "SELECT r.rolname FROM pg_roles r WHERE r.rolname <> session_user"
        " AND pg_has_role(session_user, r.oid, 'USAGE')",
        "{login} has the rights of {found} without taking it",
    ),
    (
        "SELECT r.rolname FROM pg_roles r WHERE r.rolname <> session_user"
        " AND pg_has_role(session_user, r.oid, 'MEMBER') AND (session_user = 'duebook_door'"
        "   OR r.rolname NOT IN ('duebook_admin', 'duebook_member', 'duebook_member_all',"
        "                        'duebook_client', 'duebook_service', 'duebook_service_read',"
        "                        'duebook_platform'))",
        "{login} is a member of {found}",
    ),
    (
        "SELECT r.rolname FROM pg_roles r WHERE r.rolname <> session_user"
        " AND pg_has_role(session_user, r.oid, 'MEMBER')"
        " AND (r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR r.rolcreatedb)",
        "{login} may take {found}, which may bypass row security or create roles or databases",
    ),
    (
        "SELECT pg_describe_object(d.classid, d.objid, 0) FROM pg_shdepend d"
        " WHERE d.refclassid = 'pg_authid'::regclass AND d.deptype = 'o'"
        " AND pg_has_role(session_user, d.refobjid, 'MEMBER') AND d.dbid IN"
        "   (0, (SELECT oid FROM pg_database WHERE datname = current_database()))"
        # Anybody may make large objects, and the worker temporary tables; neither opens a door.
        " AND d.classid <> 'pg_largeobject'::regclass AND NOT EXISTS (SELECT FROM pg_class c"
        "   WHERE d.classid = 'pg_class'::regclass AND c.oid = d.objid AND c.relpersistence = 't')"
        " LIMIT 1",
        "{login} or a role it may take owns {found}",
    ),
    (
        "SELECT n.nspname FROM pg_namespace n JOIN pg_roles r"
        " ON pg_has_role(session_user, r.oid, 'MEMBER')"
        " AND has_schema_privilege(r.oid, n.oid, 'CREATE')"
        " WHERE n.nspname !~ '^pg_(toast_)?temp' LIMIT 1",
        "{login} may create things in schema {found}",
    ),
    (
        "SELECT current_database() FROM pg_roles r WHERE pg_has_role(session_user, r.oid, 'MEMBER')"
        " AND has_database_privilege(r.oid, current_database(), 'CREATE')",
        "{login} may create schemas in database {found}",
    ),
    (
        "SELECT current_database() FROM pg_roles r WHERE session_user <> 'duebook_worker'"
        " AND pg_has_role(session_user, r.oid, 'MEMBER')"
        " AND has_database_privilege(r.oid, current_database(), 'TEMPORARY')",
        "{login} may create temporary tables",
    ),
    (
        "SELECT s.setconfig::text FROM pg_db_role_setting s JOIN pg_roles r ON r.oid = s.setrole"
        " WHERE r.rolname = session_user LIMIT 1",
        "{login} has settings of its own ({found}); remove them with ALTER ROLE ... RESET ALL",
    ),
)


def refuse_unsafe_login() -> None:
    """Raises DatabaseTrouble when there is no database, or its login could see too much."""
    if not secret() and not target().user:
        raise DatabaseTrouble(NO_SECRET)
    with _connected("ledger") as connection:
        if not _is_migrated(connection):
            raise DatabaseTrouble(NOT_MIGRATED.format(database=target().database))
        for wrong in login_problems(connection):
            raise DatabaseTrouble(
                f"The database login is refused because {wrong}; use duebook_app, which"
                " duebook migrate creates, or leave the login out of DATABASE_URL."
            )
    if not secret():
        raise DatabaseTrouble(NO_SECRET)
    with _connected("default") as door:
        for wrong in login_problems(door):
            raise DatabaseTrouble(
                f"The database login of sign-in is refused because {wrong};"
                " undo that, or run duebook migrate."
            )


def _connected(alias: str) -> Connection:
    """A connection of its own: a pool would try again for seconds, and not say why."""
    try:
        return psycopg.connect(**connections[alias].get_connection_params())
    except psycopg.OperationalError as trouble:
        where = target()
        raise DatabaseTrouble(
            f"The database at {where.host} cannot be reached: {_reason(trouble)}"
        ) from trouble


def _reason(trouble: Exception) -> str:
    said = first_line(trouble).rpartition("failed: ")[2]
    return said.removeprefix("FATAL:").strip().rstrip(".") + "."


def _is_migrated(connection: Connection) -> bool:
    return connection.execute("SELECT to_regnamespace('guard')").fetchone() != (None,)


def login_problems(connection: Connection) -> Iterator[str]:
    """What the connection's login could do that it must not."""
    row = connection.execute("SELECT session_user").fetchone()
    login = row[0] if row else "?"
    for query, said in LOGIN_RULES:
        found = connection.execute(query).fetchone()
        if found is not None:
            yield said.format(login=login, found=found[0])


# The rules of isolation that the catalogue can be asked about.
CATALOGUE_RULES: tuple[tuple[str, LiteralString, str], ...] = (
    (
        "row security on every table",
        "SELECT c.oid::regclass::text FROM pg_class c"
        " WHERE c.relnamespace = 'ar'::regnamespace AND c.relkind IN ('r', 'p')"
        " AND c.relname NOT IN ('currency', 'platform_person', 'barred_person')"
        " AND NOT (c.relrowsecurity AND c.relforcerowsecurity)",
        "{found} is not guarded by row security",
    ),
    (
        "one owner of all tables",
        "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relnamespace = 'ar'::regnamespace"
        " AND c.relkind IN ('r', 'p') AND pg_get_userbyid(c.relowner) <> 'duebook_owner'",
        "{found} is not owned by duebook_owner",
    ),
    (
        "a policy behind every right",
        # Not from information_schema: it shows a login nothing of the roles it may only take.
        "SELECT a.grantee::regrole || ' on ' || c.oid::regclass FROM pg_class c"
        " CROSS JOIN aclexplode(c.relacl) a WHERE c.relnamespace = 'ar'::regnamespace"
        " AND c.relkind IN ('r', 'p')"
        " AND c.relname NOT IN ('currency', 'platform_person', 'barred_person')"
        " AND a.grantee <> c.relowner AND NOT EXISTS ("
        "   SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND a.grantee = ANY (p.polroles))",
        "{found} is a right without a policy",
    ),
    (
        "search path of functions",
        "SELECT p.oid::regprocedure::text FROM pg_proc p"
        " WHERE p.pronamespace IN ('ar'::regnamespace, 'guard'::regnamespace,"
        "                          to_regnamespace('queue'), to_regnamespace('rollup'))"
        " AND p.prosecdef"
        " AND NOT EXISTS (SELECT FROM unnest(p.proconfig) s WHERE s LIKE 'search_path=%pg_temp')",
        "{found} runs as its owner without a fixed search_path",
    ),
    (
        "functions closed to everybody",
        "SELECT p.oid::regprocedure::text FROM pg_proc p"
        " WHERE p.pronamespace IN ('ar'::regnamespace, 'guard'::regnamespace,"
        "                          to_regnamespace('queue'), to_regnamespace('rollup'))"
        " AND EXISTS (SELECT FROM aclexplode(COALESCE(p.proacl, acldefault('f', p.proowner))) a"
        "             WHERE a.grantee = 0)",
        "{found} may be run by everybody",
    ),
    (
        "policies kept from viewers",
        "SELECT 'DROP OWNED' WHERE NOT EXISTS (SELECT FROM pg_event_trigger"
        " WHERE evtname = 'duebook_keep_policies' AND evtenabled IN ('O', 'A'))",
        "{found} is open to viewers, who could drop policies with it",
    ),
)


def doctor() -> Iterator[tuple[str, str | None]]:
    """Each check by name with what is wrong, or None. Nothing is changed."""
    if not secret():
        yield "secret", NO_SECRET
    for alias in ("ledger", "default", "worker"):
        yield f"login {alias}", _login_problem(alias)
    try:
        connection = _connected("ledger")
    except DatabaseTrouble:
        return  # Told above; nothing more can be asked.
    with connection:
        yield "PostgreSQL 15 or later", _version(connection)
        if not _is_migrated(connection):
            yield "tables", NOT_MIGRATED.format(database=target().database)
            return
        for name, query, said in CATALOGUE_RULES:
            found = connection.execute(query).fetchone()
            yield name, said.format(found=found[0]) if found else None
    yield "room on the disk", _disk(home()) if is_embedded() else None


def _login_problem(alias: str) -> str | None:
    try:
        with _connected(alias) as connection:
            return next(login_problems(connection), None)
    except DatabaseTrouble as trouble:
        return str(trouble)


def _version(connection: Connection) -> str | None:
    number = connection.info.server_version
    return None if number >= 150000 else f"PostgreSQL {number // 10000} is too old"


def _disk(folder: Path) -> str | None:
    free = disk_usage(folder).free
    return None if free > SPACE_BYTES else f"only {free // 1_000_000} MB are free in {folder}"
