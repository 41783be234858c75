"""What each command says and does to the database when all is well."""

from __future__ import annotations

import psycopg
import pytest
from psycopg import sql

from tests.commands.reports import ACCOUNTS, HEADER
from tests.commands.terminal import Terminal, refused

COMMANDS = (
    "demo,serve,migrate,doctor,database,database url,rollups,rollups check,rollups rebuild,org,"
    "org create,user,user create,import,report,report aging,report invoices"
).split(",")


@pytest.mark.parametrize("command", COMMANDS)
def test_help(terminal: Terminal, command: str) -> None:
    answer = terminal.types(*command.split(), "--help")
    assert (answer.code, answer.err) == (0, "")
    assert answer.text.startswith(f"usage: duebook {command} ")


def test_help_names_every_command_and_what_it_does(terminal: Terminal) -> None:
    said = [line.split() for line in terminal.runs("--help").text.splitlines()]
    for command in COMMANDS:
        if " " not in command:
            assert any(words[0] == command and len(words) > 1 for words in said if words), command


# The database


def test_the_url_is_of_a_login_that_sees_and_may_nothing(terminal: Terminal) -> None:
    terminal.has("url", accounts=ACCOUNTS)
    answer = terminal.types("database", "url")
    assert (answer.code, answer.err, answer.text.count("\n")) == (0, "", 1)
    with psycopg.connect(answer.text.strip(), autocommit=True) as connection:
        assert connection.execute("SELECT session_user").fetchone() == ("duebook_app",)
        for table in tables_of(terminal):
            assert rows_seen(connection, table) == 0, table
        for attempt in (
            "CREATE TABLE ar.mine (id int)",
            "CREATE TABLE public.mine (id int)",
            "CREATE TEMPORARY TABLE mine (id int)",
            "CREATE SCHEMA mine",
            "CREATE DATABASE mine",
            "CREATE ROLE mine",
            "SET ROLE duebook_owner",
            "SET ROLE duebook_guard",
            "SET ROLE duebook_migrator",
            "SET SESSION AUTHORIZATION duebook_migrator",
            "SELECT pg_read_file('PG_VERSION')",
            "COPY (SELECT 1) TO PROGRAM 'true'",
            "SELECT rolpassword FROM pg_authid",
            "SELECT * FROM guard.viewer_key",
            "DELETE FROM ar.customer",
            "TRUNCATE ar.customer",
            "ALTER TABLE ar.customer NO FORCE ROW LEVEL SECURITY",
            "ALTER SYSTEM SET log_statement = 'all'",
        ):
            with pytest.raises(psycopg.Error):
                connection.execute(attempt.encode())
    assert terminal.asks("SELECT count(*) FROM ar.customer WHERE account_number = 'C1'") > 0


def tables_of(terminal: Terminal) -> list[str]:
    """All that hold an organisation's rows."""
    found = terminal.superuser.execute(
        "SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'ar'::regnamespace"
        " AND c.relkind IN ('r', 'p', 'v', 'm') AND EXISTS (SELECT FROM pg_attribute a"
        "  WHERE a.attrelid = c.oid AND a.attname = 'org_id')"
    ).fetchall()
    assert len(found) > 10
    return [row[0] for row in found]


def rows_seen(connection: psycopg.Connection[tuple[object, ...]], table: str) -> object:
    """As the login itself, and in every role it may take; a refusal is nothing seen."""
    seen = 0
    for role in ("NONE", "duebook_admin", "duebook_member_all", "duebook_client"):
        try:
            connection.execute(f"SET ROLE {role}".encode())
            query = sql.SQL("SELECT count(*) FROM ar.{}").format(sql.Identifier(table))
            row = connection.execute(query).fetchone()
            seen += int(str(row[0])) if row else 0
        except psycopg.Error:
            pass
        finally:
            connection.execute("RESET ROLE")
    return seen


def test_doctor_is_content(terminal: Terminal) -> None:
    answer = terminal.runs("doctor")
    assert (answer.code, answer.err) == (0, "")
    lines = answer.text.splitlines()
    assert len(lines) >= 10
    assert all(line.startswith("ok    ") for line in lines)


HARMS = {
    "ALTER ROLE duebook_app CREATEDB": ("ALTER ROLE duebook_app NOCREATEDB", "wrong login ledger:"),
    "ALTER ROLE duebook_worker BYPASSRLS": (
        "ALTER ROLE duebook_worker NOBYPASSRLS",
        "wrong login worker: duebook_worker may bypass row security",
    ),
    "ALTER TABLE ar.customer NO FORCE ROW LEVEL SECURITY": (
        "ALTER TABLE ar.customer FORCE ROW LEVEL SECURITY",
        "wrong row security on every table: ar.customer",
    ),
    "ALTER TABLE ar.dispute OWNER TO duebook_migrator": (
        "ALTER TABLE ar.dispute OWNER TO duebook_owner",
        "wrong one owner of all tables: ar.dispute",
    ),
}


@pytest.mark.parametrize("harm", HARMS)
def test_doctor_finds_what_is_wrong(terminal: Terminal, harm: str) -> None:
    cure, said = HARMS[harm]
    terminal.superuser.execute(harm.encode())
    try:
        answer = terminal.types("doctor")
    finally:
        terminal.superuser.execute(cure.encode())
    assert (answer.code, answer.err) == (1, "")
    wrong = [line for line in answer.text.splitlines() if line.startswith("wrong")]
    assert len(wrong) == 1
    assert wrong[0].startswith(said)
    assert terminal.types("doctor").code == 0


def test_doctor_tells_that_the_database_is_out_of_reach(terminal: Terminal) -> None:
    environment = {"DATABASE_URL": "postgresql://localhost:1/duebook", "DUEBOOK_SECRET": "x" * 32}
    answer = terminal.runs("doctor", environment=environment)
    assert (answer.code, answer.err) == (1, "")
    assert "wrong login ledger: The database at localhost cannot be reached" in answer.text


def test_a_dangerous_login_is_refused_by_every_command(terminal: Terminal) -> None:
    email = terminal.has("danger", accounts=ACCOUNTS)
    terminal.superuser.execute("ALTER ROLE duebook_app BYPASSRLS")
    try:
        answer = terminal.types("report", "aging", "danger", "--as", email)
    finally:
        terminal.superuser.execute("ALTER ROLE duebook_app NOBYPASSRLS")
    refused(answer, saying="duebook_app may bypass row security")
    assert terminal.types("report", "aging", "danger", "--as", email).code == 0


def test_migrate_again_changes_nothing(terminal: Terminal) -> None:
    terminal.has("migrated", accounts=ACCOUNTS)
    before = terminal.digest()
    for _ in range(2):
        answer = terminal.types("migrate")
        assert (answer.code, answer.err) == (0, "")
        assert answer.text == "The database is up to date.\n"
    assert terminal.digest() == before


def test_rollups_are_what_the_documents_give(terminal: Terminal) -> None:
    email = terminal.has(
        "derived",
        accounts=ACCOUNTS,
        invoices=f"{HEADER}C1,1,2026-01-01,2026-02-01,10,USD\nC2,2,2026-01-01,2026-02-01,20,USD\n",
    )
    assert terminal.types("rollups", "check", "derived").code == 0
    terminal.superuser.execute(
        "UPDATE ar.document SET open_amount = open_amount - 1 WHERE org_id ="
        " (SELECT org_id FROM ar.org WHERE slug = 'derived') AND number = '2'"
    )
    answer = terminal.types("rollups", "check", "derived")
    assert answer.code == 1
    assert answer.text.splitlines()[0].startswith("C2 differs")
    assert "C1" not in answer.text
    assert terminal.types("rollups", "rebuild", "derived").code == 0
    assert terminal.types("rollups", "check", "derived").code == 0
    rows = terminal.types("report", "invoices", "derived", "--as", email).rows()
    assert [row["balance"] for row in rows] == ["10.00", "20.00"]
