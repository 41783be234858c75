"""The monthly report as a page shows it: some rows in an order, what all of them add up to, and
one account with both of its modes.

Read it in `rollups.months.seeing_months(viewer)`, or in a view that is `prepared` so that it calls
`rollups.months.ready(viewer)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from duebook.reports.customers_order import Keys, Order
from duebook.reports.monthly import MONTHS, MonthlyRow, Record, Window, figures_of, records_of
from duebook.reports.monthly_order import FLAGS, LISTED, OLD_ORDER_DAYS, TREND_MONTHS, flag
from duebook.reports.monthly_question import Question, order_meant, rows_meant
from duebook.reports.rows import organisation, query, sees_all
from duebook.rollups.months import must_be_there
from duebook.visibility.seeing import raw


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
    cannot be sorted by in this mode, NotReady when the window is not there.
    """
    order = order_meant(question, asked)
    backwards = bool(before)
    keys = _keys(order, asked, before or after)
    walked = order.reversed() if backwards else order
    meant = rows_meant(question, asked)
    joined = walked.beside(meant.joined)
    text = query("monthly_page.sql").replace("[kept]", meant.text).replace("[joined]", joined)
    text = text.replace("[after]", walked.after(keys)).replace("[order]", walked.text)
    named = {**meant.named, **(keys or {}), "limit": limit + 1}
    records = raw().execute(text, named).fetchall()
    more = len(records) > limit
    rows = [_row(record, question.measure, asked) for record in records[:limit]]
    if backwards:
        return Page(rows[::-1], has_before=more, has_after=keys is not None)
    return Page(rows, has_before=keys is not None, has_after=more)


def totals(question: Question, asked: Window) -> list[Totals]:
    """What the rows of a question add up to, per currency."""
    meant = rows_meant(question, asked)
    text = query("monthly_totals.sql").replace("[kept]", meant.text)
    for name in FLAGS:
        text = text.replace(f"[{name}]", flag(name, asked.complete))
    records = raw().execute(text.replace("[joined]", meant.joined), meant.named).fetchall()
    return [_total(each) for each in records]


def chart(customer: int, asked: Window) -> list[PageRow]:
    """One account, a row per currency it has debt or orders in, both modes; none for a stranger."""
    return [_row(record, "closing", asked) for record in records_of("", asked, customer=customer)]


def currencies(question: Question, asked: Window) -> list[str]:
    """In which currencies the mode has rows, whatever is filtered."""
    must_be_there(organisation(), asked.until)
    file = "monthly_currencies.sql" if sees_all() else "monthly_currencies_seen.sql"
    text = query(file).replace("[listed]", LISTED[question.data_type])
    named = {"org": organisation(), "month": asked.months[-1]}
    return [row[0] for row in raw().execute(text, named)]


def _total(record: tuple[Any, ...]) -> Totals:
    currency, exponent, rows, owed, counts, amounts, rising, began, old_order = record
    figures = figures_of(exponent, [int(each) for each in owed], counts, amounts)
    flags = {"rising": rising, "began": began, "old_order": old_order}
    return Totals(currency=currency, rows=rows, **figures, **flags)


def _keys(order: Order, asked: Window, key: str) -> Keys | None:
    """What the row of a key is sorted by; None when there is no such row to be seen."""
    customer, _, currency = key.partition(".")
    if not (customer.isascii() and customer.isdecimal()) or len(customer) > 18:
        return None
    text = query("monthly_key.sql").replace("[joined]", order.joined).replace("[keys]", order.keys)
    named = {"org": organisation(), "month": asked.months[-1], "customer": int(customer)}
    row = raw().execute(text, {**named, "currency": currency}).fetchone()
    return {f"key_{n}": value for n, value in enumerate(row)} if row else None


def _row(record: Record, measure: str, asked: Window) -> PageRow:
    customer, number, name, currency, exponent, owed, counts, amounts, oldest = record
    figures = figures_of(exponent, owed, counts, amounts)
    closings = [figures["opening"], *figures["closing"]]
    judged = {"count": [0, *counts], "amount": [0, *figures["amount"]]}.get(measure, closings)
    return PageRow(
        customer,
        number,
        name,
        currency,
        **figures,
        oldest_order_date=oldest,
        owed=closings[MONTHS],
        total=closings[MONTHS] - closings[0],
        trend=judged[asked.complete] - judged[asked.complete - TREND_MONTHS],
        rising=rising(closings, asked.complete),
        began=began(closings, asked),
        months_open=sum(each > 0 for each in counts),
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
