"""Databases, folders and outputs that cannot be used: a sentence each, and nothing is changed."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.terminal import PASSWORD, Terminal, a_folder, refused
from tests.commands.untouched import ADMIN, HEADER, INVOICES, Untouched

IS_ROOT = os.geteuid() == 0


def addressed(desk: Terminal, *, login: str = "", database: str = "duebook", host: str = "") -> str:
    """A DATABASE_URL of the server of the tests, with whatever of it differs."""
    _, _, place = desk.superuser_url.rpartition("?")
    return f"postgresql://{login}{'@' if login else ''}{host}/{database}?{place}"


def secret(desk: Terminal) -> str:
    return (desk.home / "secret").read_text().strip()


@pytest.fixture(scope="module")
def empty_database(desk: Terminal) -> Iterator[str]:
    desk.superuser.execute("CREATE DATABASE nothing_in_it")
    yield "nothing_in_it"
    desk.superuser.execute("DROP DATABASE nothing_in_it WITH (FORCE)")


BAD_ADDRESSES = {
    "garbage": "not a PostgreSQL address",
    "mysql://localhost/duebook": "not a PostgreSQL address",
    "postgresql://localhost:port/duebook": "not a PostgreSQL address",
    "postgresql://localhost:1/duebook": "The database at localhost cannot be reached",
    "postgresql://nowhere.invalid/duebook": "The database at nowhere.invalid cannot be reached",
}


@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_an_address_where_no_database_is(untouched: Untouched, address: str) -> None:
    environment = {"DATABASE_URL": address, "DUEBOOK_SECRET": secret(untouched.terminal)}
    answer = untouched.by("report", "aging", "desk", "--as", ADMIN, environment=environment)
    refused(answer, saying=BAD_ADDRESSES[address])


def test_a_login_for_whom_no_row_is_hidden(untouched: Untouched) -> None:
    url = {"DATABASE_URL": untouched.terminal.superuser_url}
    key = {"DUEBOOK_SECRET": secret(untouched.terminal)}
    for environment in (url, url | key):
        answer = untouched.by("report", "aging", "desk", "--as", ADMIN, environment=environment)
        refused(answer, saying="is a superuser, for whom no row is hidden")


def test_a_login_with_a_wrong_password(untouched: Untouched) -> None:
    url = addressed(untouched.terminal, login="duebook_app:wrong")
    answer = untouched.by(
        "report", "aging", "desk", "--as", ADMIN, environment={"DATABASE_URL": url}
    )
    refused(answer, saying='password authentication failed for user "duebook_app"')


def test_another_secret_than_the_database_was_made_with(untouched: Untouched) -> None:
    password = untouched.terminal.types("database", "url").text.split("@")[0].rpartition(":")[2]
    for login in ("", f"duebook_app:{password}"):
        environment = {
            "DATABASE_URL": addressed(untouched.terminal, login=login),
            "DUEBOOK_SECRET": "a secret of some other database altogether",
        }
        answer = untouched.by("report", "aging", "desk", "--as", ADMIN, environment=environment)
        refused(answer, saying="password authentication failed")


def test_an_address_without_the_secret(untouched: Untouched) -> None:
    """Passwords and the signing key come from it; the home of the embedded server has its own."""
    nowhere = str(untouched.terminal.folder / "a-home-of-nobody")
    password = untouched.terminal.types("database", "url").text.split("@")[0].rpartition(":")[2]
    for login in ("", f"duebook_app:{password}"):
        url = addressed(untouched.terminal, login=login)
        asked = ("report", "aging", "desk", "--as", ADMIN)
        environment = {"DATABASE_URL": url, "DUEBOOK_HOME": nowhere}
        answer = untouched.by(*asked, environment=environment)
        refused(answer, saying="Set DUEBOOK_SECRET beside DATABASE_URL")


def test_a_database_with_nothing_in_it(untouched: Untouched, empty_database: str) -> None:
    environment = {
        "DATABASE_URL": addressed(untouched.terminal, database=empty_database),
        "DUEBOOK_SECRET": secret(untouched.terminal),
    }
    answer = untouched.by("report", "aging", "desk", "--as", ADMIN, environment=environment)
    refused(answer, saying="The database nothing_in_it is empty; run duebook migrate first")


def test_a_database_that_does_not_exist(untouched: Untouched) -> None:
    environment = {
        "DATABASE_URL": addressed(untouched.terminal, database="no_such_database"),
        "DUEBOOK_SECRET": secret(untouched.terminal),
    }
    answer = untouched.by("report", "aging", "desk", "--as", ADMIN, environment=environment)
    refused(answer, saying='database "no_such_database" does not exist')


def test_migrate_needs_a_login_that_may_create_roles(untouched: Untouched) -> None:
    environment = {
        "DATABASE_URL": addressed(untouched.terminal),
        "DUEBOOK_SECRET": secret(untouched.terminal),
    }
    refused(untouched.by("migrate", environment=environment), saying="DUEBOOK_ADMIN_URL")


def test_a_home_that_is_a_file(untouched: Untouched) -> None:
    file = str(untouched.terminal.writes("a-file", "something else"))
    for home in (file, f"{file}/below"):
        answer = untouched.by("doctor", environment={"DUEBOOK_HOME": home})
        refused(answer, saying="choose another with DUEBOOK_HOME")
    assert Path(file).read_text() == "something else"


@pytest.mark.skipif(IS_ROOT, reason="root can write anywhere")
def test_a_home_that_is_not_writable(untouched: Untouched) -> None:
    with a_folder() as folder:
        folder.chmod(0o500)
        answer = untouched.by("doctor", environment={"DUEBOOK_HOME": str(folder / "home")})
        refused(answer, saying="make it writable")


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_port_in_use(untouched: Untouched, command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused(untouched.by(command, "--port", port), saying=f"Port {port} is in use")


# Output that cannot be written


@pytest.mark.skipif(sys.platform != "linux", reason="needs /dev/full")
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_full_disk_under_standard_output(desk: Terminal, form: str) -> None:
    asked = ["report", "aging", "desk", "--as", ADMIN, "--format", form]
    answer = desk.runs(*asked, to="/dev/full")
    assert (answer.code, answer.err.count("\n")) == (2, 1)
    assert "No space left on device" in answer.err


def test_a_name_that_the_terminal_cannot_show(desk: Terminal) -> None:
    """An import has landed when it tells so; that it cannot spell the file's name is no reason
    to fail.
    """
    file = desk.writes("חשבוניות.csv", HEADER + INVOICES[len(HEADER) :])
    answer = desk.runs("import", "desk", file, environment={"PYTHONIOENCODING": "ascii"})
    assert (answer.code, answer.err) == (0, "")
    assert answer.text.endswith("Nothing new.\n")
    odd = desk.writes(os.fsdecode(b"odd\xff.csv"), INVOICES)
    answer = desk.types("import", "desk", odd)
    assert (answer.code, answer.err) == (0, "")


def test_passwords_are_not_shown(untouched: Untouched) -> None:
    who = ("user", "create", "new@nowhere.example", "--org", "nowhere", "--role", "admin")
    answer = untouched.by(*who, "--password-stdin", stdin=f"{PASSWORD}\n".encode())
    refused(answer, saying="nowhere")
    assert PASSWORD not in answer.err
