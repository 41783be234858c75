"""Who may open the platform's pages: its owners, with a second factor. To others there are none."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from duebook.demo.blueprints import OWNER
from duebook.visibility.organisations import Organisation
from duebook.visibility.platform import owner_viewer
from duebook.visibility.second_factor import has_second_factor
from duebook.visibility.seeing import NotAllowed
from duebook.visibility.viewer import Viewer

View = Callable[..., HttpResponse]


class OwnerRequest(HttpRequest):
    """A request of an owner of the platform; `owner` is the viewer to look and act as."""

    owner: Viewer
    person_name: str
    organisation: Organisation | None


def owner_of(request: HttpRequest) -> Viewer | None:
    """The owner of the platform who asks; None for everybody else.

    An organisation's own identity provider vouches for people within that organisation alone:
    who came that way is nobody here, whatever address it states.
    """
    if not request.user.is_authenticated or request.session.get("only_org"):
        return None
    return owner_viewer(int(request.user.pk or 0))


def for_owners(view: View) -> View:
    """A page of the platform's owners: to everybody else it does not exist.

    Forgery is looked for after that, so that its message tells nobody of the page.
    """
    checked = csrf_protect(view)

    @csrf_exempt
    @wraps(view)
    def guarded(request: OwnerRequest, **named: object) -> HttpResponse:
        owner = owner_of(request)
        if owner is None:
            raise Http404
        if not (has_second_factor(request) or _shows_around(request)):
            back = request.get_full_path() if request.method == "GET" else reverse("platform")
            return redirect(f"{reverse('second_factor_needed')}?{urlencode({'next': back})}")
        request.owner = owner
        request.person_name = getattr(request.user, "name", "") or str(request.user)
        try:
            return checked(request, **named)
        except NotAllowed as refused:
            raise Http404 from refused

    return guarded


def page_number(request: HttpRequest) -> int:
    """The page of a list that the address names; the first for anything else."""
    written = request.GET.get("page", "")
    return int(written[:9]) if written.isascii() and written.isdecimal() else 1


def _shows_around(request: HttpRequest) -> bool:
    """The sample owner of a demonstration, whose password is published anyway."""
    return settings.DEMO and str(request.user) == OWNER.email
