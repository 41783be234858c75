"""Whether an aging page ties out: what its figures promise each other, checked on what is shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from duebook.reports.aging import AgingPage, AgingRow, AgingTotal

SUMMED = (
    "current",
    "days_1_30",
    "days_31_60",
    "days_61_90",
    "days_91_plus",
    "disputed",
    "invoices",
    "debit_adjustments",
    "unapplied_credits",
    "outstanding",
)


@dataclass(frozen=True)
class Difference:
    """By how much something is off, and where on the page it stands."""

    amount: Decimal
    currency: str
    anchor: str


def difference(page: AgingPage) -> Difference | None:
    """The first figure that does not tie out, or nothing."""
    return next(_differences(page), None)


def _differences(page: AgingPage) -> Iterator[Difference]:
    for row in page.rows:
        if off := _off_by(row):
            yield Difference(off, row.currency, f"row-{row.customer_id}-{row.currency}")
    for total in page.totals:
        rows = [row for row in page.rows if row.currency == total.currency]
        # Rows on other pages are not here to be added.
        off = _off_by(total) or (_off_from(total, rows) if page.pages <= 1 else Decimal(0))
        if off:
            yield Difference(off, total.currency, f"total-{total.currency}")


def _off_by(row: AgingRow | AgingTotal) -> Decimal:
    """Ages and disputed make up the invoices; these, debits and credits the outstanding."""
    ages = row.current + row.days_1_30 + row.days_31_60 + row.days_61_90 + row.days_91_plus
    return (ages + row.disputed - row.invoices) or (
        row.invoices + row.debit_adjustments - row.unapplied_credits - row.outstanding
    )


def _off_from(total: AgingTotal, rows: list[AgingRow]) -> Decimal:
    offs = (
        getattr(total, name) - sum((getattr(row, name) for row in rows), Decimal(0))
        for name in SUMMED
    )
    return next((Decimal(off) for off in offs if off), Decimal(0))
