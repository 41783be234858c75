"""Taking back a batch: afterwards everything is as if it had never been loaded.

Only while nothing later builds on it. The runs themselves stay in the history, marked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from django.utils.translation import gettext as _
from psycopg import sql

from duebook.ledger import effect, posting
from duebook.ledger.effect import Effect, Reckoning
from duebook.ledger.posting import text
from duebook.visibility.audit import record
from duebook.visibility.organisations import Refused, current
from duebook.visibility.seeing import raw, seeing
from duebook.visibility.viewer import Viewer

HERE = Path(__file__).parent
# Tables of which rows are kept before a run changes them, in the order in which they come back,
# and what their rows are known by after the organisation.
KEPT: dict[str, tuple[str, ...]] = {
    "customer": ("id",),
    "customer_internal": ("customer_id",),
    "customer_access": ("principal_id", "customer_id", "reason"),
    "settlement": ("document_id", "stated_on"),
    "dispute": ("id",),
    "document_line": ("document_id", "line_number"),
    "order_link": ("order_id", "invoice_id"),
    "allocation": ("id",),
    "reminder": ("document_id", "reminded_on"),
    "shipment": ("number",),
    "stock": ("customer_id", "item", "counted_on"),
    "tombstone": ("intake", "key"),
}


@dataclass(frozen=True)
class Undone:
    """What was taken back: the runs of the batch; documents that are gone, documents that are as
    they were before, accounts that are gone; and what that does to what accounts owe.
    """

    batch_id: int
    runs: list[int] = field(default_factory=list)
    removed: int = 0
    restored: int = 0
    accounts: int = 0
    effect: Effect = field(default_factory=Effect)


class _DryRun(Exception):
    pass


def undo(
    viewer: Viewer,
    run_id: int,
    *,
    at: datetime,
    dry_run: bool = False,
    within: Callable[[Undone], None] = lambda _: None,
) -> Undone:
    """Undo the batch that a run belongs to. Raises Refused, and then nothing has changed.

    `within` is called at the end of the same transaction.
    """
    undone: Undone | None = None
    with _tables() as connection:
        try:
            with seeing(viewer, by="worker"):
                posting.hold(connection, org_id=viewer.org_id)
                undone = _Undoing(connection, viewer, run_id, at=at).undo()
                if dry_run:
                    raise _DryRun
                within(undone)
        except _DryRun:
            pass
        except psycopg.IntegrityError as clash:
            said = _("Run %(run)s cannot be undone: something was added to what it brought.")
            raise Refused(said % {"run": run_id}) from clash
    assert undone is not None  # Otherwise it was refused.
    return undone


@contextmanager
def _tables() -> Iterator[psycopg.Connection[Any]]:
    connection = raw("worker")
    connection.execute("DISCARD TEMP")
    connection.execute(text(HERE / "undo_tables.sql"))
    effect.make_tables(connection)
    try:
        yield connection
    finally:
        if not connection.closed:
            connection.execute("DISCARD TEMP")


class _Undoing:
    """The batch of one run, being taken back."""

    def __init__(
        self, connection: psycopg.Connection[Any], viewer: Viewer, run_id: int, *, at: datetime
    ) -> None:
        self.connection, self.viewer, self.run_id, self.at = connection, viewer, run_id, at
        self.batch_id, self.runs = self._batch()
        self.removed = self.restored = self.accounts = 0
        self.named = {"org": viewer.org_id, "runs": self.runs, "first": self.runs[0]}

    def _batch(self) -> tuple[int, list[int]]:
        query: LiteralString = (
            "SELECT batch_id, undone_at FROM ar.ingest_run WHERE org_id = %s AND id = %s"
        )
        named = {"run": self.run_id}
        row = self.connection.execute(query, [self.viewer.org_id, self.run_id]).fetchone()
        if row is None:
            raise Refused(_("There is no run %(run)s; see the history of imports.") % named)
        batch_id, undone_at = row
        if undone_at is not None:
            raise Refused(_("Run %(run)s has been undone already.") % named)
        if batch_id is None:
            said = _("Run %(run)s is of an earlier release, which kept nothing to undo it by.")
            raise Refused(said % named)
        together: LiteralString = (
            "SELECT id FROM ar.ingest_run WHERE org_id = %s AND batch_id = %s ORDER BY id"
        )
        rows = self.connection.execute(together, [self.viewer.org_id, batch_id])
        return batch_id, [row[0] for row in rows]

    def undo(self) -> Undone:
        self._refuse_what_is_built_on()
        org_id = self.viewer.org_id
        today = current(self.viewer, by="worker").today
        reckoning = Reckoning(self.connection, org_id=org_id, today=today)
        rows = self.connection.execute(text(HERE / "undo_touched.sql"), self.named)
        touched = {row[0] for row in rows if row[0] is not None}
        reached = posting.reached(self.connection, org_id=org_id, customers=touched)
        reckoning.concern_these(reached)
        for run_id in reversed(self.runs):
            self._take_back(run_id)
        posting.name_customers(self.connection, org_id=org_id, run_id=None, customers=touched)
        posting.derive(self.connection, org_id=org_id, customers=reached, run_id=None)
        self._mark()
        counted = (self.removed, self.restored, self.accounts)
        return Undone(self.batch_id, self.runs, *counted, reckoning.effect())

    def _refuse_what_is_built_on(self) -> None:
        posting.join_as_a_whole(self.connection, rows=posting.EVERYTHING)
        self.connection.execute(text(HERE / "undo_made.sql"), self.named)
        row = self.connection.execute(text(HERE / "undo_blocked.sql"), self.named).fetchone()
        if row is None:
            row = next(_added_by_people(self.connection, self.named), None)
        if row is None:
            return
        later, what, file, batch_id = row
        named = {"run": self.run_id, "what": what, "later": batch_id or later, "file": file or ""}
        if later is None:
            said = _(
                "Run %(run)s cannot be undone: people have worked on what it brought (%(what)s)."
            )
        else:
            said = _(
                "Run %(run)s cannot be undone: run %(later)s (%(file)s) builds on it (%(what)s);"
                " undo that first."
            )
        raise Refused(said % named)

    def _take_back(self, run_id: int) -> None:
        named = {"org": self.viewer.org_id, "run": run_id}

        def run(name: str) -> int:
            return self.connection.execute(text(HERE / f"undo_{name}.sql"), named).rowcount

        self.connection.execute("TRUNCATE pg_temp.made, pg_temp.moved")
        run("find")
        run("allocations")
        run("parts")
        self.removed += run("documents")
        self.restored += self._restore_documents(named)
        self.accounts += run("customers")
        for table, key in KEPT.items():
            self._restore(table, key, named)
        run("follow")
        forget: LiteralString = (
            "DELETE FROM ar.ingest_before WHERE org_id = %(org)s AND run_id = %(run)s"
        )
        self.connection.execute(forget, named)

    def _restore_documents(self, named: dict[str, int]) -> int:
        """As their versions from before the run have them, which then are no past versions."""
        before = sql.SQL(
            "SELECT DISTINCT ON (document_id) facts AS before FROM ar.document_version"
            " WHERE org_id = %(org)s AND superseded_by = %(run)s ORDER BY document_id, version"
        )
        restored = self.connection.execute(
            _restoring(self.connection, "document", ("id",), before), named
        ).rowcount
        self.connection.execute(
            "DELETE FROM ar.document_version WHERE org_id = %(org)s AND superseded_by = %(run)s",
            named,
        )
        return restored

    def _restore(self, table: str, key: tuple[str, ...], named: dict[str, int]) -> None:
        kept = {**named, "table": table}
        known_by = sql.SQL(", ").join(sql.Identifier("t", column) for column in key)
        self.connection.execute(
            sql.SQL(
                "DELETE FROM {table} t USING ar.ingest_before b WHERE t.org_id = %(org)s"
                " AND b.org_id = %(org)s AND b.run_id = %(run)s AND b.table_name = %(table)s"
                " AND NOT b.before ? 'org_id' AND b.key = concat_ws(':', {key})"
            ).format(table=sql.Identifier("ar", table), key=known_by),
            kept,
        )
        before = sql.SQL(
            "SELECT before FROM ar.ingest_before WHERE org_id = %(org)s AND run_id = %(run)s"
            " AND table_name = %(table)s AND before ? 'org_id'"
        )
        self.connection.execute(_restoring(self.connection, table, key, before), kept)

    def _mark(self) -> None:
        self.connection.execute(
            "UPDATE ar.ingest_run SET undone_at = %s, undone_by = %s"
            " WHERE org_id = %s AND batch_id = %s",
            [self.at, self.viewer.person_id, self.viewer.org_id, self.batch_id],
        )
        told = {"batch": self.batch_id, "runs": self.runs, "removed": self.removed}
        told |= {"restored": self.restored, "accounts": self.accounts}
        record(self.viewer, "import undone", by="worker", **told)


def _restoring(
    connection: psycopg.Connection[Any], table: str, key: tuple[str, ...], before: sql.SQL
) -> sql.Composed:
    """Rows as they were, put over what is there now, whatever columns the table has."""
    query: LiteralString = (
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0"
        " AND NOT attisdropped ORDER BY attnum"
    )
    columns = [row[0] for row in connection.execute(query, [f"ar.{table}"])]
    changing = [column for column in columns if column not in ("org_id", *key)]
    sets = (sql.SQL("{0} = excluded.{0}").format(sql.Identifier(each)) for each in changing)
    action = sql.SQL("UPDATE SET {}").format(sql.SQL(", ").join(sets))
    return sql.SQL(
        "INSERT INTO {table} ({columns}) SELECT {values} FROM ({before}) AS kept"
        " CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, kept.before) AS r"
        " ON CONFLICT (org_id, {key}) DO {action}"
    ).format(
        table=sql.Identifier("ar", table),
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        values=sql.SQL(", ").join(sql.Identifier("r", column) for column in columns),
        before=before,
        key=sql.SQL(", ").join(map(sql.Identifier, key)),
        action=action if changing else sql.SQL("NOTHING"),
    )


# The ledger's own tables: undo_blocked.sql asks them one by one.
OWN = (*KEPT, "document", "document_version")


def _added_by_people(
    connection: psycopg.Connection[Any], named: dict[str, Any]
) -> Iterator[tuple[None, str, None, None]]:
    """Whatever other part of the product has hung on what some runs made, such as invitations."""
    hanging = connection.execute(text(HERE / "referring.sql"), {"known": list(OWN)}).fetchall()
    for table, whose, column in hanging:
        query = sql.SQL(
            "SELECT FROM {table} t JOIN pg_temp.made_by_all m ON m.id = t.{column}"
            " WHERE t.org_id = %(org)s AND m.table_name = %(whose)s LIMIT 1"
        ).format(table=sql.Identifier("ar", table), column=sql.Identifier(column))
        if connection.execute(query, {**named, "whose": whose}).fetchone() is not None:
            yield None, table.replace("_", " "), None, None
