"""Which of the two surfaces a page belongs to. Whose rows it shows is decided below it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from duebook.visibility.looking import STAFF as STAFF
from duebook.web.asked import Asked, OrganisationRequest, Unclear

View = Callable[..., HttpResponse]


def for_staff(view: View) -> View:
    """A page of the operators: to everybody else it does not exist."""
    return _for(STAFF, view, frame="page.html")


def for_admins(view: View) -> View:
    """A page of those who run the organisation: to everybody else it does not exist."""
    return _for(frozenset({"admin"}), view, frame="page.html")


def for_clients(view: View) -> View:
    """A page of the portal: to everybody else it does not exist."""
    return _for(frozenset({"client"}), view, frame="portal/page.html")


def for_readers(view: View) -> View:
    """A page of both surfaces, each in its own frame: not for services."""

    @wraps(view)
    def guarded(request: OrganisationRequest, slug: str, **named: object) -> HttpResponse:
        surface = for_clients if request.viewer.kind == "client" else for_staff
        return surface(view)(request, slug, **named)

    guarded.kinds = STAFF | {"client"}  # type: ignore[attr-defined]  # as in _for
    return guarded


def act_of_staff(view: View) -> View:
    """What an operator's form does: to everybody else it does not exist, and it is no page."""
    return _act_of(for_staff, view)


def act_of_admins(view: View) -> View:
    """What an admin's form does: to everybody else it does not exist, and it is no page."""
    return _act_of(for_admins, view)


def act_of_readers(view: View) -> View:
    """What a form of both surfaces does: not for services, and it is no page."""
    return _act_of(for_readers, view)


def _act_of(surface: Callable[[View], View], view: View) -> View:
    guarded = surface(require_POST(view))
    del guarded.kinds  # type: ignore[attr-defined]  # a form's target is no place to go to
    return guarded


def _for(kinds: frozenset[str], view: View, *, frame: str) -> View:
    @wraps(view)
    def guarded(request: OrganisationRequest, slug: str, **named: object) -> HttpResponse:
        if request.viewer.kind not in kinds:
            raise Http404
        try:
            return view(request, slug, **named)
        except Unclear as unclear:
            asked = Asked.nothing(request.organisation)
            shown = {"frame": frame, "message": str(unclear), "asked": asked}
            return render(request, "unclear.html", shown, status=400)

    guarded.kinds = kinds  # type: ignore[attr-defined]  # for whom there is such a place
    return guarded
