"""Rows and sums of the monthly report as the page shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duebook.export.monthly import month_name
from duebook.reports.monthly_page import PageRow, Totals
from duebook.web.drawing import icon, sparkline
from duebook.web.monthly.asked import Looking
from duebook.web.monthly.heat import Heat
from duebook.web.templatetags.figures import Writer, count, day, in_currency

LONG = (
    1_000_000  # from here on twelve figures of a row need smaller digits to stand beside the rest
)


@dataclass(frozen=True)
class Flag:
    """What stands out about an account, in words; `code` is its class."""

    code: str
    words: str


def lines(
    rows: Sequence[PageRow], looking: Looking, *, heat: Heat, write: Writer
) -> list[SafeString]:
    """Each row as it stands in the table, as one text: fifty times twenty cells through a template
    would cost more than all the rest of the page. Links are relative to the page's address.
    """
    kept, money = escape(looking.address()), in_currency(looking.currency)
    rises = icon("trending-up", turns=True)
    return [
        _line(row, looking, heat=heat, write=write, money=money, kept=kept, rises=rises)
        for row in rows
    ]


def cells_of(row: PageRow | Totals, measure: str) -> Sequence[Decimal | int]:
    """The twelve figures of a measure."""
    found: Sequence[Decimal | int] = getattr(row, measure)
    return found


def has_long_figures(rows: Sequence[PageRow], measure: str) -> bool:
    """Whether the table needs its smaller digits."""
    return any(not -LONG < figure < LONG for row in rows for figure in cells_of(row, measure))


def flags_of(row: PageRow, looking: Looking) -> list[Flag]:
    """What stands out: debt that rises or has begun lately, an order that is open for long."""
    found = []
    if row.rising:
        words = ngettext("Rising %(n)s mo.", "Rising %(n)s mo.", row.rising) % {"n": row.rising}
        found.append(Flag("rising", words))
    elif row.began:
        since = month_name(row.began, looking.locale)
        found.append(Flag("since", _("Since %(month)s") % {"month": since}))
    if row.has_old_order and row.oldest_order_date:
        days = (looking.window.until - row.oldest_order_date).days
        words = ngettext("Order %(n)s day", "Order %(n)s days", days) % {"n": days}
        found.append(Flag("since", words))
    return found


def _line(
    row: PageRow,
    looking: Looking,
    *,
    heat: Heat,
    write: Writer,
    money: Writer,
    kept: str,
    rises: str,
) -> SafeString:
    href = f"{row.customer_id}/{row.currency}/"
    name, number = escape(row.account_name), escape(row.account_number)
    figures = cells_of(row, looking.measure)
    cells = []
    for month, figure in zip(looking.window.months, figures, strict=True):
        style = f"n cell {heat.style(figure)}".rstrip()
        link = f'<a href="{href}{month:%Y-%m}/{kept}">{written(figure, write=write)}</a>'
        cells.append(f'<td class="{style}">{link}</td>')
    flags = "".join(
        f'<span class="{flag.code}">{rises if flag.code == "rising" else ""}'
        f"{escape(flag.words)}</span>"
        for flag in flags_of(row, looking)
    )
    trend = sparkline([Decimal(each) for each in levels_of(row, looking)])
    last = money.figure(row.owed) if looking.is_debt else written(figures[-1], write=write)
    return SafeString(
        f'<tr id="row-{row.customer_id}">'
        f'<th class="who" scope="row"><span class="name" dir="auto">'
        f'<a href="{href}{kept}" title="{name} · {number}">{name}</a></span></th>'
        f'<td class="flag">{flags}</td>{"".join(cells)}'
        f'<td class="trend">{trend}<span class="phone-only">{last}</span></td>'
        f"{_after(row, looking, money=money)}</tr>\n"
    )


def _after(row: PageRow, looking: Looking, *, money: Writer) -> str:
    """What stands behind the months."""
    if not looking.is_debt:
        oldest = escape(day(row.oldest_order_date)) if row.oldest_order_date else ""
        return (
            f'<td class="n after">{count(row.months_open)}</td>'
            f'<td class="n after date">{oldest}</td>'
        )
    total = f'<td class="n after">{money.figure(row.total)}</td>'
    if looking.measure != "net":
        return total
    return f'{total}<td class="n after lead">{money.figure(row.owed)}</td>'


def levels_of(row: PageRow | Totals, looking: Looking) -> Sequence[Decimal | int]:
    """What a line draws: what was owed at each month's end, or the measure of orders."""
    return row.closing if looking.is_debt else cells_of(row, looking.measure)


def written(figure: Decimal | int, *, write: Writer) -> SafeString:
    """A cell's figure; zero is 0."""
    if not figure:
        return SafeString('<bdi dir="ltr" class="figure zero">0</bdi>')
    return write.figure(Decimal(figure))
