"""What the policies cost: one statement by a viewer, and by a login that they do not touch."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg

from bench.clock import paired_seconds
from bench.ledgers import DATES, Ledger
from duebook.database.server import Server
from duebook.reports.aging import USUAL, named
from duebook.reports.rows import query
from duebook.visibility.organisations import viewer_of
from duebook.visibility.seeing import raw, seeing
from duebook.visibility.viewer import Viewer

PAIRS = {"admin": 15}  # The only one with a target.
PAIRS_OTHERWISE = 5
FILE = "aging_page.sql"


@dataclass(frozen=True)
class Cost:
    """Medians of whole transactions, signing and proving the viewer included."""

    ledger: Ledger
    as_of: date
    kind: str
    customers: int
    guarded_seconds: float
    bare_seconds: float

    @property
    def ratio(self) -> float:
        return self.guarded_seconds / self.bare_seconds


def costs(ledger: Ledger, server: Server) -> list[Cost]:
    emails = (ledger.admin, ledger.member, ledger.client)
    with _untouched(server) as bare:
        return [
            _cost(ledger, viewer_of(ledger.slug, email), as_of, bare)
            for email in emails
            for as_of in DATES
        ]


def _cost(
    ledger: Ledger, viewer: Viewer, as_of: date, bare: psycopg.Connection[tuple[Any, ...]]
) -> Cost:
    asked = {
        "org": viewer.org_id,
        "as_of": as_of,
        "basis": "due",
        **named(USUAL),
        "customer": None,
        "currency": "",
        "search": "",
        "size": None,
        "after": 0,
    }

    def by_viewer() -> int:
        with seeing(viewer, read_only=True):
            return len(raw().execute(query(FILE), asked).fetchall())

    def by_superuser() -> int:
        with bare.transaction():
            return len(bare.execute(query(FILE), asked).fetchall())

    with seeing(viewer, read_only=True):
        row = raw().execute("SELECT count(*) FROM ar.customer").fetchone()
    pairs = PAIRS.get(viewer.kind, PAIRS_OTHERWISE)
    guarded, unguarded = paired_seconds(by_viewer, by_superuser, pairs=pairs)
    return Cost(ledger, as_of, viewer.kind, row[0] if row else 0, guarded, unguarded)


@contextmanager
def _untouched(server: Server) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """The superuser, whom no policy concerns, with the application's way of sending values."""
    url = server.superuser_url("duebook")
    with psycopg.connect(url, autocommit=True, prepare_threshold=None, context=raw()) as bare:
        yield bare
