"""How fresh a page's figures are, as its frame says it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import timezone

from duebook.reports.freshness import Freshness, freshness
from duebook.web.templatetags.figures import day


@dataclass(frozen=True)
class Shown:
    """`since` is the time of a day that is still going on, else the day; `on` always the day."""

    freshness: Freshness
    since: str
    on: str


def freshness_of(request: HttpRequest) -> Shown | None:
    """Of the organisation whose page it is; None where there is none, or nothing has come yet."""
    organisation = getattr(request, "organisation", None)
    if organisation is None:
        return None
    return shown(freshness(at=timezone.now()), zone=organisation.timezone, at=timezone.now())


def shown(found: Freshness, *, zone: str, at: datetime) -> Shown | None:
    if found.as_of is None:
        return None
    local, now = (each.astimezone(ZoneInfo(zone)) for each in (found.as_of, at))
    on = day(local.date())
    return Shown(found, f"{local:%H:%M}" if local.date() == now.date() else on, on)
