"""What forms on the page of a dispute do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from duebook.ledger import dispute_files, disputes
from duebook.ledger.dispositions import Disposition, dispose
from duebook.web.asked import OrganisationRequest
from duebook.web.audience import act_of_readers, act_of_staff
from duebook.web.disputes.forms import Answering, Closing, Noting, Reopening, Withdrawing
from duebook.web.disputes.inbox import is_client
from duebook.web.disputes.pages import case_of, files_of, shown_thread
from duebook.web.intake.receiving import takes_files
from duebook.web.portal.addresses import address
from duebook.web.refusals import said_in


@takes_files(
    bytes_max=dispute_files.TOGETHER * dispute_files.LARGEST_BYTES, files_max=dispute_files.TOGETHER
)
@act_of_readers
def answer(request: OrganisationRequest, slug: str, case: int) -> HttpResponse:
    """Say something, with files."""

    def act(told: dict[str, Any]) -> str:
        files = files_of(request)
        message = disputes.answer(case, told["words"])
        for file in files:
            dispute_files.attach(request.viewer, message, file)
        return _("Your answer is sent.")

    return _done(request, case, Answering(request.POST), act, name="answering")


@act_of_staff
def note(request: OrganisationRequest, slug: str, case: int) -> HttpResponse:
    """What only colleagues read."""

    def act(told: dict[str, Any]) -> str:
        disputes.write_note(request.viewer, case, told["words"])
        return _("The note is kept; the client does not see it.")

    return _done(request, case, Noting(request.POST), act, name="noting")


@act_of_readers
def close(request: OrganisationRequest, slug: str, case: int) -> HttpResponse:
    """The client withdraws it, or the people who work here say what comes of it."""

    def withdraw(told: dict[str, Any]) -> str:
        disputes.close(case, "withdrawn", told["words"])
        return _("You have withdrawn the dispute.")

    def act(told: dict[str, Any]) -> str:
        today = request.organisation.today
        dispose(request.viewer, case, Disposition(**told), today=today)
        return _("The dispute is closed and the client is told.")

    if is_client(request):
        return _done(request, case, Withdrawing(request.POST), withdraw, name="withdrawing")
    return _done(request, case, Closing(request.POST), act, name="closing")


@act_of_readers
def reopen(request: OrganisationRequest, slug: str, case: int) -> HttpResponse:
    def act(told: dict[str, Any]) -> str:
        disputes.reopen(case, told["words"])
        return _("The dispute is open again.")

    return _done(request, case, Reopening(request.POST), act, name="reopening")


def _done(
    request: OrganisationRequest,
    case: int,
    form: forms.Form,
    act: Callable[[dict[str, Any]], str],
    *,
    name: str,
) -> HttpResponse:
    """Do it and come back; what is refused is said where it was written, and leaves nothing."""
    case_of(request, case)
    if form.is_valid():
        with said_in(form):
            with transaction.atomic(using="ledger"):
                messages.success(request, act(form.cleaned_data))
            return redirect(address(request, "dispute", case))
    return shown_thread(request, case, status=400, **{name: form})
