"""Announced payments: the list, one of them, and the page on which one is announced."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from duebook.ledger import disputes, portal_payments
from duebook.ledger.providers import provider_of
from duebook.reports import portal_payments as reports
from duebook.reports.portal_payments import STATES, PortalPayment
from duebook.visibility.guarded import NotThere
from duebook.visibility.organisations import Refused
from duebook.visibility.seeing import raw
from duebook.web import filters
from duebook.web.asked import OrganisationRequest
from duebook.web.audience import for_readers
from duebook.web.disputes.inbox import frame_of, is_client
from duebook.web.payments import words
from duebook.web.payments.forms import Amending, Announcing, Matching, Moving, Payable, parts_of
from duebook.web.portal.addresses import address

SHOWN = 50


@for_readers
@require_safe
def payments(request: OrganisationRequest, slug: str) -> HttpResponse:
    """The newest first; of one account with ?account=ID, of a state with ?state=."""
    state = filters.one_of(request.GET, "state", STATES)
    account = filters.number(request.GET, "account")
    found = reports.portal_payments(
        customer_id=account,
        states=(state,) if state else (),
        before=filters.number(request.GET, "before"),
        limit=SHOWN + 1,
    )
    shown = {
        "frame": frame_of(request),
        "is_client": is_client(request),
        "found": found[:SHOWN],
        "next": found[SHOWN - 1].id if len(found) > SHOWN else None,
        "states": words.STATES.items(),
        "state": state,
        "accounts": _accounts(request) if is_client(request) else [],
    }
    return render(request, "payments/payments.html", shown)


@for_readers
@require_safe
def payment(request: OrganisationRequest, slug: str, payment: int) -> HttpResponse:
    """What was said, what became of it, and what one may do about it."""
    return shown_payment(request, payment)


def shown_payment(
    request: OrganisationRequest, payment_id: int, *, status: int = 200, **bound: Any
) -> HttpResponse:
    """The page of a payment, with the form whose contents were wrong."""
    seen = payment_of(payment_id)
    client, today = is_client(request), request.organisation.today
    may_act = request.looking is None and disputes.may_dispute(seen.customer_id)
    moves = () if client else provider_of(seen.provider).moves(seen.state)
    shown: dict[str, Any] = {
        "frame": frame_of(request),
        "is_client": client,
        "seen": seen,
        "events": reports.events(payment_id),
        "acts": words.ACTS,
        "may_act": may_act,
        "waits": seen.state in reports.WAITING,
        "moving": bound.get("moving") or Moving(states=moves, today=today),
        "moves": moves,
    }
    if found := [] if client else candidates_of(seen):
        shown["matching"] = bound.get("matching") or Matching(found=found)
    if not client and seen.state in reports.WAITING:
        written = {part.document_id: str(part.amount) for part in seen.parts}
        invoices = open_invoices(request, seen.customer_id, currency=seen.currency)
        shown["payables"] = bound.get("payables") or [
            Payable(each, written.get(each.id, "")) for each in invoices
        ]
        told = {"amount": seen.amount, "pay_on": seen.pay_on}
        shown["amending"] = bound.get("amending") or Amending(initial=told)
    return render(request, "payments/payment.html", shown, status=status)


@for_readers
def announcing(request: OrganisationRequest, slug: str, customer: int) -> HttpResponse:
    """The form; with POST the payment is announced."""
    if request.looking is not None or not disputes.may_dispute(customer):
        raise Http404
    named = dict(_accounts(request, customer))
    if customer not in named:
        raise Http404
    invoices = open_invoices(request, customer)
    currencies = {each.currency: None for each in invoices} or {request.organisation.currency: None}
    posted = request.POST if request.method == "POST" else None
    form = Announcing(posted, currencies=currencies, initial={"pay_on": request.organisation.today})
    payables = [Payable(each, "") for each in invoices]
    if posted is not None:
        try:
            payables, parts = parts_of(posted, invoices)
            if form.is_valid():
                with transaction.atomic(using="ledger"):
                    made = portal_payments.announce(
                        request.viewer,
                        customer,
                        form.said(parts),
                        currency=form.cleaned_data["currency"],
                        method=form.cleaned_data["method"],
                        reference=form.cleaned_data["reference"],
                        words=form.cleaned_data["words"],
                    )
                return redirect(address(request, "payment", made))
        except (Refused, forms.ValidationError) as no:
            form.add_error(None, str(no) if isinstance(no, Refused) else no)
        except NotThere as nothing:
            raise Http404 from nothing
    shown = {
        "frame": frame_of(request),
        "is_client": is_client(request),
        "form": form,
        "payables": payables,
        "account": named[customer],
    }
    return render(request, "payments/announce.html", shown, status=400 if form.is_bound else 200)


def candidates_of(seen: PortalPayment) -> list[reports.Candidate]:
    """The receipts that it may be, unless it has ended."""
    return reports.candidates(seen.id) if seen.state in (*reports.WAITING, "settled") else []


def payment_of(payment_id: int) -> PortalPayment:
    """Raises Http404."""
    found = reports.portal_payment(payment_id)
    if found is None:
        raise Http404
    return found


def open_invoices(
    request: OrganisationRequest, customer_id: int, *, currency: str = ""
) -> list[reports.OpenInvoice]:
    found = reports.open_invoices(customer_id, as_of=request.organisation.today)
    return [each for each in found if currency in ("", each.currency)]


def _accounts(
    request: OrganisationRequest, customer_id: int | None = None
) -> list[tuple[int, str]]:
    """Accounts of the viewer's, by name: a client's few, or one of anybody's."""
    query = (
        "SELECT id, name FROM ar.customer WHERE org_id = %s"
        " AND (%s::bigint IS NULL OR id = %s) ORDER BY sort_name, id LIMIT 100"
    )
    return raw().execute(query, [request.viewer.org_id, customer_id, customer_id]).fetchall()
