"""Where one can go from a page of the monthly report: modes, filters, heads, pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duebook.export.monthly import month_name
from duebook.reports.monthly import MEASURES
from duebook.reports.monthly_order import FLAGS
from duebook.reports.monthly_page import Page
from duebook.reports.monthly_question import NO_OWNER
from duebook.reports.workers import owners, teams
from duebook.web.monthly.asked import Looking

MODES: dict[str, str | Promise] = {
    "debt": gettext_lazy("Debt"),
    "open_orders": gettext_lazy("Open orders"),
}
MEASURE_NAMES: dict[str, str | Promise] = {
    "net": gettext_lazy("Net movement"),
    "closing": gettext_lazy("Closing balance"),
    "count": gettext_lazy("Number"),
    "amount": gettext_lazy("Amount"),
}
FLAG_NAMES: dict[str, str | Promise] = {
    "rising": gettext_lazy("Debt is rising"),
    "began": gettext_lazy("Debt has begun"),
    "old_order": gettext_lazy("Order open for more than 90 days"),
}


@dataclass(frozen=True)
class Way:
    """One of several ways to look, or a value of a filter."""

    name: str | Promise
    href: str
    is_set: bool


@dataclass(frozen=True)
class Filter:
    """`set` names its chosen values with commas between."""

    name: str | Promise
    set: str
    choices: list[Way]
    clear: str


@dataclass(frozen=True)
class Head:
    """A head that sorts: where a click leads, and how the page is sorted by it now."""

    name: str | Promise
    href: str
    sorted: str


def links(looking: Looking, page: Page) -> dict[str, Any]:
    """Everything the page's templates link to."""
    every = sorted({looking.currency, *looking.currencies})
    return {
        "query": looking.address(),
        "modes": [_mode(looking, code) for code in MODES],
        "measures": [_measure(looking, code) for code in MEASURES[looking.question.data_type]],
        "filters": [each for each in _filters(looking) if each.choices],
        "zeros_href": looking.address(zeros="" if looking.hides_zeros else "hide"),
        "without_search": looking.address(q=""),
        "cleared": looking.address(q="", owner="", team="", flag="", zeros=""),
        "others": [code for code in looking.currencies if code != looking.currency],
        "switch": [(code, looking.address(currency=code)) for code in every],
        "heads": heads(looking),
        "first_href": looking.address(),
        "before_href": looking.address(before=page.rows[0].key) if page.rows else "",
        "after_href": looking.address(after=page.rows[-1].key) if page.rows else "",
    }


def heads(looking: Looking) -> dict[str, Any]:
    """By the column; `months` are twelve."""
    return {
        "account_name": _head(looking, "account_name", _("Customer")),
        "trend": _head(looking, "trend", _("Trend")),
        "total": _head(looking, "total", _("12-month net")),
        "owed": _head(looking, "owed", _("Owed today")),
        "months_open": _head(looking, "months_open", _("Months open")),
        "oldest_order_date": _head(looking, "oldest_order_date", _("Oldest open order")),
        "months": [
            _head(looking, f"month_{place}", month_name(month, looking.locale))
            for place, month in enumerate(looking.window.months, start=1)
        ],
    }


def _head(looking: Looking, column: str, name: str) -> Head:
    is_by, is_down = looking.sort.removeprefix("-") == column, looking.sort.startswith("-")
    way = ("descending" if is_down else "ascending") if is_by else ""
    return Head(name, looking.sorted_by(column), way)


def _mode(looking: Looking, code: str) -> Way:
    """The other kind of figures has other measures and other orders."""
    is_set = code == looking.question.data_type
    wanted = "" if code == "debt" else code
    changed = {} if is_set else {"measure": "", "sort": ""}
    return Way(MODES[code], looking.address(data_type=wanted, **changed), is_set)


def _measure(looking: Looking, code: str) -> Way:
    usual = MEASURES[looking.question.data_type][0]
    href = looking.address(measure="" if code == usual else code)
    return Way(MEASURE_NAMES[code], href, code == looking.measure)


def _filters(looking: Looking) -> list[Filter]:
    return [
        _filter(looking, "owner", _("Owner"), _owners(), looking.question.owners),
        _filter(looking, "team", _("Team"), teams(), looking.question.teams),
        _flags(looking),
    ]


def _owners() -> list[tuple[int, str]]:
    """Where anybody owns an account, one can ask for those that nobody does."""
    found = owners()
    return [*found, (NO_OWNER, _("No owner"))] if found else []


def _flags(looking: Looking) -> Filter:
    ways = []
    for code in FLAGS:
        turned = tuple(each for each in FLAGS if (each in looking.question.flags) != (each == code))
        ways.append(
            Way(FLAG_NAMES[code], looking.address(flag=turned), code in looking.question.flags)
        )
    said = ", ".join(str(way.name) for way in ways if way.is_set)
    return Filter(_("Flag"), said, ways, looking.address(flag=""))


def _filter(
    looking: Looking,
    code: str,
    name: str,
    choices: Sequence[tuple[int, str]],
    chosen: tuple[int, ...],
) -> Filter:
    ways = []
    for value, said in choices:
        turned = [each for each in chosen if each != value]
        wanted = tuple(map(str, turned if value in chosen else [*turned, value]))
        ways.append(Way(said, looking.address(**{code: wanted}), value in chosen))
    said = ", ".join(str(way.name) for way in ways if way.is_set)
    return Filter(name, said, ways, looking.address(**{code: ""}))
