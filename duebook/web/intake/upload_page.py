"""Where files come in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from duebook.ingest import kept_files
from duebook.ingest.intake import Options, waiting
from duebook.ingest.kinds import KINDS
from duebook.jobs.intakes import begin
from duebook.ledger.runs import history
from duebook.visibility.audit import record
from duebook.web.asked import OrganisationRequest, Unclear
from duebook.web.audience import for_admins
from duebook.web.filters import day
from duebook.web.intake import words
from duebook.web.intake.packing import parcels
from duebook.web.intake.receiving import FILES_MAX, LARGEST_BYTES, refusal_of, takes_files

RECENT = 5


@takes_files()
@for_admins
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: OrganisationRequest, slug: str) -> HttpResponse:
    """What is under way and what came last; a POST takes files in."""
    if request.method == "POST":
        return _taken(request, slug)
    return _page(request)


def _page(request: OrganisationRequest, *, wrong: str = "", status: int = 200) -> HttpResponse:
    under_way = waiting(request.viewer, at=timezone.now())
    shown: dict[str, Any] = {
        "under_way": under_way,
        "is_working": any(each.is_working and not each.stalled for each in under_way),
        "recent": history(request.viewer, limit=RECENT),
        "kinds": [(words.kind(kind.name), words.ABOUT[kind.name], kind) for kind in KINDS.values()],
        "largest": LARGEST_BYTES,
        "wrong": wrong,
        "asked_options": request.POST,
    }
    return render(request, "intake/imports.html", shown, status=status)


def _taken(request: OrganisationRequest, slug: str) -> HttpResponse:
    files: list[UploadedFile[Any]] = request.FILES.getlist("files")
    if wrong := _wrong(request, files):
        return _page(request, wrong=wrong, status=400)
    try:
        options = options_of(request)
    except Unclear as unclear:
        return _page(request, wrong=str(unclear), status=400)
    begun = _begun(request, files, options)
    if len(begun) == 1:
        return redirect("intake", slug, begun[0])
    return redirect("imports", slug)


def _wrong(request: OrganisationRequest, files: Sequence[UploadedFile[Any]]) -> str:
    """Why they cannot be taken, in one sentence."""
    match refusal_of(request):
        case "too large":
            said = _("That is more than %(most)s MB: send the files in parts, or as a ZIP.")
            return said % {"most": LARGEST_BYTES >> 20}
        case "too many":
            said = _("More than %(most)s files at once: pack them into a ZIP, or send fewer.")
            return said % {"most": FILES_MAX}
    if not files:
        return _("No file was chosen: choose one, or drop it on the field.")
    empty = [str(file.name) for file in files if not file.size]
    if empty:
        said = ngettext(
            "%(names)s is empty: export it again with rows.",
            "%(names)s are empty: export them again with rows.",
            len(empty),
        )
        return said % {"names": ", ".join(empty)}
    return ""


def options_of(request: OrganisationRequest) -> Options:
    """What the form says about the whole of it. Raises Unclear for a day that is none."""
    as_at: date | None = day(request.POST, "as_at")
    if as_at and as_at > request.organisation.today:
        said = _("%(day)s is in the future: a file cannot say what is so then.")
        raise Unclear(said % {"day": as_at.isoformat()})
    return Options(
        as_at=as_at,
        snapshot=request.POST.get("snapshot") == "on",
        strict=request.POST.get("strict") == "on",
    )


def _begun(
    request: OrganisationRequest, files: Sequence[UploadedFile[Any]], options: Options
) -> list[int]:
    begun, at = [], timezone.now()
    with parcels(files) as found:
        for parcel in found:
            kept = kept_files.keep(request.viewer, parcel.parts, file_name=parcel.name, at=at)
            intake = begin(request.viewer, kept, options=options, at=at)
            record(
                request.viewer,
                "file uploaded",
                intake=intake,
                file=kept.id,
                file_name=kept.file_name,
                sha256=kept.sha256,
            )
            begun.append(intake)
    return begun
