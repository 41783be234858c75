"""Words of disputes and announced payments."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import template

from duebook.ledger import disputes
from duebook.reports import disputes as reports
from duebook.web.disputes import words
from duebook.web.disputes.inbox import is_client
from duebook.web.payments.words import METHODS
from duebook.web.payments.words import STATES as PAYMENT_STATES

register = template.Library()


@register.filter
def reason_word(reason: str) -> str:
    return words.reason_word(reason)


@register.filter
def dispute_state(state: str, kind: str = "staff") -> str:
    known = words.STATES_FOR_CLIENTS if kind == "client" else words.STATES
    return str(known.get(state, state))


@register.filter
def outcome_word(outcome: str | None) -> str:
    return str(words.OUTCOMES.get(outcome or "", ""))


@register.filter
def payment_state(state: str) -> str:
    return str(PAYMENT_STATES.get(state, state))


@register.filter
def method_word(method: str) -> str:
    return str(METHODS.get(method, method))


@register.inclusion_tag("disputes/of_invoice.html", takes_context=True)
def disputes_of(context: dict[str, Any], document_id: int) -> dict[str, Any]:
    """The disputes of an invoice, and the way to raise one: for the pages of invoices."""
    request = context["request"]
    client, today = is_client(request), request.organisation.today
    found = reports.of_document(document_id, at=datetime.now(UTC), today=today, staff=not client)
    may_raise = request.looking is None and disputes.is_raisable(document_id)
    shown = {"found": found, "may_raise": may_raise, "document_id": document_id}
    frame = {name: context.get(name) for name in ("request", "organisation", "looking")}
    return {**frame, **shown, "is_client": client}
