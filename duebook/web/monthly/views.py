"""The monthly report: twelve months per account. What all of them add up to, and what is to be
known about them, are requests of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from duebook.reports.monthly import Window
from duebook.reports.monthly_notes import adjustments, unsettled_receipts
from duebook.reports.monthly_page import currencies
from duebook.reports.monthly_page import page as page_of
from duebook.reports.monthly_question import Question
from duebook.visibility.middleware import prepared
from duebook.web.asked import OrganisationRequest
from duebook.web.audience import for_staff
from duebook.web.monthly.asked import Looking, looking_at
from duebook.web.monthly.heat import heat_of
from duebook.web.monthly.links import links
from duebook.web.monthly.prepared import prepare, prepare_sums
from duebook.web.monthly.shown import has_long_figures, lines
from duebook.web.monthly.sums import sums_of
from duebook.web.saved_views.menu import menu, opening
from duebook.web.templatetags.figures import in_currency

ROWS = 50


@prepared(prepare)
@for_staff
@require_safe
def monthly(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Every account by month, one page of them."""
    if way := opening(request, "monthly"):
        return way
    looking = _looking(request)
    asked, window = looking.question, looking.window
    page = page_of(asked, window, after=looking.after, before=looking.before, limit=ROWS)
    colours = heat_of(request.viewer, asked, window)
    write = in_currency("" if looking.measure == "count" else looking.currency)
    shown = {
        "looking": looking,
        "page": page,
        "colours": colours,
        "is_long": has_long_figures(page.rows, looking.measure),
        "views": menu(request, "monthly"),
        "lines": lines(page.rows, looking, heat=colours, write=write),
        **links(looking, page),
    }
    return render(request, "monthly/monthly.html", shown)


@prepared(prepare_sums)
@for_staff
@require_safe
def sums(request: OrganisationRequest, slug: str) -> HttpResponse:
    """What the rows add up to, over all pages, and how that went month by month."""
    looking = _looking(request)
    shown = {"looking": looking, "sums": sums_of(looking), "query": looking.address()}
    return render(request, "monthly/sums.html", shown)


@prepared(prepare)
@for_staff
@require_safe
def notes(request: OrganisationRequest, slug: str) -> HttpResponse:
    """What a reader of debt should know: adjustments in it, and receipts that did not settle."""
    looking = _looking(request)
    settles = request.organisation.self_settling or not looking.is_debt
    shown = {
        "looking": looking,
        "query": looking.address(),
        "adjusted": _of(looking, adjustments) if looking.is_debt else None,
        "unsettled": None if settles else _of(looking, unsettled_receipts),
    }
    return render(request, "monthly/notes.html", shown)


def _of(
    looking: Looking, sums: Callable[[Question, Window], list[tuple[str, Decimal]]]
) -> Decimal | None:
    """The sum in the currency that is shown; None when there is nothing of the kind."""
    return dict(sums(looking.question, looking.window)).get(looking.currency)


def _looking(request: OrganisationRequest) -> Looking:
    return looking_at(request, there=currencies)
