"""What the monthly page is sorted by, and which rows a question keeps, as SQL on customer_month."""

from __future__ import annotations

from typing import LiteralString

from duebook.reports.customers_order import Key, Order
from duebook.reports.monthly import MONTHS

MONTH_SORTS = tuple(f"month_{place}" for place in range(1, MONTHS + 1))  # 12 is the latest
WORDS = ("account_name", "account_number")
# What each mode can be sorted by; `-` before it: the largest first.
SORTS = {
    "debt": (*WORDS, *MONTH_SORTS, "trend", "total", "owed"),
    "open_orders": (*WORDS, *MONTH_SORTS, "trend", "owed", "months_open", "oldest_order_date"),
}
TREND_MONTHS = 3
OLD_ORDER_DAYS = 90
FLAGS = ("rising", "began", "old_order")
PLACES = range(1, MONTHS + 1)
LISTED: dict[str, LiteralString] = {"debt": "a.in_debt", "open_orders": "a.in_orders"}
OTHERS: dict[str, LiteralString] = {
    "account_name": "a.sort_name",
    "account_number": "b.account_number",
    "total": "(a.owed_12 - a.owed_0)",
    "owed": "a.owed_12",
    "months_open": " + ".join(f"(a.count_{place} > 0)::int" for place in PLACES),
    "oldest_order_date": "COALESCE(a.oldest_order, '9999-12-31')",
}
TIES: tuple[Key, ...] = (
    ("a.owed_12", True),
    ("a.sort_name", False),
    ("a.customer_id", False),
    ("a.currency", False),
)


def order_of(sort: str, *, data_type: str, measure: str, complete: int, currency: str) -> Order:
    """The order that a sort means: ties by what is owed, the largest first, then name and id.

    Over several currencies amounts are grouped by currency. Raises KeyError for what this mode
    cannot be sorted by.
    """
    column, down = sort.removeprefix("-"), sort.startswith("-")
    if column not in SORTS[data_type]:
        raise KeyError(sort)
    if column in MONTH_SORTS:
        part = cell(measure, MONTH_SORTS.index(column) + 1)
    elif column == "trend":
        part = trend(measure, complete)
    else:
        part = OTHERS[column]
    counted = measure == "count" and column not in ("owed", "total")
    grouped = () if currency or counted or column in WORDS else (("a.currency", False),)
    # Rows of one account differ in currency alone.
    within = (("a.currency", False),) if column == "account_number" else ()
    parts = (*grouped, (part, down), *within, *TIES)
    seen = dict.fromkeys(each for each, _ in parts)  # a key again decides nothing
    return Order(tuple((each, next(d for e, d in parts if e == each)) for each in seen))


def cell(measure: str, place: int) -> LiteralString:
    """The figure of a month, 1 to 12, of a row `a`."""
    if measure == "net":
        return f"(a.owed_{place} - a.owed_{place - 1})"
    return f"a.{_figure(measure)}_{place}"


def told(measure: str, place: int) -> LiteralString:
    """The same as people read it: amounts in major units with all of their decimals."""
    figure = cell(measure, place)
    return figure if measure == "count" else f"{figure} * y.unit"


def trend(measure: str, complete: int) -> LiteralString:
    """The change over the last three months that have ended; of net that of what was owed."""
    figure = _figure(measure)
    return f"(a.{figure}_{complete} - a.{figure}_{complete - TREND_MONTHS})"


def is_busy(measure: str) -> LiteralString:
    """Whether any of the twelve figures is not zero."""
    if measure == "net":
        same = [f"a.owed_{place}" for place in (0, *PLACES)]
        return f"GREATEST({', '.join(same)}) <> LEAST({', '.join(same)})"
    return " OR ".join(f"a.{_figure(measure)}_{place} <> 0" for place in PLACES)


def flag(name: str, complete: int) -> LiteralString:
    """Whether a row has a flag. Of the order's age %(until)s is asked."""
    if name == "rising":
        places = range(complete - TREND_MONTHS + 1, complete + 1)
        return " AND ".join(f"a.owed_{n} > 0 AND a.owed_{n} > a.owed_{n - 1}" for n in places)
    if name == "began":
        before = ", ".join(f"a.owed_{place}" for place in range(MONTHS))
        return f"a.owed_12 > 0 AND LEAST({before}) <= 0"
    return f"a.oldest_order < %(until)s::date - {OLD_ORDER_DAYS}"


def _figure(measure: str) -> str:
    return {"net": "owed", "closing": "owed"}.get(measure, measure)
