"""python -m bench.batch [--invoices 1000000] [--payments 500000] [--accounts 50000]

Invoices alone, then a batch of invoices, payments and allocations, each checked and committed with
everything derived; the same files again; and a bare COPY of the same rows into the same tables
with their indexes. How long each takes, and how much memory our process and the database's need.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, LiteralString

from bench.ledgers import TODAY

if TYPE_CHECKING:
    from duebook.database.server import Server

FILES = ("accounts", "invoices", "payments", "allocations")
TABLES = ("customer", "document", "allocation")
LOOK_SECONDS = 0.05
MIB = 1024.0


@dataclass(frozen=True)
class Taken:
    what: str
    rows: int
    seconds: float
    our_mib: float
    their_mib: float
    written: int  # rows of the ledger and of what is kept per day


def main(arguments: list[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    from bench.__main__ import _served, _use_home

    with tempfile.TemporaryDirectory(prefix="duebook-bench-") as name:
        folder = Path(name)
        write(folder, accounts=asked.accounts, invoices=asked.invoices, payments=asked.payments)
        _use_home(folder / "home")
        with _served() as server:
            from bench.machine import described, load_average

            print(f"{described(server)}. Load average {load_average()} before.\n")
            print("| what | rows | seconds | our MiB | the database's MiB | rows written |")
            print("| --- | --- | --- | --- | --- | --- |", flush=True)
            seconds = []
            for taken in measured(server, folder):
                seconds.append(taken.seconds)
                memory = f"{taken.our_mib:,.0f} | {taken.their_mib:,.0f}"
                counts = f"{taken.rows:,} | {taken.seconds:.1f}"
                print(f"| {taken.what} | {counts} | {memory} | {taken.written:,} |", flush=True)
            print(
                f"\nThe batch takes {seconds[1] / seconds[3]:.1f} times as long as the bare COPY."
            )
            print(f"Load average {load_average()} after.")
    return 0


def measured(server: Server, folder: Path) -> Iterator[Taken]:
    from duebook.visibility.organisations import create_organisation

    for slug in ("alone", "batch"):
        create_organisation(slug, name=slug, today=TODAY)
    yield _imports(server, "alone", [folder / "invoices.csv"], "invoices alone")
    files = [folder / f"{name}.csv" for name in FILES]
    yield _imports(server, "batch", files, "all in one batch")
    yield _imports(server, "batch", files, "the same again")
    yield _bare_copy(server, folder)


def _imports(server: Server, slug: str, files: list[Path], what: str) -> Taken:
    from bench.command import duebook

    before = _written(server)
    with _watched(server) as peak:
        ran = duebook("import", slug, *files)
    rows = 0
    for file in files:
        with file.open("rb") as lines:
            rows += sum(1 for _ in lines) - 1
    written = _written(server) - before
    return Taken(what, rows, ran.seconds, ran.peak_mib, peak[0], written)


def _written(server: Server) -> int:
    """Rows inserted, changed or deleted so far in what reports rest on."""
    time.sleep(1.5)  # The counts come late.
    query: LiteralString = (
        "SELECT COALESCE(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_user_tables"
        " WHERE schemaname = 'rollup' OR schemaname = 'ar' AND relname IN"
        " ('customer', 'document', 'document_version', 'document_line', 'allocation', 'settlement',"
        " 'dispute', 'order_link', 'customer_aging')"
    )
    return int(_asks(server, query)[0][0])


@contextmanager
def _watched(server: Server) -> Iterator[list[float]]:
    """The most private memory that the worker's process of the database has meanwhile, in MiB."""
    import psycopg

    peak, ends = [0.0], threading.Event()

    def watch() -> None:
        with psycopg.connect(server.superuser_url("duebook"), autocommit=True) as own:
            while not ends.wait(LOOK_SECONDS):
                query: LiteralString = (
                    "SELECT pid FROM pg_stat_activity WHERE application_name = 'duebook worker'"
                )
                for (pid,) in own.execute(query):
                    peak[0] = max(peak[0], _private_mib(int(pid)))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield peak
    finally:
        ends.set()
        thread.join()


def _private_mib(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) / MIB for line in lines if line.startswith("RssAnon"))


def _bare_copy(server: Server, folder: Path) -> Taken:
    """The rows that the batch made, by COPY in their order, into tables with the same indexes and
    checks; no policies, no foreign keys, nothing derived.
    """
    import psycopg
    from psycopg import sql

    rows, seconds = 0, 0.0
    with psycopg.connect(server.superuser_url("duebook"), autocommit=True) as own:
        own.execute("CREATE SCHEMA bare")
        for name in TABLES:
            table, bare = sql.Identifier("ar", name), sql.Identifier("bare", name)
            file = folder / f"{name}.copy"
            whose = "(SELECT org_id FROM ar.org WHERE slug = 'batch')"
            told = sql.SQL(
                "COPY (SELECT * FROM {} WHERE org_id = " + whose + " ORDER BY id) TO STDOUT"
            )
            with file.open("wb") as goal, own.cursor().copy(told.format(table)) as out:
                for part in out:
                    goal.write(part)
            own.execute(sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(bare, table))
            began = time.perf_counter()
            cursor = own.cursor()
            into = sql.SQL("COPY {} FROM STDIN").format(bare)
            with file.open("rb") as source, cursor.copy(into) as copy:
                while part := source.read(1 << 20):
                    copy.write(part)
            seconds += time.perf_counter() - began
            rows += cursor.rowcount
    return Taken("bare COPY of the same rows", rows, seconds, 0, 0, rows)


def _asks(server: Server, query: LiteralString) -> list[Any]:
    import psycopg

    with psycopg.connect(server.superuser_url("duebook")) as own:
        return own.execute(query).fetchall()


def write(folder: Path, *, accounts: int, invoices: int, payments: int) -> None:
    """A ledger of the seed 7: a payment settles an invoice, four times of five in full."""
    chance = Random(7)
    days = [TODAY - timedelta(days=age) for age in range(900)]
    owed = []
    with _csv(folder / "accounts.csv", "account_number,name,currency,net_terms_days") as rows:
        for n in range(accounts):
            rows.writerow((f"{n:06d}", f"Customer {n} Ltd", "USD", 30))
    columns = "account_number,invoice_number,issue_date,due_date,currency,amount"
    with _csv(folder / "invoices.csv", columns) as rows:
        for n in range(invoices):
            account, age = f"{chance.randrange(accounts):06d}", chance.randrange(40, 890)
            cents = chance.randrange(1_000, 2_000_000)
            owed.append((account, age, cents))
            due = days[age] + timedelta(days=30)
            amount = f"{cents // 100}.{cents % 100:02d}"
            rows.writerow((account, f"INV-{n:08d}", days[age], due, "USD", amount))
    columns = "account_number,payment_number,amount,date,currency,method"
    with (
        _csv(folder / "payments.csv", columns) as paid,
        _csv(folder / "allocations.csv", "source_number,invoice_number,amount,date") as applied,
    ):
        for n, invoice in enumerate(chance.sample(range(invoices), payments)):
            account, age, cents = owed[invoice]
            age = max(0, age - chance.randrange(5, 90))
            cents = cents if chance.random() < 0.8 else chance.randrange(1, cents + 1)
            matched = max(0, age - (chance.randrange(1, 30) if chance.random() < 0.03 else 0))
            number, amount = f"PAY-{n:08d}", f"{cents // 100}.{cents % 100:02d}"
            paid.writerow((account, number, amount, days[age], "USD", "Bank transfer"))
            applied.writerow((number, f"INV-{invoice:08d}", amount, days[matched]))


@contextmanager
def _csv(path: Path, columns: str) -> Iterator[Any]:
    with path.open("w", newline="", encoding="ascii") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns.split(","))
        yield writer


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.batch", description="A large batch.")
    parser.add_argument("--invoices", type=int, default=1_000_000)
    parser.add_argument("--payments", type=int, default=500_000)
    parser.add_argument("--accounts", type=int, default=50_000)
    return parser


if __name__ == "__main__":
    sys.exit(main())
