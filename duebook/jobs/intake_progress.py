"""How far the work on an intake is, told twice a second at most, beside the work's transaction."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from duebook.ingest.intake import POSTING_SHARE, beat
from duebook.ingest.opening import Opened
from duebook.visibility.seeing import seeing
from duebook.visibility.viewer import Viewer

TOLD_SECONDS = 0.5


class Progress:
    """Told of rows as they are read. Raises NotNow when the work is no longer wanted."""

    def __init__(
        self,
        viewer: Viewer,
        intake: int,
        state: str,
        opened: Sequence[Opened] = (),
        *,
        total: int | None = None,
        expected: float | None = None,
    ) -> None:
        self.viewer, self.intake, self.state, self.expected = viewer, intake, state, expected
        self.began = self.told = time.monotonic()
        self.rows: dict[str, int] = {}
        self.unread = {each.name for each in opened}
        self.total = total
        self._tell(began_at=datetime.now(UTC), rows_done=0, rows_total=total)

    def __call__(self, file: str, rows: int, total: int) -> None:
        self.rows[file] = rows
        if total or not rows:
            self.unread.discard(file)
        if not self.unread:
            self._tell_that_all_is_read()
        elif time.monotonic() - self.told >= TOLD_SECONDS:
            done = sum(self.rows.values())
            self._tell(rows_done=done, rows_total=max(done, self.total) if self.total else None)

    def _tell_that_all_is_read(self) -> None:
        done = sum(self.rows.values())
        passed = time.monotonic() - self.began
        expected = self.expected or passed * (1 + POSTING_SHARE)
        self._tell(rows_done=done, rows_total=done, seconds_expected=expected)

    def _tell(self, **columns: object) -> None:
        self.told = time.monotonic()
        with seeing(self.viewer):
            beat(self.viewer, self.intake, state=self.state, at=datetime.now(UTC), **columns)
