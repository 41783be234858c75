"""The operators' pages: understand the request, make one call, show the answer."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from duebook.reports.aging import aging_page
from duebook.reports.invoices import invoices as open_invoices
from duebook.web.asked import OrganisationRequest, asked_of
from duebook.web.audience import for_staff
from duebook.web.staff.invoice_list import InvoiceList
from duebook.web.tie_out import difference

ROWS = 100


@for_staff
def aging(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Who owes what, by how late it is."""
    asked = asked_of(request)
    answer = aging_page(
        as_of=asked.as_of,
        basis=asked.basis,
        edges=asked.edges,
        search=asked.search,
        currency=asked.currency,
        page=asked.page,
        size=ROWS,
    )
    shown = {"asked": asked, "page": answer, "off_by": difference(answer), "size": ROWS}
    return render(request, "staff/aging.html", shown)


@for_staff
def invoices(request: OrganisationRequest, slug: str) -> HttpResponse:
    """The documents behind one figure of the aging; their sum is that figure."""
    asked = asked_of(request)
    rows = open_invoices(
        as_of=asked.as_of,
        basis=asked.basis,
        edges=asked.edges,
        account=asked.account,
        currency=asked.currency,
        bucket=asked.bucket,
    )
    shown = {"asked": asked, "list": InvoiceList.of(rows, bucket=asked.bucket)}
    return render(request, "staff/invoices.html", shown)
