"""A login that could do more than it should is refused at start-up, in one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pytest

from duebook.database.doctor import doctor, login_problems, refuse_unsafe_login
from duebook.database.target import DatabaseTrouble
from tests.isolation.attacker import Connection, logged_in


class Unsafe(NamedTuple):
    done: str
    undone: str
    said: str
    login: str = "duebook_app"


UNSAFE = [
    Unsafe(
        "ALTER ROLE duebook_app SUPERUSER", "ALTER ROLE duebook_app NOSUPERUSER", "is a superuser"
    ),
    Unsafe(
        "ALTER ROLE duebook_app BYPASSRLS",
        "ALTER ROLE duebook_app NOBYPASSRLS",
        "may bypass row security",
    ),
    Unsafe(
        "ALTER ROLE duebook_app CREATEROLE",
        "ALTER ROLE duebook_app NOCREATEROLE",
        "may bypass row security, create roles",
    ),
    Unsafe(
        "ALTER ROLE duebook_client BYPASSRLS",
        "ALTER ROLE duebook_client NOBYPASSRLS",
        "may take duebook_client, which may bypass row security",
    ),
    Unsafe(
        "CREATE TABLE ar.mine (); ALTER TABLE ar.mine OWNER TO duebook_app",
        "DROP TABLE ar.mine",
        "owns table ar.mine",
    ),
    Unsafe(
        "CREATE FUNCTION ar.mine() RETURNS int LANGUAGE sql AS 'SELECT 1';"
        " ALTER FUNCTION ar.mine() OWNER TO duebook_admin",
        "DROP FUNCTION ar.mine()",
        "owns function ar.mine()",
    ),
    Unsafe(
        "GRANT duebook_owner TO duebook_app",
        "REVOKE duebook_owner FROM duebook_app",
        "is a member of duebook_owner",
    ),
    Unsafe(
        "GRANT pg_read_all_data TO duebook_app",
        "REVOKE pg_read_all_data FROM duebook_app",
        "is a member of pg_read_all_data",
    ),
    Unsafe(
        "GRANT duebook_client TO duebook_door",
        "REVOKE duebook_client FROM duebook_door",
        "is a member of duebook_client",
        "duebook_door",
    ),
    Unsafe(
        "ALTER ROLE duebook_app SET work_mem = '1MB'",
        "ALTER ROLE duebook_app RESET ALL",
        "has settings of its own",
    ),
    Unsafe(
        "ALTER ROLE duebook_door IN DATABASE duebook SET search_path = pg_temp",
        "ALTER ROLE duebook_door IN DATABASE duebook RESET ALL",
        "has settings of its own",
        "duebook_door",
    ),
    Unsafe(
        "GRANT TEMPORARY ON DATABASE duebook TO duebook_app",
        "REVOKE TEMPORARY ON DATABASE duebook FROM duebook_app",
        "may create temporary tables",
    ),
    Unsafe(
        "GRANT TEMPORARY ON DATABASE duebook TO PUBLIC",
        "REVOKE TEMPORARY ON DATABASE duebook FROM PUBLIC",
        "may create temporary tables",
    ),
    Unsafe(
        "GRANT CREATE ON DATABASE duebook TO duebook_member",
        "REVOKE CREATE ON DATABASE duebook FROM duebook_member",
        "may create schemas",
    ),
    Unsafe(
        "GRANT CREATE ON SCHEMA ar TO duebook_app",
        "REVOKE CREATE ON SCHEMA ar FROM duebook_app",
        "may create things in schema ar",
    ),
    Unsafe(
        "GRANT CREATE ON SCHEMA public TO PUBLIC",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        "may create things in schema public",
    ),
]


@pytest.mark.parametrize("case", UNSAFE, ids=lambda case: case.done)
def test_an_unsafe_login_is_refused_in_one_sentence(own: Connection, case: Unsafe) -> None:
    refuse_unsafe_login()
    with changed(own, case.done, case.undone):
        with logged_in(case.login) as suspect:
            assert case.said in " / ".join(login_problems(suspect))
        with pytest.raises(DatabaseTrouble) as refused:
            refuse_unsafe_login()
    said = str(refused.value)
    assert case.said in said
    assert case.login in said
    assert said.endswith(".")
    assert "\n" not in said
    refuse_unsafe_login()


def test_rights_held_without_taking_a_role_are_refused(own: Connection) -> None:
    """Since 16 a grant says whether it inherits, before it the login does."""
    if own.info.server_version >= 160000:
        done = "GRANT duebook_admin TO duebook_app WITH INHERIT TRUE"
        undone = "GRANT duebook_admin TO duebook_app WITH INHERIT FALSE, SET TRUE"
    else:
        done, undone = "ALTER ROLE duebook_app INHERIT", "ALTER ROLE duebook_app NOINHERIT"
    with changed(own, done, undone), logged_in() as suspect:
        assert "has the rights of duebook_admin" in " / ".join(login_problems(suspect))
        with pytest.raises(DatabaseTrouble, match="without taking it"):
            refuse_unsafe_login()
    refuse_unsafe_login()


@pytest.mark.parametrize(
    ("done", "undone", "said"),
    [
        (
            "CREATE TABLE ar.bare (org_id bigint); ALTER TABLE ar.bare OWNER TO duebook_owner",
            "DROP TABLE ar.bare",
            "ar.bare is not guarded by row security",
        ),
        (
            "ALTER TABLE ar.order_link OWNER TO duebook_guard",
            "ALTER TABLE ar.order_link OWNER TO duebook_owner",
            "ar.order_link is not owned by duebook_owner",
        ),
        (
            "GRANT SELECT ON ar.ingest_run TO duebook_client",
            "REVOKE SELECT ON ar.ingest_run FROM duebook_client",
            "duebook_client on ar.ingest_run is a right without a policy",
        ),
        (
            "GRANT EXECUTE ON FUNCTION guard.enqueue(text, jsonb) TO PUBLIC",
            "REVOKE EXECUTE ON FUNCTION guard.enqueue(text, jsonb) FROM PUBLIC",
            "guard.enqueue(text,jsonb) may be run by everybody",
        ),
        (
            "ALTER FUNCTION guard.viewer_org(text) RESET search_path",
            "ALTER FUNCTION guard.viewer_org(text) SET search_path = pg_catalog, pg_temp",
            "guard.viewer_org(text) runs as its owner without a fixed search_path",
        ),
        (
            "ALTER EVENT TRIGGER duebook_keep_policies DISABLE",
            "ALTER EVENT TRIGGER duebook_keep_policies ENABLE",
            "DROP OWNED is open to viewers",
        ),
    ],
)
def test_the_doctor_names_what_is_not_guarded(
    own: Connection, done: str, undone: str, said: str
) -> None:
    assert _complaints() == []
    with changed(own, done, undone):
        assert any(said in problem for problem in _complaints())
    assert _complaints() == []


def _complaints() -> list[str]:
    """What is wrong with the database; the machine's disk is another matter."""
    return [problem for name, problem in doctor() if problem and "disk" not in name]


@contextmanager
def changed(own: Connection, done: str, undone: str) -> Iterator[None]:
    """Something is otherwise for a while."""
    own.execute(done)
    try:
        yield
    finally:
        own.execute(undone)
