"""Rows and sums of the customers' list as the page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Self

from duebook.reports.customers import CustomerRow, Totals
from duebook.web.customers.asked import Looking
from duebook.web.tie_out import Difference

BANDS = {"act now": "act_now", "watch": "watch", "on track": "on_track", "nothing to do": "nothing"}


@dataclass(frozen=True)
class Ages:
    """Amounts by age, for a bar. Disputed money stays in its age."""

    current: Decimal
    days_1_30: Decimal
    days_31_60: Decimal
    days_61_90: Decimal
    days_91_plus: Decimal
    disputed: Decimal = Decimal(0)

    @classmethod
    def of(cls, figures: CustomerRow | Totals) -> Self:
        return cls(
            current=figures.current_amount,
            days_1_30=figures.d1_30_amount,
            days_31_60=figures.d31_60_amount,
            days_61_90=figures.d61_90_amount,
            days_91_plus=figures.d91_plus_amount,
        )


@dataclass(frozen=True)
class Line:
    """A row, the bar of its ages, its band as a class, its badge, and where it is opened."""

    row: CustomerRow
    ages: Ages
    band: str
    badge: str
    href: str


def lines(rows: list[CustomerRow], looking: Looking, *, address: str) -> list[Line]:
    """`address`: the account's own page with 0 in the place of its id."""
    query = looking.address()
    return [
        Line(
            row=row,
            ages=Ages.of(row),
            band=BANDS[row.collection_priority_band],
            badge="" if row.invitation_status == "Not Invited" else row.invitation_status.lower(),
            href=address.replace("/0/", f"/{row.customer_id}/") + (query if query != "?" else ""),
        )
        for row in rows
    ]


@dataclass(frozen=True)
class Share:
    """One age of all that is invoiced: its part in per cent, one decimal."""

    name: str
    age: str
    percent: Decimal


@dataclass(frozen=True)
class Figures:
    """The panel: the sums of a day, and what they were a week and a month before, once known."""

    now: Totals
    week: Totals | None
    month: Totals | None

    @property
    def ages(self) -> Ages:
        return Ages.of(self.now)

    @property
    def shares(self) -> list[Share]:
        whole = self.now.outstanding_invoice_amount
        if not whole:
            return []
        amounts = [(name, age, getattr(self.now, column)) for name, age, column in AGES]
        return [
            Share(name, age, (100 * amount / whole).quantize(Decimal("0.1"), ROUND_HALF_UP))
            for name, age, amount in amounts
        ]

    @property
    def is_compared(self) -> bool:
        return self.week is not None and self.month is not None

    @property
    def changes(self) -> dict[str, Decimal | None]:
        """By figure and span, in per cent; None where there was nothing to compare with."""
        return {
            f"{name}_{span}": _change(self.now, before, column)
            for name, column in COMPARED.items()
            for span, before in (("week", self.week), ("month", self.month))
        }

    @property
    def off_by(self) -> Difference | None:
        """What the sums promise each other, checked on what is shown."""
        now = self.now
        late = now.d1_30_amount + now.d31_60_amount + now.d61_90_amount + now.d91_plus_amount
        invoices = now.current_amount + now.past_due_amount
        owed = invoices + now.debit_adjustment_amount - now.credit_adjustment_amount
        off = (
            late - now.past_due_amount
            or invoices - now.outstanding_invoice_amount
            or owed - now.outstanding_amount
        )
        return Difference(off, now.currency, "totals") if off else None


AGES = (
    ("Current", "current", "current_amount"),
    ("1–30", "days_1_30", "d1_30_amount"),
    ("31–60", "days_31_60", "d31_60_amount"),
    ("61–90", "days_61_90", "d61_90_amount"),
    ("91+", "days_91_plus", "d91_plus_amount"),
)
COMPARED = {
    "current": "current_amount",
    "past_due": "past_due_amount",
    "invoices": "outstanding_invoice_amount",
    "net": "outstanding_amount",
}


def figures(found: list[Totals], *, day: date, week: date, month: date) -> Figures:
    """The panel of one currency from its sums of three days, or of the first alone."""
    by_day = {each.day: each for each in found}
    return Figures(by_day[day], by_day.get(week), by_day.get(month))


def _change(now: Totals, before: Totals | None, column: str) -> Decimal | None:
    was: Decimal = getattr(before, column) if before else Decimal(0)
    if was <= 0:
        return None
    amount: Decimal = getattr(now, column)
    return (100 * (amount - was) / was).quantize(Decimal("0.1"), ROUND_HALF_UP)
