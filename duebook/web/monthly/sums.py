"""What all rows of the monthly report add up to, as a chart, a row of totals and a proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.safestring import SafeString
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from duebook.export.monthly import month_name
from duebook.reports.customers import Asked, panel
from duebook.reports.monthly import MONTHS
from duebook.reports.monthly_page import Totals, totals
from duebook.web.charts import Point, level_chart, ticks
from duebook.web.drawing import sparkline
from duebook.web.monthly.asked import Looking
from duebook.web.monthly.shown import cells_of, levels_of, written
from duebook.web.templatetags.figures import Writer, in_currency

NOTHING = (Decimal(0),) * MONTHS


@dataclass(frozen=True)
class Sums:
    """`off_by`: how far the last closing is from what is outstanding by the documents' balances;
    None where only some accounts are shown, so that there is nothing to compare with.
    """

    total: Totals
    whose: str
    measured: str
    months: Sequence[str]
    chart: SafeString
    cells: SafeString
    trend: SafeString
    off_by: Decimal | None

    @property
    def orders(self) -> int:
        """Open at the end of the window."""
        return self.total.count[-1]

    @property
    def amount(self) -> Decimal:
        return self.total.amount[-1]


def sums_of(looking: Looking) -> Sums:
    """Inside seeing(), with the months and today ready. Raises NotReady."""
    found = totals(looking.question, looking.window)
    total = found[0] if found else _nothing(looking.currency)
    plain = in_currency("" if looking.measure == "count" else looking.currency)
    months = [month_name(month, looking.locale) for month in looking.window.months]
    levels = levels_of(total, looking)
    measured = _measured(looking)
    return Sums(
        total=total,
        whose=_whose(looking),
        measured=measured,
        months=months,
        chart=chart_of(levels, months, name=measured, write=plain),
        cells=_cells(cells_of(total, looking.measure), write=plain),
        trend=sparkline([Decimal(each) for each in levels]),
        off_by=_off_by(looking, total),
    )


def chart_of(
    levels: Sequence[Decimal | int], months: Sequence[str], *, name: str, write: Writer
) -> SafeString:
    """A line over the months; `write` writes its figures."""
    points = [
        Point(month, level, write.text(Decimal(level)))
        for month, level in zip(months, levels, strict=True)
    ]
    marks = axis(levels, write=write)
    return level_chart(points, name=name, ticks=marks, is_rtl=get_language_bidi())


def axis(values: Sequence[Decimal | int], *, write: Writer) -> list[tuple[Decimal, str]]:
    """Where hairlines are drawn, and what stands beside them."""
    return [(each, write.text(_whole(each))) for each in ticks(values)]


def _whole(mark: Decimal) -> Decimal:
    return mark.quantize(Decimal(1)) if mark == mark.to_integral() else mark.normalize()


def _cells(figures: Sequence[Decimal | int], *, write: Writer) -> SafeString:
    inside = (f'<td class="n sum">{written(each, write=write)}</td>' for each in figures)
    return SafeString("".join(inside))


def _whose(looking: Looking) -> str:
    said = {"currency": looking.currency}
    if looking.is_filtered or looking.hides_zeros:
        return _("Customers that match, %(currency)s") % said
    return _("All customers, %(currency)s") % said


def _measured(looking: Looking) -> str:
    if looking.is_debt:
        return _("Closing balance")
    return _("Open orders") if looking.measure == "count" else _("Open order amounts")


def _off_by(looking: Looking, total: Totals) -> Decimal | None:
    """The dashboard works out what is outstanding from balances, not from months."""
    if not looking.is_debt or looking.is_filtered or looking.hides_zeros:
        return None
    day = looking.window.until
    found = panel(Asked(day, currency=looking.currency), at=looking.at)
    return total.owed - sum((each.outstanding_amount for each in found), Decimal(0))


def _nothing(currency: str) -> Totals:
    return Totals(currency, 0, Decimal(0), NOTHING, NOTHING, (0,) * MONTHS, NOTHING, 0, 0, 0)
