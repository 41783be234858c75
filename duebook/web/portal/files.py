"""What a client's page shows, as a file: made at once, so that looking on is enough to have it."""

from __future__ import annotations

import json

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from duebook.export import answers
from duebook.export.answers import PORTAL
from duebook.export.pdf import pdf
from duebook.reports.aging import portal_aging
from duebook.web.asked import OrganisationRequest, asked_of
from duebook.web.audience import for_clients
from duebook.web.portal import papers
from duebook.web.portal.asked import Wanted, wanted
from duebook.web.portal.invoices import whole

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "json": "application/json",
}


@for_clients
@require_safe
def report(request: OrganisationRequest, slug: str, form: str) -> HttpResponse:
    """The aging as CSV, Excel, PDF or JSON: the rows, figures and day of the page."""
    if form not in TYPES:
        raise Http404
    asking = wanted(request)
    asked = asking.asked
    if form == "pdf":
        made = pdf(papers.report(request, asking))
    elif form == "json":
        made = _json(request, asking)
    else:
        made = answers.portal(
            as_of=asked.as_of,
            basis=asked.basis,
            edges=asked.edges,
            customer_id=asking.customer_id,
        ).content(form)
    return sent(made, form, f"aging-{asked.as_of.isoformat()}.{form}")


@for_clients
@require_safe
def invoices(request: OrganisationRequest, slug: str, form: str) -> HttpResponse:
    """The list of documents as CSV or Excel: all rows that match, in its order."""
    if form not in ("csv", "xlsx"):
        raise Http404
    asking = wanted(request)
    made = answers.client_documents(asking.question, sort=asking.sort).content(form)
    return sent(made, form, f"invoices-{asking.asked.as_of.isoformat()}.{form}")


@for_clients
@require_safe
def invoice(request: OrganisationRequest, slug: str, item: int) -> HttpResponse:
    """One document's data as PDF. It is not the document itself, which the source has."""
    asked = asked_of(request)
    found = whole(item, asked)
    return sent(pdf(papers.invoice(request, found, asked)), "pdf", f"{found.document.number}.pdf")


def sent(made: bytes, form: str, name: str) -> HttpResponse:
    """A file to be kept, never shown in the page."""
    headers = {
        "Content-Disposition": content_disposition_header(True, name) or "attachment",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    return HttpResponse(made, content_type=TYPES[form], headers=headers)


def _json(request: OrganisationRequest, asking: Wanted) -> bytes:
    """Amounts are strings with the decimals of their currency, as in the API."""
    asked = asking.asked
    rows = portal_aging(
        as_of=asked.as_of,
        basis=asked.basis,
        edges=asked.edges,
        customer_id=asking.customer_id,
    )
    told = {
        "operator_mode": request.looking is not None,
        "as_of": asked.as_of.isoformat(),
        "basis": asked.basis,
        "edges": asked.edges,
        "rows": [
            {name: str(getattr(row, name)) for name in (*PORTAL, "not_yet_due")} for row in rows
        ],
    }
    return json.dumps(told, ensure_ascii=False).encode()
