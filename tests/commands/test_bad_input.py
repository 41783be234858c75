"""What cannot be done for whoever asks: a sentence each, and nothing is changed."""

from __future__ import annotations

import os

import pytest

from tests.commands.terminal import refused
from tests.commands.untouched import ADMIN, CLIENT, STRANGER, Untouched


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
    f"monthly {AS_ADMIN} --through 9999-12": "Choose a month from 1970-01 to 2026-06",
    f"monthly {AS_ADMIN} --through 0001-01": "from 1970-01 on",
    f"monthly {AS_ADMIN} --through 2026-13": "not a month such as",
    f"monthly {AS_ADMIN} --through=": "not a month such as",
    f"monthly {AS_ADMIN} --data-type DEBT": "'debt', 'open_orders'",
    f"monthly {AS_ADMIN} --data-type=": "'debt', 'open_orders'",
    f"monthly {AS_ADMIN} --measure count": "choose net or closing",
    f"monthly {AS_ADMIN} --measure=": "'net', 'closing', 'count', 'amount'",
    f"monthly {AS_ADMIN} --data-type open_orders --measure net": "choose count or amount",
    f"monthly {AS_ADMIN} --lang root": "choose one of aa, ab,",
    f"monthly {AS_ADMIN} --lang {'x' * 3000}": "choose one of aa, ab,",
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
