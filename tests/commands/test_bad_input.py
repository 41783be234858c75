"""What cannot be done is said in one sentence, with exit code 2, and nothing has changed."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

import pytest

from tests.commands.terminal import PASSWORD, Answer, Terminal, a_folder, counts, refused

IS_ROOT = os.geteuid() == 0
ACCOUNTS = "account_number,name\nC1,First\nC2,Second\n"
HEADER = "account_number,invoice_number,issue_date,due_date,amount,currency\n"
GOOD = "C1,G-1,2026-01-05,2026-02-04,100.00,USD\n"
INVOICES = f"{HEADER}C1,A-1,2026-01-01,2026-01-31,250.00,USD\n"
ADMIN, CLIENT, STRANGER = "admin@desk.example", "client@desk.example", "admin@nextdoor.example"

FILES: dict[str, str | bytes] = {
    "good.csv": HEADER + GOOD,
    "empty.csv": "",
    "spaces.csv": " \n\n\t\n",
    "header.csv": HEADER,
    "foreign.csv": "Konto;Betrag\n1;2\n",
    "half.csv": "account_number,amount,issue_date\nC1,5,2026-01-01\n",
    "binary.csv": bytes(range(256)) * 20,
    "sheet.csv": b"PK\x03\x04" + bytes(100),
    "doubt.csv": f"{HEADER}C1,B-1,03/04/2026,,5,USD\n",
    "swapped.csv": f"{HEADER}C1,B-1,25/06/2026,,5,USD\nC1,B-2,01/22/2026,,5,USD\n",
    "none.csv": f"{HEADER}C1,B-1,2026-02-30,,5,USD\nC1,B-2,2026-01-01,,five,USD\n",
    "column.toml": 'kind = "invoices"\n[columns]\naccount_number = "Kunde"\n',
    "garbage.toml": "this is [ no TOML",
    "field.toml": 'kind = "invoices"\n[columns]\nshoe_size = "amount"\n',
    "binary.toml": b"\xff\xfe\x00",
}


@pytest.fixture(scope="module")
def desk(terminal: Terminal) -> Terminal:
    """An organisation with two customers and an invoice, a client, and a stranger next door."""
    terminal.has("desk", accounts=ACCOUNTS, invoices=INVOICES)
    terminal.adds(CLIENT, "desk", "client", "--account", "C1")
    terminal.has("nextdoor", accounts=ACCOUNTS)
    for name, content in FILES.items():
        terminal.writes(name, content)
    (terminal.folder / "folder.csv").mkdir()
    return terminal


@dataclass(frozen=True)
class Untouched:
    """What the database holds; `by` tries something that must leave it so."""

    terminal: Terminal

    def by(
        self,
        *arguments: object,
        stdin: bytes = b"",
        environment: Mapping[str, str] | None = None,
    ) -> Answer:
        before = self.terminal.digest()
        if environment:
            answer = self.terminal.runs(*arguments, stdin=stdin, environment=environment)
        else:
            answer = self.terminal.types(*arguments, stdin=stdin)
        assert self.terminal.digest() == before
        return answer


@pytest.fixture(scope="module")
def untouched(desk: Terminal) -> Untouched:
    return Untouched(desk)


# What is imported

IMPORTS = {
    "nothing.csv": "is not there",
    "empty.csv": "is empty",
    "spaces.csv": "is empty",
    "header.csv": "no rows",
    "foreign.csv": "which kind of rows",
    "folder.csv": "is a folder",
    "binary.csv": "not a text file",
    "sheet.csv": "spreadsheet",
    "doubt.csv": 'line 2, issue_date: "03/04/2026" may be day and month or month and day',
    "swapped.csv": 'has the day first, but "01/22/2026" on line 3 has the month first',
    "none.csv": "no valid row; the first problem is in line 2, issue_date",
    "/dev/null": "not a regular file",
    "good.csv --kind shoes": "invalid choice",
    "foreign.csv --kind invoices": "account_number",
    "half.csv --kind invoices": "invoice_number",
    "good.csv --mapping nothing.toml": "nothing.toml",
    "good.csv --mapping garbage.toml": "not TOML",
    "good.csv --mapping binary.toml": "not UTF-8",
    "good.csv --mapping column.toml": '"Kunde"',
    "good.csv --mapping field.toml": "shoe_size",
    "good.csv --mapping folder.csv": "cannot be read",
    "good.csv --as-at tomorrow": "not a date",
    "good.csv --as-at 2026-06-31": "not a date",
    "good.csv nothing.csv": "nothing.csv is not there",
    "empty.csv good.csv": "empty.csv is empty",
    "good.csv none.csv": "none.csv has no valid row",
    "good.csv binary.csv empty.csv": "binary.csv is not a text file",
    "none.csv --dry-run": "no valid row",
}


@pytest.mark.parametrize("tail", IMPORTS)
def test_import_is_refused(untouched: Untouched, tail: str) -> None:
    refused(untouched.by("import", "desk", *tail.split()), saying=IMPORTS[tail])


BAD_ROWS = {
    "C1,B-1,2026-02-30,,5,USD": "issue_date",
    "C1,B-1,yesterday,,5,USD": "issue_date",
    "C1,B-1,,,5,USD": "issue_date",
    "C1,B-1,2026-01-01,31/12/2026,5,USD": "due_date",
    "C1,B-1,2026-01-01,,NaN,USD": "amount",
    "C1,B-1,2026-01-01,,-Infinity,USD": "amount",
    "C1,B-1,2026-01-01,,1e400,USD": "amount",
    "C1,B-1,2026-01-01,,1E3,USD": "amount",
    "C1,B-1,2026-01-01,,5.005,USD": "amount",
    "C1,B-1,2026-01-01,,5.5,JPY": "amount",
    "C1,B-1,2026-01-01,,five,USD": "amount",
    "C1,B-1,2026-01-01,,1234567890123456,USD": "amount",
    "C1,B-1,2026-01-01,,,USD": "amount",
    "C1,B-1,2026-01-01,,5,DUCATS": "currency",
    "C1,B-1,2026-01-01,,5,XAU": "currency",
    ",B-1,2026-01-01,,5,USD": "account_number",
    "C1,,2026-01-01,,5,USD": "invoice_number",
    "C1,G-1,2026-01-01,,6,USD": "invoice_number",
}


@pytest.mark.parametrize("row", BAD_ROWS)
def test_strict_refuses_the_file_for_one_bad_row(untouched: Untouched, row: str) -> None:
    file = untouched.terminal.writes("strict.csv", f"{HEADER}{GOOD}{row}\n")
    answer = untouched.by("import", "desk", file, "--strict")
    refused(answer, saying=f"line 3, {BAD_ROWS[row]}: ")
    assert "strict.csv" in answer.err


def test_a_row_with_too_many_cells(untouched: Untouched) -> None:
    file = untouched.terminal.writes("strict.csv", f"{HEADER}{GOOD}C1,B,2026-01-01,,5,USD,more\n")
    refused(untouched.by("import", "desk", file, "--strict"), saying="line 3")


def test_the_bad_file_is_named_whichever_comes_first(untouched: Untouched) -> None:
    """Of several files, none lands when one is refused; --strict looks at all of them."""
    bad = untouched.terminal.writes("bad.csv", f"{HEADER}{GOOD}C1,B-1,2026-01-01,,NaN,USD\n")
    more = untouched.terminal.writes("more.csv", "account_number,name\nC9,Ninth\n")
    for files in permutations((bad, more)):
        answer = untouched.by("import", "desk", *files, "--strict")
        refused(answer, saying="bad.csv was refused as a whole because of line 3, amount")


def test_a_file_name_that_is_no_text(untouched: Untouched) -> None:
    """Linux takes any bytes for a name; the sentence can still be printed."""
    answer = untouched.by("import", "desk", os.fsdecode(b"no\xffthing.csv"))
    refused(answer, saying="is not there")


# Bad rows among good ones


def test_good_rows_land_and_bad_ones_are_listed(terminal: Terminal) -> None:
    email = terminal.has("mixed", accounts=ACCOUNTS)
    rows = f'{HEADER}{GOOD}C2,"two\nlines",2026-13-01,,5,USD\nC2,G-2,2026-01-01,,7.5,USD\n'
    file = terminal.writes("rows.csv", f"{rows}C2,G-3,2026-01-01,,1.234,USD\n")

    answer = terminal.types("import", "mixed", file)

    assert answer.code == 1
    assert counts(answer.text.strip()) == {"new": 2, "invalid": 2}
    first, second = answer.err.splitlines()
    assert first.startswith("  line 3, issue_date '2026-13-01': ")
    assert second.startswith("  line 6, amount '1.234': ")
    assert "More decimals than USD has" in second
    report = terminal.types("report", "invoices", "mixed", "--as", email).rows()
    assert [(row["invoice_number"], row["amount"]) for row in report] == [
        ("G-1", "100.00"),
        ("G-2", "7.50"),
    ]


def test_many_bad_rows_are_counted_after_the_first(terminal: Terminal) -> None:
    terminal.has("many", accounts=ACCOUNTS)
    bad = "".join(f"C1,B-{number},2026-01-01,,none,USD\n" for number in range(25))
    answer = terminal.types("import", "many", terminal.writes("rows.csv", HEADER + GOOD + bad))
    assert answer.code == 1
    lines = answer.err.splitlines()
    assert [line.partition(",")[0] for line in lines[:-1]] == [f"  line {n}" for n in range(3, 23)]
    assert lines[-1] == "  and 5 more invalid rows"


@pytest.mark.parametrize("bad,code", [("", 0), ("C1,B-1,2026-01-01,,NaN,USD\n", 1)])
def test_a_dry_run_counts_and_writes_nothing(untouched: Untouched, bad: str, code: int) -> None:
    file = untouched.terminal.writes("dry.csv", f"{HEADER}{GOOD}{INVOICES[len(HEADER) :]}{bad}")
    accounts = untouched.terminal.writes("dry-accounts.csv", "account_number,name\nC8,New\n")
    answer = untouched.by("import", "desk", file, accounts, "--dry-run")
    assert answer.code == code
    first, second, *effect, last = answer.text.splitlines()
    assert effect  # what it would do to what accounts owe
    assert counts(first) == {"new": 1}
    assert first.endswith("; 1 new accounts.")
    assert counts(second) == {"new": 1, "unchanged": 1} | ({"invalid": 1} if bad else {})
    assert last == "Dry run: nothing was written."
    assert answer.err.count("\n") == code


# Who asks, and for what


def test_the_same_sentence_whether_a_person_is_unknown_or_elsewhere(untouched: Untouched) -> None:
    said = set()
    for email in ("nobody@desk.example", STRANGER):
        answer = untouched.by("report", "aging", "desk", "--as", email)
        refused(answer, saying="is not a person of an organisation called desk")
        said.add(answer.err.replace(email, "X"))
    answer = untouched.by("report", "aging", "nowhere", "--as", ADMIN)
    refused(answer, saying="nowhere")
    said.add(answer.err.replace("nowhere", "desk").replace(ADMIN, "X"))
    assert len(said) == 1


def test_an_organisation_that_is_not_there(untouched: Untouched) -> None:
    new = "new@desk.example"
    for arguments in (
        ("import", "nowhere", "good.csv"),
        ("user", "create", new, "--org", "nowhere", "--role", "admin"),
        ("report", "invoices", "nowhere", "--as", ADMIN),
        ("rollups", "check", "nowhere"),
        ("rollups", "rebuild", "nowhere"),
    ):
        refused(untouched.by(*arguments), saying="nowhere")


def test_a_client_is_refused_the_report_of_operators(untouched: Untouched) -> None:
    for form in ("csv", "json", "xlsx"):
        answer = untouched.by("report", "aging", "desk", "--as", CLIENT, "--format", form)
        refused(answer, saying="for operators")


AS_ADMIN = f"desk --as {ADMIN}"
REPORTS = {
    f"aging {AS_ADMIN} --as-of 2026-07-01": "in the future; today is 2026-06-30",
    f"invoices {AS_ADMIN} --as-of 9999-12-31": "in the future",
    f"aging desk --as {CLIENT} --layout portal --as-of 2026-07-01": "in the future",
    f"aging {AS_ADMIN} --as-of 2026-02-30": "not a date",
    f"aging {AS_ADMIN} --as-of 20260101": "not a date",
    f"aging {AS_ADMIN} --as-of 2026-W01-1": "not a date",
    f"aging {AS_ADMIN} --as-of 01/02/2026": "not a date",
    f"aging {AS_ADMIN} --as-of 2026-01-01T00:00": "not a date",
    f"aging {AS_ADMIN} --as-of ٢٠٢٦-٠١-٠١": "not a date",
    f"aging {AS_ADMIN} --as-of today": "not a date",
    f"invoices {AS_ADMIN} --bucket days_1_60": "days_1_30",
    f"invoices {AS_ADMIN} --bucket weighted_avg_days_overdue": "not an amount",
    f"invoices {AS_ADMIN} --account C7": "no account C7",
    f"invoices desk --as {CLIENT} --account C2": "no account C2",
    f"monthly {AS_ADMIN} --through 9999-12": "still to come",
    f"aging {AS_ADMIN} --format pdf": "invalid choice",
    f"aging {AS_ADMIN} --layout web": "invalid choice",
    f"aging {AS_ADMIN} --basis issue": "invalid choice",
    f"aging {AS_ADMIN} --output nowhere/aging.csv": "nowhere/aging.csv cannot be written",
    f"aging {AS_ADMIN} --output nowhere/aging.xlsx --format xlsx": "cannot be written",
    f"aging {AS_ADMIN} --output folder.csv --format json": "cannot be written",
    f"aging {AS_ADMIN} --output folder.csv --format xlsx": "cannot be written",
    f"aging {AS_ADMIN} --output /dev/full": "No space left on device",
    "aging desk": "--as",
    f"aging --as {ADMIN}": "SLUG",
    f"shoes {AS_ADMIN}": "invalid choice",
}


@pytest.mark.parametrize("tail", REPORTS)
def test_report_is_refused(untouched: Untouched, tail: str) -> None:
    refused(untouched.by("report", *tail.split(" ")), saying=REPORTS[tail])


def test_no_file_is_left_by_a_refused_report(untouched: Untouched) -> None:
    path = untouched.terminal.folder / "never.csv"
    who = ("report", "aging", "desk", "--as", ADMIN, "--output", path)
    refused(untouched.by(*who, "--as-of", "2026-07-01"), saying="future")
    assert not path.exists()


# Organisations and people

CREATIONS = {
    "org create desk --name Desk": "already",
    "org create Desk --name Desk": "short name",
    "org create two_words --name Desk": "short name",
    "org create --name Desk -- -x": "short name",
    f"org create {'x' * 64} --name Desk": "short name",
    "org create ñandú --name Desk": "short name",
    "org create fresh": "--name",
    "org create fresh --name X --currency DUCATS": "DUCATS is not a currency",
    "org create fresh --name X --currency XAU": "XAU is not a currency",
    "org create fresh --name X --timezone Mars/Olympus": "Mars/Olympus is not a time zone",
    "org create fresh --name X --timezone ../../etc/passwd": "not a time zone",
    "org create fresh --name X --today 2026-02-29": "not a date",
    "org create fresh --name X --aging-basis issue": "invalid choice",
    "user create x@desk.example --org desk --role client": "--account",
    "user create x@desk.example --org desk --role client --account C7": "no account C7",
    "user create x@desk.example --org desk --role client --account C1 --account C7": "C7",
    "user create x@desk.example --org desk --role owner": "invalid choice",
    "user create x@desk.example --role admin": "--org",
    "user create x@desk.example --org desk": "--role",
    "priority weights desk over_30=1e400": "cannot be the weight",
    "shoes": "invalid choice",
    "report": "COMMAND",
    "org": "COMMAND",
    "org delete desk": "invalid choice",
    "doctor --cure": "unrecognized arguments: --cure",
    "serve --port http": "invalid int value",
    "serve --port 65536": "Port 65536",
    "serve --port -1": "Port -1",
    "demo --port 70000": "Port 70000",
}


@pytest.mark.parametrize("line", CREATIONS)
def test_command_is_refused(untouched: Untouched, line: str) -> None:
    refused(untouched.by(*line.split()), saying=CREATIONS[line])


@pytest.mark.parametrize(
    "email", ["", "@", "desk", "desk@", "@desk.example", "a b@desk.example", "a@b@c.example", "a@b"]
)
def test_what_is_no_e_mail_address(untouched: Untouched, email: str) -> None:
    answer = untouched.by("user", "create", email, "--org", "desk", "--role", "admin")
    refused(answer, saying="is not an e-mail address")


def test_an_e_mail_address_of_two_lines(untouched: Untouched) -> None:
    email = "new@desk.example\nBcc: everybody@desk.example"
    answer = untouched.by("user", "create", email, "--org", "desk", "--role", "admin")
    refused(answer, saying="is not an e-mail address")


@pytest.mark.parametrize(
    "password",
    [b"", b"\n", b"short\n", b"password1234\n", b"\xff\xfe is not UTF-8 at all\n"],
    ids=["none", "empty", "short", "common", "bytes"],
)
def test_a_password_that_will_not_do(untouched: Untouched, password: bytes) -> None:
    who = ("user", "create", "new@desk.example", "--org", "desk", "--role", "admin")
    answer = untouched.by(*who, "--password-stdin", stdin=password)
    refused(answer, saying="password is refused")


def test_arguments_that_are_no_text(untouched: Untouched) -> None:
    odd = os.fsdecode(b"\xff\xfe")
    for arguments in (
        ("org", "create", odd, "--name", "X"),
        ("org", "create", "fresh", "--name", odd),
        ("user", "create", f"{odd}@desk.example", "--org", "desk", "--role", "admin"),
        ("report", "aging", odd, "--as", ADMIN),
        ("report", "invoices", "desk", "--as", ADMIN, "--account", odd),
    ):
        refused(untouched.by(*arguments), saying="")


# The database and the machine


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
