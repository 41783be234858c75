"""A world to measure in: one large organisation and nine others beside it, in a home of its own.

python -m bench.world FOLDER [--customers 100000] [--documents 5000000] [--orders 500000]

The folder is then a DUEBOOK_HOME: `DUEBOOK_HOME=FOLDER duebook serve`. The organisation is `big`,
its people admin@, member@ (who sees six accounts of a hundred, by three teams), seller0@ and on,
client0@ and on, all @big.example, with the password `open-the-duebook`. Client 0 has 12,000 of five
million documents, client 1 none, client 2 one. Its today stands still.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, LiteralString

from bench.ledgers import TODAY

if TYPE_CHECKING:
    import psycopg

SLUG = "big"
PASSWORD = "open-the-duebook"  # of people who do not exist  # nosec B105
BESIDE = 9  # other organisations
CUSTOMERS, DOCUMENTS, ORDERS = 100_000, 5_000_000, 500_000
SMALL_CUSTOMERS, SMALL_DOCUMENTS, SMALL_ORDERS = 500, 20_000, 2_000
SELLERS, CLIENTS = 20, 300
FILLED = ("customer", "document", "allocation", "order_link", "customer_access", "document_line")


def make(*, customers: int = CUSTOMERS, documents: int = DOCUMENTS, orders: int = ORDERS) -> None:
    """Fill an empty Duebook and work out the days that a dashboard shows. Django is set up."""
    import psycopg

    from duebook.database.migrate import connect
    from duebook.rollups.days import compared_with, ready
    from duebook.visibility.organisations import console_of

    with connect() as own, psycopg.ClientCursor(own) as cursor:
        own.execute("SET session_replication_role = replica")
        own.execute("SET synchronous_commit = off")
        own.execute("SET maintenance_work_mem = '1GB'")
        own.execute("SET work_mem = '512MB'")
        with _indexed_afterwards(own):
            for n in range(1, BESIDE + 1):
                _fill(cursor, f"small{n}", SMALL_CUSTOMERS, SMALL_DOCUMENTS, SMALL_ORDERS)
            _fill(cursor, SLUG, customers, documents, orders)
            _say("indexes")
        for table in FILLED:
            name: LiteralString = f"ar.{table}"
            serial = (
                cursor.execute("SELECT pg_get_serial_sequence(%s, 'id')", [name]).fetchone()
                if table in ("customer", "document")
                else None
            )
            if serial:
                own.execute(f"SELECT setval('{serial[0]}', (SELECT max(id) FROM {name}))")
        _say("vacuum")
        own.execute("VACUUM (ANALYZE)")
        own.execute("CHECKPOINT")
    _say("rollups")
    for slug in (SLUG, *(f"small{n}" for n in range(1, BESIDE + 1))):
        console = console_of(slug)
        ready(console, TODAY)
        ready(console, *compared_with(TODAY), scored=False)
    with connect() as own:
        own.execute("VACUUM (ANALYZE) ar.customer_aging")


def _fill(
    cursor: psycopg.ClientCursor[Any], slug: str, customers: int, documents: int, orders: int
) -> None:
    from django.contrib.auth.hashers import make_password

    from duebook.visibility.organisations import add_person, create_organisation

    _say(f"{slug}: {customers:,} customers, {documents:,} documents, {orders:,} orders")
    org = create_organisation(slug, name=slug.capitalize(), today=TODAY)
    for role in ("admin", "member"):
        email = f"{role}@{slug}.example"
        add_person(email, slug=slug, role=role, accounts=[], password=PASSWORD)
    asked = {"org": org, "slug": slug, "customers": customers, "documents": documents}
    people = {"sellers": SELLERS, "clients": CLIENTS if slug == SLUG else 10}
    named = {**asked, **people, "orders": orders, "today": TODAY}
    text = (Path(__file__).parent / "world.sql").read_text()
    cursor.execute(text, {**named, "password": make_password(PASSWORD)})


@contextmanager
def _indexed_afterwards(own: psycopg.Connection[Any]) -> Iterator[None]:
    """Without the indexes of the large tables meanwhile, but those that constraints rest on."""
    found = own.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = ANY (%s::regclass[])"
        " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)",
        [[f"ar.{table}" for table in FILLED]],
    ).fetchall()
    for name, _ in found:
        own.execute(f"DROP INDEX {name}")
    yield
    for _, definition in found:
        own.execute(definition)


def _say(what: str) -> None:
    print(f"{time.process_time():.0f} s of ours: {what}", file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    from bench.__main__ import _served, _use_home

    if asked.folder.exists() and any(asked.folder.iterdir()):
        print(f"bench: {asked.folder} is not empty; name a new folder.", file=sys.stderr)
        return 2
    _use_home(asked.folder)
    with _served():
        make(customers=asked.customers, documents=asked.documents, orders=asked.orders)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.world", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--customers", type=int, default=CUSTOMERS)
    parser.add_argument("--documents", type=int, default=DOCUMENTS)
    parser.add_argument("--orders", type=int, default=ORDERS)
    return parser


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    sys.exit(main())
