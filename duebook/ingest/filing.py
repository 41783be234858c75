"""One file of a batch: its rows staged, then resolved and posted."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from duebook.ingest.check import ZERO, Rejected, Skipped, checker
from duebook.ingest.deletions import is_anything_buried
from duebook.ingest.encoding import storable
from duebook.ingest.look_alikes import look
from duebook.ingest.opening import Opened
from duebook.ingest.result import Progress, Refused, Result
from duebook.ingest.same_again import SameAgain, same_again, what_it_says
from duebook.ingest.snapshot import KIND as OPEN_ITEMS
from duebook.ingest.snapshot import Snapshot, namer
from duebook.ledger import posting
from duebook.ledger.effect import Reckoning
from duebook.ledger.posting import Batch, text
from duebook.visibility.audit import record
from duebook.visibility.viewer import Viewer

HERE = Path(__file__).parent
ERRORS_KEPT = 10_000
PROGRESS_ROWS = 5_000
VERSIONLESS = "changed without a version or a date: the last word counts"
PARTLY_PAID = "partially paid without an amount: taken as fully open"

# kind -> what its tables are called, and columns whose name in the table differs
SHAPES: dict[str, tuple[str, dict[str, str]]] = {
    "accounts": ("account", {"parent_account_number": "parent_number"}),
    "invoices": ("document", {"invoice_number": "number"}),
    "adjustments": (
        "document",
        {"adjustment_number": "number", "date": "issue_date", "invoice_number": "applied_to"},
    ),
    "payments": ("document", {"payment_number": "number", "date": "issue_date"}),
    "orders": ("document", {"order_number": "number", "order_date": "issue_date"}),
    "invoice_lines": ("line", {}),
    "allocations": ("allocation", {"date": "dated_on"}),
    "order_links": ("link", {}),
    "shipments": (
        "shipment",
        {
            "shipment_number": "number",
            "shipped_date": "shipped_on",
            "expected_date": "expected_on",
            "delivered_date": "delivered_on",
            "tracking_number": "tracking",
        },
    ),
    "inventory": ("stock", {"date": "counted_on"}),
    "reminders": ("reminder", {"date": "reminded_on"}),
}
# Columns in which two lines that mean one allocation may differ.
SAID_OTHERWISE = {"source_kind", "account_number", "external_id"}
VALID = ("new", "changed", "unchanged", "repeated", "stale")


class Overtaken(Exception):
    """The ledger has moved since a file was recognised: its rows have to be read after all."""


class Filing:
    """`stage` before anybody waits, `post` in the transaction of the batch."""

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        viewer: Viewer,
        file: Opened,
        *,
        number: int,
        as_at: date | None,
        snapshot: Snapshot | None,
        source: str,
        looks: bool,
    ) -> None:
        self.connection, self.viewer, self.file, self.number = connection, viewer, file, number
        self.kind = file.bound.kind.name
        self.shape, self.renamed = SHAPES[self.kind]
        self.resolved = sql.Identifier(f"resolved_{self.shape}")
        self.as_at, self.source, self.looks = as_at, source, looks
        self.snapshot = snapshot if self.kind == OPEN_ITEMS else None
        self.result = Result(file.name, self.kind)
        self.touched: set[int] = set()
        self.accounts: set[int] = set()  # that the file itself describes
        self.rows = 0
        self.rises = False  # something new may have been gone before
        self.named: list[tuple[str | None, str | None]] = []  # for the snapshot
        self.kept_id: int | None = None  # of the file as it came
        self.says = None if snapshot else what_it_says(file, as_at=as_at)
        self.same: SameAgain | None = None
        self.batch: Batch

    # Before the transaction

    def recognise(self) -> None:
        """Whether the ledger has all this already. Call inside seeing()."""
        self.same = same_again(self.connection, org_id=self.viewer.org_id, says=self.says)

    def stage(self, *, progress: Progress, strict: bool) -> None:
        """Rows that pass their own checks, by COPY into a staging table of the file."""
        if self.same:
            count = self.same.counts.total()
            return progress(self.file.name, count, count)
        began = time.monotonic()
        table = sql.Identifier(f"stage_{self.shape}_{self.number}")
        self.connection.execute(
            sql.SQL("CREATE TEMPORARY TABLE {} PARTITION OF pg_temp.{} FOR VALUES IN ({})").format(
                table, sql.Identifier(f"stage_{self.shape}"), sql.Literal(self.number)
            )
        )
        names = [self.renamed.get(each.name, each.name) for each in self.file.bound.kind.fields]
        named = ["file", "line", "fingerprint", *names, "given"]
        columns = sql.SQL(", ").join(map(sql.Identifier, named))
        command = sql.SQL("COPY pg_temp.{} ({}) FROM STDIN").format(table, columns)
        with self.connection.cursor() as cursor, cursor.copy(command) as copy:
            for row in self._accepted(progress):
                self.rows += 1
                copy.write_row((self.number, *row))
        # Else the planner takes them for one row and compares each with each.
        self.connection.execute(sql.SQL("ANALYZE pg_temp.{}").format(table))
        if strict:
            self._judge(strict=strict)
        self.result.seconds = time.monotonic() - began

    def _accepted(self, progress: Progress) -> Iterator[tuple[Any, ...]]:
        check = checker(self.file.bound, warnings=self.result.warnings)
        names = namer(self.file.bound) if self.snapshot else None
        count = 0
        for source_row in self.file.source:
            count += 1
            row = check(source_row)
            if type(row) is tuple:
                yield (*row, source_row.given)
            elif isinstance(row, Rejected):
                self._reject(row)
                if names:
                    self._name(*names(source_row))
            elif isinstance(row, Skipped):
                self._count(row.line, "skipped")
                if names and row.reason == ZERO:
                    self._name(*names(source_row))
            if count % PROGRESS_ROWS == 0:
                progress(self.file.name, count, 0)
        progress(self.file.name, count, count)

    def _count(self, line: int, action: str) -> None:
        self.result.counts[action] += 1

    def _reject(self, row: Rejected) -> None:
        self._count(row.line, "invalid")
        if len(self.result.invalid) < ERRORS_KEPT:
            self.result.invalid.append(row)

    def _name(self, number: str | None, external_id: str | None) -> None:
        assert self.snapshot is not None
        if number is None and external_id is None:
            self.snapshot.unreadable += 1
        else:
            self.named.append((number, external_id))

    # In the transaction

    def post(
        self, batch_id: int | None, *, today: date, reckoning: Reckoning, strict: bool
    ) -> None:
        """Raises Refused or Overtaken, which end the transaction: then nothing has happened."""
        began = time.monotonic()
        self._begin(today)
        self._open_run(batch_id)
        if self.same:
            self._pass_over()
        else:
            self._resolve()
            self._note()
            if self.looks:
                self._look()
            self._post(reckoning)
            self._collect()
            self._judge(strict=strict)
        self.result.seconds += time.monotonic() - began
        self._close_run()

    def _pass_over(self) -> None:
        self.recognise()
        if self.same is None:
            raise Overtaken
        self.result.counts.update(self.same.counts)

    def _begin(self, today: date) -> None:
        row = self.connection.execute("SELECT nextval('ar.ingest_run_id_seq')").fetchone()
        self.batch = Batch(
            connection=self.connection,
            org_id=self.viewer.org_id,
            run_id=int(row[0]) if row else 0,
            as_at=self.as_at or today,
            intake=self.kind,
            fields=sorted(self.file.bound.fields_present),
            kinds=_kinds(self.connection, self.viewer.org_id),
        )
        posting.join_as_a_whole(self.connection, rows=self.rows)

    def _resolve(self) -> None:
        self.connection.execute(
            "TRUNCATE pg_temp.resolved_document, pg_temp.resolved_account,"
            " pg_temp.resolved_allocation, pg_temp.resolved_line, pg_temp.resolved_link,"
            " pg_temp.resolved_shipment, pg_temp.resolved_stock, pg_temp.resolved_reminder,"
            " pg_temp.row_key"
        )
        if self.snapshot:
            self.snapshot.begin(self.batch)
        number = {alias: field for field, alias in self.renamed.items()}.get("number", "number")
        more = {
            "file": self.number,
            "round": self.file.bound.mapping.round_half_up,
            "as_at_given": self.as_at,
            "is_snapshot": self.snapshot is not None,
            "number_column": number,
        }
        self.batch.run(HERE / f"resolve_{self.shape}s.sql", **more)
        if self.shape == "document":
            if "external_id" in self.batch.fields:
                self.batch.run(HERE / "refuse_doubles.sql", number_column=number)
            self.batch.run(HERE / "settle_unchanged.sql")
            if self.kind == "adjustments":
                self.batch.run(HERE / "miss_applied.sql")
        elif self.kind == "allocations" and SAID_OTHERWISE & {*self.batch.fields}:
            self.batch.run(HERE / "refuse_double_allocations.sql")
            self.batch.run(HERE / "find_moved_allocations.sql", as_at_given=self.as_at)
        if is_anything_buried(self.batch):
            self.rises = True
            self.batch.run(HERE / "row_keys.sql", file=self.number)
            self.connection.execute(STAY_BURIED.format(self.resolved), self.batch.named)
            self.connection.execute(RISES.format(self.resolved))
        if self.snapshot:
            self.snapshot.list(self.batch, self.named)

    def _note(self) -> None:
        """Oddities that only the ledger shows."""
        counted = sql.SQL("SELECT count(*) FROM pg_temp.{} WHERE action = 'changed'")
        changed = self._one(counted.format(self.resolved))
        if changed and self.as_at is None and "source_version" not in self.batch.fields:
            self.result.warnings[VERSIONLESS] += changed
        if self.kind == OPEN_ITEMS and "status" in self.batch.fields:
            partly: LiteralString = (
                "SELECT count(*) FROM pg_temp.stage_document WHERE file = %s"
                " AND status = 'partially_paid' AND outstanding_amount IS NULL"
                " AND settled_date IS NULL"
            )
            if count := self._one(partly, self.number):
                self.result.warnings[PARTLY_PAID] += count

    def _look(self) -> None:
        """What a person should look at before this is loaded."""
        self.result.look_alikes = look(self.batch, self.shape)
        if self.kind == OPEN_ITEMS:
            query = text(HERE / "first_self_settling.sql")
            rows = self.connection.execute(query, {"org": self.batch.org_id})
            self.result.not_settling = {currency: (n, amount) for currency, n, amount in rows}

    def _post(self, reckoning: Reckoning) -> None:
        query: LiteralString = "SELECT COALESCE(max(id), 0) FROM ar.customer WHERE org_id = %s"
        before = self._one(query, self.batch.org_id)
        if self.shape == "document":
            concerned = text(HERE / "concerned_by_documents.sql")
            reckoning.concern(concerned)
            self.touched |= self._ids("touched_by_documents")  # while they stand where they stood
            moved = self._ids("moved_by_documents")
            self.touched |= posting.post_documents(self.batch)
            reckoning.concern_new(concerned)
            self.touched |= self._ids("touched_by_documents")
            self._name_customers(self._ids("named_by_documents") | moved)
        elif self.kind == "accounts":
            posting.post_accounts(self.batch)
            self.accounts = self._ids("named_by_accounts")
            self._name_customers(self.accounts)
        elif self.kind == "allocations":
            reckoning.concern(text(HERE / "touched_by_allocations.sql"))
            left = posting.moved_from(self.batch)
            reckoning.concern_these(left)
            self.touched |= left
            posting.post_allocations(self.batch)
            self.touched |= self._ids("touched_by_allocations")
        else:
            posting.post_plain(self.batch, self.shape)
        if self.rises:
            posting.exhume(self.batch)
        self.result.new_accounts = self._customers(after=before)

    def _name_customers(self, named: set[int]) -> None:
        posting.name_customers(
            self.connection, org_id=self.batch.org_id, run_id=self.batch.run_id, customers=named
        )

    def _customers(self, *, after: int) -> int:
        query: LiteralString = "SELECT count(*) FROM ar.customer WHERE org_id = %s AND id > %s"
        return self._one(query, self.batch.org_id, after)

    def _one(self, query: LiteralString | sql.Composed, *parameters: object) -> int:
        row = self.connection.execute(query, parameters).fetchone()
        return int(row[0]) if row else 0

    def _ids(self, file: str) -> set[int]:
        query = text(HERE / f"{file}.sql")
        rows = self.connection.execute(query, {"org": self.batch.org_id})
        return {row[0] for row in rows if row[0] is not None}

    def _collect(self) -> None:
        counted = sql.SQL("SELECT action, count(*) FROM pg_temp.{} GROUP BY action")
        for action, count in self.connection.execute(counted.format(self.resolved)):
            self.result.counts[action] += count
        query = sql.SQL(
            "SELECT line, problem_column, COALESCE(problem_value, ''), problem FROM pg_temp.{}"
            " WHERE action = 'invalid' ORDER BY line LIMIT %s"
        ).format(self.resolved)
        kept = ERRORS_KEPT - len(self.result.invalid)
        rows = self.connection.execute(query, [kept])
        self.result.invalid += [Rejected(*row) for row in rows]
        self.result.invalid.sort(key=lambda row: row.line)

    def _judge(self, *, strict: bool) -> None:
        invalid, counts = self.result.counts["invalid"], self.result.counts
        name = self.file.name
        if invalid:
            first = self.result.invalid[0]
            where = f"line {first.line}, {first.column}: {first.reason}"
            if strict:
                raise Refused(f"{name} was refused as a whole because of {where}")
            if invalid == counts.total():
                raise Refused(f"{name} has no valid row; the first problem is in {where}")
        if self.snapshot and not any(counts[action] for action in VALID):
            raise Refused(
                f"{name} has no row that counts: as a snapshot it would close everything;"
                " send it without --snapshot, or with the invoices that are open."
            )

    def _open_run(self, batch_id: int | None) -> None:
        self.connection.execute(
            "INSERT INTO ar.ingest_run (org_id, id, batch_id, person_id, source, kind, file_name,"
            " file_sha256, as_at, is_snapshot, file_id, says)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                self.viewer.org_id,
                self.batch.run_id,
                batch_id or self.batch.run_id,
                self.viewer.person_id,
                self.source,
                self.kind,
                storable(self.file.name),  # A name may be any bytes.
                self.file.sha256,
                self.as_at,
                self.snapshot is not None,
                self.kept_id,
                self.says,
            ],
        )

    def _close_run(self) -> None:
        batch = self.batch
        counts = dict(self.result.counts)
        self._record(batch.run_id, counts)
        with self.connection.cursor() as cursor:
            cursor.execute(
                "UPDATE ar.ingest_run SET seconds = %s, counts = %s, rests_on = %s"
                " WHERE org_id = %s AND id = %s",
                [
                    self.result.seconds,
                    json.dumps(counts),
                    self._rests_on(),
                    batch.org_id,
                    batch.run_id,
                ],
            )
            cursor.executemany(
                "INSERT INTO ar.ingest_error (org_id, run_id, line, column_name, value, reason)"
                " VALUES (%s, %s, %s, %s, %s, %s)",
                [
                    (batch.org_id, batch.run_id, row.line, row.column, row.value, row.reason)
                    for row in self.result.invalid
                ],
            )

    def _rests_on(self) -> list[int]:
        if self.same:
            return self.same.rests_on
        query = text(HERE / "rests_on.sql")
        row = self.connection.execute(query, {"org": self.batch.org_id}).fetchone()
        return list(row[0]) if row else []

    def _record(self, run_id: int, counts: dict[str, int]) -> None:
        record(self.viewer, "file loaded", by="worker", run=run_id, counts=counts)


# New rows that were deleted in a newer version before they came; and what then is left of the keys.
STAY_BURIED = sql.SQL(
    "UPDATE pg_temp.{} r SET action = 'stale' FROM pg_temp.row_key k JOIN ar.tombstone t"
    " ON t.org_id = %(org)s AND t.intake = %(intake)s AND t.key = k.key"
    " WHERE k.line = r.line AND r.action = 'new'"
    " AND pg_temp.is_buried(r.source_version, t.source_version)"
)
RISES = sql.SQL(
    "DELETE FROM pg_temp.row_key k USING pg_temp.{} r WHERE r.line = k.line AND r.action <> 'new'"
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
