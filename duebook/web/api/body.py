"""The body of a call: what may be in it, how much of it, and the rows it holds."""

from __future__ import annotations

from typing import Any, Protocol, cast

from django.http import HttpRequest

from duebook.ingest.encoding import Unreadable
from duebook.ingest.json_rows import ROWS_MAX, TooMany, rows_of
from duebook.web.api.door import Refused

BODY_MAX = 16 << 20
BLOCK = 1 << 16
LISTS = ("application/json",)
LINES = ("application/x-ndjson", "application/ndjson", "application/jsonl")


class _Stream(Protocol):
    def read(self, size: int, /) -> bytes: ...


def body_of(request: HttpRequest) -> bytes:
    """Raises Refused with 413 as soon as it is too long."""
    told = request.headers.get("Content-Length", "")
    if told.isdecimal() and int(told[:20]) > BODY_MAX:
        raise _too_long()
    if request.headers.get("Content-Encoding", "identity").casefold() != "identity":
        raise Refused(415, "Send the body as it is, without Content-Encoding.")
    parts: list[bytes] = []
    size = 0
    stream = _stream(request)
    while part := stream.read(BLOCK):
        size += len(part)
        if size > BODY_MAX:
            raise _too_long()
        parts.append(part)
    return b"".join(parts)


def _stream(request: HttpRequest) -> _Stream:
    """Django reads nothing of a body that comes in chunks, whose length nobody told."""
    if request.headers.get("Transfer-Encoding", "").casefold() == "chunked":
        return cast(_Stream, request.META["wsgi.input"])
    return cast(_Stream, request)


def _too_long() -> Refused:
    return Refused(413, f"A call may have {BODY_MAX >> 20} MiB: send the rows in several.")


def is_by_line(request: HttpRequest) -> bool:
    """Raises Refused for what is neither a list nor one object on each line."""
    sort = request.headers.get("Content-Type", "").partition(";")[0].strip().casefold()
    if sort not in (*LISTS, *LINES):
        message = (
            "Send rows as application/json, a list of objects, or as application/x-ndjson, one"
            " object on each line; Content-Type says which."
        )
        raise Refused(415, message, {"Accept-Post": ", ".join((LISTS[0], LINES[0]))})
    return sort in LINES


def rows_in(body: bytes, *, by_line: bool) -> list[dict[str, Any]]:
    """Raises Refused."""
    try:
        rows = rows_of(body, by_line=by_line)
    except TooMany:
        message = f"A call may have {ROWS_MAX:,} rows: send them in several."
        raise Refused(413, message) from None
    except Unreadable as unreadable:
        raise Refused(400, str(unreadable)) from None
    if not rows:
        raise Refused(400, "There is no row in the body: send at least one.")
    return rows
