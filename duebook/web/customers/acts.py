"""Acts on many accounts: how far they are, and what each account came to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from io import StringIO

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from duebook.export.tables import write_csv
from duebook.jobs import inviting
from duebook.reports import bulk as reports
from duebook.reports.bulk import Counted
from duebook.visibility import bulk_acts
from duebook.visibility.bulk_acts import BulkAct
from duebook.web.asked import OrganisationRequest, Unclear
from duebook.web.audience import for_staff
from duebook.web.intake.steps import time_said
from duebook.web.people.asked import page_of

OUTCOMES: dict[str, str | Promise] = {
    "sent": gettext_lazy("Sent"),
    "done": gettext_lazy("Done"),
    "writing": gettext_lazy("Being written"),
    "waiting": gettext_lazy("Waiting"),
    "skipped": gettext_lazy("Skipped"),
}
REASONS: dict[str, str | Promise] = {
    "no_email": gettext_lazy("No contact e-mail"),
    "bad_address": gettext_lazy("The contact e-mail is not an address"),
    "accepted": gettext_lazy("Accepted already"),
    "pending": gettext_lazy("Pending already; use Resend"),
    "expired": gettext_lazy("Expired; use Resend"),
    "declined": gettext_lazy("Declined; ask again singly on the account's page"),
    "not_invited": gettext_lazy("Not invited yet; use Invite"),
    "inactive": gettext_lazy("The account is inactive"),
    "colleague": gettext_lazy("The address is of somebody who works here"),
    "gone": gettext_lazy("The account is not yours any more"),
    "assign": gettext_lazy("It is so already"),
    "share": gettext_lazy("Shared with them already"),
    "unshare": gettext_lazy("Not shared with them"),
    "failed": gettext_lazy("Something went wrong here; invite it singly"),
}
COLUMNS = ("account_number", "account_name", "email", "outcome", "reason")


@dataclass(frozen=True)
class Said:
    """An outcome in words, how many accounts have it, and where they are listed."""

    outcome: str
    name: str | Promise
    accounts: int
    query: str
    here: bool


@dataclass(frozen=True)
class Line:
    """An account of the file, in words."""

    account_number: str
    account_name: str
    email: str
    outcome: str
    reason: str


@for_staff
@require_safe
def acts(request: OrganisationRequest, slug: str) -> HttpResponse:
    """One's own, the latest first; an admin sees everybody's."""
    at = datetime.now(UTC)
    found = bulk_acts.bulk_acts(request.viewer)
    shown = {"found": [(each, each.is_stalled(at)) for each in found]}
    return render(request, "customers/acts.html", shown)


@for_staff
@require_safe
def act(request: OrganisationRequest, slug: str, act: int) -> HttpResponse:
    """How far it is, and every account with its outcome."""
    at, seen = datetime.now(UTC), _act(request, act)
    outcome, reason = _filtered(request)
    counted = reports.counted(act)
    shown = {
        "seen": seen,
        "stalled": seen.is_stalled(at),
        "time_left": _time_left(seen, at),
        "counted": [_said(each, outcome, reason) for each in counted],
        "sent": sum(each.accounts for each in counted if each.outcome == "sent"),
        "done": sum(each.accounts for each in counted if each.outcome == "done"),
        "skipped": sum(each.accounts for each in counted if each.outcome == "skipped"),
        "found": reports.outcomes(act, outcome=outcome, reason=reason, page=page_of(request)),
        "is_letters": seen.act in ("invite", "resend"),
        "outcomes": OUTCOMES,
        "reasons": REASONS,
        "is_filtered": bool(outcome),
    }
    return render(request, "customers/act.html", shown)


@for_staff
@require_safe
def file(request: OrganisationRequest, slug: str, act: int) -> HttpResponse:
    """Every account with its outcome, as CSV."""
    seen = _act(request, act)
    lines = [
        Line(
            each.account_number,
            each.account_name,
            each.email,
            str(OUTCOMES[each.outcome]),
            str(REASONS.get(each.reason, each.reason)),
        )
        for each in reports.outcomes(act, size=None).rows
    ]
    text = StringIO()
    write_csv(text, COLUMNS, lines)
    response = HttpResponse(text.getvalue().encode(), content_type="text/csv; charset=utf-8")
    name = f"{seen.act}-{seen.id}-outcomes.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@for_staff
@require_POST
def resume(request: OrganisationRequest, slug: str, act: int) -> HttpResponse:
    """Have work that has stopped taken up again, by whoever ordered it."""
    seen = _act(request, act)
    if seen.person_id == request.viewer.person_id and seen.is_stalled(datetime.now(UTC)):
        inviting.resume(act)
        messages.success(request, _("It goes on from where it stopped."))
    return redirect("bulk_act", slug, act)


def _time_left(seen: BulkAct, at: datetime) -> str:
    seconds = seen.seconds_left(at)
    return "" if seconds is None else _("about %(time)s left") % {"time": time_said(seconds)}


def _act(request: OrganisationRequest, act_id: int) -> BulkAct:
    found = bulk_acts.bulk_act(request.viewer, act_id)
    if found is None:
        raise Http404
    return found


def _filtered(request: OrganisationRequest) -> tuple[str, str]:
    """Raises Unclear."""
    outcome, reason = (request.GET.get(name, "").strip() for name in ("outcome", "reason"))
    for written, name, known in ((outcome, "outcome", OUTCOMES), (reason, "reason", REASONS)):
        if written and written not in known:
            message = _("“%(written)s” is no value of %(name)s. Choose one of: %(choices)s.")
            said = {"written": written, "name": name, "choices": ", ".join(known)}
            raise Unclear(message % said)
    return outcome, reason


def _said(counted: Counted, outcome: str, reason: str) -> Said:
    name = REASONS[counted.reason] if counted.reason else OUTCOMES[counted.outcome]
    more = f"&reason={counted.reason}" if counted.reason else ""
    here = (outcome, reason) == (counted.outcome, counted.reason)
    query = f"?outcome={counted.outcome}{more}"
    return Said(counted.outcome, name, counted.accounts, query, here)
