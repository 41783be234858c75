"""A client's orders, open and closed."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from duebook.reports import clients
from duebook.web import filters
from duebook.web.asked import OrganisationRequest, Unclear
from duebook.web.audience import for_clients
from duebook.web.portal.asked import wanted

ROWS = 50
STATES = ("open", "closed")


@for_clients
@require_safe
def orders(request: OrganisationRequest, slug: str) -> HttpResponse:
    """The newest first, 50 at a time."""
    asking = wanted(request)
    state = filters.one_of(request.GET, "which", STATES)
    try:
        rows, sums, has_more = clients.orders(
            as_of=asking.asked.as_of,
            customer_id=asking.customer_id,
            state=state,
            after=asking.after,
            size=ROWS,
        )
    except ValueError as unknown:
        message = _("“%(written)s” is no place in this list.")
        raise Unclear(message % {"written": asking.after}) from unknown
    shown = {
        "asked": asking.asked,
        "carried": asking.query_with(which=""),
        "rows": rows,
        "sums": sums,
        "which": state,
        "choices": [("", asking.query_with(which=""))]
        + [(each, asking.query_with(which=each)) for each in STATES],
        "next_href": f"{asking.query_with()}&after={rows[-1].key}" if has_more else "",
        "first_href": asking.query_with() if asking.after else "",
    }
    return render(request, "portal/orders.html", shown)
