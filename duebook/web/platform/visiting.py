"""Entering an organisation as an owner of the platform, and leaving it."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.signals import user_logged_out
from django.contrib.sessions.backends.base import UpdateError
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from duebook.visibility import visits
from duebook.visibility.organisations import Refused
from duebook.visibility.seeing import NotAllowed
from duebook.web.platform.forms import Entering
from duebook.web.platform.organisations import organisation_page
from duebook.web.platform.owners import OwnerRequest, for_owners, owner_of
from duebook.web.platform.visit import VISITING, VISITING_NAME


@for_owners
@require_POST
def enter(request: OwnerRequest, which: str) -> HttpResponse:
    """Into an organisation, for a reason that stands in its trail."""
    form = Entering(request.POST)
    if not form.is_valid():
        return organisation_page(request, which, entering=form, status=400)
    try:
        name = visits.enter(
            request.owner,
            which,
            known_as=request.person_name,
            email=str(request.user),
            reason=form.cleaned_data["reason"],
            at=timezone.now(),
        )
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("platform_organisation", which)
    _forget_elsewhere(request)
    request.session[VISITING], request.session[VISITING_NAME] = which, name
    return redirect("customers", which)


@for_owners
@require_POST
def leave(request: OwnerRequest) -> HttpResponse:
    """Out again, from whatever organisation this browser has entered."""
    slug, name = request.session.pop(VISITING, ""), request.session.pop(VISITING_NAME, "")
    visits.leave(request.owner)
    if not slug:
        return redirect("platform")
    messages.success(request, _("You have left %(name)s") % {"name": name})
    return redirect("platform_organisation", slug)


@receiver(user_logged_out)
def leave_with_sign_out(request: HttpRequest, **_: Any) -> None:
    """Signing out ends a visit as well. Who owns the platform no longer has none to end."""
    if request and VISITING in request.session and (owner := owner_of(request)):
        with suppress(NotAllowed):
            visits.leave(owner)


def _forget_elsewhere(request: HttpRequest) -> None:
    """A visit belongs to the browser that entered; others of the same owner have to enter."""
    sessions: Any = import_module(settings.SESSION_ENGINE)
    others = UserSession.objects.filter(user_id=request.user.pk)
    for other in others.exclude(session_key=request.session.session_key):
        session = sessions.SessionStore(other.session_key)
        if session.pop(VISITING, None):
            with suppress(UpdateError):  # It has ended meanwhile.
                session.save()
