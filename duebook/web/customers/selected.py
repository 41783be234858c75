"""What the accounts selected on the list owe together."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from duebook.reports.customers import Asked, panel
from duebook.visibility.middleware import prepared
from duebook.web.asked import OrganisationRequest
from duebook.web.audience import for_staff
from duebook.web.customers.asked import looking_at, prepare
from duebook.web.customers.chosen import chosen


@prepared(prepare)
@for_staff
@require_POST
def selected(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Their outstanding in every currency. Posted, because a selection may be longer than an
    address; nothing is done."""
    looking, at = looking_at(request, query=request.POST), datetime.now(UTC)
    picked = chosen(request.POST, looking, at=at)
    sums = panel(Asked(looking.as_of, only=picked.customers), at=at) if picked.customers else []
    return render(request, "customers/selected.html", {"sums": sums})
