"""Twelve months of each account: how its debt and its open orders developed."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import accumulate

from duebook.reports.rows import records

MONTHS = 12
# What can be asked, and by what each is measured; the first is usual.
MEASURES = {"debt": ("net", "closing"), "open_orders": ("count", "amount")}
NOTHING = (0,) * MONTHS


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
    """Every account the viewer sees, idle ones too, by account number and currency."""
    return _debt(asked) if data_type == "debt" else _open_orders(asked)


def adjustments(asked: Window) -> list[tuple[str, Decimal]]:
    """What debit and credit adjustments of the window came to together, by currency."""
    kinds = ["debit_adjustment", "credit_adjustment"]
    return records("monthly_kinds.sql", kinds=kinds, since=asked.months[0], until=asked.until)


def unsettled_receipts(asked: Window) -> list[tuple[str, Decimal]]:
    """Receipt tax invoices of the window, which settle themselves only where that is set."""
    kinds = ["receipt_tax_invoice"]
    return records("monthly_kinds.sql", kinds=kinds, since=asked.months[0], until=asked.until)


def _debt(asked: Window) -> list[MonthlyRow]:
    found = records("monthly_debt.sql", since=asked.months[0], until=asked.until)
    rows = []
    for customer, number, name, currency, exponent, opening, months in found:
        net = [each or 0 for each in months or NOTHING]
        closing = list(accumulate(net, initial=opening))[1:]
        figures = (_major(net, exponent), _major(closing, exponent))
        opened = Decimal(opening).scaleb(-exponent)
        row = MonthlyRow(customer, number, name, currency, *figures, opening=opened)
        rows.append(row)
    return rows


def _open_orders(asked: Window) -> list[MonthlyRow]:
    found = records("monthly_orders.sql", days=asked.ends, until=asked.until, customers=None)
    rows = []
    for customer, number, name, currency, exponent, counts, sums, oldest in found:
        count = [each or 0 for each in counts or NOTHING]
        amount = _major([each or 0 for each in sums or NOTHING], exponent)
        rows.append(
            MonthlyRow(
                customer,
                number,
                name,
                currency,
                count=count,
                amount=amount,
                oldest_order_date=oldest,
            )
        )
    return rows


def _major(amounts: Sequence[int], exponent: int) -> list[Decimal]:
    return [Decimal(each).scaleb(-exponent) for each in amounts]


def _last_day(month: date) -> date:
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])
