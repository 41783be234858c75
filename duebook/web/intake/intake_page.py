"""A file on its way in, or a batch on its way out: how far it is, what it would do, yes or no."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from duebook.ingest.intake import Intake, NotNow
from duebook.ingest.intake import intake as found_intake
from duebook.ingest.kept_files import kept
from duebook.jobs import intakes
from duebook.ledger.runs import history
from duebook.visibility.middleware import recorded
from duebook.web.asked import OrganisationRequest
from duebook.web.audience import for_admins
from duebook.web.intake.checked import Checked
from duebook.web.intake.serving import served
from duebook.web.intake.steps import steps

RECENT = 5


def intake_of(request: OrganisationRequest, intake: int) -> Intake:
    """Raises Http404 when the organisation has none of that number."""
    found = found_intake(request.viewer, intake, at=timezone.now())
    if found is None:
        raise Http404
    return found


@for_admins
@require_safe
def intake(request: OrganisationRequest, slug: str, intake: int) -> HttpResponse:
    """Where it stands, and what can be done about it."""
    found = intake_of(request, intake)
    if found.state == "asking":
        return redirect("intake_mapping", slug, intake)
    shown: dict[str, Any] = {
        "intake": found,
        "steps": steps(found),
        "recent": history(request.viewer, limit=RECENT),
        "checked": Checked(found, organisation=request.organisation) if found.outcome else None,
    }
    return render(request, "intake/intake.html", shown)


@for_admins
@require_safe
def progress(request: OrganisationRequest, slug: str, intake: int) -> HttpResponse:
    """How far the work is. Once it stands elsewhere than the page says, the page is led on."""
    found = intake_of(request, intake)
    is_elsewhere = found.state != request.GET.get("state", "") or bool(found.stalled)
    answer = render(request, "intake/_steps.html", {"intake": found, "steps": steps(found)})
    if is_elsewhere:
        answer["HX-Refresh"] = "true"
    return answer


@for_admins
@require_POST
def commit(request: OrganisationRequest, slug: str, intake: int) -> HttpResponse:
    """Load what was checked, or undo it."""
    found = intake_of(request, intake)
    asked = found.outcome.self_settling if found.outcome else None
    answer = request.POST.get("self_settling", "")
    if asked and answer not in ("on", "off"):
        messages.error(request, _("Say first whether receipt tax invoices settle themselves."))
        return redirect("intake", slug, intake)
    settles = {"on": True, "off": False}.get(answer) if asked else None
    return _acted(
        request,
        found,
        lambda: intakes.commit(request.viewer, found.id, at=timezone.now(), self_settling=settles),
    )


@for_admins
@require_POST
def cancel(request: OrganisationRequest, slug: str, intake: int) -> HttpResponse:
    """Nothing comes of it."""
    found = intake_of(request, intake)
    answer = _acted(
        request, found, lambda: intakes.cancel(request.viewer, found.id, at=timezone.now())
    )
    if intake_of(request, intake).state == "cancelled":
        messages.success(request, _("Cancelled: nothing was loaded."))
        return redirect("imports", slug)
    return answer


@for_admins
@require_POST
def resume(request: OrganisationRequest, slug: str, intake: int) -> HttpResponse:
    """Order work again that has stopped."""
    found = intake_of(request, intake)
    return _acted(
        request, found, lambda: intakes.resume(request.viewer, found.id, at=timezone.now())
    )


def _acted(request: OrganisationRequest, intake: Intake, act: Callable[[], None]) -> HttpResponse:
    """Do it, or say that somebody else was faster; the page then shows where it stands."""
    try:
        act()
    except NotNow:
        messages.error(request, _("That is not possible any more: see below where it stands."))
    return redirect("intake", request.organisation.slug, intake.id)


@recorded
@for_admins
@require_safe
def invalid(request: OrganisationRequest, slug: str, intake: int, table: int) -> HttpResponse:
    """The invalid rows of a table as they came, to be corrected and sent again."""
    outcome = intake_of(request, intake).outcome
    tables = outcome.tables if outcome else []
    file_id = tables[table].invalid_file_id if table < len(tables) else None
    file = kept(request.viewer, file_id) if file_id else None
    if file is None:
        raise Http404
    return served(request, file)
