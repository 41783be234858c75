"""What every page's frame shows besides its own answer."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from duebook.reports import notes
from duebook.web.audience import STAFF
from duebook.web.disputes.waiting import waiting_of
from duebook.web.freshness import freshness_of
from duebook.web.places import places
from duebook.web.platform.visit import visit_of
from duebook.web.post.views import is_open


def page(request: HttpRequest) -> dict[str, Any]:
    """Looked up only by pages that show it, so that an error page asks the database nothing."""
    return {
        "organisation": getattr(request, "organisation", None),
        "belongings": SimpleLazyObject(lambda: places(request)),
        "person_initials": initials(getattr(request, "person_name", "")),
        "shows_letters": is_open(),
        "waiting": partial(waiting_of, request),  # templates call it
        "fresh": SimpleLazyObject(lambda: freshness_of(request)),
        "visit": SimpleLazyObject(lambda: visit_of(request)),
        "unread_mentions": SimpleLazyObject(lambda: _unread(request)),
        "looking": getattr(request, "looking", None),
    }


def _unread(request: HttpRequest) -> int:
    """How many notes mention whoever is looking and are not read; clients have none."""
    viewer = getattr(request, "viewer", None)
    return notes.unread(viewer) if viewer and viewer.kind in STAFF else 0


def initials(name: str) -> str:
    """Maya Lindqvist -> ML"""
    words = name.split()
    return "".join(word[0].upper() for word in [*words[:1], *words[1:][-1:]])
