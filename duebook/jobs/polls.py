"""Connectors are asked in the background: who is due is found by the database, not by a person."""

from __future__ import annotations

from datetime import UTC, datetime

from duebook.ingest.connectors.poll import poll
from duebook.visibility.seeing import raw
from duebook.visibility.viewer import Viewer


def poll_connector(viewer: Viewer, *, connector: int) -> None:
    """The task: `viewer` is the connector's own service."""
    poll(viewer, connector, at=datetime.now(UTC))


def order_due() -> int:
    """Have every connector polled whose time has come; how many those are."""
    row = raw("worker").execute("SELECT guard.order_polls()").fetchone()
    return int(row[0]) if row else 0
