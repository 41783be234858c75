"""What a figure of the monthly report is made of: documents whose contributions add up to it.

Every question is asked inside seeing(); of an account that the viewer may not see there is
nothing, as of one that does not exist.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from duebook.reports.monthly import Window, month_ends
from duebook.reports.rows import organisation, rows
from duebook.visibility.seeing import raw


@dataclass(frozen=True)
class DebtLine:
    """A document behind a figure of debt. `amount` is what it adds, negative for what it takes off.

    Of net: a document dated in the month, or with `is_void` one that was voided in it, on
    `on_day`. Of closing: what was left at the month's end of a charge, or of a credit or a receipt
    that was not applied yet.
    """

    id: int
    kind: str
    number: str
    on_day: date
    is_void: bool
    is_charge: bool
    amount: Decimal


@dataclass(frozen=True)
class OrderLine:
    """An order that was open at a month's end, with its full amount in major units.

    `not_invoiced` of it by then; `not_paid`: the balances of its invoices, each as a whole;
    `months_open`: at how many months' ends it has been open, this one included.
    """

    id: int
    number: str
    issue_date: date
    amount: Decimal
    not_invoiced: Decimal
    not_paid: Decimal
    months_open: int


@dataclass(frozen=True)
class Vintage:
    """What a closing balance is made of: of each month's charges what was left, oldest first, and
    what was left of credits and receipts, not applied to any, below zero. They add up to it.
    """

    months: list[tuple[date, Decimal]]
    unapplied: Decimal

    @property
    def closing(self) -> Decimal:
        return sum((amount for _, amount in self.months), self.unapplied)


def debt_lines(
    customer: int, currency: str, month: date, measure: str, asked: Window
) -> list[DebtLine]:
    """The documents of a cell of net or closing. Raises ValueError for a month outside."""
    since, until = _span(month, asked)
    file = {"net": "monthly_debt_net.sql", "closing": "monthly_debt_closing.sql"}[measure]
    named = {"customer": customer, "currency": currency, "basis": "due"}
    return rows(DebtLine, file, since=since, until=until, **named)


def order_lines(customer: int, currency: str, month: date, asked: Window) -> list[OrderLine]:
    """The orders of a cell: their number is its count, their amounts its amount."""
    _, until = _span(month, asked)
    query = (
        "SELECT min(issue_date) FROM ar.document WHERE org_id = %s AND customer_id = %s"
        " AND class = 'order' AND state = 'sent' AND issue_date <= %s"
    )
    found = raw().execute(query, [organisation(), customer, until]).fetchone()
    if found is None or found[0] is None:
        return []
    days = [*month_ends(found[0], before=month), until]
    named = {"customers": [customer], "currency": currency}
    return rows(OrderLine, "monthly_orders_open.sql", days=days, **named)


def persistence(lines: list[OrderLine]) -> list[tuple[int, int]]:
    """How many orders have been open at how many months' ends, the longest first."""
    orders: dict[int, int] = defaultdict(int)
    for line in lines:
        orders[line.months_open] += 1
    return sorted(orders.items(), reverse=True)


def vintage(customer: int, currency: str, month: date, asked: Window) -> Vintage:
    """Which months' charges a closing balance is made of."""
    months: dict[date, Decimal] = defaultdict(Decimal)
    unapplied = Decimal(0)
    for line in debt_lines(customer, currency, month, "closing", asked):
        if line.is_charge:
            months[line.on_day.replace(day=1)] += line.amount
        else:
            unapplied += line.amount
    return Vintage(sorted(months.items()), unapplied)


def _span(month: date, asked: Window) -> tuple[date, date]:
    """The first and the last day of a cell."""
    return month, asked.ends[asked.months.index(month)]
