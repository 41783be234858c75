"""A client's orders, deliveries and stock, when the organisation's sources tell of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from duebook.reports import client_supply
from duebook.reports.client_supply import ORDER_STATES, SHIPMENT_STATES
from duebook.web import filters
from duebook.web.asked import OrganisationRequest, Unclear
from duebook.web.audience import for_clients
from duebook.web.portal.asked import Wanted, wanted

ROWS = 50


@for_clients
@require_safe
def orders(request: OrganisationRequest, slug: str) -> HttpResponse:
    """The newest first, 50 at a time."""
    asking, state = wanted(request), _state(request, ORDER_STATES)
    as_of, after = asking.asked.as_of, asking.after
    with _places_of(asking):
        rows, sums, has_more = client_supply.orders(
            asking.customers, as_of=as_of, state=state, after=after, size=ROWS
        )
    shown = {**_page(asking, rows, has_more), **_choices(asking, state, ORDER_STATES), "sums": sums}
    return render(request, "portal/orders.html", shown)


@for_clients
@require_safe
def deliveries(request: OrganisationRequest, slug: str) -> HttpResponse:
    """What was sent, the newest first, 50 at a time."""
    asking, state = wanted(request), _state(request, SHIPMENT_STATES)
    as_of, after = asking.asked.as_of, asking.after
    with _places_of(asking):
        rows, has_more = client_supply.shipments(
            asking.customers, as_of=as_of, state=state, after=after, size=ROWS
        )
    shown = {**_page(asking, rows, has_more), **_choices(asking, state, SHIPMENT_STATES)}
    return render(request, "portal/deliveries.html", shown)


@for_clients
@require_safe
def stock(request: OrganisationRequest, slug: str) -> HttpResponse:
    """What is kept for the client, by item, 50 at a time."""
    asking = wanted(request)
    as_of, after = asking.asked.as_of, asking.after
    with _places_of(asking):
        rows, has_more = client_supply.stock(asking.customers, as_of=as_of, after=after, size=ROWS)
    return render(request, "portal/stock.html", _page(asking, rows, has_more))


def _state(request: OrganisationRequest, states: Sequence[str]) -> str:
    return filters.one_of(request.GET, "which", states)


def _page(asking: Wanted, rows: Sequence[Any], has_more: bool) -> dict[str, Any]:
    return {
        "asked": asking.asked,
        "several": len(asking.customers) > 1,
        "carried": asking.query_with(which=""),
        "rows": rows,
        "next_href": asking.query_after(rows[-1].key) if has_more else "",
        "first_href": asking.query_with() if asking.after else "",
    }


def _choices(asking: Wanted, state: str, states: Sequence[str]) -> dict[str, Any]:
    found = [(each, asking.query_with(which=each)) for each in ("", *states)]
    return {"which": state, "choices": found}


@contextmanager
def _places_of(asking: Wanted) -> Iterator[None]:
    """Where what is written is no place in a list, that is said."""
    try:
        yield
    except ValueError as unknown:
        written = {"written": asking.after}
        raise Unclear(_("“%(written)s” is no place in this list.") % written) from unknown
