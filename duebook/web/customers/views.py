"""The Customers Dashboard: the list, and the sums beside it as a request of their own."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from duebook.ledger import notes
from duebook.reports.customers import customers as rows_of
from duebook.reports.customers import panel
from duebook.reports.rows import sees_all
from duebook.rollups.days import compared_with, worked_out
from duebook.visibility import sharing
from duebook.visibility.middleware import prepared
from duebook.web.asked import OrganisationRequest
from duebook.web.audience import for_staff
from duebook.web.customers.asked import looking_at, prepare, prepare_compared
from duebook.web.customers.columns import OPTIONAL, heads
from duebook.web.customers.kept import kept_by
from duebook.web.customers.links import links
from duebook.web.customers.paging import read
from duebook.web.customers.shown import figures as shown_figures
from duebook.web.customers.shown import lines
from duebook.web.people.asked import ids_of
from duebook.web.saved_views.menu import menu, opening

ROWS = 50
FIRST = 25  # of them come at once while somebody types in the search; static/duebook/searching.js


@prepared(prepare)
@for_staff
@require_safe
def customers(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Every account by what it owes, one page of it; its first rows alone while somebody types."""
    if way := opening(request, "customers"):
        return way
    looking, at = looking_at(request), datetime.now(UTC)
    limit = FIRST if request.headers.get("HX-Trigger") == "search" else ROWS
    after, before = read(looking.after, looking), read(looking.before, looking)
    page = rows_of(looking.question, after=after, before=before, limit=limit, at=at)
    if not page.rows and (after or before):  # nothing is there any more: from the start
        page = rows_of(looking.question, limit=limit, at=at)
    shown = {
        "asked": looking,
        "page": page,
        "is_begun": limit == FIRST and page.has_after,
        "lines": lines(page.rows, looking, address=reverse("customer", args=[slug, 0])),
        "heads": heads(looking),
        "optional": OPTIONAL,
        "kept": kept_by(request),
        "done": _done(request, at=at),
        "noted": _noted(request),
        "outcomes": ids_of(request.GET, "outcomes")[:1],
        "views": menu(request, "customers", as_of=looking.as_of),
        **links(looking, page),
    }
    return render(request, "customers/list.html", shown)


@prepared(prepare_compared)
@for_staff
@require_safe
def figures(request: OrganisationRequest, slug: str) -> HttpResponse:
    """What the list adds up to, over all its pages, and how that changed.

    Where the days before are still to be worked out, or to be added up row by row, the changes
    are a request of their own (`compared`).
    """
    looking, at = looking_at(request), datetime.now(UTC)
    week, month = compared_with(looking.as_of)
    days = (week, month) if _is_compared(request, week, month) else ()
    found = panel(looking.question, days=days, at=at)
    shown = {
        "asked": looking,
        "sums": shown_figures(found, day=looking.as_of, week=week, month=month),
        "query": looking.address(),
        "list_href": reverse("customers", args=[slug]) + looking.address(),
    }
    return render(request, "customers/figures.html", shown)


def _is_compared(request: OrganisationRequest, *days: date) -> bool:
    if "compared" in request.GET:
        return True
    return sees_all() and len(worked_out(request.viewer.org_id, *days)) == len(days)


def _done(request: OrganisationRequest, *, at: datetime) -> sharing.Done | None:
    """What an admin has just done to owners or sharing, as long as it can be taken back."""
    change = ids_of(request.GET, "done")
    if not change or request.viewer.kind != "admin":
        return None
    return sharing.done(request.viewer, change[0], at=at)


def _noted(request: OrganisationRequest) -> tuple[int, int] | None:
    """The note that one has just written on several accounts, and on how many it can be taken
    back from."""
    act = ids_of(request.GET, "noted")
    count = notes.standing(request.viewer, act[0]) if act else 0
    return (act[0], count) if count else None
