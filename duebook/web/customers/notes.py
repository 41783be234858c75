"""Notes on an account: written, changed, removed and put back; and those that mention oneself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from duebook.ledger import notes
from duebook.ledger.notes import Written
from duebook.post import mentions
from duebook.reports import account as accounts
from duebook.reports import notes as reports
from duebook.visibility.organisations import Refused
from duebook.web.asked import OrganisationRequest
from duebook.web.audience import act_of_staff, for_staff
from duebook.web.customers.tabs import ROWS, Asking, asking, number
from duebook.web.people.acting import acted, undone


@act_of_staff
def write(request: OrganisationRequest, slug: str, customer: int) -> HttpResponse:
    """A new note. What cannot be written so stays in the form."""
    _must_be_there(customer)
    at, body = datetime.now(UTC), request.POST.get("body", "")

    def act() -> Written:
        return notes.write(request.viewer, [customer], body, at=at)

    return _written(request, customer, act, done=_("Note written."))


@act_of_staff
def edit(request: OrganisationRequest, slug: str, customer: int, note: int) -> HttpResponse:
    """Another text for one's own note."""
    _must_be_there(customer, note)
    at, body = datetime.now(UTC), request.POST.get("body", "")
    version = number(request.POST, "version") or 0

    def act() -> Written:
        return notes.edit(request.viewer, note, body, version=version, at=at)

    return _written(request, customer, act, done=_("Note changed."))


@act_of_staff
def remove(request: OrganisationRequest, slug: str, customer: int, note: int) -> HttpResponse:
    """One's own note is taken back, which can be undone there."""
    _must_be_there(customer, note)
    try:
        notes.remove(request.viewer, [note], at=datetime.now(UTC))
    except Refused as no:
        undone()
        messages.error(request, str(no))
        return redirect(_notes(request, customer))
    return redirect(_notes(request, customer) + f"&removed={note}")


@act_of_staff
def restore(request: OrganisationRequest, slug: str, customer: int, note: int) -> HttpResponse:
    """What was removed stands there again."""
    _must_be_there(customer, note)

    def act() -> str:
        notes.restore(request.viewer, note, at=datetime.now(UTC))
        return _("The note is back.")

    return acted(request, act, back=_notes(request, customer))


@act_of_staff
def read(request: OrganisationRequest, slug: str, note: int) -> HttpResponse:
    """A mention is read; on to the account it stands on."""
    found, _more = reports.mentions(request.viewer, before=note + 1, limit=1)
    if not found or found[0].id != note:
        raise Http404
    notes.read(request.viewer, [note], at=datetime.now(UTC))
    return redirect(_notes(request, found[0].customer_id) + f"#note-{note}")


@act_of_staff
def read_all(request: OrganisationRequest, slug: str) -> HttpResponse:
    """All mentions are read."""

    while found := reports.mentions(request.viewer, unread=True, limit=1000)[0]:
        notes.read(request.viewer, [each.id for each in found], at=datetime.now(UTC))
    return redirect("mentions", slug=slug)


@for_staff
@require_safe
def mentioned(request: OrganisationRequest, slug: str) -> HttpResponse:
    """The notes that mention whoever is looking."""
    asked = asking(request.GET, path=request.path)
    found, more = reports.mentions(request.viewer, before=asked.before, limit=ROWS)
    shown = {
        "mentions": found,
        "has_unread": any(each.is_unread for each in found) or reports.unread(request.viewer) > 0,
        "older_href": f"?before_id={found[-1].id}" if more else "",
        "is_later": asked.before is not None,
        "newest_href": request.path,
    }
    return render(request, "customers/mentions.html", shown)


def listed(request: OrganisationRequest, customer: int, asked: Asking) -> dict[str, object]:
    """What the tab of an account shows."""
    found, more = reports.notes(request.viewer, customer, before=asked.before, limit=ROWS)
    return {
        "notes": found,
        "mine": request.viewer.person_id,
        "older_href": asked.address(before_id=str(found[-1].id)) if more else "",
        "is_later": asked.before is not None,
        "newest_href": asked.address(),
        "editing": asked.editing,
        "removed": asked.removed,
        "colleagues": [
            each
            for each in notes.colleagues([customer])
            if each.sees(customer) and each.person_id != request.viewer.person_id
        ],
    }


def _written(
    request: OrganisationRequest, customer: int, act: Callable[[], Written], *, done: str
) -> HttpResponse:
    """Tell who is mentioned. Words that are refused stand in the form again, and are not lost."""
    try:
        written = act()
    except Refused as no:
        undone()
        shown = {
            "who": accounts.account(customer),
            "message": str(no),
            "body": request.POST.get("body", ""),
            "version": request.POST.get("version", ""),
            "back": _notes(request, customer),
        }
        return render(request, "customers/note_refused.html", shown, status=400)
    mentions.tell(written, author=request.person_name, organisation=request.organisation)
    messages.success(request, done)
    return redirect(_notes(request, customer))


def _notes(request: OrganisationRequest, customer: int) -> str:
    """The tab of the account, with what else its address says."""
    path = reverse("customer", args=[request.organisation.slug, customer])
    return asking(request.GET, path=path).address(tab="notes", state="", order="")


def _must_be_there(customer: int, note: int | None = None) -> None:
    if note is None:
        there = accounts.account(customer) is not None
    else:
        there = reports.is_there(customer, note)
    if not there:
        raise Http404
