"""Importing a ledger file by file, as `duebook import` does, and one of them again."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.command import Failed, duebook
from bench.ledgers import TODAY, Ledger
from duebook.visibility.organisations import add_person, create_organisation

HERE = Path(__file__).parent
FILES = ("customers", "invoices", "payments", "credit_notes", "allocations")
SAID = re.compile(r"\): ([\d,]+) rows: ([\d,]+) new, ([\d,]+) changed, ([\d,]+) unchanged")
CLIENT_OF = "1"
ONE_IN = 8  # accounts that the member owns


@dataclass(frozen=True)
class Loaded:
    """One file from the command's start to its end, with its process's peak memory."""

    ledger: Ledger
    file: str
    rows: int
    seconds: float
    peak_mib: float

    @property
    def rows_per_second(self) -> float:
        return self.rows / self.seconds


def load(ledger: Ledger) -> Iterator[Loaded]:
    """Every file, then the invoices a second time; the people join around it, not measured."""
    create_organisation(ledger.slug, name=f"Benchmark {ledger.size}", today=TODAY)
    add_person(ledger.admin, slug=ledger.slug, role="admin", accounts=[])
    for file in FILES:
        yield _import(ledger, file, is_new=True)
    yield _import(ledger, "invoices", is_new=False)
    _give_accounts_to_member(ledger)
    add_person(ledger.client, slug=ledger.slug, role="client", accounts=[CLIENT_OF])


def _import(ledger: Ledger, file: str, *, is_new: bool) -> Loaded:
    """Raises Failed unless every row is new, or none is."""
    path, mapping = ledger.file(file), HERE / f"{file}.toml"
    ran = duebook("import", ledger.slug, path, "--mapping", mapping)
    found = SAID.search(ran.said)
    rows, new, _, unchanged = (
        (int(n.replace(",", "")) for n in found.groups()) if found else [0] * 4
    )
    if not rows or rows != (new if is_new else unchanged):
        raise Failed(f"{path} was not loaded as it should be: {ran.said}")
    label = file if is_new else f"{file} again"
    return Loaded(ledger, label, rows, ran.seconds, ran.peak_mib)


def _give_accounts_to_member(ledger: Ledger) -> None:
    """One in eight, spread evenly."""
    add_person(ledger.member, slug=ledger.slug, role="member", accounts=[])
    owned = ledger.file("owned")
    with (
        ledger.file("customers").open(newline="", encoding="ascii") as source,
        owned.open("w", newline="", encoding="ascii") as goal,
    ):
        writer = csv.writer(goal)
        writer.writerow(["account_number", "name", "owner_email"])
        for row in csv.DictReader(source):
            if int(row["customer_id"]) % ONE_IN == 0:
                writer.writerow([row["customer_id"], row["name"], ledger.member])
    duebook("import", ledger.slug, owned, "--kind", "accounts")
