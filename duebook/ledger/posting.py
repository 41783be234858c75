"""The only writers of money facts. Each function is a few SQL files, run inside seeing().

What a batch says lies resolved in temporary tables (ingest/stage.sql); here it becomes documents,
allocations, settlements and disputes, and what follows from them is worked out anew.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, LiteralString

import psycopg

HERE = Path(__file__).parent
IMPORTS = 7238524  # advisory lock: whoever writes an organisation's facts does so alone
# Beyond this share of the accounts it is cheaper to work out the whole organisation.
WHOLE_FROM = 5
MANY = 500
VERY_MANY = 3_000  # so many compared with each other cost more than a look at each document
# A look at each document costs less than this many by index.
PART_OF = 10
EVERYTHING = 1 << 60


@dataclass(frozen=True)
class Batch:
    """One file on its way into the ledger: the connection, whose it is and which run."""

    connection: psycopg.Connection[Any]
    org_id: int
    run_id: int
    as_at: date
    intake: str
    fields: list[str]
    kinds: dict[str, list[str]]  # charge_kinds, source_kinds, order_kinds, ...

    def run(self, file: Path, /, **more: Any) -> int:
        """Run a SQL file with the batch's parameters; the number of rows it wrote."""
        return self.connection.execute(text(file), {**self.named, **more}).rowcount

    @property
    def named(self) -> dict[str, Any]:
        return {
            "org": self.org_id,
            "run": self.run_id,
            "as_at": self.as_at,
            "intake": self.intake,
            "fields": self.fields,
            **self.kinds,
        }


def text(file: Path) -> LiteralString:
    return file.read_text()


def hold(
    connection: psycopg.Connection[Any], *, org_id: int, wait_seconds: float | None = None
) -> None:
    """Write an organisation's facts alone until the transaction ends. Before any other lock:
    first the organisation, then customers, then documents. Raises psycopg's LockNotAvailable when
    others hold it for longer than that.
    """
    if wait_seconds is not None:
        wait = f"{round(wait_seconds * 1000)}ms"
        connection.execute("SELECT set_config('lock_timeout', %s, true)", [wait])
    connection.execute("SELECT pg_advisory_xact_lock(%s, %s::int)", [IMPORTS, org_id])


def post_documents(batch: Batch) -> set[int]:
    """Invoices, adjustments, payments or orders that are new or changed, and returned payments.

    Answers with the accounts of new documents whose balances are a guess for derive() to prove.
    """
    write = batch.run
    write(HERE / "post_customers.sql")
    changed = "SELECT document_id FROM pg_temp.resolved_document WHERE action = %s"
    _keep_versions(batch, changed, "changed")
    write(HERE / "move_documents.sql")
    write(HERE / "revise_documents.sql")
    guessed = batch.connection.execute(text(HERE / "post_documents.sql"), batch.named).fetchall()
    if batch.intake == "payments":
        write(HERE / "post_returns.sql")
        _keep_versions(batch, changed, "void")
        write(HERE / "void_returned.sql")
        write(HERE / "post_refunds.sql")
    if batch.intake in ("invoices", "adjustments"):
        write(HERE / "post_settlements.sql")
        write(HERE / "release_credits.sql")
        write(HERE / "apply_credits.sql")
    if "disputed" in batch.fields:
        write(HERE / "post_disputes.sql")
    batch.connection.execute(
        "UPDATE pg_temp.resolved_document SET action = CASE action WHEN 'void' THEN 'changed'"
        " ELSE 'new' END WHERE action IN ('void', 'refund')"
    )
    return {row[0] for row in guessed}


def post_accounts(batch: Batch) -> None:
    batch.run(HERE / "post_accounts.sql")


def post_allocations(batch: Batch) -> None:
    _keep_versions(batch, RESTATED_TRANSFERS, batch.org_id)
    _take_out_moved(batch)
    batch.run(HERE / "post_allocations.sql")
    batch.connection.execute(
        "UPDATE pg_temp.resolved_allocation SET action = 'changed'"
        " WHERE action = 'new' AND replaces IS NOT NULL"
    )


def moved_from(batch: Batch) -> set[int]:
    """The accounts in which allocations stand that others of the batch take the place of."""
    query: LiteralString = (
        "SELECT DISTINCT a.customer_id FROM pg_temp.resolved_allocation r JOIN ar.allocation a"
        " ON a.org_id = %s AND a.id = r.replaces WHERE r.action = 'new'"
    )
    customers = {row[0] for row in batch.connection.execute(query, [batch.org_id])}
    return reached(batch.connection, org_id=batch.org_id, customers=customers)


def _take_out_moved(batch: Batch) -> None:
    """As if their source had said that they are gone, but for remembering it."""
    emptied: LiteralString = "TRUNCATE pg_temp.resolved_deletion"
    batch.connection.execute(emptied)
    moved = batch.connection.execute(
        "INSERT INTO pg_temp.resolved_deletion (line, id, action) SELECT line, replaces, 'deleted'"
        " FROM pg_temp.resolved_allocation WHERE action = 'new' AND replaces IS NOT NULL"
    )
    if moved.rowcount:
        _keep_versions(batch, DELETED_TRANSFERS, batch.org_id)
        batch.run(HERE / "delete_allocations.sql")
        batch.connection.execute(emptied)


RESTATED_TRANSFERS: LiteralString = (
    "SELECT d.id FROM pg_temp.resolved_allocation r JOIN ar.document d ON d.org_id = %s"
    " AND d.kind IN ('debit_adjustment', 'credit_adjustment') AND d.number = r.transfer"
    " AND d.settles_id IS NULL AND d.origin = 'transfer' WHERE r.action = 'changed'"
)


def post_plain(batch: Batch, shape: str) -> None:
    """Rows that no balance follows from: lines, links, shipments, reminders."""
    batch.run(HERE / f"post_{shape}s.sql")


def delete(batch: Batch, shape: str) -> None:
    """Take out what its source says is gone: of documents and accounts the mark, the rest whole."""
    deleted = "SELECT DISTINCT id FROM pg_temp.resolved_deletion WHERE action = %s"
    if shape == "document":
        _keep_versions(batch, deleted, "deleted")
    elif shape == "allocation":
        _keep_versions(batch, DELETED_TRANSFERS, batch.org_id)
    batch.run(HERE / "bury.sql", removes=shape not in ("document", "account"))
    batch.run(HERE / f"delete_{shape}s.sql")


DELETED_TRANSFERS: LiteralString = (
    "SELECT p.id FROM pg_temp.resolved_deletion r"
    " JOIN ar.allocation a ON a.org_id = %s AND a.id = r.id AND a.origin = 'transfer'"
    " JOIN ar.document d ON d.org_id = a.org_id AND d.id = a.charge_id"
    " JOIN ar.document p ON p.org_id = a.org_id AND p.number = d.number AND p.settles_id IS NULL"
    " AND p.kind IN ('debit_adjustment', 'credit_adjustment') AND p.origin = 'transfer'"
    " WHERE r.action = 'deleted'"
)


def exhume(batch: Batch) -> None:
    """Forget that new rows had been gone."""
    batch.run(HERE / "exhume.sql")


def close_missing(batch: Batch) -> int:
    """Settle what a snapshot does not name any more; how many documents."""
    closed = batch.run(HERE / "close_missing.sql")
    query: LiteralString = "UPDATE ar.ingest_run SET closed = %s WHERE org_id = %s AND id = %s"
    batch.connection.execute(query, [closed, batch.org_id, batch.run_id])
    return closed


def join_as_a_whole(connection: psycopg.Connection[Any], *, rows: int) -> None:
    """Many rows are joined by hashing, few by index; the planner cannot count staged rows."""
    way = "off" if is_large(connection, rows=rows) else "on"
    connection.execute(
        "SELECT set_config('enable_nestloop', %s, true), set_config('enable_mergejoin', %s, true)",
        [way, way],
    )


def is_large(connection: psycopg.Connection[Any], *, rows: int) -> bool:
    """Whether that many rows are a good part of the ledger, as far as the planner knows it."""
    if not MANY < rows <= VERY_MANY:
        return rows > MANY
    plan = str(_one(connection, "EXPLAIN SELECT FROM ar.document"))
    known = re.search(r"rows=(\d+)", plan)
    return known is None or rows * PART_OF >= int(known[1])


def _keep_versions(batch: Batch, query: LiteralString, asked: str | int) -> None:
    rows = batch.connection.execute(query, [asked]).fetchall()
    if rows:
        batch.run(HERE / "keep_versions.sql", documents=[row[0] for row in rows])


def derive(
    connection: psycopg.Connection[Any], *, org_id: int, customers: set[int], run_id: int | None
) -> None:
    """Work out what follows from the facts of these customers: which part of each allocation
    counts, reported settlements, balances, the end of disputes, and last what is kept of it per
    day. Twice writes nothing more.
    """
    follow(connection, org_id=org_id, customers=customers, run_id=run_id)
    roll_up(connection, org_id=org_id, customers=customers)


def roll_up(
    connection: psycopg.Connection[Any], *, org_id: int, customers: Collection[int] | None
) -> None:
    """Put right what is kept per day of these accounts, None for all. The last thing before the
    transaction ends: who makes another day waits for it.
    """
    if customers is not None and not customers:
        return
    known = _one(connection, "SELECT count(*) FROM ar.customer WHERE org_id = %s", org_id)
    whole = customers is None or len(customers) * WHOLE_FROM >= known
    join_as_a_whole(connection, rows=known if customers is None or whole else len(customers))
    told = None if customers is None or whole else sorted(customers)
    connection.execute("SELECT rollup.refresh(%s::bigint[])", [told])


def follow(
    connection: psycopg.Connection[Any], *, org_id: int, customers: set[int], run_id: int | None
) -> None:
    """What derive() does with the documents, before what is kept per day."""
    if not customers:
        return
    customers = reached(connection, org_id=org_id, customers=customers)
    # Counted no further than it takes to know: few accounts must not cost a look at all of them.
    known = _one(connection, ACCOUNTS, org_id, len(customers) * WHOLE_FROM + 1)
    whole = len(customers) * WHOLE_FROM >= known
    join_as_a_whole(connection, rows=EVERYTHING if whole else len(customers))
    named = {"org": org_id, "run": run_id, "customers": None if whole else sorted(customers)}
    while connection.execute(text(HERE / "void_transfers.sql"), named).rowcount:
        pass  # What was transferred may have been transferred on.
    special = {row[0] for row in connection.execute(text(HERE / "fit_plain.sql"), named)}
    if special:
        some = whole and len(special) * WHOLE_FROM >= known
        squeezed = {**named, "customers": None if some else sorted(special)}
        connection.execute(text(HERE / "fit_allocations.sql"), squeezed)
    # A batch adds to what sources report and replaces it; anybody else may have taken it back.
    if run_id is None or _one(connection, SETTLES, org_id, org_id, org_id):
        connection.execute(text(HERE / "settle_reported.sql"), named)
    connection.execute(text(HERE / "balance_documents.sql"), named)
    connection.execute(text(HERE / "end_disputes.sql"), named)


def reached(connection: psycopg.Connection[Any], *, org_id: int, customers: set[int]) -> set[int]:
    """These customers and those that money was transferred to or from, however often."""
    found, fresh = set(customers), set(customers)
    while fresh:
        named = {"org": org_id, "customers": sorted(fresh)}
        others = connection.execute(text(HERE / "reached.sql"), named)
        fresh = {row[0] for row in others} - found
        found |= fresh
    return found


ACCOUNTS: LiteralString = (
    "SELECT count(*) FROM (SELECT FROM ar.customer WHERE org_id = %s LIMIT %s) AS few"
)
# Whether anything is settled without a name.
SETTLES: LiteralString = (
    "SELECT EXISTS (SELECT FROM ar.settlement WHERE org_id = %s)"
    " OR EXISTS (SELECT FROM ar.document WHERE org_id = %s AND settles_id IS NOT NULL)"
    " OR (SELECT self_settling FROM ar.org WHERE org_id = %s)"
)


def _one(connection: psycopg.Connection[Any], query: LiteralString, *parameters: Any) -> Any:
    row = connection.execute(query, parameters).fetchone()
    return row[0] if row else None


def name_customers(
    connection: psycopg.Connection[Any], *, org_id: int, run_id: int | None, customers: set[int]
) -> None:
    """Name accounts as their latest document spells them, unless an accounts file named them.

    Equally dated: the most frequent spelling, then the alphabetically first. The other spellings
    stay searchable.
    """
    if not customers:
        return
    rows = connection.execute(
        text(HERE / "spellings.sql"), {"org": org_id, "customers": sorted(customers)}
    ).fetchall()
    named = []
    for customer_id, number, known, known_origin, spellings in rows:
        name, origin = known, known_origin
        if origin != "account" and spellings:
            name, origin = spellings[0], "document"
        words = dict.fromkeys([number, name, *(spellings or [])])
        named.append((customer_id, name, origin, plain(name), plain("\n".join(words))))
    if named:
        columns = ("ids", "names", "origins", "sorts", "searches")
        told = dict(zip(columns, map(list, zip(*named, strict=True)), strict=True))
        asked = {"org": org_id, "run": run_id, **told}
        connection.execute(text(HERE / "name_customers.sql"), asked)


def plain(words: str) -> str:
    """For sorting and searching: compatibility forms, no accents, no case."""
    decomposed = unicodedata.normalize("NFKD", words.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def derived(connection: psycopg.Connection[Any], *, org_id: int) -> dict[int, str]:
    """A digest per customer of everything derived, to see what working it out anew changes."""
    return dict(connection.execute(text(HERE / "derived.sql"), {"org": org_id}).fetchall())
