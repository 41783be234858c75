"""One account in the monthly report: twelve months in both modes, and what a cell is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from duebook.export.monthly import month_name
from duebook.reports import account as accounts
from duebook.reports.account import Account
from duebook.reports.monthly_drill import (
    DebtLine,
    OrderLine,
    debt_lines,
    order_lines,
    persistence,
    vintage,
)
from duebook.reports.monthly_page import PageRow, chart, currencies
from duebook.visibility.middleware import prepared
from duebook.web.asked import OrganisationRequest
from duebook.web.audience import for_staff
from duebook.web.charts import Point, bar_chart
from duebook.web.monthly.asked import Looking, looking_at
from duebook.web.monthly.links import MEASURE_NAMES, Way
from duebook.web.monthly.prepared import prepare
from duebook.web.monthly.shown import cells_of, flags_of
from duebook.web.monthly.sums import axis, chart_of
from duebook.web.templatetags.figures import in_currency


@dataclass(frozen=True)
class Month:
    """A month of an account in all measures; `key` is its part of an address."""

    key: str
    name: str
    net: Decimal
    closing: Decimal
    count: int
    amount: Decimal


@dataclass(frozen=True)
class Part:
    """A month's charges in a closing balance; `share` is their part of all such, in per cent."""

    name: str
    amount: Decimal
    share: int


@prepared(prepare)
@for_staff
@require_safe
def account(request: OrganisationRequest, slug: str, customer: int, currency: str) -> HttpResponse:
    """Both modes of one account, month by month."""
    looking = looking_at(request, there=currencies)
    who, row, others = _found(customer, currency, looking)
    names = [month_name(month, looking.locale) for month in looking.window.months]
    orders = order_lines(customer, currency, looking.window.months[-1], looking.window)
    shown = {
        "looking": looking,
        "query": looking.address(),
        "who": who,
        "row": row,
        "currency": currency,
        "others": others,
        "flags": flags_of(row, looking),
        "debt": chart_of(
            row.closing, names, name=_("Closing balance"), write=in_currency(currency)
        ),
        "orders_chart": _bars(row.count, names),
        "months": _months(row, looking, names),
        "orders": orders,
        "persistence": persistence(orders),
        "orders_amount": sum((each.amount for each in orders), Decimal(0)),
    }
    return render(request, "monthly/account.html", shown)


@prepared(prepare)
@for_staff
@require_safe
def cell(
    request: OrganisationRequest, slug: str, customer: int, currency: str, month: str
) -> HttpResponse:
    """The documents of a figure, which add up to it."""
    looking = looking_at(request, there=currencies)
    day = _month(month, looking)
    who, row, _others = _found(customer, currency, looking)
    place = looking.window.months.index(day)
    figure = cells_of(row, looking.measure)[place]
    shown = {
        "looking": looking,
        "query": looking.address(),
        "who": who,
        "currency": currency,
        "month": month_name(day, looking.locale),
        "until": looking.window.ends[place],
        "figure": figure,
        "ways": _ways(looking),
        "measured": MEASURE_NAMES[looking.measure],
    }
    found = (_debt if looking.is_debt else _orders)(customer, currency, day, looking)
    shown |= found | {"off_by": figure - found["sum"]}
    return render(request, "monthly/cell.html", shown)


def _debt(customer: int, currency: str, month: date, looking: Looking) -> dict[str, Any]:
    found: Sequence[DebtLine] = debt_lines(
        customer, currency, month, looking.measure, looking.window
    )
    total = sum((each.amount for each in found), Decimal(0))
    if looking.measure == "net":
        return {"lines": found, "sum": total}
    made_of = vintage(customer, currency, month, looking.window)
    return {
        "lines": found,
        "sum": total,
        "vintage": _parts(made_of.months, looking),
        "unapplied": made_of.unapplied,
        "charges": sum((amount for _month, amount in made_of.months), Decimal(0)),
    }


def _orders(customer: int, currency: str, month: date, looking: Looking) -> dict[str, Any]:
    found: Sequence[OrderLine] = order_lines(customer, currency, month, looking.window)
    amount = sum((each.amount for each in found), Decimal(0))
    return {
        "orders": found,
        "persistence": persistence(list(found)),
        "orders_amount": amount,
        "sum": len(found) if looking.measure == "count" else amount,
    }


def _found(customer: int, currency: str, looking: Looking) -> tuple[Account, PageRow, list[str]]:
    """The account, its row in this currency, and the other currencies it has rows in."""
    who, rows = accounts.account(customer), chart(customer, looking.window)
    for row in rows:
        if who and row.currency == currency:
            return who, row, [each.currency for each in rows if each.currency != currency]
    raise Http404


def _month(written: str, looking: Looking) -> date:
    for month in looking.window.months:
        if f"{month:%Y-%m}" == written:
            return month
    raise Http404


def _ways(looking: Looking) -> list[Way]:
    """The same month by the other measures."""
    measures = (("debt", "net"), ("debt", "closing"), ("open_orders", "count"))
    names = {"net": _("Net movement"), "closing": _("Closing balance"), "count": _("Open orders")}
    return [
        Way(
            names[measure],
            looking.address(data_type=mode, measure=measure),
            looking.question.data_type == mode
            and (mode == "open_orders" or looking.measure == measure),
        )
        for mode, measure in measures
    ]


def _months(row: PageRow, looking: Looking, names: Sequence[str]) -> list[Month]:
    figures = zip(row.net, row.closing, row.count, row.amount, strict=True)
    keys = [f"{month:%Y-%m}" for month in looking.window.months]
    return [Month(key, name, *each) for key, name, each in zip(keys, names, figures, strict=True)]


def _bars(counts: Sequence[int], names: Sequence[str]) -> SafeString:
    write = in_currency("")
    points = [
        Point(name, count, write.text(Decimal(count)))
        for name, count in zip(names, counts, strict=True)
    ]
    marks = axis(counts, write=write)
    return bar_chart(points, name=_("Open orders"), ticks=marks, is_rtl=get_language_bidi())


def _parts(months: Sequence[tuple[date, Decimal]], looking: Looking) -> list[Part]:
    largest = max((amount for _month, amount in months), default=Decimal(0)) or Decimal(1)
    return [
        Part(month_name(month, looking.locale), amount, int(100 * amount / largest))
        for month, amount in months
    ]
