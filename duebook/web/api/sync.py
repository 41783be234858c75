"""POST /api/v1/sync/KIND: a program brings rows, and hears of each what it came to."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from hashlib import sha256
from typing import Any

import psycopg
from django.http import HttpRequest, HttpResponse
from django.utils.translation import override
from ninja import Schema
from pydantic import Field

from duebook.ingest.encoding import storable
from duebook.ingest.load import Busy, Results
from duebook.ingest.load import Refused as NotLoaded
from duebook.ingest.sync import Call, OtherRequest, sync
from duebook.ingest.versions import NUMBERS
from duebook.visibility.seeing import NotAllowed
from duebook.web.api.body import body_of, is_by_line, rows_in
from duebook.web.api.door import Refused, TokenRequest, not_known

AT_ONCE = 2  # of the few threads that answer pages as well
KEY = re.compile(r"[\x21-\x7e]{1,255}")
YES = {"true": True, "1": True, "false": False, "0": False, "": False}
PARAMETERS = ("as_at", "dry_run")
REPEATED = "Idempotent-Replayed"
_turns = threading.BoundedSemaphore(AT_ONCE)


class SyncResult(Schema):
    """What a row came to."""

    index: int = Field(description="The row's place in the body, from 0")
    action: str = Field(
        description="new, changed, deleted; unchanged, repeated (whole, in this call), stale (a"
        " newer version is known), skipped (its amount is zero); invalid",
        examples=["new"],
    )
    external_id: str | None = Field(description="As the row had it")
    number: str | None = Field(description="The number that the row is known by")
    column: str | None = Field(description="Of an invalid row: the field to correct")
    reason: str | None = Field(
        description="Of an invalid row: what is wrong and what to do. Lines count from 1"
    )


class SyncAnswer(Schema):
    """What a call came to. Invalid rows do not keep the others from landing."""

    kind: str
    run: int | None = Field(description="Its number in the history of imports; null of a dry run")
    dry_run: bool
    nothing_new: bool = Field(description="The ledger is as it was")
    counts: dict[str, int] = Field(description="How many rows came to what, by action")
    results: list[SyncResult] = Field(description="One for each row, in their order")


def synced(request: TokenRequest, kind: str) -> HttpResponse:
    """Raises Refused."""
    if "ingest" not in request.auth.scopes:
        raise Refused(403, "This token may not bring rows; make one with the scope ingest.")
    as_at, dry_run = _asked(request)
    key = _key(request)
    by_line = is_by_line(request)
    body = body_of(request)
    rows = rows_in(body, by_line=by_line)
    stands_for = f"{kind} {as_at} {dry_run} {by_line} ".encode() + body
    call = Call(
        kind=kind,
        rows=rows,
        sender=request.auth.name,
        sha256=sha256(stands_for).hexdigest(),
        key=key,
        as_at=as_at,
        dry_run=dry_run,
    )
    with _turn(), _said_plainly(), override("en"):
        answer = sync(
            request.auth.viewer, call, answered=lambda results: _written(call, rows, results)
        )
    headers = {REPEATED: "true"} if answer.is_repeated else {}
    return HttpResponse(answer.text, content_type="application/json", headers=headers)


def _asked(request: HttpRequest) -> tuple[date | None, bool]:
    for name, values in request.GET.lists():
        if name not in PARAMETERS:
            message = f"There is no parameter “{name}” here. Choose among: {', '.join(PARAMETERS)}."
            raise Refused(400, message)
        if len(values) > 1:
            raise Refused(400, f"“{name}” is given twice.")
    written = request.GET.get("as_at", "")
    try:
        as_at = date.fromisoformat(written) if written else None
    except ValueError:
        message = f"“{written}” is no date; write as_at as year-month-day, such as 2026-01-31."
        raise Refused(400, message) from None
    dry_run = request.GET.get("dry_run", "").casefold()
    if dry_run not in YES:
        raise Refused(400, "Write dry_run as true or false.")
    return as_at, YES[dry_run]


def _key(request: HttpRequest) -> str:
    """Empty when the call has none."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return ""
    if not KEY.fullmatch(key):
        message = "An Idempotency-Key is 1 to 255 letters, digits and signs without spaces."
        raise Refused(400, message)
    return key


@contextmanager
def _turn() -> Iterator[None]:
    """One of the few calls that are worked on at once, so that pages are answered meanwhile."""
    if not _turns.acquire(timeout=1):
        raise _busy("Other calls are being worked on; send this one again in 1 second.", 1)
    try:
        yield
    finally:
        _turns.release()


@contextmanager
def _said_plainly() -> Iterator[None]:
    try:
        yield
    except NotAllowed as refused:  # revoked since it was looked at
        raise not_known() from refused
    except OtherRequest:
        message = "This Idempotency-Key was used for another call: draw a new one."
        raise Refused(422, message) from None
    except (Busy, psycopg.errors.DeadlockDetected):
        message = "Another import of the organisation is under way; send this again in 3 seconds."
        raise _busy(message, 3) from None
    except NotLoaded as refused:
        raise Refused(422, str(refused)) from None


def _busy(message: str, seconds: int) -> Refused:
    return Refused(429, message, {"Retry-After": str(seconds)})


def _written(call: Call, rows: Sequence[Mapping[str, Any]], results: Results) -> str:
    """The answer as JSON."""
    (result,) = results
    wrong = {row.line: row for row in result.invalid}
    number = NUMBERS[call.kind][0]
    told = []
    for line, row in enumerate(rows, start=1):
        why = wrong.get(line)
        told.append(
            {
                "index": line - 1,
                "action": result.actions[line],
                "external_id": _text(row.get("external_id")),
                "number": _text(row.get(number)),
                "column": why.column or None if why else None,
                "reason": why.reason if why else None,
            }
        )
    answer = {
        "kind": call.kind,
        "run": None if call.dry_run else results.batch_id,
        "dry_run": call.dry_run,
        "nothing_new": results.says_nothing_new,
        "counts": {action: count for action, count in sorted(result.counts.items()) if count},
        "results": told,
    }
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":"))


def _text(value: Any) -> str | None:
    return storable(value) if isinstance(value, str) else None
