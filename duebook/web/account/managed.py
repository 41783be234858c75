"""Which pages of an account are there for whom."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache

from duebook.visibility.middleware import places_of

View = Callable[..., HttpResponseBase]


def page(route: str, view: View, name: str, *, open_to_all: bool = False) -> URLPattern:
    """An address of the account. Nothing of it is ever kept by a cache.

    Closed to sessions that an organisation's identity provider vouched for, unless `open_to_all`:
    who may sign somebody in for one organisation must not change how they sign in elsewhere.
    """
    return path(route, never_cache(view if open_to_all else _own(view)), name=name)


def _own(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **named: object) -> HttpResponseBase:
        slug = request.session.get("only_org")
        if not slug:
            return view(request, *args, **named)
        names = [place.name for place in places_of(request)]
        return render(request, "account/managed.html", {"names": names}, status=403)

    return guarded
