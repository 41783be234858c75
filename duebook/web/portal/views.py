"""The clients' pages: understand the request, make one call, show the answer."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render

from duebook.reports.aging import portal_aging
from duebook.web.asked import OrganisationRequest, asked_of
from duebook.web.audience import STAFF, for_clients
from duebook.web.portal.debt import debts


def portal(request: OrganisationRequest, slug: str) -> HttpResponse:
    """The organisation's front page: a client's own debt, or the operators' aging."""
    if request.viewer.kind in STAFF:
        return redirect("customers", slug)
    return what_you_owe(request, slug)


@for_clients
def what_you_owe(request: OrganisationRequest, slug: str) -> HttpResponse:
    """What a client owes, by how late it is."""
    asked = asked_of(request)
    rows = portal_aging(as_of=asked.as_of, basis=asked.basis, edges=asked.edges)
    shown = {"asked": asked, "rows": rows, "debts": debts(rows)}
    shown["accounts"] = len({row.customer_id for row in rows})
    return render(request, "portal/aging.html", shown)
