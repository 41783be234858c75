"""Connections: what an ERP or a folder brings by itself, how it fares, and how it is set up."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from duebook.ingest.connectors import register
from duebook.ingest.connectors.connector import Trouble, Unfit
from duebook.ingest.connectors.register import Connection
from duebook.ingest.connectors.types import TYPES
from duebook.visibility.organisations import Refused
from duebook.web.asked import OrganisationRequest
from duebook.web.audience import for_admins
from duebook.web.connections.form import ConnectionForm

BUSY = frozenset({"polling", "due"})


@for_admins
@require_http_methods(["GET", "HEAD"])
def connections(request: OrganisationRequest, slug: str) -> HttpResponse:
    """All there are, with how fresh what they bring is, and what is wrong."""
    now = timezone.now()
    found = [(each, each.state(now)) for each in register.connections_of(request.viewer)]
    shown = {
        "connections": found,
        "is_busy": any(state in BUSY for _each, state in found),
        "types": [(name, each.LABEL) for name, each in TYPES.items()],
        "labels": {name: each.LABEL for name, each in TYPES.items()},
    }
    return render(request, "connections/connections.html", shown)


@for_admins
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("secret")
def add(request: OrganisationRequest, slug: str, type: str) -> HttpResponse:
    """A new one; it is asked at once."""
    if type not in TYPES:
        raise Http404
    form = ConnectionForm(request.POST or None, type=TYPES[type])
    if request.method != "POST":
        return _form(request, form, type)
    if form.is_valid():
        try:
            register.add(
                request.viewer, request.organisation, type=type, at=timezone.now(), **form.told
            )
        except (Trouble, Refused) as trouble:
            form.add_error(_place(trouble), str(trouble))
        else:
            messages.success(request, _("It is connected, and asked within seconds."))
            return redirect("connections", slug)
    return _form(request, form, type, status=400)


@for_admins
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("secret")
def change(request: OrganisationRequest, slug: str, connection: int) -> HttpResponse:
    """Other settings of one that is there."""
    before = _found(request, connection)
    if before.type not in TYPES:
        raise Http404
    form = ConnectionForm(request.POST or None, type=TYPES[before.type], before=before)
    if request.method != "POST":
        return _form(request, form, before.type, before=before)
    if form.is_valid():
        try:
            register.change(
                request.viewer, request.organisation, before, at=timezone.now(), **form.told
            )
        except (Trouble, Refused) as trouble:
            form.add_error(_place(trouble), str(trouble))
        else:
            messages.success(request, _("Saved. It is asked within seconds."))
            return redirect("connections", slug)
    return _form(request, form, before.type, before=before, status=400)


@for_admins
@require_POST
def test(request: OrganisationRequest, slug: str, connection: int) -> HttpResponse:
    """Look at the source and say what is there; nothing is taken."""
    known = _found(request, connection)
    try:
        connector = register.made(
            known.type,
            known.settings,
            secret=register.secret_of(request.viewer, known.id),
            organisation=request.organisation,
        )
        messages.success(request, connector.test())
    except Trouble as trouble:
        messages.error(request, str(trouble))
    return redirect("connections", slug)


@for_admins
@require_POST
def poll(request: OrganisationRequest, slug: str, connection: int) -> HttpResponse:
    """As soon as the worker looks; one that is paused goes on by itself first."""
    _found(request, connection)
    name = register.poll_now(request.viewer, connection, at=timezone.now())
    if name is None:
        messages.error(request, _("It is paused: let it go on first."))
    else:
        messages.success(request, _("“%(name)s” is asked within seconds.") % {"name": name})
    return redirect("connections", slug)


@for_admins
@require_POST
def pause(request: OrganisationRequest, slug: str, connection: int) -> HttpResponse:
    return _turned(request, connection, active=False, said=_("“%(name)s” is paused."))


@for_admins
@require_POST
def resume(request: OrganisationRequest, slug: str, connection: int) -> HttpResponse:
    return _turned(request, connection, active=True, said=_("“%(name)s” goes on."))


@for_admins
@require_POST
def remove(request: OrganisationRequest, slug: str, connection: int) -> HttpResponse:
    """What it brought stays, and so does its history."""
    name = register.remove(request.viewer, connection)
    if name is None:
        raise Http404
    said = _("“%(name)s” is removed. What it brought stays.")
    messages.success(request, said % {"name": name})
    return redirect("connections", slug)


def _turned(
    request: OrganisationRequest, connection: int, *, active: bool, said: str
) -> HttpResponse:
    at: datetime = timezone.now()
    name = register.set_active(request.viewer, connection, active=active, at=at)
    if name is None:
        raise Http404
    messages.success(request, said % {"name": name})
    return redirect("connections", request.organisation.slug)


def _found(request: OrganisationRequest, connection: int) -> Connection:
    found = register.connection_of(request.viewer, connection)
    if found is None:
        raise Http404
    return found


def _place(trouble: Exception) -> str | None:
    """The field at which a sentence stands."""
    if isinstance(trouble, Unfit):
        return trouble.name
    return "name" if isinstance(trouble, Refused) else None


def _form(
    request: OrganisationRequest,
    form: ConnectionForm,
    type: str,
    *,
    before: Connection | None = None,
    status: int = 200,
) -> HttpResponse:
    shown: dict[str, Any] = {"form": form, "type": type, "before": before}
    shown["label"] = TYPES[type].LABEL
    return render(request, "connections/connection.html", shown, status=status)
