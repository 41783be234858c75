"""What waits for whoever looks: for the frame of every page of those who work here."""

from __future__ import annotations

from dataclasses import dataclass

from duebook.reports.rows import kept_rows
from duebook.visibility.viewer import Viewer


@dataclass(frozen=True)
class Waiting:
    """`disputes` without an answer and announced `payments`, of all accounts that are seen.
    Where it is not `is_mentioned`, no note waits to be read; else one may.
    """

    disputes: int = 0
    payments: int = 0
    is_mentioned: bool = False


def waiting(viewer: Viewer) -> Waiting:
    """For the viewer, one of the staff."""
    return kept_rows(Waiting, "waiting.sql", person=viewer.person_id)[0]
