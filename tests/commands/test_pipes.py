"""Reports into files, pipes and terminals."""

from __future__ import annotations

import os
import pty
import select
import subprocess
from collections.abc import Iterator, Sequence

import pytest

from tests.commands.reports import ACCOUNTS, HEADER, report, sheet
from tests.commands.terminal import PROGRAM, Answer, Terminal


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
