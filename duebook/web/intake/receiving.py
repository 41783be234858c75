"""Uploads on their way in: to a file on disk, piece by piece, and only where a page takes files.

How much is sent is known before anything is read: by Content-Length. A body without one is none.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.datastructures import MultiValueDict

from duebook.visibility.middleware import kind_of_visitor

LARGEST_BYTES = 512 << 20  # of all files of one upload together, where a page says nothing else
FORM_BYTES = 1 << 20  # what a form around them may have besides
FILES_MAX = 50
DRAINED = 2  # so many times the most that is taken is read to its end: the sender sees an answer
PIECE_BYTES = 64 << 10
UNREAD_BYTES = 8 << 20  # besides; more is refused before a byte of it is read

View = Callable[..., HttpResponse]


def takes_files(
    *, bytes_max: int | None = None, files_max: int | None = None
) -> Callable[[View], View]:
    """A view whose forms may hold files, so many and so large together. Every other address
    refuses them, and so does this one for people to whom it does not exist.
    """

    def with_files(view: View) -> View:
        view.takes_files = (bytes_max, files_max)  # type: ignore[attr-defined]  # for Receiving
        return view

    return with_files


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
    ) -> tuple[QueryDict, MultiValueDict[str, Any]] | None:
        # What is not wanted is read line by line to its end, and a line may be all of it.
        if isinstance(input_data, HttpRequest):
            input_data.readline = partial(input_data.readline, PIECE_BYTES)  # type: ignore[method-assign]
        self.sent = content_length
        self.bounds = self._bounds()
        most = (DRAINED * self.bounds[0] if self.bounds else 0) + UNREAD_BYTES
        if content_length <= most:
            return None
        self.request.upload_refused = "too large"
        if self.bounds:
            raise RequestDataTooBig("a form that is far too large")
        return QueryDict(), MultiValueDict()  # there is no such form; nobody waits for an answer

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        self.files += 1
        if self.bounds is None:
            self._refuse("not here")
        elif self.sent > self.bounds[0] + FORM_BYTES:
            self._refuse("too large")
        elif self.files > self.bounds[1]:
            self._refuse("too many")
        super().new_file(*args, **kwargs)

    def _bounds(self) -> tuple[int, int] | None:
        """How many bytes, and files, this address takes from this person; None: no file."""
        match = self.request.resolver_match
        taken = getattr(match.func, "takes_files", None) if match else None
        if taken is None:
            return None
        kinds = getattr(match.func, "kinds", None)
        if kinds is not None and kind_of_visitor(self.request, match.kwargs) not in kinds:
            return None
        bytes_max, files_max = taken
        return LARGEST_BYTES if bytes_max is None else bytes_max, files_max or FILES_MAX

    def _refuse(self, why: str) -> None:
        self.request.upload_refused = why
        raise StopUpload(connection_reset=why == "not here")
