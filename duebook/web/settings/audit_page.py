"""The audit trail: who did what, as a page and as a file; and whether it is as it was written."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from duebook.export.tables import harmless
from duebook.reports.audit import Entry, actors, entries
from duebook.reports.audit_chain import digest_of, verification
from duebook.visibility.audit import record
from duebook.visibility.middleware import recorded
from duebook.visibility.viewer import Viewer
from duebook.web.asked import OrganisationRequest
from duebook.web.audience import for_admins
from duebook.web.settings.audit_asked import asked_trail
from duebook.web.settings.audit_entry import shown, who
from duebook.web.settings.audit_words import ACTIONS, said

SHOWN = 50
REMEMBERED = 90 * 24 * 3600
COLUMNS = ("entry", "at", "person_id", "person", "action", "origin", "detail")


@for_admins
@require_safe
def audit(request: OrganisationRequest, slug: str) -> HttpResponse:
    """The newest entries that match, a page at a time."""
    asked, zone = asked_trail(request.GET), request.organisation.timezone
    found = entries(**asked.filters(request.organisation), before=asked.before, size=SHOWN + 1)
    words = {**ACTIONS, **({asked.action: said(asked.action)} if asked.action else {})}
    answer = {
        "trail": asked,
        "entries": shown(found[:SHOWN], zone=zone),
        "older": found[SHOWN - 1].id if len(found) > SHOWN else None,
        "client": _client(asked.person, found),
        "actors": [(each.id, who(each.id, each.name, each.role)) for each in actors()],
        "actions": sorted(words.items(), key=lambda each: str(each[1])),
        "verified": _verified(request.viewer),
    }
    return render(request, "settings/audit.html", answer)


@recorded
@for_admins
@require_safe
def audit_file(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Every entry that matches, as CSV. Fetching it is an entry itself."""
    asked, zone = asked_trail(request.GET), ZoneInfo(request.organisation.timezone)
    found = entries(**asked.filters(request.organisation), before=asked.before)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([harmless(cell) for cell in _cells(entry, zone)] for entry in found)
    record(request.viewer, "audit exported", entries=len(found), asked=asked.told())
    answer = HttpResponse(text.getvalue().encode(), content_type="text/csv; charset=utf-8")
    name = f"audit-{slug}-{timezone.now().astimezone(zone):%Y-%m-%d}.csv"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@for_admins
@require_safe
def audit_verification(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Work out every digest anew, and say how far the trail is intact."""
    found = verification()
    if not found.trouble:
        told = {"head": str(found.head), "at": timezone.now().isoformat()}
        cache.set(_key(request.viewer), told, REMEMBERED)
    return render(request, "settings/audit_verified.html", {"found": found})


def _verified(viewer: Viewer) -> dict[str, Any] | None:
    """The last time somebody verified, and whether that part is still the same."""
    told = cache.get(_key(viewer))
    if not told:
        return None
    seq, _colon, digest = str(told["head"]).partition(":")
    at: datetime | None = parse_datetime(told["at"])
    return {"seq": int(seq), "at": at, "holds": (digest_of(int(seq)) or b"").hex() == digest}


def _key(viewer: Viewer) -> str:
    return f"audit-verified:{viewer.org_id}"


def _client(person: int | None, found: Sequence[Entry]) -> str:
    """The name of a client whose acts are shown: clients are too many to be listed."""
    return found[0].person_name if person and found and found[0].role == "client" else ""


def _cells(entry: Entry, zone: ZoneInfo) -> list[str]:
    at = entry.at.astimezone(zone).isoformat(timespec="milliseconds")
    name = who(entry.person_id, entry.person_name, entry.role)
    number = "" if entry.seq is None else str(entry.seq)
    return [number, at, str(entry.person_id), name, entry.action, entry.origin, entry.detail]
