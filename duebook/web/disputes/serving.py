"""Files of disputes on their way out: to be saved, and never as something a browser would run."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from duebook.ledger.dispute_files import attached
from duebook.visibility.guarded import NotThere
from duebook.web.asked import OrganisationRequest
from duebook.web.audience import for_readers


@for_readers
@require_safe
def attachment(request: OrganisationRequest, slug: str, case: int, file: int) -> HttpResponse:
    """A file, for whoever sees the dispute."""
    try:
        found = attached(request.viewer, case, file)
    except NotThere as nothing:
        raise Http404 from nothing
    answer = HttpResponse(found.content, content_type=found.media_type)
    answer["Content-Disposition"] = content_disposition_header(True, found.name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer
