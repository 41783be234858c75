"""Which organisation an owner of the platform is visiting: for the band above each of its pages."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse

VISITING, VISITING_NAME = "visiting", "visiting_name"


@dataclass(frozen=True)
class Visit:
    """`name` is the organisation's, `visitor` the owner's."""

    slug: str
    name: str
    visitor: str


def visit_of(request: HttpRequest) -> Visit | None:
    """The visit that a page belongs to; None elsewhere. The session alone is asked.

    Error pages belong to it as well, also for addresses below the organisation's that lead nowhere.
    """
    session = getattr(request, "session", {})
    slug = session.get(VISITING)
    if not slug or not request.path.startswith(reverse("portal", args=[slug])):
        return None
    visitor = getattr(request.user, "name", "") or str(request.user)
    return Visit(slug, session.get(VISITING_NAME) or slug, visitor)
