"""A signed-in request below /o/<slug>/ becomes a Viewer, once; its view runs inside seeing().

What the session says besides who signed in: `visiting`, the slug an owner of the platform has
entered; `only_org`, the slug of the organisation whose identity provider vouched for the person.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db import connections
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from duebook.visibility.audit import coming_from
from duebook.visibility.looking import STAFF, Looking, looking_at
from duebook.visibility.organisations import Belonging, current, organisations_of
from duebook.visibility.second_factor import has_second_factor
from duebook.visibility.seeing import NotAllowed, NotReady, seeing
from duebook.visibility.viewer import Viewer

View = Callable[..., HttpResponse]
Prepare = Callable[[Viewer, HttpRequest], None]
TRIES = 3
SAFE = ("GET", "HEAD", "OPTIONS")
LARGEST = 2**63 - 1  # of the ids that a table can hold
AS_CLIENT = "as_client"  # in an address: the account that is looked at with its client's eyes


class ViewerMiddleware:
    """Whatever address names an organisation is answered as seen by its viewer, or not at all.

    An organisation that is not the person's own and one that does not exist look the same.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with coming_from(origin_of(request)):
            response = self.get_response(request)
        if request.user.is_authenticated:
            response.setdefault("Cache-Control", "private, no-store")
        return response

    def process_view(
        self, request: HttpRequest, view: View, args: tuple[Any, ...], named: dict[str, Any]
    ) -> HttpResponse | None:
        if "slug" not in named:
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        place = _place(request, str(named["slug"]))
        if place is None:
            return _visit_is_over(request, str(named["slug"]))
        if _wants_second_factor(place) and not has_second_factor(request):
            back = request.get_full_path() if request.method == "GET" else reverse("home")
            return redirect(f"{reverse('second_factor_needed')}?{urlencode({'next': back})}")
        if any(isinstance(each, int) and each > LARGEST for each in named.values()):
            raise Http404  # no row can have such an id
        viewer = Viewer(place.org_id, int(request.user.pk or 0), str(place.kind))
        looking = None
        if AS_CLIENT in named:
            customer = int(named.pop(AS_CLIENT))
            looking = _looking(viewer, request, str(named["slug"]), customer)
            if isinstance(looking, HttpResponse):
                return looking
            viewer = replace(viewer, kind="client", looks_at=customer)
        request.looking = looking  # type: ignore[attr-defined]  # what the views below rest on
        try:
            return _prepared(viewer, request, view, args, named)
        except NotAllowed as refused:
            raise Http404 from refused


def recorded(view: View) -> View:
    """A view whose reading alone is an act for the audit trail: its GET may write."""
    view.is_recorded = True  # type: ignore[attr-defined]
    return view


def prepared(prepare: Prepare) -> Callable[[View], View]:
    """A view that needs something worked out, in a transaction of its own. Mostly it is there.
    Where it is not, or no longer, the view raises NotReady: it is made, and the view tried again.
    """

    def with_it(view: View) -> View:
        view.prepare = prepare  # type: ignore[attr-defined]
        return view

    return with_it


def places_of(request: HttpRequest) -> list[Belonging]:
    """Where the signed-in person may go in this session; suspended organisations are named too."""
    entered, only = request.session.get("visiting"), request.session.get("only_org")
    return [
        place
        for place in organisations_of(int(request.user.pk or 0))
        if (not place.visiting or place.slug == entered) and only in (None, place.slug)
    ]


def kind_of_visitor(request: HttpRequest, named: dict[str, Any]) -> str | None:
    """As what a person comes to an address of an organisation; None for strangers, and where
    nothing is written: in operator mode.
    """
    if not request.user.is_authenticated or "slug" not in named or AS_CLIENT in named:
        return None
    place = _place(request, str(named["slug"]))
    return place.kind if place else None


def origin_of(request: HttpRequest) -> str:
    """Where a request comes from, for the audit trail: address and program."""
    address = get_adapter(request).get_client_ip(request) or ""
    return f"{address} {request.headers.get('User-Agent', '')}".strip()[:300]


def _place(request: HttpRequest, slug: str) -> Belonging | None:
    found = places_of(request)
    request.belongings = found  # type: ignore[attr-defined]  # the frame names them
    for place in found:
        if place.slug == slug and place.kind:
            return place
    return None


def _wants_second_factor(place: Belonging) -> bool:
    """Always of an owner of the platform; a demonstration's has none."""
    return place.second_factor or (place.visiting and not settings.DEMO)


def _visit_is_over(request: HttpRequest, slug: str) -> HttpResponse:
    """Whoever had entered goes back to the platform's pages; to others there is no such place."""
    if request.session.get("visiting") != slug:
        raise Http404
    name = request.session.pop("visiting_name", slug)
    del request.session["visiting"]
    messages.warning(request, _("Your visit to %(name)s is over.") % {"name": name})
    return redirect("platform")


def _looking(
    viewer: Viewer, request: HttpRequest, slug: str, customer: int
) -> Looking | HttpResponse:
    """How the account is open, or what is answered instead when it is not.

    Clients have their own addresses. Nothing is written there. What was not opened is opened
    first, which stands in the trail. Whether there is such an account plays no part in any of it.
    """
    if viewer.kind not in STAFF:
        raise Http404
    if request.method not in SAFE:
        return HttpResponseNotAllowed(SAFE)
    looking = looking_at(request, slug, customer, at=timezone.now())
    if looking is None:
        way = urlencode({"to": request.get_full_path()})
        return redirect(f"{reverse('client_view', args=[slug, customer])}?{way}")
    return looking


def _prepared(
    viewer: Viewer, request: HttpRequest, view: View, args: tuple[Any, ...], named: dict[str, Any]
) -> HttpResponse:
    prepare = getattr(view, "prepare", None)
    if prepare is None:
        return _seen(viewer, request, view, args, named)
    with suppress(NotReady):  # others are at it, and have been for a while
        for _again in range(TRIES):
            with suppress(NotReady):
                return _seen(viewer, request, view, args, named)
            prepare(viewer, request)
        return _seen(viewer, request, view, args, named)
    answer = render(request, "503.html", status=503)
    answer["Retry-After"] = "60"
    return answer


def _seen(
    viewer: Viewer, request: HttpRequest, view: View, args: tuple[Any, ...], named: dict[str, Any]
) -> HttpResponse:
    """Run and render the view inside the viewer's transaction; a failure leaves nothing behind."""
    is_safe = request.method in SAFE
    with seeing(viewer, read_only=is_safe and not getattr(view, "is_recorded", False)):
        request.viewer = viewer  # type: ignore[attr-defined]  # what the views below rest on
        request.organisation = current(viewer)  # type: ignore[attr-defined]
        request.person_name = getattr(request.user, "name", "") or str(request.user)  # type: ignore[attr-defined]
        response = view(request, *args, **named)
        if response.status_code >= 500:
            connections["ledger"].set_rollback(True)
    return response
