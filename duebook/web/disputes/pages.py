"""One dispute, as either side sees it, and the page on which one is raised."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from duebook.ledger import dispute_files, disputes
from duebook.ledger.dispute_files import Content
from duebook.reports import disputes as reports
from duebook.reports.disputes import Dispute
from duebook.reports.invoiced import invoiced
from duebook.visibility.organisations import Refused
from duebook.web.asked import OrganisationRequest
from duebook.web.audience import for_readers
from duebook.web.disputes.forms import Answering, Closing, Noting, Raising, Reopening, Withdrawing
from duebook.web.disputes.inbox import frame_of, is_client
from duebook.web.intake.receiving import refusal_of, takes_files
from duebook.web.portal.addresses import address
from duebook.web.refusals import said_in


@for_readers
@require_safe
def thread(request: OrganisationRequest, slug: str, case: int) -> HttpResponse:
    """What was said, where it stands, and what one may do about it."""
    return shown_thread(request, case)


def shown_thread(
    request: OrganisationRequest, case: int, *, status: int = 200, **bound: forms.Form
) -> HttpResponse:
    """The page of a case, with the form whose contents were wrong."""
    client = is_client(request)
    seen = case_of(request, case)
    given: dict[str, type[forms.Form]] = {"answering": Answering, "reopening": Reopening}
    given |= {"withdrawing": Withdrawing} if client else {"noting": Noting, "closing": Closing}
    shown: dict[str, Any] = {name: bound.get(name) or form() for name, form in given.items()}
    if client:
        shown["answering"].fields["words"].label = _("Your answer")
    shown |= {
        "frame": frame_of(request),
        "seen": seen,
        "is_client": client,
        "messages_said": reports.messages(case),
        "notes": [] if client else reports.notes(case),
        "may_act": request.looking is None and disputes.may_dispute(seen.customer_id),
        "largest": dispute_files.LARGEST_BYTES >> 20,
        "together": dispute_files.TOGETHER,
    }
    return render(request, "disputes/thread.html", shown, status=status)


@takes_files(
    bytes_max=dispute_files.TOGETHER * dispute_files.LARGEST_BYTES, files_max=dispute_files.TOGETHER
)
@for_readers
def raising(request: OrganisationRequest, slug: str, document: int) -> HttpResponse:
    """The form; with POST the dispute is raised."""
    invoice = invoiced(document, as_of=request.organisation.today)
    left = None if request.looking else disputes.open_balance(document)
    if invoice is None or request.looking or not disputes.may_dispute(invoice.customer_id):
        raise Http404
    lines = reports.lines_of(document)
    form = Raising(
        request.POST if request.method == "POST" else None,
        reasons=disputes.reasons(request.viewer),
        lines=[(number, number) for number, _words, _amount in lines],
    )
    if request.method == "POST" and form.is_valid():
        with said_in(form):
            with transaction.atomic(using="ledger"):
                case = _raise(request, document, form.cleaned_data)
            return redirect(address(request, "dispute", case))
    shown = {
        "frame": frame_of(request),
        "form": form,
        "invoice": invoice,
        "lines": lines,
        "free": invoice.in_major(left[1]) if left else None,
        "ticked": form.data.getlist("lines") if form.is_bound else [],  # type: ignore[attr-defined]
        "is_client": is_client(request),
        "largest": dispute_files.LARGEST_BYTES >> 20,
        "together": dispute_files.TOGETHER,
    }
    return render(request, "disputes/raise.html", shown, status=400 if form.is_bound else 200)


def _raise(request: OrganisationRequest, document: int, told: dict[str, Any]) -> int:
    files = files_of(request)
    case = disputes.raise_dispute(
        request.viewer,
        document,
        reason=told["reason"],
        words=told["words"],
        amount=told["amount"] if told["scope"] == "amount" else None,
        lines=told["lines"] if told["scope"] == "lines" else (),
    )
    first = reports.messages(case)[0]
    for file in files:
        dispute_files.attach(request.viewer, first.id, file)
    return case


def files_of(request: OrganisationRequest) -> list[Content]:
    """What is attached to a form, looked at. Raises Refused."""
    sent = request.FILES.getlist("files")
    if refusal_of(request) or len(sent) > dispute_files.TOGETHER:
        raise Refused(_("At most 5 files of up to 10 MB each go with one message."))
    limit = dispute_files.LARGEST_BYTES + 1
    return [dispute_files.looked_at(each.name or "", each.read(limit)) for each in sent]


def case_of(request: OrganisationRequest, case: int) -> Dispute:
    """Raises Http404."""
    found = reports.dispute(
        case,
        at=datetime.now(UTC),
        today=request.organisation.today,
        staff=not is_client(request),
    )
    if found is None:
        raise Http404
    return found
