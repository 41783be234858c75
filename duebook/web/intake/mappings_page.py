"""Saved mappings: how files with a certain header are read here."""

from __future__ import annotations

import csv
import re

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from duebook.ingest.feeds import BadMapping, Mapping
from duebook.ingest.mapping import parse_mapping
from duebook.ingest.mappings import SavedMapping, all_of, remove, save
from duebook.ingest.mappings import rename as renamed
from duebook.visibility.organisations import Refused
from duebook.web.asked import OrganisationRequest
from duebook.web.audience import for_admins
from duebook.web.intake.receiving import takes_files

LARGEST_BYTES = 1 << 20
SEPARATORS = ",;\t|"
# A mapping that was fetched from here says which header it is for, in a line that TOML passes over.
KEY = re.compile(r"^# header ([0-9a-f]{64})$", re.MULTILINE)


class _NotTaken(Exception):
    """Why a mapping file cannot be saved, in one sentence."""


@takes_files(bytes_max=8 * LARGEST_BYTES, files_max=1)
@for_admins
@require_http_methods(["GET", "HEAD", "POST"])
def mappings(request: OrganisationRequest, slug: str) -> HttpResponse:
    """All of them, by name; a POST takes one in as a file."""
    if request.method == "POST":
        try:
            name = _taken(request)
        except (_NotTaken, BadMapping, Refused) as trouble:
            return _page(request, wrong=str(trouble), status=400)
        messages.success(request, _("Saved: %(name)s.") % {"name": name})
        return redirect("import_mappings", slug)
    return _page(request)


def _page(request: OrganisationRequest, *, wrong: str = "", status: int = 200) -> HttpResponse:
    shown = {"mappings": all_of(request.viewer), "wrong": wrong}
    return render(request, "intake/mappings.html", shown, status=status)


def _taken(request: OrganisationRequest) -> str:
    file = request.FILES.get("file")
    if file is None:
        raise _NotTaken(_("No file was chosen: choose a mapping, written as TOML."))
    if (file.size or 0) > LARGEST_BYTES:
        raise _NotTaken(_("That is no mapping: one has a few hundred lines at most."))
    try:
        text = file.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _NotTaken(_("The file is not text in UTF-8: save it so.")) from None
    name = request.POST.get("name", "").strip() or str(file.name).removesuffix(".toml")
    mapping, header = parse_mapping(text, name=str(file.name)), _header(request)
    known = KEY.search(text)
    if not (header or known):
        raise _NotTaken(_("Paste the first line of a file that it is for: it is known by it."))
    save(
        request.viewer,
        mapping,
        name=name,
        kind=_kind(mapping, str(file.name)),
        header=header,
        key="" if header or known is None else known[1],
        at=timezone.now(),
    )
    return name


def _kind(mapping: Mapping, name: str) -> str:
    if mapping.kind is None:
        raise _NotTaken(_("%(name)s does not say which kind it is for: add it.") % {"name": name})
    return mapping.kind


def _header(request: OrganisationRequest) -> list[str]:
    """The names of the columns, from the first line of a file as somebody pasted it."""
    line = request.POST.get("header", "").replace("\0", "").strip().lstrip("\ufeff")
    separator = max(SEPARATORS, key=line.count)
    return next(csv.reader([line], delimiter=separator), []) if line else []


def _saved(request: OrganisationRequest, mapping: int) -> SavedMapping:
    found = next((each for each in all_of(request.viewer) if each.id == mapping), None)
    if found is None:
        raise Http404
    return found


@for_admins
@require_safe
def file(request: OrganisationRequest, slug: str, mapping: int) -> HttpResponse:
    """One as the TOML file that the command line takes."""
    found = _saved(request, mapping)
    name = re.sub(r"[^A-Za-z0-9]+", "-", found.name).strip("-") or "mapping"
    content = f"# header {found.header_key}\n{found.content}"
    answer = HttpResponse(content.encode(), content_type="application/toml")
    answer["Content-Disposition"] = f'attachment; filename="{name}.toml"'
    return answer


@for_admins
@require_POST
def rename(request: OrganisationRequest, slug: str, mapping: int) -> HttpResponse:
    """Give one another name."""
    _saved(request, mapping)
    try:
        renamed(request.viewer, mapping, name=request.POST.get("name", ""))
    except Refused as trouble:
        messages.error(request, str(trouble))
    else:
        messages.success(request, _("Renamed."))
    return redirect("import_mappings", slug)


@for_admins
@require_POST
def delete(request: OrganisationRequest, slug: str, mapping: int) -> HttpResponse:
    """Forget one. What it has read stays."""
    found = _saved(request, mapping)
    remove(request.viewer, mapping)
    messages.success(request, _("Deleted: %(name)s.") % {"name": found.name})
    return redirect("import_mappings", slug)
