"""The page before an organisation is entered: choose where to go."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from duebook.visibility.middleware import places_of


@never_cache
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The only organisation there is for this person, or the choice between several."""
    places = places_of(request)
    if len(places) == 1 and places[0].kind:
        return redirect("portal" if places[0].kind == "client" else "aging", places[0].slug)
    return render(request, "home.html", {"places": places})
