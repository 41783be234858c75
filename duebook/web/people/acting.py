"""What forms on these pages do: an act, what is said afterwards, and where one goes on."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.db import connections
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.functional import Promise

from duebook.visibility.organisations import Refused
from duebook.web.asked import OrganisationRequest


def acted(
    request: OrganisationRequest, act: Callable[[], str | Promise], *, back: str
) -> HttpResponse:
    """Do it and go back; `act` answers with what is said. What is refused is said there, and
    leaves nothing behind."""
    try:
        messages.success(request, str(act()))
    except Refused as no:
        undone()
        messages.error(request, str(no))
    return redirect(back)


def undone() -> None:
    """Nothing of this request is kept in the organisation."""
    connections["ledger"].set_rollback(True)
