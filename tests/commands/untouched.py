"""An organisation that no command of these changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.commands.terminal import Answer, Terminal

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
