"""Reports asked for on the command line."""

from __future__ import annotations

from io import BytesIO

from python_calamine import CalamineWorkbook

from tests.commands.terminal import Answer, Terminal

ACCOUNTS = "account_number,name\nC1,First\nC2,Second\n"
HEADER = "account_number,invoice_number,issue_date,due_date,amount,currency\n"


def report(terminal: Terminal, slug: str, kind: str, *options: object) -> Answer:
    return terminal.types("report", kind, slug, "--as", f"admin@{slug}.example", *options)


def sheet(answer: Answer) -> list[list[object]]:
    assert (answer.code, answer.err) == (0, "")
    book = CalamineWorkbook.from_filelike(BytesIO(answer.out))
    return [list(line) for line in book.get_sheet_by_index(0).to_python()]
