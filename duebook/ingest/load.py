"""A batch of files into the ledger: staged, resolved, posted, all in one transaction.

Readers see the whole batch or nothing of it, and sending it again writes nothing.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from duebook.ingest.check import Rejected, Skipped, checker
from duebook.ingest.encoding import storable
from duebook.ingest.opening import Opened as Opened
from duebook.ingest.opening import open_file as open_file
from duebook.ledger import posting
from duebook.ledger.posting import Batch, text
from duebook.visibility.audit import record
from duebook.visibility.organisations import current
from duebook.visibility.seeing import raw, seeing
from duebook.visibility.viewer import Viewer

HERE = Path(__file__).parent
ERRORS_KEPT = 10_000
IMPORTS = 7238524  # advisory lock: imports of one organisation commit one after another
PROGRESS_ROWS = 5_000
LARGE = 1_000  # rows after which the planner is told how much there is now


class Refused(Exception):
    """The batch was not loaded and nothing changed. The message is one sentence."""


@dataclass
class Result:
    """What a file came to. Counts by action: new, changed, unchanged, repeated, stale, skipped,
    invalid; `warnings` are oddities that were let pass.
    """

    file: str
    kind: str
    counts: Counter[str] = field(default_factory=Counter)
    invalid: list[Rejected] = field(default_factory=list)
    warnings: Counter[str] = field(default_factory=Counter)
    new_accounts: int = 0
    seconds: float = 0.0

    @property
    def says_nothing_new(self) -> bool:
        return not (self.counts["new"] or self.counts["changed"])


Progress = Callable[[str, int, int], None]  # file, bytes of rows read so far, rows


class _DryRun(Exception):
    pass


# kind -> staging table, resolved table, and columns whose name in the table differs
STAGES: dict[str, tuple[str, str, dict[str, str]]] = {
    "accounts": ("stage_account", "resolved_account", {"parent_account_number": "parent_number"}),
    "invoices": ("stage_document", "resolved_document", {"invoice_number": "number"}),
    "adjustments": (
        "stage_document",
        "resolved_document",
        {"adjustment_number": "number", "date": "issue_date", "invoice_number": "applied_to"},
    ),
    "payments": (
        "stage_document",
        "resolved_document",
        {"payment_number": "number", "date": "issue_date"},
    ),
    "orders": (
        "stage_document",
        "resolved_document",
        {"order_number": "number", "order_date": "issue_date"},
    ),
    "invoice_lines": ("stage_line", "resolved_line", {}),
    "allocations": ("stage_allocation", "resolved_allocation", {"date": "dated_on"}),
    "order_links": ("stage_link", "resolved_link", {}),
}


def load(
    viewer: Viewer,
    files: Iterable[Opened],
    *,
    as_at: date | None = None,
    strict: bool = False,
    dry_run: bool = False,
    progress: Progress = lambda *_: None,
) -> list[Result]:
    """Load files as one batch. Raises Refused when nothing may be loaded."""
    ordered = sorted(files, key=lambda file: file.bound.kind.load_order)
    connection = raw("worker")
    connection.execute("DISCARD TEMP")
    connection.execute(text(HERE / "stage.sql"))
    results: list[Result] = []
    try:
        with seeing(viewer, by="worker"):
            _settle_in(connection, viewer.org_id)
            touched: set[int] = set()
            run_id = None
            for file in ordered:
                loading = _File(connection, viewer, file, as_at=as_at, progress=progress)
                results.append(loading.load(strict=strict))
                touched |= loading.touched
                run_id = loading.batch.run_id
            _know_sizes(connection, results)
            posting.derive(connection, org_id=viewer.org_id, customers=touched, run_id=run_id)
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    except psycopg.IntegrityError as clash:
        raise Refused(
            "The rows contradict each other or the ledger"
            f" ({clash.diag.constraint_name or 'a rule of the database'}): nothing was loaded;"
            " send them in smaller files to find the two that clash."
        ) from clash
    return results


def _settle_in(connection: psycopg.Connection[Any], org_id: int) -> None:
    connection.execute("SELECT pg_advisory_xact_lock(%s, %s::int)", [IMPORTS, org_id])
    connection.execute("SET LOCAL work_mem = '256MB'")
    # Sorting text by bytes is what keys mean here, and a million rows are no reason for a JIT.
    connection.execute("SET LOCAL jit = off")


def _know_sizes(connection: psycopg.Connection[Any], results: list[Result]) -> None:
    """After a large batch the planner must know how much there is now."""
    if sum(each.counts["new"] + each.counts["changed"] for each in results) > LARGE:
        connection.execute("SELECT ar.refresh_statistics()")


class _File:
    """One file of the batch, from rows to facts."""

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        viewer: Viewer,
        file: Opened,
        *,
        as_at: date | None,
        progress: Progress,
    ) -> None:
        self.connection, self.file, self.progress = connection, file, progress
        self.viewer = viewer
        self.kind = file.bound.kind.name
        self.stage, self.resolved, self.renamed = STAGES[self.kind]
        self.result = Result(file.name, self.kind)
        self.touched: set[int] = set()
        self.as_at_given = as_at
        today = current(viewer, by="worker").today
        self.batch = Batch(
            connection=connection,
            org_id=viewer.org_id,
            run_id=self._open_run(viewer, as_at),
            as_at=as_at or today,
            intake=self.kind,
            fields=sorted(file.bound.fields_present),
            kinds=_kinds(connection, viewer.org_id),
        )

    def load(self, *, strict: bool) -> Result:
        began = time.monotonic()
        self._stage()
        self._resolve()
        self._post()
        self._collect()
        self._judge(strict=strict)
        self.result.seconds = time.monotonic() - began
        self._close_run()
        return self.result

    def _stage(self) -> None:
        """Rows that pass their own checks, by COPY into the staging table."""
        self.connection.execute(
            sql.SQL("TRUNCATE pg_temp.{}, pg_temp.{}").format(
                sql.Identifier(self.stage), sql.Identifier(self.resolved)
            )
        )
        names = [self.renamed.get(each.name, each.name) for each in self.file.bound.kind.fields]
        columns = sql.SQL(", ").join(map(sql.Identifier, ["line", "fingerprint", *names]))
        command = sql.SQL("COPY pg_temp.{} ({}) FROM STDIN").format(
            sql.Identifier(self.stage), columns
        )
        count = 0
        with self.connection.cursor() as cursor, cursor.copy(command) as copy:
            for count, row in enumerate(self._accepted(), start=1):  # noqa: B007
                copy.write_row(row)
        posting.join_as_a_whole(self.connection, rows=count)

    def _accepted(self) -> Iterator[tuple[Any, ...]]:
        check = checker(self.file.bound, warnings=self.result.warnings)
        count = 0
        for source_row in self.file.source:
            count += 1
            row = check(source_row)
            if type(row) is tuple:
                yield row
            elif isinstance(row, Rejected):
                self._reject(row)
            elif isinstance(row, Skipped):
                self.result.counts["skipped"] += 1
            if count % PROGRESS_ROWS == 0:
                self.progress(self.file.name, count, 0)
        self.progress(self.file.name, count, count)

    def _reject(self, row: Rejected) -> None:
        self.result.counts["invalid"] += 1
        if len(self.result.invalid) < ERRORS_KEPT:
            self.result.invalid.append(row)

    def _resolve(self) -> None:
        name = "documents" if self.stage == "stage_document" else self.kind.removeprefix("invoice_")
        name = {"order_links": "links"}.get(name, name)
        number = {alias: field for field, alias in self.renamed.items()}.get("number", "number")
        more = {
            "round": self.file.bound.mapping.round_half_up,
            "as_at_given": self.as_at_given,
            "number_column": number,
        }
        self.batch.run(HERE / f"resolve_{name}.sql", **more)
        if name == "documents":
            if "external_id" in self.batch.fields:
                self.batch.run(HERE / "refuse_doubles.sql", number_column=number)
            self.batch.run(HERE / "settle_unchanged.sql")
            if self.kind == "adjustments":
                self.batch.run(HERE / "miss_applied.sql")
        elif name == "allocations" and {"source_kind", "account_number"} & {*self.batch.fields}:
            self.batch.run(HERE / "refuse_double_allocations.sql")

    def _post(self) -> None:
        before = self._customers()
        if self.stage == "stage_document":
            self.touched |= self._ids("touched_by_documents")  # while they stand where they stood
            posting.post_documents(self.batch)
            self.touched |= self._ids("touched_by_documents")
        elif self.kind == "accounts":
            posting.post_accounts(self.batch)
        elif self.kind == "allocations":
            posting.post_allocations(self.batch)
            self.touched |= self._ids("touched_by_allocations")
        elif self.kind == "invoice_lines":
            posting.post_lines(self.batch)
        else:
            posting.post_links(self.batch)
        if self.kind == "accounts" or self.stage == "stage_document":
            by = "accounts" if self.kind == "accounts" else "documents"
            named = self._ids(f"named_by_{by}")
            posting.name_customers(self.connection, org_id=self.batch.org_id, customers=named)
            self.result.new_accounts = self._customers() - before

    def _customers(self) -> int:
        query = "SELECT count(*) FROM ar.customer WHERE org_id = %s"
        row = self.connection.execute(query, [self.batch.org_id]).fetchone()
        return int(row[0]) if row else 0

    def _ids(self, file: str) -> set[int]:
        query = text(HERE / f"{file}.sql")
        rows = self.connection.execute(query, {"org": self.batch.org_id})
        return {row[0] for row in rows if row[0] is not None}

    def _collect(self) -> None:
        table = sql.Identifier(self.resolved)
        counted = sql.SQL("SELECT action, count(*) FROM pg_temp.{} GROUP BY action").format(table)
        for action, count in self.connection.execute(counted):
            self.result.counts[action] += count
        query = sql.SQL(
            "SELECT line, problem_column, COALESCE(problem_value, ''), problem FROM pg_temp.{}"
            " WHERE action = 'invalid' ORDER BY line LIMIT %s"
        ).format(table)
        kept = ERRORS_KEPT - len(self.result.invalid)
        rows = self.connection.execute(query, [kept])
        self.result.invalid += [Rejected(*row) for row in rows]
        self.result.invalid.sort(key=lambda row: row.line)

    def _judge(self, *, strict: bool) -> None:
        """Raises Refused: the transaction ends and nothing has happened."""
        invalid = self.result.counts["invalid"]
        name = self.file.name
        if not invalid:
            return
        first = self.result.invalid[0]
        where = f"line {first.line}, {first.column}: {first.reason}"
        if strict:
            raise Refused(f"{name} was refused as a whole because of {where}")
        if invalid == self.result.counts.total():
            raise Refused(f"{name} has no valid row; the first problem is in {where}")

    def _open_run(self, viewer: Viewer, as_at: date | None) -> int:
        row = self.connection.execute(
            "INSERT INTO ar.ingest_run (org_id, person_id, source, kind, file_name, file_sha256,"
            " as_at) VALUES (%s, %s, 'file', %s, %s, %s, %s) RETURNING id",
            [
                viewer.org_id,
                viewer.person_id,
                self.kind,
                storable(self.file.name),  # A name may be any bytes.
                self.file.sha256,
                as_at,
            ],
        ).fetchone()
        assert row is not None  # RETURNING of an INSERT of one row
        return int(row[0])

    def _close_run(self) -> None:
        batch = self.batch
        counts = dict(self.result.counts)
        record(self.viewer, "file loaded", by="worker", run=batch.run_id, counts=counts)
        with self.connection.cursor() as cursor:
            cursor.execute(
                "UPDATE ar.ingest_run SET seconds = %s, counts = %s WHERE org_id = %s AND id = %s",
                [self.result.seconds, json.dumps(counts), batch.org_id, batch.run_id],
            )
            cursor.executemany(
                "INSERT INTO ar.ingest_error (org_id, run_id, line, column_name, value, reason)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                [
                    (batch.org_id, batch.run_id, row.line, row.column, row.value, row.reason)
                    for row in self.result.invalid
                ],
            )


def _kinds(connection: psycopg.Connection[Any], org_id: int) -> dict[str, list[str]]:
    """The organisation's document kinds by what they are good for in a reference."""
    query = "SELECT code, class, ages FROM ar.document_kind WHERE org_id = %s ORDER BY code"
    kinds = connection.execute(query, [org_id]).fetchall()
    return {
        "charge_kinds": [code for code, group, _ in kinds if group == "charge"],
        "aging_kinds": [code for code, _, ages in kinds if ages],
        "source_kinds": [code for code, group, _ in kinds if group in ("credit", "receipt")],
        "order_kinds": [code for code, group, _ in kinds if group == "order"],
        "invoice_kinds": [code for code, _, ages in kinds if ages or code == "credit_invoice"],
    }
