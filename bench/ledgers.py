"""The outside generator's ledgers, and what an independent program makes of them.

Both programs lie beside the checkout and are no part of it.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PEERS = ROOT.parent / "shared" / "peers"
TODAY, PAST = date(2026, 11, 21), date(2026, 3, 31)
DATES = (TODAY, PAST)
BASES = ("due", "invoice")
AGES = ("current", "d1_30", "d31_60", "d61_90")


class Missing(Exception):
    """Something that the benchmark needs is not there. The message is one sentence."""


@dataclass(frozen=True)
class Ledger:
    """A generated ledger and the organisation it is loaded into."""

    size: str
    folder: Path

    @property
    def slug(self) -> str:
        return f"bench-{self.size.lower()}"

    @property
    def admin(self) -> str:
        return f"admin@{self.slug}.example"

    @property
    def member(self) -> str:
        return f"member@{self.slug}.example"

    @property
    def client(self) -> str:
        return f"client@{self.slug}.example"

    def file(self, name: str) -> Path:
        return self.folder / f"{name}.csv"


@dataclass(frozen=True)
class Figures:
    """What one customer owes: all of it, what is unapplied, and the five ages."""

    outstanding: Decimal
    unapplied: Decimal
    ages: tuple[Decimal, ...]


def generate(size: str, *, below: Path) -> Ledger:
    """Write the ledger of a size; the same one every time."""
    ledger = Ledger(size, below / size)
    asked = ["--size", size, "--seed", "42", "--today", str(TODAY), "--out", str(ledger.folder)]
    _run("generate.py", *asked)
    return ledger


def reference(ledger: Ledger, *, as_of: date, basis: str) -> dict[str, Figures]:
    """Every customer's figures by account number, as the independent program has them."""
    file = ledger.folder / f"reference-{as_of}-{basis}.csv"
    _run("reference.py", str(ledger.folder), str(as_of), "--by", basis, "--out", str(file))
    with file.open(newline="", encoding="ascii") as lines:
        return {row["customer_id"]: _figures(row) for row in csv.DictReader(lines)}


def _figures(row: dict[str, str]) -> Figures:
    """The program tells 91-120 and 121+ apart; here they are one age."""
    oldest = Decimal(row["d91_120"]) + Decimal(row["d121_up"])
    ages = (*(Decimal(row[name]) for name in AGES), oldest)
    return Figures(Decimal(row["balance"]), Decimal(row["unapplied"]), ages)


def _run(program: str, *arguments: str) -> None:
    path = PEERS / program
    if not path.is_file():
        raise Missing(
            f"The benchmark needs {program} in {PEERS}: put the folder shared/peers"
            " beside the checkout."
        )
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, str(path), *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=environment)
