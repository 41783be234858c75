"""Billing: a client's invoices as a list, and one of them with all that is known of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from duebook.reports import account as parts
from duebook.reports import account_items as documents
from duebook.reports import clients
from duebook.reports.account import Applied, LineItem, Reminder
from duebook.reports.account_items import Document
from duebook.reports.clients import ClientPage, DisputeState
from duebook.web.asked import Asked, OrganisationRequest, Unclear, asked_of
from duebook.web.audience import for_clients
from duebook.web.portal.asked import Wanted, wanted
from duebook.web.words import word

ROWS = 50
HEADS = {
    "number": _("Invoice"),
    "date": _("Date"),
    "due_date": _("Due"),
    "amount": _("Amount"),
    "balance": _("Still open"),
}


@dataclass(frozen=True)
class Head:
    """A column that can be sorted by; `sorted` is ascending, descending or empty."""

    code: str
    name: str | Promise
    href: str
    sorted: str


@dataclass(frozen=True)
class Whole:
    """An invoice with everything that a client may know of it."""

    customer_id: int
    document: Document
    lines: list[LineItem]
    applied: list[Applied]
    disputes: list[DisputeState]
    reminders: list[Reminder]
    as_of: date

    @property
    def state(self) -> str:
        """As the list has it, from the document and its disputes."""
        document = self.document
        if document.status in ("void", "paid", "applied"):
            return "paid" if document.status == "applied" else document.status
        if document.document_class != "charge":
            return document.status
        if any(each.ended_on is None for each in self.disputes):
            return "disputed"
        if document.due_date and document.due_date < self.as_of:
            return "overdue"
        return "resolved" if self.disputes else "sent"


@for_clients
@require_safe
def invoices(request: OrganisationRequest, slug: str) -> HttpResponse:
    """All invoices that match, 50 at a time; or what adds up to a figure of the aging."""
    asking = wanted(request)
    page = listed(asking, size=ROWS)
    shown = {
        "asked": asking.asked,
        "asking": asking,
        "page": page,
        "heads": [_head(asking, code, name) for code, name in HEADS.items()],
        "states": [(code, word(code), code in asking.states) for code in clients.STATES],
        "next_href": asking.query_after(page.rows[-1].key) if page.has_more else "",
        "first_href": asking.query_with() if asking.after else "",
        "carried": asking.query_with(figure="", sort="", state="", number=""),
        "cleared": asking.query_with(
            state="",
            number="",
            issued_from="",
            issued_to="",
            due_from="",
            due_to="",
            least="",
            most="",
            figure="",
        ),
    }
    return render(request, "portal/invoices.html", shown)


def listed(asking: Wanted, *, size: int | None) -> ClientPage:
    """Raises Unclear for a place in the order that is none."""
    try:
        return clients.documents(asking.question, sort=asking.sort, after=asking.after, size=size)
    except ValueError as unknown:
        message = _("“%(written)s” is no place in this list.")
        raise Unclear(str(message) % {"written": asking.after}) from unknown


@for_clients
@require_safe
def invoice(request: OrganisationRequest, slug: str, item: int) -> HttpResponse:
    """One document with its lines, what settled it, and its disputes."""
    asked = asked_of(request)
    found = whole(item, asked)
    shown = {
        "asked": asked,
        "whole": found,
        "document": found.document,
        "settled": found.document.amount - found.document.balance,
        "late": (asked.as_of - found.document.due_date).days if found.document.due_date else None,
    }
    return render(request, "portal/invoice.html", shown)


def whole(item: int, asked: Asked) -> Whole:
    """Raises Http404 for a document that is not the client's, or not there on that day."""
    customer = clients.customer_of_document(item)
    document = documents.document(customer, item, as_of=asked.as_of) if customer else None
    if customer is None or document is None:
        raise Http404
    return Whole(
        customer,
        document,
        parts.lines(customer, item),
        parts.applied(customer, item, as_of=asked.as_of),
        clients.disputes_of(item, as_of=asked.as_of),
        parts.reminders(customer, item, as_of=asked.as_of),
        asked.as_of,
    )


def _head(asking: Wanted, code: str, name: str | Promise) -> Head:
    is_by, is_down = asking.sort.removeprefix("-") == code, asking.sort.startswith("-")
    turned = code if is_by and is_down else f"-{code}" if is_by or code != "number" else code
    way = ("descending" if is_down else "ascending") if is_by else ""
    return Head(code, name, asking.query_with(sort=turned), way)
