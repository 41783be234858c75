"""The list and an account's tabs as files, made in the background: the same rows and figures."""

from __future__ import annotations

import re
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from duebook.jobs.exports import order_export
from duebook.reports import account as accounts
from duebook.reports import account_items as documents
from duebook.reports.account_items import PARTS
from duebook.visibility.middleware import prepared
from duebook.web.asked import OrganisationRequest, Unclear
from duebook.web.audience import for_staff
from duebook.web.customers.asked import Looking, looking_at, prepare
from duebook.web.customers.tabs import asking, number

FORMS = ("csv", "xlsx")


@prepared(prepare)
@for_staff
@require_POST
def order(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Have the list of the form's state made as a file of one's own."""
    form = _chosen(request, "format", FORMS)
    looking = looking_at(request, query=request.POST)
    return order_list(request, looking, form=form, filters=vars(looking.question))


@prepared(prepare)
@for_staff
@require_POST
def order_of_account(request: OrganisationRequest, slug: str, customer: int) -> HttpResponse:
    """Have the tab of the form's state made as a file of one's own; or `what` else stands there:
    the payments announced, the lines of a document.
    """
    who = accounts.account(customer)
    if who is None:
        raise Http404
    form = _chosen(request, "format", FORMS)
    what = _chosen(request, "what", ("tab", "announced", "lines"))
    looking, asked = looking_at(request, query=request.POST), asking(request.POST, path="")
    known = accounts.currencies(customer)
    filters: dict[str, Any] = {
        "customer": customer,
        "account": who.account_number,
        "currency": looking.currency_of(known),
    }
    if what == "lines":
        document = number(request.POST, "document") or 0
        if documents.document(customer, document, as_of=looking.as_of) is None:
            raise Http404
        filters |= {"document": document, "tab": what}
    elif what == "announced":
        filters |= {"tab": what, "zone": request.organisation.timezone}
    else:
        tab = _chosen(request, "tab", tuple(PARTS), usual="invoices")
        told = {"statuses": asked.chosen, "age": asked.age, "order": asked.order}
        filters |= {"tab": tab, **told}
    plain = re.sub(r"[^A-Za-z0-9.]+", "-", who.account_number).strip("-.")
    order_export(
        request.viewer,
        request.organisation,
        report="account",
        form=form,
        as_of=looking.as_of,
        basis="due",
        filters=filters,
        called="-".join(filter(None, (filters["tab"], plain))),
    )
    return redirect("exports", slug)


def _chosen(
    request: OrganisationRequest, name: str, choices: tuple[str, ...], *, usual: str = ""
) -> str:
    """Raises Unclear."""
    written = request.POST.get(name, usual)
    if written not in choices:
        message = _("“%(written)s” is no value of %(name)s. Choose one of: %(choices)s.")
        said = {"written": written, "name": name, "choices": ", ".join(choices)}
        raise Unclear(message % said)
    return written


def order_list(
    request: OrganisationRequest, looking: Looking, *, form: str, filters: dict[str, Any]
) -> HttpResponse:
    """A file of the list on its day is one's own as soon as it is made; on to where it will be."""
    order_export(
        request.viewer,
        request.organisation,
        report="customers",
        form=form,
        as_of=looking.as_of,
        basis="due",
        filters=filters,
    )
    return redirect("exports", request.organisation.slug)
