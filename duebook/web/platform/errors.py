"""Error pages that Django draws without knowing the request. Ours do: a visit is to be seen."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page("400.html", request, status=400)


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page("403_csrf.html", request, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    return _page("500.html", request, status=500)


def _page(template: str, request: HttpRequest, *, status: int) -> HttpResponse:
    try:
        text = render_to_string(template, request=request)
    except Exception:  # What went wrong may be in the way of this page too.
        text = render_to_string(template)
    return HttpResponse(text, status=status)
