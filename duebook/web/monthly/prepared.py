"""What must be worked out before a page of the monthly report is read."""

from __future__ import annotations

from django.http import HttpRequest

from duebook.rollups import days, months
from duebook.visibility.organisations import current
from duebook.visibility.seeing import seeing
from duebook.visibility.viewer import Viewer


def prepare(viewer: Viewer, request: HttpRequest) -> None:
    """The twelve months."""
    months.ready(viewer)


def prepare_sums(viewer: Viewer, request: HttpRequest) -> None:
    """The same, and today's aging, which the last closing is compared with."""
    with seeing(viewer, read_only=True):
        today = current(viewer).today
    days.ready(viewer, today)
    months.ready(viewer)
