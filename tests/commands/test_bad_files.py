"""Files that cannot be imported, and rows that cannot: a sentence each, and nothing is changed."""

from __future__ import annotations

import os
from itertools import permutations

import pytest

from tests.commands.terminal import Terminal, counts, refused
from tests.commands.untouched import ACCOUNTS, GOOD, HEADER, INVOICES, Untouched

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
