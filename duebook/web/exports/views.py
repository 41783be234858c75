"""Files of one's own: ordered on a page, made by the worker, fetched here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from duebook.export import shelf
from duebook.export.tables import FORMATS
from duebook.jobs.exports import REPORTS, order_export
from duebook.visibility.audit import record
from duebook.visibility.middleware import recorded
from duebook.visibility.seeing import seeing
from duebook.visibility.viewer import Viewer
from duebook.web.asked import Asked, OrganisationRequest, Unclear, asked_of
from duebook.web.audience import for_readers
from duebook.web.exports.listed import listed

ORDERED_HERE = tuple(each for each in REPORTS if each != "account")  # which its own page orders
KINDS_OF_FRAME = {"client": "portal/page.html"}


@for_readers
def exports(request: OrganisationRequest, slug: str) -> HttpResponse:
    """One's own files; a POST orders one."""
    if request.method == "POST":
        return _order(request, slug)
    now = datetime.now(UTC)
    files = listed(shelf.shelf(request.viewer, at=now), organisation=request.organisation)
    shown = {
        "frame": KINDS_OF_FRAME.get(request.viewer.kind, "page.html"),
        "files": files,
        "is_waiting": any(each.state in ("waiting", "making") for each in files),
    }
    return render(request, "exports/exports.html", shown)


def _order(request: OrganisationRequest, slug: str) -> HttpResponse:
    report, form, asked = _asked(request)
    order_export(
        request.viewer,
        request.organisation,
        report=report,
        form=form,
        as_of=asked.as_of,
        basis=asked.basis,
        filters=vars(asked),
    )
    return redirect("exports", slug)


def _asked(request: OrganisationRequest) -> tuple[str, str, Asked]:
    """What to make a file of: the form's own fields, and the state of the page it stands on."""
    query: QueryDict = request.POST
    report, form = query.get("report", ""), query.get("format", "")
    if report not in ORDERED_HERE:
        message = _("“%(written)s” is no value of %(name)s. Choose one of: %(choices)s.")
        choices = ", ".join(ORDERED_HERE)
        raise Unclear(message % {"written": report, "name": "report", "choices": choices})
    if form not in FORMATS:
        message = _("“%(written)s” is no value of %(name)s. Choose one of: %(choices)s.")
        choices = ", ".join(FORMATS)
        raise Unclear(message % {"written": form, "name": "format", "choices": choices})
    if request.viewer.kind not in REPORTS[report]:
        raise Http404
    return report, form, asked_of(request, query=query)


@for_readers
@recorded
@require_safe
def file(request: OrganisationRequest, slug: str, export: int) -> HttpResponse:
    """A file that is ready, once it is certain that all in it may still be seen."""
    try:
        found = shelf.fetched(request.viewer, export, at=datetime.now(UTC))
    except shelf.Changed:
        messages.error(request, _("What you may see has changed. Order the file again."))
        return redirect("exports", slug)
    if found is None or found.size is None:
        raise Http404
    if request.method == "GET":
        record(request.viewer, "export downloaded", export=export, file=found.file_name)
    pieces = _pieces(request.viewer, export, found.size)
    answer = StreamingHttpResponse(pieces, content_type=found.content_type)
    answer["Content-Disposition"] = f'attachment; filename="{found.file_name}"'
    answer["Content-Length"] = str(found.size)
    answer["Cache-Control"] = "private, no-store"
    return answer  # type: ignore[return-value]  # Django takes the one for the other


@for_readers
@require_POST
def delete(request: OrganisationRequest, slug: str, export: int) -> HttpResponse:
    """Throw a file of one's own away."""
    if not shelf.thrown_away(request.viewer, export):
        raise Http404
    record(request.viewer, "export deleted", export=export)
    return redirect("exports", slug)


def _pieces(viewer: Viewer, export: int, size: int) -> Iterator[bytes]:
    """The file while it is sent: each piece is looked up when it is its turn, so that none waits
    in memory or holds a transaction, and whoever is removed meanwhile gets no more of it.
    """
    for place in range(0, size, shelf.PIECE):
        with seeing(viewer, read_only=True):
            piece = shelf.piece(viewer, export, place, size=shelf.PIECE)
        yield piece
