"""From an account to what its client sees of it: operator mode is opened, and recorded."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from duebook.reports import account as accounts
from duebook.visibility.audit import record
from duebook.visibility.looking import Looking, begin
from duebook.visibility.middleware import recorded
from duebook.web.asked import OrganisationRequest
from duebook.web.audience import for_staff


@recorded
@for_staff
@require_GET
def client_view(request: OrganisationRequest, slug: str, customer: int) -> HttpResponse:
    """One entry of the trail for each time it is opened, none for the clicks that follow."""
    who = accounts.account(customer)
    if who is None:
        raise Http404
    record(request.viewer, "client view opened", customer=customer)
    front = reverse("as_client:portal", args=[slug, customer])
    back = _came_from(request, slug) or reverse("customer", args=[slug, customer])
    begin(request, slug, Looking(customer, who.name, back), at=timezone.now())
    wanted = request.GET.get("to", "")
    there = wanted if _is_below(wanted, front) else front
    if request.headers.get("HX-Request"):  # another frame: the whole page changes
        return HttpResponse(headers={"HX-Redirect": there})
    return HttpResponseRedirect(there)


def _came_from(request: OrganisationRequest, slug: str) -> str:
    """The page of this organisation's staff that led here, with what it was asked for."""
    parts = urlsplit(request.headers.get("Referer", ""))
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    own = parts.netloc == request.get_host() and _is_below(path, f"/o/{slug}/")
    return path if own and not path.startswith(f"/o/{slug}/as-client/") else ""


def _is_below(address: str, place: str) -> bool:
    return address.startswith(place) and ".." not in address and "\\" not in address
