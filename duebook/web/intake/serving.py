"""Kept files on their way out: as they came, and never as something a browser would show."""

from __future__ import annotations

import tempfile

from django.http import FileResponse, HttpResponse, HttpResponseBase

from duebook.ingest import kept_files
from duebook.ingest.kept_files import KeptFile
from duebook.web.asked import OrganisationRequest

ANYTHING = "application/octet-stream"


def served(request: OrganisationRequest, file: KeptFile) -> HttpResponse:
    """A file to be saved. It is unsealed to the disk first: the answer outlives the transaction."""
    if request.method == "GET":
        kept_files.record_download(request.viewer, file)
    unsealed = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the answer
    for part in kept_files.content(request.viewer, file.id):
        unsealed.write(part)
    unsealed.seek(0)
    answer: HttpResponseBase = FileResponse(
        unsealed, as_attachment=True, filename=file.file_name, content_type=ANYTHING
    )
    answer["Content-Length"] = str(file.size_bytes)
    answer["X-Content-Type-Options"] = "nosniff"
    return answer  # type: ignore[return-value]  # the middleware takes either
