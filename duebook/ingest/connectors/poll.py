"""One poll of one connector: what changed goes into the ledger, and the cursor with it.

The cursor moves in the very transaction that brings the facts, so that a poll which is killed at
any moment has either taken a pull or will take it again, which writes nothing new.
"""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, LiteralString

import psycopg
from django.utils.translation import gettext as _

from duebook.database.lost import is_lost
from duebook.ingest.connectors import register
from duebook.ingest.connectors.connector import Connector, Cursor, Pull, Trouble
from duebook.ingest.encoding import Unreadable
from duebook.ingest.feeds import BadMapping
from duebook.ingest.load import Refused, Results, load
from duebook.ingest.mappings import Recogniser, all_of
from duebook.visibility.organisations import current
from duebook.visibility.seeing import NotAllowed, raw, seeing
from duebook.visibility.viewer import Viewer

POLLS = 7238525  # advisory locks: who polls a connector does so alone
FIRST_AGAIN = timedelta(minutes=1)  # after one failure; twice as long after each further one
LAST_AGAIN = timedelta(hours=1)  # at most, where the connector's own time is not longer
JITTER = 0.25  # so that what failed together does not come back together
EXPECTED = (Trouble, Unreadable, BadMapping, Refused)

log = logging.getLogger("duebook.connectors")


@dataclass
class _Polling:
    """What is being polled."""

    id: int
    connector: Connector
    cursor: Cursor
    name: str


def poll(viewer: Viewer, connector_id: int, *, at: datetime) -> None:
    """Ask a connector what changed, as the service that it is. Never twice at once.

    Whatever goes wrong with the source is kept with the connector, which is asked again later.
    """
    with _alone(connector_id) as is_alone:
        if is_alone:
            _poll(viewer, connector_id, at=at)


def again_after(failures: int, *, every: timedelta, jitter: float) -> timedelta:
    """How long to wait after so many failures in a row; `jitter` lies between -1 and 1."""
    most = max(LAST_AGAIN, every)
    doublings: int = 2 ** min(failures - 1, 20)
    wait = min(FIRST_AGAIN * doublings, most)
    return wait * (1 + JITTER * jitter)


def _poll(viewer: Viewer, connector_id: int, *, at: datetime) -> None:
    troubles: list[str] = []
    try:
        polling = _begin(viewer, connector_id, at=at)
        if polling is None:  # removed or paused since
            return
        for pull in polling.connector.pulls(polling.cursor, known=_Ledger(viewer), at=at):
            if sentence := _take(viewer, polling, pull, at=at):
                troubles.append(sentence)
    except EXPECTED as trouble:
        troubles.append(str(trouble))
    except Exception as trouble:
        if is_lost(trouble) or isinstance(trouble, NotAllowed):
            raise
        log.exception("Connector %s failed.", connector_id)
        troubles.append(_("Something went wrong here while it was asked; it is asked again."))
    _end(viewer, connector_id, troubles=troubles, at=at)


def _begin(viewer: Viewer, connector_id: int, *, at: datetime) -> _Polling | None:
    query: LiteralString = (
        "UPDATE ar.connector SET polling_since = %s, tried_at = %s WHERE org_id = %s AND id = %s"
        " AND active RETURNING name, type, settings, cursor"
    )
    with seeing(viewer, by="worker"):
        row = raw("worker").execute(query, [at, at, viewer.org_id, connector_id]).fetchone()
        secret = register.secret_of(viewer, connector_id, by="worker") if row else ""
        organisation = current(viewer, by="worker", at=at)
    if row is None:
        return None
    name, type_, settings, cursor = row
    connector = register.made(
        type_, register.told(settings), secret=secret, organisation=organisation
    )
    return _Polling(connector_id, connector, register.told(cursor), name)


def _take(viewer: Viewer, polling: _Polling, pull: Pull, *, at: datetime) -> str:
    """Load one pull; what went wrong with it, or nothing."""
    try:
        results = _loaded(viewer, polling, pull, at=at)
    except EXPECTED as trouble:
        pull.refused(str(trouble))
        return str(trouble)
    pull.loaded()
    return _invalid(results)


def _loaded(viewer: Viewer, polling: _Polling, pull: Pull, *, at: datetime) -> Results:
    tables = [] if pull.digest and pull.digest == polling.cursor.get("digest") else pull.open()
    cursor = {**pull.cursor, "digest": pull.digest} if pull.digest else pull.cursor

    def move(connection: psycopg.Connection[Any], _results: Results) -> None:
        connection.execute(
            "UPDATE ar.connector SET cursor = %s, data_as_of = GREATEST(data_as_of, %s)"
            " WHERE org_id = %s AND id = %s",
            [json.dumps(cursor), pull.as_of, viewer.org_id, polling.id],
        )

    if tables:
        results = load(
            viewer,
            tables,
            snapshot=pull.snapshot,
            source="connector",
            kept_at=at if pull.keeps else None,
            within=move,
        )
    else:
        results = Results()
        with seeing(viewer, by="worker"):
            move(raw("worker"), results)
    polling.cursor = cursor
    return results


def _invalid(results: Results) -> str:
    """A sentence on rows that were not taken: they are in the history with their reasons."""
    rows = [(file.file, row) for file in results.files for row in file.invalid]
    if not rows:
        return ""
    name, first = rows[0]
    said = _("%(count)s rows of %(name)s were not taken; the first: %(column)s, %(reason)s")
    told = {"count": sum(file.counts["invalid"] for file in results.files), "name": name}
    return said % {**told, "column": first.column, "reason": first.reason}


def _end(viewer: Viewer, connector_id: int, *, troubles: list[str], at: datetime) -> None:
    """When it is asked again: after its own time, or sooner when something went wrong."""
    with seeing(viewer, by="worker"):
        row = (
            raw("worker")
            .execute(
                "SELECT failures, every_minutes FROM ar.connector WHERE org_id = %s AND id = %s",
                [viewer.org_id, connector_id],
            )
            .fetchone()
        )
        if row is None:
            return
        failures, every = (row[0] + 1 if troubles else 0), timedelta(minutes=row[1])
        wait = every
        if failures:
            jitter = random.uniform(-1, 1)  # nosec B311  # spreads load, keeps no secret
            wait = again_after(failures, every=every, jitter=jitter)
        raw("worker").execute(
            "UPDATE ar.connector SET polling_since = NULL, failures = %s, trouble = %s,"
            " succeeded_at = CASE WHEN %s THEN succeeded_at ELSE %s END, next_at = %s"
            " WHERE org_id = %s AND id = %s",
            [
                failures,
                " ".join(troubles[:3])[:2000],
                failures > 0,
                at,
                at + wait,
                viewer.org_id,
                connector_id,
            ],
        )


@contextmanager
def _alone(connector_id: int) -> Iterator[bool]:
    """Held by the connection beyond its transactions: whoever dies lets go."""
    connection = raw("worker")
    lock = [(POLLS << 32) + connector_id]
    held = connection.execute("SELECT pg_try_advisory_lock(%s)", lock).fetchone()
    try:
        yield held == (True,)
    finally:
        if held == (True,) and not connection.closed:
            connection.execute("SELECT pg_advisory_unlock(%s)", lock)


@dataclass(frozen=True)
class _Ledger:
    """What is loaded already, as the connector's own service sees it."""

    viewer: Viewer

    def accounts(self, external_ids: Iterable[str]) -> set[str]:
        query: LiteralString = (
            "SELECT external_id FROM ar.customer WHERE org_id = %s AND external_id = ANY (%s)"
        )
        with seeing(self.viewer, by="worker"):
            found = raw("worker").execute(query, [self.viewer.org_id, list(external_ids)])
            return {row[0] for row in found}

    def allocations(self, source_numbers: Iterable[str]) -> list[dict[str, str]]:
        query: LiteralString = (
            "SELECT s.number, s.kind, c.number, a.dated_on::text, a.external_id,"
            " COALESCE(a.source_version, '')"
            " FROM ar.document s"
            " JOIN ar.allocation a ON a.org_id = s.org_id AND a.source_id = s.id"
            " JOIN ar.document c ON c.org_id = s.org_id AND c.id = a.charge_id"
            " WHERE s.org_id = %s AND s.number = ANY (%s) AND s.class IN ('receipt', 'credit')"
            " AND a.origin = 'stated' AND a.external_id IS NOT NULL AND a.stated_amount > 0"
            " AND a.run_id IS NOT NULL"
        )
        names = "source_number source_kind invoice_number date external_id source_version".split()
        with seeing(self.viewer, by="worker"):
            found = raw("worker").execute(query, [self.viewer.org_id, list(source_numbers)])
            return [dict(zip(names, row, strict=True)) for row in found]

    def mappings(self) -> Recogniser:
        with seeing(self.viewer, by="worker"):
            return Recogniser(all_of(self.viewer, by="worker"))
