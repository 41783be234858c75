"""The monthly report as a page shows it: some rows in an order, what all of them add up to, and
one account with both of its modes.

Read it in `rollups.months.seeing_months(viewer)`, or in a view that is `prepared` so that it calls
`rollups.months.ready(viewer)`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from duebook.ledger.posting import plain
from duebook.reports.monthly import MEASURES, MONTHS, MonthlyRow, Window, monthly
from duebook.reports.rows import organisation
from duebook.reports.searching import searched
from duebook.visibility.seeing import raw

MONTH_SORTS = tuple(f"month_{place}" for place in range(1, MONTHS + 1))  # 12 is the latest
# What each mode can be sorted by; `-` before it: the largest first.
SORTS = {
    "debt": ("account_name", "account_number", *MONTH_SORTS, "trend", "total", "owed"),
    "open_orders": (
        "account_name",
        "account_number",
        *MONTH_SORTS,
        "trend",
        "owed",
        "months_open",
        "oldest_order_date",
    ),
}
DEFAULT_SORT = "-trend"
FLAGS = ("rising", "began", "old_order")
TREND_MONTHS = 3
OLD_ORDER_DAYS = 90


@dataclass(frozen=True)
class Question:
    """What a page shows. `sort` is one of SORTS of the mode; month_1 is the oldest of the twelve.

    An empty currency means all of them; several owners, teams or flags mean any of them.
    `hide_idle` leaves out rows whose twelve cells of the measure are zero.
    """

    data_type: str = "debt"
    measure: str = "net"
    currency: str = ""
    sort: str = DEFAULT_SORT
    search: str = ""
    owners: tuple[int, ...] = ()
    teams: tuple[int, ...] = ()
    flags: tuple[str, ...] = ()
    hide_idle: bool = False


@dataclass(frozen=True)
class PageRow(MonthlyRow):
    """A row of either mode, with the figures of both and what they mean.

    `owed` is the last closing; `total` the sum of the twelve net; `trend` the change of what was
    owed over the last three complete months, in the mode of open orders of the measure shown.
    `rising` says for how many complete months in a row, up to the last, the debt stood above zero
    and above the month before, 0 below three. `began` is the month since whose end something has
    been owed without a break, None when that was before the window or nothing is owed.
    `months_open` counts the months at whose end an order was open; `has_old_order`: one that is
    open is older than 90 days.
    """

    owed: Decimal = Decimal(0)
    total: Decimal = Decimal(0)
    trend: Decimal | int = Decimal(0)
    rising: int = 0
    began: date | None = None
    months_open: int = 0
    has_old_order: bool = False

    @property
    def key(self) -> str:
        """Where a page begins: for `after` and `before`."""
        return f"{self.customer_id}.{self.currency}"


@dataclass(frozen=True)
class Page:
    """Some rows. `has_before` and `has_after` say whether there are more at either end."""

    rows: list[PageRow]
    has_before: bool
    has_after: bool


@dataclass(frozen=True)
class Totals:
    """All rows of a question in one currency, month by month, and how many there are."""

    currency: str
    rows: int
    opening: Decimal
    net: tuple[Decimal, ...]
    closing: tuple[Decimal, ...]
    count: tuple[int, ...]
    amount: tuple[Decimal, ...]
    rising: int
    began: int
    old_order: int

    @property
    def owed(self) -> Decimal:
        return self.closing[-1]

    @property
    def total(self) -> Decimal:
        return sum(self.net, Decimal(0))


def page(
    question: Question, asked: Window, *, after: str = "", before: str = "", limit: int = 50
) -> Page:
    """Rows in their order: the first ones, those after a row's key, or those before it.

    A key whose row is not to be seen any more begins at the start. Raises KeyError for what
    cannot be sorted by in this mode.
    """
    rows = _in_order(question, asked)
    keys = [row.key for row in rows]
    if before in keys:
        end = keys.index(before)
        start = max(0, end - limit)
    else:
        start = keys.index(after) + 1 if after in keys else 0
        end = start + limit
    return Page(rows[start:end], has_before=start > 0, has_after=end < len(rows))


def totals(question: Question, asked: Window) -> list[Totals]:
    """What the rows of a question add up to, per currency."""
    found: dict[str, list[PageRow]] = {}
    for row in _in_order(question, asked):
        found.setdefault(row.currency, []).append(row)
    return [_total(currency, rows) for currency, rows in sorted(found.items())]


def chart(customer: int, asked: Window) -> list[PageRow]:
    """One account, a row per currency it has debt or orders in, both modes; none for a stranger."""
    return [row for row in _rows("debt", "net", asked, both=True) if row.customer_id == customer]


def currencies(question: Question, asked: Window) -> list[str]:
    """In which currencies the mode has rows, whatever is filtered."""
    rows = _rows(question.data_type, question.measure, asked)
    return sorted({row.currency for row in rows})


def _total(currency: str, rows: list[PageRow]) -> Totals:
    def summed(measure: str) -> tuple[Any, ...]:
        return tuple(sum(column) for column in zip(*(r.cells(measure) for r in rows), strict=True))

    return Totals(
        currency,
        rows=len(rows),
        opening=sum((row.opening for row in rows), Decimal(0)),
        net=summed("net"),
        closing=summed("closing"),
        count=summed("count"),
        amount=summed("amount"),
        rising=sum(row.rising > 0 for row in rows),
        began=sum(row.began is not None for row in rows),
        old_order=sum(row.has_old_order for row in rows),
    )


def _in_order(question: Question, asked: Window) -> list[PageRow]:
    if question.sort.removeprefix("-") not in SORTS[question.data_type]:
        raise KeyError(question.sort)
    rows = _rows(question.data_type, question.measure, asked)
    rows = [row for row in rows if question.currency in ("", row.currency)]
    for only in (searched(question.search), _looked_after_by(question)):
        if only is not None:
            rows = [row for row in rows if row.customer_id in only]
    if question.hide_idle:
        rows = [row for row in rows if any(row.cells(question.measure))]
    if question.flags:
        rows = [row for row in rows if any(_has(row, flag) for flag in question.flags)]
    down = question.sort.startswith("-")
    rows.sort(key=lambda row: (-row.owed, plain(row.account_name), row.customer_id, row.currency))
    rows.sort(key=_sorted_by(question), reverse=down)
    return rows


def _sorted_by(question: Question) -> Callable[[PageRow], Any]:
    column = question.sort.removeprefix("-")
    if column.startswith("month_"):
        place = MONTH_SORTS.index(column)
        return lambda row: row.cells(question.measure)[place]
    if column == "account_name":
        return lambda row: plain(row.account_name)
    if column == "oldest_order_date":
        return lambda row: row.oldest_order_date or date.max
    return lambda row: getattr(row, column)


def _has(row: PageRow, flag: str) -> bool:
    return bool({"rising": row.rising, "began": row.began, "old_order": row.has_old_order}[flag])


def _looked_after_by(question: Question) -> set[int] | None:
    if not question.owners and not question.teams:
        return None
    query = (
        "SELECT customer_id FROM ar.customer_internal WHERE org_id = %(org)s"
        " AND owner_id = ANY (%(owners)s) UNION SELECT customer_id FROM ar.customer_access"
        " WHERE org_id = %(org)s AND principal_id = ANY (%(teams)s) AND reason = 'team share'"
    )
    named = {"org": organisation(), "owners": [*question.owners], "teams": [*question.teams]}
    return {row[0] for row in raw().execute(query, named)}


def _rows(data_type: str, measure: str, asked: Window, *, both: bool = False) -> list[PageRow]:
    debt = {(row.customer_id, row.currency): row for row in monthly("debt", asked)}
    orders = {(row.customer_id, row.currency): row for row in monthly("open_orders", asked)}
    keys: Iterable[tuple[int, str]] = debt if data_type == "debt" else orders
    if both:
        keys = [*debt, *(key for key in orders if key not in debt)]
    return [_row(debt.get(key), orders.get(key), measure, asked) for key in keys]


def _row(
    debt: MonthlyRow | None, orders: MonthlyRow | None, measure: str, asked: Window
) -> PageRow:
    known = debt or orders
    assert known is not None
    nothing = (Decimal(0),) * MONTHS
    net, closing = (debt.net, debt.closing) if debt else (nothing, nothing)
    count, amount = (orders.count, orders.amount) if orders else ((0,) * MONTHS, nothing)
    opening = debt.opening if debt else Decimal(0)
    oldest = orders.oldest_order_date if orders else None
    row = PageRow(
        known.customer_id,
        known.account_number,
        known.account_name,
        known.currency,
        net,
        closing,
        count,
        amount,
        oldest,
        opening,
    )
    judged = [opening, *closing] if measure in MEASURES["debt"] else [0, *row.cells(measure)]
    return replace(
        row,
        owed=closing[-1],
        total=sum(net, Decimal(0)),
        trend=judged[asked.complete] - judged[asked.complete - TREND_MONTHS],
        rising=rising([opening, *closing], asked.complete),
        began=began([opening, *closing], asked),
        months_open=sum(each > 0 for each in count),
        has_old_order=oldest is not None and oldest < asked.until - timedelta(days=OLD_ORDER_DAYS),
    )


def rising(closings: list[Decimal], complete: int) -> int:
    """For how many months up to the last complete one, three or more; 0 below three."""
    months = 0
    while months < complete:
        now, before = closings[complete - months], closings[complete - months - 1]
        if not (now > 0 and now > before):
            break
        months += 1
    return months if months >= TREND_MONTHS else 0


def began(closings: list[Decimal], asked: Window) -> date | None:
    """The month since whose end something has been owed without a break."""
    owing = 0
    while owing <= MONTHS and closings[MONTHS - owing] > 0:
        owing += 1
    return asked.months[MONTHS - owing] if 0 < owing <= MONTHS else None
