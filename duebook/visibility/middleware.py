"""A signed-in request below /o/<slug>/ becomes a Viewer, once; its view runs inside seeing()."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.db import connections
from django.http import Http404, HttpRequest, HttpResponse

from duebook.visibility.organisations import current, organisations_of
from duebook.visibility.seeing import NotAllowed, seeing
from duebook.visibility.viewer import Viewer

View = Callable[..., HttpResponse]


class ViewerMiddleware:
    """Whatever address names an organisation is answered as seen by its viewer, or not at all.

    An organisation that is not the person's own and one that does not exist look the same.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
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
        viewer = _viewer(request, str(named["slug"]))
        try:
            return _seen(viewer, request, view, args, named)
        except NotAllowed as refused:
            raise Http404 from refused


def _viewer(request: HttpRequest, slug: str) -> Viewer:
    login_id = int(request.user.pk or 0)
    for place in organisations_of(login_id):
        if place.slug == slug:
            return Viewer(place.org_id, login_id, place.kind)
    raise Http404


def _seen(
    viewer: Viewer, request: HttpRequest, view: View, args: tuple[Any, ...], named: dict[str, Any]
) -> HttpResponse:
    """Run and render the view inside the viewer's transaction; a failure leaves nothing behind."""
    with seeing(viewer, read_only=request.method in ("GET", "HEAD", "OPTIONS")):
        request.viewer = viewer  # type: ignore[attr-defined]  # what the views below rest on
        request.organisation = current(viewer)  # type: ignore[attr-defined]
        request.person_name = getattr(request.user, "name", "") or str(request.user)  # type: ignore[attr-defined]
        response = view(request, *args, **named)
        if response.status_code >= 500:
            connections["ledger"].set_rollback(True)
    return response
