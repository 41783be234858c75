"""Twelve months of each account: how its debt and its open orders developed."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from duebook.reports.rows import organisation, records
from duebook.rollups.months import must_be_there

MONTHS = 12
EARLIEST = date(1970, 1, 1)  # no window ends before this month
# What can be asked, and by what each is measured; the first is usual.
MEASURES = {"debt": ("net", "closing"), "open_orders": ("count", "amount")}
Record = tuple[Any, ...]  # customer, number, name, currency, its exponent, and minor units


@dataclass(frozen=True)
class Window:
    """Twelve months, oldest first, by their first days. Facts after `until` do not count yet.

    `complete` of them have ended: all twelve of a past window, else eleven.
    """

    months: tuple[date, ...]
    until: date
    complete: int = MONTHS - 1

    @property
    def ends(self) -> list[date]:
        """The day as of which each month is judged: its last one, or `until`."""
        return [*map(_last_day, self.months[:-1]), self.until]


@dataclass(frozen=True)
class MonthlyRow:
    """One account in one currency, month by month, oldest first.

    Of debt: `net`, what documents of the month and voids in it came to, and `closing`, what was
    owed at its end, both in major units; closing = the closing before + net, and `opening` is the
    closing before the first month. Of open orders: `count`, how many were open at its end, and
    `amount`, their full amounts; `oldest_order_date` is of those open at the end of the window.
    """

    customer_id: int
    account_number: str
    account_name: str
    currency: str
    net: Sequence[Decimal] = ()
    closing: Sequence[Decimal] = ()
    count: Sequence[int] = ()
    amount: Sequence[Decimal] = ()
    oldest_order_date: date | None = None
    opening: Decimal = Decimal(0)

    def cells(self, measure: str) -> Sequence[Decimal] | Sequence[int]:
        """The twelve figures of a measure."""
        found: Sequence[Decimal] | Sequence[int] = getattr(self, measure)
        return found


def window(today: date, through: date | None = None) -> Window | None:
    """The twelve months up to the one of `through`, or the current one; None when it is to come.

    A past month runs to its end, the current one to today.
    """
    last = (through or today).replace(day=1)
    if last > today.replace(day=1):
        return None
    first = 12 * last.year + last.month - MONTHS
    months = tuple(date((first + at) // 12, (first + at) % 12 + 1, 1) for at in range(MONTHS))
    ended = _last_day(last) < today
    return Window(months, min(today, _last_day(last)), MONTHS if ended else MONTHS - 1)


def month_ends(since: date, *, before: date) -> list[date]:
    """The last days of the months from that of `since` on, up to the one before `before`."""
    first, last = 12 * since.year + since.month - 1, 12 * before.year + before.month - 1
    return [_last_day(date(at // 12, at % 12 + 1, 1)) for at in range(first, last)]


def monthly(data_type: str, asked: Window) -> list[MonthlyRow]:
    """Every account the viewer sees, idle ones too, by account number and currency.

    Read in `rollups.months.seeing_months`; raises NotReady when the window is not there.
    """
    found = []
    for record in records_of(data_type, asked):
        customer, number, name, currency, exponent, owed, counts, amounts, oldest = record
        told = figures_of(exponent, owed, counts, amounts, only=data_type)
        row = MonthlyRow(customer, number, name, currency, **told, oldest_order_date=oldest)
        found.append(row)
    return found


def records_of(data_type: str, asked: Window, *, customer: int | None = None) -> list[Record]:
    """The rows of a mode as they come, in minor units; without a mode those of both."""
    must_be_there(organisation(), asked.until)
    named = {"month": asked.months[-1], "data_type": data_type, "customer": customer}
    return records("monthly_rows.sql", **named)


def figures_of(
    exponent: int,
    owed: Sequence[int],
    counts: Sequence[int],
    amounts: Sequence[int],
    *,
    only: str = "",
) -> dict[str, Any]:
    """The figures of a row by their names, of one mode or of both."""
    found: dict[str, Any] = {}
    if only != "open_orders":
        opening, *closing = _major(owed, exponent)
        net = _major([now - before for before, now in pairwise(owed)], exponent)
        found |= {"opening": opening, "closing": closing, "net": net}
    if only != "debt":
        found |= {"count": [int(each) for each in counts], "amount": _major(amounts, exponent)}
    return found


def _major(amounts: Sequence[int], exponent: int) -> list[Decimal]:
    return [Decimal(each).scaleb(-exponent) for each in amounts]


def _last_day(month: date) -> date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])
