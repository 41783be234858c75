"""What each command says and does when all is well."""

from __future__ import annotations

import json
import os
import pty
import select
import subprocess
from collections.abc import Iterator, Sequence
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from random import Random

import psycopg
import pytest
from django.contrib.auth.hashers import check_password
from psycopg import sql
from python_calamine import CalamineWorkbook

from duebook.export import tables
from tests.commands.terminal import PASSWORD, PROGRAM, Answer, Terminal, counts, refused

ACCOUNTS = "account_number,name\nC1,First\nC2,Second\n"
HEADER = "account_number,invoice_number,issue_date,due_date,amount,currency\n"
AGING = (
    "account_number account_name currency current days_1_30 days_31_60 days_61_90 days_91_plus"
    " disputed unapplied_credits outstanding weighted_avg_days_overdue debit_adjustments"
).split()
PORTAL = (
    "account_number account_name currency days_0_30 days_31_60 days_61_90 days_90_plus disputed"
    " total debit_adjustments unapplied_credits outstanding"
).split()
INVOICES = (
    "account_number account_name invoice_number kind issue_date due_date currency amount balance"
    " disputed days_past_due bucket status"
).split()
COMMANDS = (
    "demo,serve,migrate,doctor,database,database url,rollups,rollups check,rollups rebuild,org,"
    "org create,user,user create,import,report,report aging,report invoices"
).split(",")


def report(terminal: Terminal, slug: str, kind: str, *options: object) -> Answer:
    return terminal.types("report", kind, slug, "--as", f"admin@{slug}.example", *options)


# Help


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


# People and organisations


def test_a_known_e_mail_gains_a_membership_and_keeps_its_password(terminal: Terminal) -> None:
    one = terminal.has("first", accounts=ACCOUNTS)
    terminal.has("second", accounts="account_number,name\nS1,Of the second\n")
    hashed = "SELECT password FROM door.login WHERE email = %s"
    setting = ("user", "create", one, "--org", "first", "--role", "admin", "--password-stdin")
    assert terminal.types(*setting, stdin=f"{PASSWORD}\n".encode()).code == 0
    before = terminal.asks(hashed, one)
    assert check_password(PASSWORD, before)
    for email in (one, one.upper()):
        answer = terminal.types("user", "create", email, "--org", "second", "--role", "member")
        assert (answer.code, answer.err) == (0, "")
    assert terminal.asks(hashed, one) == before
    assert terminal.asks("SELECT count(*) FROM door.login WHERE lower(email) = %s", one) == 1
    for slug in ("first", "second"):
        assert terminal.types("report", "aging", slug, "--as", one).code == 0
        assert terminal.types("report", "aging", slug, "--as", one.upper()).code == 0


def test_a_person_without_a_password_cannot_sign_in(terminal: Terminal) -> None:
    terminal.has("silent")
    asked = ("user", "create", "quiet@silent.example", "--org", "silent", "--role", "member")
    assert terminal.types(*asked, stdin=b"not asked for this password\n").code == 0
    kept = terminal.asks("SELECT password FROM door.login WHERE email = 'quiet@silent.example'")
    assert kept.startswith("!")


def test_a_password_ends_where_its_line_ends(terminal: Terminal) -> None:
    """Whether the line was written on Windows or not, and whatever follows it."""
    terminal.has("lines")
    for number, ending in enumerate(("", "\n", "\r\n", "\nanother line\n")):
        email = f"{number}@lines.example"
        asked = ("user", "create", email, "--org", "lines", "--role", "admin", "--password-stdin")
        assert terminal.types(*asked, stdin=f" pässword with ends {ending}".encode()).code == 0
        kept = terminal.asks("SELECT password FROM door.login WHERE email = %s", email)
        assert check_password(" pässword with ends ", kept)


def test_a_client_sees_their_own_accounts(terminal: Terminal) -> None:
    rows = "C1,1,2026-01-01,2026-02-01,10,USD\nC2,2,2026-01-01,2026-02-01,20,USD\n"
    terminal.has("portal", accounts=f"{ACCOUNTS}C3,Third\n", invoices=HEADER + rows)
    terminal.adds("c@portal.example", "portal", "client", "--account", "C2", "--account", "C3")
    asked = ("portal", "--as", "c@portal.example")
    aging = terminal.types("report", "aging", *asked, "--layout", "portal").rows()
    assert [(row["account_number"], row["outstanding"]) for row in aging] == [("C2", "20.00")]
    assert [r["invoice_number"] for r in terminal.types("report", "invoices", *asked).rows()] == [
        "2"
    ]


def test_a_frozen_clock(terminal: Terminal) -> None:
    """Default date, what is late, and what is the future follow the organisation's own day."""
    rows = "C1,1,2020-01-01,2020-01-31,10,USD\nC1,2,2020-03-01,2020-03-31,7,USD\n"
    terminal.has("frozen", today="2020-02-01", accounts=ACCOUNTS, invoices=HEADER + rows)
    by_default = report(terminal, "frozen", "aging")
    (row,) = by_default.rows()
    assert (row["days_1_30"], row["outstanding"]) == ("10.00", "10.00")
    assert row["weighted_avg_days_overdue"] == "1.0000"
    assert report(terminal, "frozen", "aging", "--as-of", "2020-02-01") == by_default
    (row,) = report(terminal, "frozen", "aging", "--as-of", "2020-01-31").rows()
    assert (row["current"], row["days_1_30"]) == ("10.00", "0.00")
    refused(report(terminal, "frozen", "aging", "--as-of", "2020-02-02"), saying="2020-02-01")


def test_settings_of_a_new_organisation_are_followed(terminal: Terminal) -> None:
    asked = ("--currency", "jpy", "--timezone", "Asia/Tokyo", "--aging-basis", "invoice")
    answer = terminal.types(
        "org", "create", "tokyo", "--name", "東京 商事", *asked, "--today", "2026-06-30"
    )
    assert (answer.code, answer.err) == (0, "")
    assert "東京 商事" in answer.text
    terminal.adds("admin@tokyo.example", "tokyo", "admin")
    file = terminal.writes(
        "tokyo.csv", "account_number,invoice_number,issue_date,amount\n1,1,2026-05-01,500\n"
    )
    assert terminal.types("import", "tokyo", file).code == 0
    (row,) = report(terminal, "tokyo", "aging").rows()
    # Issued 60 days ago, due 30 days ago: by the net terms of 30 days, by the issue date.
    assert (row["currency"], row["days_31_60"], row["outstanding"]) == ("JPY", "500", "500")
    (row,) = report(terminal, "tokyo", "aging", "--basis", "due").rows()
    assert (row["days_1_30"], row["weighted_avg_days_overdue"]) == ("500", "30.0000")


# Columns and cells


def test_columns(terminal: Terminal) -> None:
    terminal.has("columns", accounts=ACCOUNTS)
    assert report(terminal, "columns", "aging").columns() == AGING
    assert report(terminal, "columns", "aging", "--layout", "operator").columns() == AGING
    assert report(terminal, "columns", "aging", "--layout", "portal").columns() == PORTAL
    assert report(terminal, "columns", "invoices").columns() == INVOICES
    with_bucket = report(terminal, "columns", "invoices", "--bucket", "current").columns()
    assert with_bucket == [*INVOICES, "bucket_amount"]


def test_nothing_open_is_a_header_alone(terminal: Terminal) -> None:
    terminal.has("idle", accounts=ACCOUNTS)
    assert report(terminal, "idle", "aging").text == ",".join(AGING) + "\n"
    assert json.loads(report(terminal, "idle", "aging", "--format", "json").out) == []
    answer = report(terminal, "idle", "aging", "--format", "xlsx")
    assert CalamineWorkbook.from_filelike(BytesIO(answer.out)).get_sheet_by_index(
        0
    ).to_python() == [AGING]


def test_amounts_have_the_decimals_of_their_currency(terminal: Terminal) -> None:
    rows = (
        "C1,1,2026-06-01,2026-07-01,1234567,JPY\nC1,2,2026-06-01,2026-07-01,1234567.8,USD\n"
        "C1,3,2026-06-01,2026-07-01,1.5,KWD\nC1,4,2026-06-01,2026-07-01,9999999999999.99,EUR\n"
    )
    terminal.has("decimals", accounts=ACCOUNTS, invoices=HEADER + rows)
    expected = {
        "EUR": ("9999999999999.99", "0.00"),
        "JPY": ("1234567", "0"),
        "KWD": ("1.500", "0.000"),
        "USD": ("1234567.80", "0.00"),
    }
    aging = report(terminal, "decimals", "aging")
    found = {row["currency"]: (row["current"], row["days_1_30"]) for row in aging.rows()}
    assert found == expected
    assert list(found) == sorted(found)
    for row in aging.rows():
        assert row["outstanding"] == row["current"]
        assert {row[name] for name in AGING[4:10]} == {row["days_1_30"]}
        assert row["weighted_avg_days_overdue"] == "0.0000"
    invoices = report(terminal, "decimals", "invoices", "--bucket", "current").rows()
    for row in invoices:
        amount, zero = expected[row["currency"]]
        assert row["amount"] == row["balance"] == row["bucket_amount"] == amount
        assert row["disputed"] == zero
    as_json = json.loads(report(terminal, "decimals", "aging", "--format", "json").out)
    assert as_json == aging.rows()


NAMES = {
    "Q": 'She said "yes", twice',
    "L": "two\nlines, and\r\na third",
    "H": "שלום בע״מ",
    "F": '=HYPERLINK("http://evil.example";"Pay")',
    "P": "+1+1",
    "M": "-2+3",
    "A": "@SUM(A1:A9)",
    "S": "semi;colon|pipe\ttab",
    "E": "émile 🧾 \u202eoverride",
    "Z": "'quoted'",
}


def test_names_come_back_as_given_and_in_csv_inert(terminal: Terminal) -> None:
    def quoted(text: str) -> str:
        return '"' + text.replace('"', '""') + '"'

    names = "".join(f"{number},{quoted(name)}\n" for number, name in NAMES.items())
    rows = "".join(f"{number},{number}1,2026-06-01,2026-07-01,5,USD\n" for number in NAMES)
    terminal.has("names", accounts=f"account_number,name\n{names}", invoices=HEADER + rows)
    for kind in ("aging", "invoices"):
        found = {
            r["account_number"]: r["account_name"] for r in report(terminal, "names", kind).rows()
        }
        assert found == {n: f"'{name}" if n in "FPMA" else name for n, name in NAMES.items()}
        as_json = json.loads(report(terminal, "names", kind, "--format", "json").out)
        assert {row["account_number"]: row["account_name"] for row in as_json} == NAMES
    book = CalamineWorkbook.from_filelike(
        BytesIO(report(terminal, "names", "aging", "--format", "xlsx").out)
    )
    lines = book.get_sheet_by_index(0).to_python()[1:-1]
    # The letters a sheet's XML keeps: its parser reads a carriage return as a line feed.
    assert {str(line[0]): str(line[1]).replace("\r\n", "\n") for line in lines} == {
        number: name.replace("\r\n", "\n") for number, name in NAMES.items()
    }
    assert b"<f>" not in unzipped(report(terminal, "names", "aging", "--format", "xlsx").out)


def unzipped(content: bytes) -> bytes:
    from zipfile import ZipFile

    with ZipFile(BytesIO(content)) as archive:
        return archive.read("xl/worksheets/sheet1.xml")


def test_an_excel_file_has_typed_cells_and_totals(terminal: Terminal) -> None:
    rows = (
        "C1,1,2026-06-01,2026-06-20,100.10,USD\nC2,2,2026-06-01,2026-05-01,200.20,USD\n"
        "C2,3,2026-06-01,2026-07-01,7,JPY\n"
    )
    terminal.has("book", accounts=ACCOUNTS, invoices=HEADER + rows)
    header, *lines = sheet(report(terminal, "book", "invoices", "--format", "xlsx"))
    assert header == INVOICES
    first = dict(zip(header, lines[0], strict=True))
    assert str(first["issue_date"]) == "2026-06-01"
    assert (first["amount"], first["days_past_due"]) == (100.1, 10)
    assert [line[0] for line in lines] == ["C1", "C2", "C2", "Total", "Total"]
    totals = {line[6]: dict(zip(header, line, strict=True)) for line in lines[3:]}
    assert totals["USD"]["balance"] == pytest.approx(300.3)
    assert totals["JPY"]["balance"] == 7
    _, *lines = sheet(report(terminal, "book", "aging", "--format", "xlsx"))
    total = dict(zip(AGING, lines[-1], strict=True))
    assert (total["account_number"], total["currency"]) == ("Total", "USD")
    assert total["outstanding"] == pytest.approx(300.3)
    # (100.10 x 10 + 200.20 x 60) / 300.30
    assert total["weighted_avg_days_overdue"] == pytest.approx(43.3333)
    _, *lines = sheet(
        report(terminal, "book", "invoices", "--bucket", "days_31_60", "--format", "xlsx")
    )
    assert [line[-1] for line in lines] == [200.2, 200.2]
    assert lines[-1][7] == ""


def sheet(answer: Answer) -> list[list[object]]:
    assert (answer.code, answer.err) == (0, "")
    book = CalamineWorkbook.from_filelike(BytesIO(answer.out))
    return [list(line) for line in book.get_sheet_by_index(0).to_python()]


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Excel would open a shorter file and say nothing."""
    monkeypatch.setattr(tables, "SHEET_ROWS_MAX", 3)
    assert len(tables.xlsx(["real"], [1, 2], title="Two")) > 0
    with pytest.raises(tables.TooLong, match="3 rows are more than"):
        tables.xlsx(["real"], [1, 2, 3], title="Three")
    with pytest.raises(tables.TooLong):
        tables.xlsx(["real"], [1, 2], title="Two", totals=[{"real": 3}])


# Files and pipes


@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
def test_the_same_into_a_file_and_a_pipe(terminal: Terminal, form: str) -> None:
    slug = f"bytes-{form}"
    rows = "H1,1,2026-06-01,2026-06-20,100.10,USD\n"
    terminal.has(slug, accounts='account_number,name\nH1,"שלום\r\nבע״מ"\n', invoices=HEADER + rows)
    path = terminal.writes(
        f"report.{form}", "what was there before, and longer than the report" * 99
    )
    options = ("--format", form, "--output", path)
    to_file = report(terminal, slug, "aging", *options)
    assert to_file == Answer(0, b"", "")
    asked = ("report", "aging", slug, "--as", f"admin@{slug}.example", "--format", form)
    to_pipe = terminal.runs(*asked, environment={"PYTHONIOENCODING": "ascii"})
    assert (to_pipe.code, to_pipe.err) == (0, "")
    if form == "xlsx":  # Which holds the time it was made.
        assert sheet(to_pipe) == sheet(Answer(0, path.read_bytes(), ""))
    else:
        assert to_pipe.out == path.read_bytes()
        assert b"\xd7\xa9" in to_pipe.out


@pytest.fixture(scope="module")
def crowded(terminal: Terminal) -> str:
    """More than a pipe holds: 1,500 customers, 6,000 invoices."""
    accounts = "".join(f"K{number},Customer number {number}\n" for number in range(1500))
    rows = "".join(
        f"K{number % 1500},{number},2026-06-01,2026-06-20,{number + 1},USD\n"
        for number in range(6000)
    )
    terminal.has("crowd", accounts=f"account_number,name\n{accounts}", invoices=HEADER + rows)
    return "crowd"


@pytest.mark.parametrize("form,unbuffered", [("csv", ""), ("csv", "1"), ("json", ""), ("xlsx", "")])
def test_whoever_has_enough_may_close_the_pipe(
    terminal: Terminal, crowded: str, form: str, unbuffered: str
) -> None:
    asked = ["report", "invoices", crowded, "--as", f"admin@{crowded}.example", "--format", form]
    assert closed_early(terminal, asked, unbuffered=unbuffered) == (0, b"")


@pytest.mark.parametrize(
    "asked",
    [["--help"], ["doctor"], ["database", "url"], ["org", "create", "unread", "--name", "X"]],
)
def test_output_that_nobody_reads(terminal: Terminal, asked: list[str]) -> None:
    assert closed_early(terminal, asked, reading=0) == (0, b"")


def closed_early(
    terminal: Terminal, asked: Sequence[str], *, reading: int = 10, unbuffered: str = ""
) -> tuple[int, bytes]:
    """The exit code and complaints of a command whose output is closed after a few bytes."""
    process = subprocess.Popen(
        [PROGRAM, *asked],
        cwd=terminal.folder,
        env=terminal.environment(PYTHONUNBUFFERED=unbuffered),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert len(process.stdout.read(reading)) == reading
    process.stdout.close()
    with process.stderr as complaints:
        said = complaints.read()
    return process.wait(timeout=60), said


def test_standard_output_that_was_closed_before(terminal: Terminal) -> None:
    terminal.has("closed", accounts=ACCOUNTS)
    command = f'"{PROGRAM}" report aging closed --as admin@closed.example >&-'
    done = subprocess.run(
        ["sh", "-c", command], env=terminal.environment(), capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_no_progress_bar_in_a_pipe_but_on_a_terminal(terminal: Terminal) -> None:
    terminal.has("bars")
    rows = "".join(f"C1,{number},2026-06-01,2026-06-20,1,USD\n" for number in range(6000))
    file = terminal.writes("bars.csv", HEADER + rows)
    piped = terminal.runs("import", "bars", file, "--dry-run")
    assert (piped.code, piped.err) == (0, "")
    assert "\r" not in piped.text
    assert "\x1b" not in piped.text
    code, shown = on_a_terminal(terminal, ["import", "bars", str(file), "--dry-run"])
    assert code == 0
    assert b"bars.csv" in shown
    assert b"6000/6000" in shown.replace(b",", b"")


def on_a_terminal(terminal: Terminal, asked: Sequence[str]) -> tuple[int, bytes]:
    """Standard error on a pseudo-terminal; what it showed."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [PROGRAM, *asked],
        cwd=terminal.folder,
        env=terminal.environment(TERM="xterm", COLUMNS="100"),
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b"".join(_until_closed(ours))
    os.close(ours)
    return process.wait(timeout=60), shown


def _until_closed(descriptor: int) -> Iterator[bytes]:
    while select.select([descriptor], [], [], 60)[0]:
        try:
            block = os.read(descriptor, 65536)
        except OSError:  # How Linux says that the other end is closed.
            return
        if not block:
            return
        yield block


# Several files at once

BATCH = {
    "accounts": "account_number,name\nB1,Batch\n",
    "orders": "account_number,order_number,order_date,amount,currency\nB1,O1,2026-01-01,90,USD\n",
    "invoices": f"{HEADER}B1,I1,2026-01-10,2026-02-09,90,USD\n",
    "invoice_lines": "invoice_number,line_number,description,amount\nI1,1,Timber,90\n",
    "order_links": "order_number,invoice_number,amount\nO1,I1,90\n",
    "shipments": "account_number,shipment_number,shipped_date\nB1,S1,2026-01-12\n",
    "reminders": "invoice_number,date,level\nI1,2026-03-01,1\n",
    "inventory": "account_number,item,quantity,date\nB1,X,7.5,2026-01-12\n",
    "payments": "account_number,payment_number,amount,date,currency\nB1,P1,50,2026-01-20,USD\n",
    "adjustments": (
        "account_number,adjustment_number,kind,amount,date,currency\nB1,A1,debit,5,2026-01-20,USD\n"
    ),
    "allocations": "source_number,invoice_number,amount,date\nP1,I1,40,2026-01-20\n",
}


def orders() -> Iterator[list[str]]:
    kinds = list(BATCH)
    yield kinds
    yield kinds[::-1]
    for seed in (1, 2):
        yield Random(seed).sample(kinds, len(kinds))


@pytest.mark.parametrize("number,kinds", list(enumerate(orders())))
def test_several_files_in_any_order(terminal: Terminal, number: int, kinds: list[str]) -> None:
    """Their kinds are told from their columns; each is loaded after what it refers to."""
    slug = f"batch-{number}"
    terminal.has(slug)
    files: list[Path] = [terminal.writes(f"{slug}-{kind}.csv", BATCH[kind]) for kind in kinds]
    answer = terminal.types("import", slug, *files)
    assert (answer.code, answer.err) == (0, "")
    lines = answer.text.splitlines()
    assert [counts(line) for line in lines] == [{"new": 1}] * len(BATCH)
    places = {
        kind: next(i for i, line in enumerate(lines) if f" ({kind}): " in line) for kind in kinds
    }
    assert places["accounts"] == 0
    assert places["invoices"] < min(places["invoice_lines"], places["allocations"])
    assert places["payments"] < places["allocations"]
    assert max(places["orders"], places["invoices"]) < places["order_links"]
    (row,) = report(terminal, slug, "aging").rows()
    figures = [Decimal(row[name]) for name in ("days_91_plus", "unapplied_credits")]
    assert figures == [Decimal(50), Decimal(10)]
    assert (row["debit_adjustments"], row["outstanding"]) == ("5.00", "45.00")
    again = terminal.types("import", slug, *reversed(files))
    assert (again.code, again.text.splitlines()[-1]) == (0, "Nothing new.")
