"""What forms on the page of an announced payment do."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from duebook.ledger import portal_payments
from duebook.ledger.providers import provider_of
from duebook.web.asked import OrganisationRequest
from duebook.web.audience import act_of_readers, act_of_staff
from duebook.web.disputes.inbox import is_client
from duebook.web.payments.forms import Amending, Matching, Moving, parts_of
from duebook.web.payments.views import candidates_of, open_invoices, payment_of, shown_payment
from duebook.web.portal.addresses import address
from duebook.web.refusals import said_in


@act_of_readers
def move(request: OrganisationRequest, slug: str, payment: int) -> HttpResponse:
    """A client takes it back; the people who work here say what became of it."""
    seen, today = payment_of(payment), request.organisation.today
    states = ("terminated",) if is_client(request) else provider_of(seen.provider).moves(seen.state)
    form = Moving(request.POST, states=states, today=today)
    if form.is_valid():
        told = form.cleaned_data
        with said_in(form):
            portal_payments.move(
                request.viewer,
                payment,
                told["state"],
                on=told["on"],
                today=today,
                words=told["words"],
            )
            messages.success(request, _("The payment's state is changed."))
            return redirect(address(request, "payment", payment))
    return shown_payment(request, payment, status=400, moving=form)


@act_of_staff
def amend(request: OrganisationRequest, slug: str, payment: int) -> HttpResponse:
    """What it is to be instead."""
    seen = payment_of(payment)
    form = Amending(request.POST)
    invoices = open_invoices(request, seen.customer_id, currency=seen.currency)
    payables = None
    with said_in(form):
        payables, parts = parts_of(request.POST, invoices)
        if form.is_valid():
            with transaction.atomic(using="ledger"):
                said = form.said(parts)
                told = form.cleaned_data["words"]
                portal_payments.amend(request.viewer, payment, said, words=told)
            messages.success(request, _("The payment is amended."))
            return redirect(address(request, "payment", payment))
    return shown_payment(request, payment, status=400, amending=form, payables=payables)


@act_of_staff
def match(request: OrganisationRequest, slug: str, payment: int) -> HttpResponse:
    """One of the books' receipts is this payment."""
    seen = payment_of(payment)
    form = Matching(request.POST, found=candidates_of(seen))
    if form.is_valid():
        told = form.cleaned_data
        with said_in(form):
            portal_payments.match(
                request.viewer, payment, int(told["receipt"]), words=told["words"]
            )
            messages.success(request, _("The payment is this receipt; it counts once."))
            return redirect(address(request, "payment", payment))
    return shown_payment(request, payment, status=400, matching=form)
