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
from duebook.web.drawing import sparkline
from duebook.web.monthly.asked import Looking
from duebook.web.monthly.heat import Heat
from duebook.web.templatetags.figures import Writer


@dataclass(frozen=True)
class Flag:
    """What stands out about an account, in words; `code` is its class."""

    code: str
    words: str


@dataclass(frozen=True)
class Line:
    """A row: its twelve cells, ready made, and what stands beside them."""

    row: PageRow
    flags: list[Flag]
    cells: SafeString
    trend: SafeString
    last: SafeString
    href: str


def lines(rows: Sequence[PageRow], looking: Looking, *, heat: Heat, write: Writer) -> list[Line]:
    """Links are relative to the page's address."""
    query = looking.address()
    return [_line(row, looking, heat=heat, write=write, query=query) for row in rows]


def cells_of(row: PageRow | Totals, measure: str) -> Sequence[Decimal | int]:
    """The twelve figures of a measure."""
    found: Sequence[Decimal | int] = getattr(row, measure)
    return found


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


def _line(row: PageRow, looking: Looking, *, heat: Heat, write: Writer, query: str) -> Line:
    href, kept = f"{row.customer_id}/{row.currency}/", escape(query)
    cells = []
    figures = cells_of(row, looking.measure)
    for month, figure in zip(looking.window.months, figures, strict=True):
        style = f"n cell {heat.style(figure)}".rstrip()
        link = f'<a href="{href}{month:%Y-%m}/{kept}">{written(figure, write=write)}</a>'
        cells.append(f'<td class="{style}">{link}</td>')
    return Line(
        row=row,
        flags=flags_of(row, looking),
        cells=SafeString("".join(cells)),
        trend=sparkline([Decimal(each) for each in levels_of(row, looking)]),
        last=written(figures[-1], write=write),
        href=href + query,
    )


def levels_of(row: PageRow | Totals, looking: Looking) -> Sequence[Decimal | int]:
    """What a line draws: what was owed at each month's end, or the measure of orders."""
    return row.closing if looking.is_debt else cells_of(row, looking.measure)


def written(figure: Decimal | int, *, write: Writer) -> SafeString:
    """A cell's figure; zero is 0."""
    if not figure:
        return SafeString('<bdi dir="ltr" class="figure zero">0</bdi>')
    return write.figure(Decimal(figure))
