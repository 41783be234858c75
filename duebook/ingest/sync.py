"""A call of a program: its rows into the ledger as one batch, once for each idempotency key.

The answer is kept in the batch's own transaction, so that whoever did not hear it may ask again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, LiteralString

import psycopg

from duebook.ingest.load import Results, load
from duebook.ingest.pushed import pushed
from duebook.visibility.seeing import raw, seeing
from duebook.visibility.viewer import Viewer

SOURCE = "sync"
WAIT_SECONDS = 3.0  # for other batches of the organisation


class OtherRequest(Exception):
    """The idempotency key was used before, for something else."""


class _Known(Exception):
    """The answer was given while we waited."""


@dataclass(frozen=True)
class Call:
    """What came: rows of one kind. `sha256` is of everything that a key stands for."""

    kind: str
    rows: Sequence[Mapping[str, Any]]
    sender: str
    sha256: str
    key: str = ""
    as_at: date | None = None
    dry_run: bool = False


@dataclass(frozen=True)
class Answer:
    """`text` is what is sent; `is_repeated` when an earlier call with the same key got it."""

    text: str
    is_repeated: bool = False


def sync(viewer: Viewer, call: Call, *, answered: Callable[[Results], str]) -> Answer:
    """Load the rows, unless the same call was answered before. `answered` writes the answer.

    Raises OtherRequest, Busy when other batches take longer than WAIT_SECONDS, Refused.
    """
    text = ""

    def first(connection: psycopg.Connection[Any]) -> None:
        if known := _known(connection, viewer, call):
            raise _Known(known)

    def within(connection: psycopg.Connection[Any], results: Results) -> None:
        nonlocal text
        text = answered(results)
        if call.key and not call.dry_run:
            values = [viewer.org_id, viewer.person_id, call.key, call.sha256, text]
            connection.execute(KEEPING, values)

    if call.key:
        with seeing(viewer, read_only=True):
            known = _known(raw(), viewer, call)
        if known:
            return Answer(known, is_repeated=True)
    try:
        load(
            viewer,
            [pushed(call.kind, call.rows, name=call.sender, sha256=call.sha256)],
            as_at=call.as_at,
            dry_run=call.dry_run,
            source=SOURCE,
            wait_seconds=WAIT_SECONDS,
            first=first,
            within=within,
        )
    except _Known as known_now:
        return Answer(str(known_now), is_repeated=True)
    return Answer(text)


def _known(connection: psycopg.Connection[Any], viewer: Viewer, call: Call) -> str:
    """The answer given before; empty when there is none."""
    if not call.key:
        return ""
    asked = [viewer.org_id, viewer.person_id, call.key]
    row = connection.execute(KNOWN, asked).fetchone()
    if row is None:
        return ""
    if row[0] != call.sha256:
        raise OtherRequest
    return str(row[1])


KNOWN: LiteralString = (
    "SELECT request_sha256, answer FROM ar.sync_call"
    " WHERE org_id = %s AND person_id = %s AND key = %s"
)
KEEPING: LiteralString = (
    "INSERT INTO ar.sync_call (org_id, person_id, key, request_sha256, answer)"
    " VALUES (%s, %s, %s, %s, %s)"
)
