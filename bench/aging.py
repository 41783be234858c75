"""The aging of all customers: how long it takes, and that every row equals the reference."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bench.clock import median_seconds
from bench.command import duebook
from bench.ledgers import BASES, DATES, Figures, Ledger, reference
from duebook.reports import aging as report
from duebook.visibility.organisations import viewer_of
from duebook.visibility.seeing import seeing

NOTHING = Figures(Decimal(0), Decimal(0), (Decimal(0),) * 5)
COMMANDS = 3


@dataclass(frozen=True)
class Timed:
    """Rows in Python as the admin, and the whole command that writes them as CSV."""

    ledger: Ledger
    as_of: date
    rows: int
    seconds: float
    command_seconds: float


@dataclass(frozen=True)
class Agreement:
    """How many customers' rows were compared, and how many differ from the reference."""

    ledger: Ledger
    as_of: date
    basis: str
    customers: int
    differing: int
    outstanding: Decimal


def timed(ledger: Ledger) -> list[Timed]:
    return [_timed(ledger, as_of) for as_of in DATES]


def agreements(ledger: Ledger) -> list[Agreement]:
    return [_agreement(ledger, as_of, basis) for as_of in DATES for basis in BASES]


def _timed(ledger: Ledger, as_of: date) -> Timed:
    asked = ("--as", ledger.admin, "--as-of", as_of, "--output", ledger.file("aging"))
    return Timed(
        ledger,
        as_of,
        rows=len(_rows(ledger, as_of, "due")),
        seconds=median_seconds(lambda: _rows(ledger, as_of, "due")),
        command_seconds=median_seconds(
            lambda: duebook("report", "aging", ledger.slug, *asked), repeats=COMMANDS
        ),
    )


def _rows(ledger: Ledger, as_of: date, basis: str) -> list[report.AgingRow]:
    with seeing(viewer_of(ledger.slug, ledger.admin), read_only=True):
        return report.aging(as_of=as_of, basis=basis)


def _agreement(ledger: Ledger, as_of: date, basis: str) -> Agreement:
    """A customer without a row owes nothing; a row for a customer who is not there differs."""
    told = {row.account_number: _figures(row) for row in _rows(ledger, as_of, basis)}
    expected = reference(ledger, as_of=as_of, basis=basis)
    numbers = told.keys() | expected.keys()
    differing = sum(told.get(n, NOTHING) != expected.get(n) for n in numbers)
    outstanding = sum((each.outstanding for each in told.values()), Decimal(0))
    return Agreement(ledger, as_of, basis, len(numbers), differing, outstanding)


def _figures(row: report.AgingRow) -> Figures:
    ages = (row.current, row.days_1_30, row.days_31_60, row.days_61_90, row.days_91_plus)
    return Figures(row.outstanding, row.unapplied_credits, ages)
