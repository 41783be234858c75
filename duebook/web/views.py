"""The page before an organisation is entered: choose where to go."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from duebook.web.places import places
from duebook.web.platform.owners import owner_of


@never_cache
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The only place there is for this person, or the choice between several."""
    found, owns_platform = places(request), owner_of(request) is not None
    if owns_platform and not found:
        return redirect("platform")
    if len(found) == 1 and not found[0].suspended and not owns_platform:
        return redirect(found[0].href)
    return render(request, "home.html", {"places": found, "owns_platform": owns_platform})
