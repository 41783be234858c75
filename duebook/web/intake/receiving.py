"""Uploads on their way in: to a file on disk, piece by piece, and only where a page takes files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.http import HttpRequest, HttpResponse

LARGEST_BYTES = 512 << 20  # of all files of one upload together
FORM_BYTES = 1 << 20  # what a form around them may have besides
FILES_MAX = 50
DRAINED_BYTES = 4 * LARGEST_BYTES  # read to the end, so that the sender gets to see an answer

View = Callable[..., HttpResponse]


def takes_files(view: View) -> View:
    """A view whose forms may hold files. Every other address refuses them."""
    view.takes_files = True  # type: ignore[attr-defined]  # looked at by Receiving
    return view


def refusal_of(request: HttpRequest) -> str:
    """Why the files of a request were not taken: too large, too many; empty when they were.

    Ask after request.FILES.
    """
    return str(getattr(request, "upload_refused", ""))


class Receiving(TemporaryFileUploadHandler):
    """Nothing of a file is held in memory, and what is too large is not kept at all."""

    request: Any
    files = 0

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, Any],
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        self.sent = content_length

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        self.files += 1
        if not self._is_taken():
            self._refuse("not here")
        if self.sent > LARGEST_BYTES + FORM_BYTES:
            self._refuse("too large")
        if self.files > FILES_MAX:
            self._refuse("too many")
        super().new_file(*args, **kwargs)

    def _is_taken(self) -> bool:
        match = self.request.resolver_match
        return bool(match and getattr(match.func, "takes_files", False))

    def _refuse(self, why: str) -> None:
        self.request.upload_refused = why
        raise StopUpload(connection_reset=self.sent > DRAINED_BYTES or why == "not here")
