"""How the installation is doing."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from duebook.database.health import health as present_health
from duebook.web.platform.owners import OwnerRequest, for_owners


@for_owners
def health(request: OwnerRequest) -> HttpResponse:
    """The doctor's checks, releases, and what waits or has failed."""
    return render(request, "platform/health.html", {"health": present_health()})
