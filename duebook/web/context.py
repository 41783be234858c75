"""What every page's frame shows besides its own answer."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from duebook.reports import notes
from duebook.reports.waiting import Waiting, waiting
from duebook.web.audience import STAFF
from duebook.web.freshness import freshness_of
from duebook.web.places import places
from duebook.web.platform.visit import visit_of
from duebook.web.post.views import is_open


def page(request: HttpRequest) -> dict[str, Any]:
    """Looked up only by pages that show it, so that an error page asks the database nothing."""
    held = SimpleLazyObject(lambda: _waiting(request))
    return {
        "organisation": getattr(request, "organisation", None),
        "belongings": SimpleLazyObject(lambda: places(request)),
        "person_initials": initials(getattr(request, "person_name", "")),
        "shows_letters": is_open(),
        "waiting": lambda: held.disputes + held.payments,  # templates call it
        "fresh": SimpleLazyObject(lambda: freshness_of(request)),
        "visit": SimpleLazyObject(lambda: visit_of(request)),
        "unread_mentions": SimpleLazyObject(lambda: _unread(request) if held.is_mentioned else 0),
        "looking": getattr(request, "looking", None),
    }


def _waiting(request: HttpRequest) -> Waiting:
    """For who works here; nothing waits for clients, or where there is no organisation."""
    viewer = getattr(request, "viewer", None)
    return waiting(viewer) if viewer and viewer.kind in STAFF else Waiting()


def _unread(request: HttpRequest) -> int:
    """How many notes mention whoever is looking and are not read."""
    return notes.unread(request.viewer)  # type: ignore[attr-defined]


def initials(name: str) -> str:
    """Maya Lindqvist -> ML"""
    words = name.split()
    return "".join(word[0].upper() for word in [*words[:1], *words[1:][-1:]])
