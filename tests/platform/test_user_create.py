"""user create: owners of the platform, names, passwords that stay."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.hashers import check_password

from tests.commands.terminal import PASSWORD, Answer, Terminal, a_folder, refused

ACCOUNTS = "account_number,name\nC1,First\nC2,Second\n"
OTHER = "another password of the tests"


@pytest.fixture(scope="module")
def terminal() -> Iterator[Terminal]:
    with a_folder() as folder:
        files = folder / "files"
        files.mkdir()
        found = Terminal(folder / "home", files)
        found.has("acme", accounts=ACCOUNTS)
        yield found
        found.close()


def create(terminal: Terminal, email: str, *more: str, password: str = "") -> Answer:
    secret = ("--password-stdin",) if password else ()
    return terminal.types("user", "create", email, *more, *secret, stdin=f"{password}\n".encode())


def kept(terminal: Terminal, email: str) -> str:
    return str(terminal.asks("SELECT password FROM door.login WHERE email = %s", email))


def owns(terminal: Terminal, email: str) -> bool:
    query = (
        "SELECT count(*) FROM ar.platform_person p JOIN door.login l ON l.id = p.person_id"
        " WHERE p.active AND l.email = %s"
    )
    return bool(terminal.asks(query, email))


def test_an_owner_of_the_platform_is_of_no_organisation(terminal: Terminal) -> None:
    email = "owner@duebook.example"
    answer = create(terminal, email, "--platform-owner", "--name", "Odette", password=PASSWORD)
    assert (answer.code, answer.err) == (0, "")
    assert answer.text == "owner@duebook.example is now an owner of the platform.\n"
    assert owns(terminal, email)
    assert check_password(PASSWORD, kept(terminal, email))
    assert terminal.asks("SELECT name FROM door.login WHERE email = %s", email) == "Odette"
    query = "SELECT count(*) FROM ar.membership m JOIN door.login l ON l.id = m.person_id"
    assert terminal.asks(f"{query} WHERE l.email = %s", email) == 0
    refused(terminal.types("report", "aging", "acme", "--as", email), saying="is not a person")
    # Once more changes nothing.
    before = terminal.digest()
    assert create(terminal, email, "--platform-owner").code == 0
    assert terminal.digest() == before


def test_somebody_known_becomes_an_owner_and_stays_what_they_are(terminal: Terminal) -> None:
    email = "both@acme.example"
    assert create(terminal, email, "--org", "acme", "--role", "admin", password=PASSWORD).code == 0
    assert create(terminal, email.upper(), "--platform-owner").code == 0
    assert owns(terminal, email)
    assert terminal.types("report", "aging", "acme", "--as", email).code == 0


def test_who_is_barred_does_not_become_an_owner(terminal: Terminal) -> None:
    email = "barred@acme.example"
    assert create(terminal, email, "--org", "acme", "--role", "member").code == 0
    terminal.superuser.execute(
        "INSERT INTO ar.barred_person SELECT id FROM door.login WHERE email = %s", [email]
    )
    refused(create(terminal, email, "--platform-owner"), saying="lift the bar first")
    assert not owns(terminal, email)


WRONG = {
    "--platform-owner --org acme": "leave out --org, --role and --account",
    "--platform-owner --role admin": "leave out --org, --role and --account",
    "--platform-owner --account C1": "leave out --org, --role and --account",
    "--org acme": "required: --role;",
    "--role admin": "required: --org;",
    "": "required: --org, --role;",
    "--org acme --role admin --account C1": "--account is for clients: leave it out",
    "--org acme --role member --account C1 --account C2": "--account is for clients",
    "--org acme --role client": "name it with --account NUMBER",
    "--owner": "unrecognized arguments",
}


@pytest.mark.parametrize("line", WRONG)
def test_options_that_do_not_go_together(terminal: Terminal, line: str) -> None:
    before = terminal.digest()
    answer = terminal.types("user", "create", "new@acme.example", *line.split())
    refused(answer, saying=WRONG[line])
    assert terminal.digest() == before


def test_a_known_person_keeps_their_password(terminal: Terminal) -> None:
    """Whoever may add people must not be able to take over the login of somebody who is known."""
    terminal.has("other")
    email = "known@acme.example"
    assert create(terminal, email, "--org", "acme", "--role", "member", password=PASSWORD).code == 0
    before = kept(terminal, email)
    answer = create(terminal, email, "--org", "other", "--role", "admin", password=OTHER)
    assert (answer.code, answer.err) == (0, "")
    assert answer.text.splitlines() == [
        "known@acme.example is now admin of other.",
        "They had a password already; it stays as it was, and the new one was not used.",
    ]
    assert kept(terminal, email) == before
    answer = create(terminal, email, "--platform-owner", password=OTHER)
    assert (answer.code, kept(terminal, email)) == (0, before)
    assert terminal.types("report", "aging", "other", "--as", email).code == 0


def test_a_known_person_without_a_password_gets_one(terminal: Terminal) -> None:
    email = "quiet@acme.example"
    assert create(terminal, email, "--org", "acme", "--role", "member").code == 0
    answer = create(terminal, email, "--org", "acme", "--role", "member", password=PASSWORD)
    assert answer.text == "quiet@acme.example is now member of acme.\n"
    assert check_password(PASSWORD, kept(terminal, email))


def test_the_name_of_a_new_person_and_of_a_known_one(terminal: Terminal) -> None:
    email = "named@acme.example"
    asked = ("--org", "acme", "--role", "member", "--name")
    assert create(terminal, email, *asked, "Märta Sjöstrandh").code == 0
    query = "SELECT name FROM ar.person WHERE email = %s"
    assert terminal.asks(query, email) == "Märta Sjöstrandh"
    assert create(terminal, email, *asked, "Somebody Else").code == 0
    assert terminal.asks(query, email) == "Märta Sjöstrandh"
