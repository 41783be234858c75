"""What has served its time is removed; letters that waited for a mail server are ordered."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore

from duebook.post.delivery import order_waiting
from duebook.rollups import days
from duebook.visibility.seeing import raw
from duebook.visibility.viewer import Viewer

QUEUE_HOURS = 7 * 24  # of jobs that failed; what went well leaves the queue at once

log = logging.getLogger("duebook.jobs")


def tidy() -> None:
    """Exports after a week, letters after thirty days, sessions and counters that have expired.

    A demonstration keeps its letters: they are there to be looked at.
    """
    raw("worker").execute("SELECT guard.tidy()")
    door = raw("default")
    if not settings.DEMO:
        door.execute("DELETE FROM letter WHERE written_at < now() - interval '30 days'")
    door.execute("DELETE FROM cache WHERE expires < now()")
    SessionStore.clear_expired()
    order_waiting()
    report_waiting()


def keep_days(viewer: Viewer) -> None:
    """The task: what pages of an organisation rest on is made, as after its first large import.

    Readers would make it, too, but their patience is half a minute.
    """
    days.keep_ready(viewer, at=datetime.now(UTC))


def report_waiting() -> None:
    """Into the log: letters that nobody will get while there is no mail server."""
    waiting = letters_waiting()
    if waiting and not settings.DELIVERY and not settings.DEMO:
        log.warning("Letters wait for a mail server: %s. Name one with DUEBOOK_SMTP.", waiting)


def letters_waiting() -> int:
    row = raw("default").execute("SELECT count(*) FROM letter WHERE sent_at IS NULL").fetchone()
    return int(row[0]) if row else 0
