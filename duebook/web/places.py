"""Where somebody may go from a page: their organisations, and there the same place if it exists."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse

from duebook.visibility.middleware import places_of


@dataclass(frozen=True)
class Place:
    """An organisation to go to. A suspended one is named and leads nowhere."""

    name: str
    kind: str | None
    href: str
    here: bool

    @property
    def suspended(self) -> bool:
        return self.kind is None


def places(request: HttpRequest) -> list[Place]:
    """By name. From the aging of one organisation one comes to the aging of the other."""
    present = getattr(request, "organisation", None)
    belongings = getattr(request, "belongings", None) or places_of(request)
    return [
        Place(
            name=each.name,
            kind=each.kind,
            href=_address(request, each.slug, each.kind) if each.kind else "",
            here=bool(present and present.slug == each.slug),
        )
        for each in belongings
    ]


def _address(request: HttpRequest, slug: str, kind: str) -> str:
    """The present place in that organisation, the list it belongs to, or the first page."""
    front = reverse("portal" if kind == "client" else "customers", args=[slug])
    match = request.resolver_match
    if match is None or "slug" not in match.kwargs:
        return front
    # Up to the first thing that belongs to this organisation alone: a person, a customer, a file.
    _before, _, rest = match.route.partition("<slug:slug>/")
    address = f"/o/{slug}/{rest.partition('<')[0]}"
    try:
        kinds = getattr(resolve(address).func, "kinds", None)
    except Resolver404:
        return front
    return address if kinds and kind in kinds else front
