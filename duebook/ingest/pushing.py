"""The rows of one call on their way into the ledger: as a file's, and what is gone besides.

Each row is told what it came to. A call that says nothing new joins the sender's run of the day
that says nothing new, so that a source which repeats itself does not flood the history.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import LiteralString

from psycopg import sql

from duebook.ingest.check import Rejected
from duebook.ingest.deletions import Deleting
from duebook.ingest.filing import Filing
from duebook.ingest.pushed import Pushed
from duebook.ledger import posting
from duebook.ledger.effect import Reckoning
from duebook.ledger.posting import text
from duebook.visibility.audit import record

HERE = Path(__file__).parent
SPEAKS = ("new", "changed", "return", "deleted", "invalid")


class PushedFiling(Filing):
    """`file` is Pushed."""

    file: Pushed

    def stage(self, *, progress: object, strict: bool) -> None:
        for refused in self.file.refused:
            self._reject(refused)
        for line in self.file.stale:
            self._count(line, "stale")
        super().stage(progress=lambda *_: None, strict=strict)

    def post(
        self, batch_id: int | None, *, today: date, reckoning: Reckoning, strict: bool
    ) -> None:
        began = time.monotonic()
        self._begin(today)
        self._resolve()
        deleting = Deleting(self.batch, self.shape, self.file.deletions)
        if not self._says_something():
            deleting.find()
        if is_quiet := not self._says_something():
            self._collect()
        else:
            self._open_run(batch_id)
            self._post(reckoning)
            self._delete(deleting, reckoning)
            self._collect()
        self.result.seconds += time.monotonic() - began
        if is_quiet and self._join_quiet_run():
            return
        if is_quiet:
            self._open_run(batch_id)
            self.connection.execute(QUIET, [self.viewer.org_id, self.batch.run_id])
        self._close_run()

    def _says_something(self) -> bool:
        if self.result.counts["invalid"]:
            return True
        asked = sql.SQL(
            "SELECT EXISTS (SELECT FROM pg_temp.{} WHERE action = ANY (%s)) OR"
            " EXISTS (SELECT FROM pg_temp.resolved_deletion WHERE action = ANY (%s))"
        )
        said = [*SPEAKS]
        return bool(self._one(asked.format(self.resolved), said, said))

    def _delete(self, deleting: Deleting, reckoning: Reckoning) -> None:
        """After the rows, of which one may be what is gone."""
        if not self.file.deletions:
            return
        deleting.find()
        customers = deleting.customers()
        reckoning.concern_these(customers)
        self.touched |= customers
        posting.delete(self.batch, self.shape)
        if self.shape == "account":
            self.accounts |= deleting.ids()

    def _count(self, line: int, action: str) -> None:
        super()._count(line, action)
        self.result.actions[line] = action

    def _collect(self) -> None:
        super()._collect()
        gone = self.connection.execute(
            "SELECT line, action, COALESCE(problem_column, ''), COALESCE(problem, '')"
            " FROM pg_temp.resolved_deletion ORDER BY line"
        ).fetchall()
        for line, action, column, reason in gone:
            if action == "invalid":
                self._reject(Rejected(line, column, "", reason))
            else:
                self._count(line, action)
        query = sql.SQL("SELECT line, action FROM pg_temp.{}").format(self.resolved)
        self.result.actions.update(self.connection.execute(query).fetchall())

    def _record(self, run_id: int, counts: dict[str, int]) -> None:
        record(self.viewer, "rows received", by="worker", run=run_id, counts=counts)

    def _join_quiet_run(self) -> bool:
        """Whether there was one, and nothing that it would rest on came after it."""
        named = {
            "org": self.viewer.org_id,
            "person": self.viewer.person_id,
            "kind": self.kind,
            "counts": json.dumps(dict(self.result.counts)),
            "seconds": self.result.seconds,
        }
        named["rests_on"] = self._rests_on()
        row = self.connection.execute(text(HERE / "join_quiet_run.sql"), named).fetchone()
        if row is None:
            return False
        self.batch = replace(self.batch, run_id=row[0])
        return True


QUIET: LiteralString = "UPDATE ar.ingest_run SET quiet_calls = 1 WHERE org_id = %s AND id = %s"
