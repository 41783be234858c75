"""Which windows of twelve months are kept worked out, and seeing to it that one is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from duebook.visibility.seeing import seeing
from duebook.visibility.viewer import Viewer


def ready(viewer: Viewer, *, through: date | None = None) -> None:
    """See to it that the twelve months up to that one, or the current one, can be read.

    Outside seeing(), in a transaction of its own; for a view that is `prepared`.
    """


@contextmanager
def seeing_months(viewer: Viewer, *, through: date | None = None) -> Iterator[None]:
    """seeing(), read only, with that window in the snapshot."""
    with seeing(viewer, read_only=True):
        yield
