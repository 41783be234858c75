"""Calls of the push API beside a large ledger: of one row, and of a thousand.

python -m bench.sync [--documents N]   1,000,000 documents of 50,000 accounts, made at once
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

DOCUMENTS = 1_000_000
EACH = 20  # documents of an account
ROUNDS = 5
TARGETS = {1: 0.1, 1_000: 1.0}  # seconds by rows of a call

LEDGER = """
INSERT INTO ar.customer (org_id, account_number, name, sort_name, search_text)
    SELECT %(org)s, 'C' || n, 'Customer ' || n, 'customer ' || n, 'customer ' || n
    FROM generate_series(1, %(accounts)s::int) n;
INSERT INTO ar.document (org_id, customer_id, kind, class, ages, number, issue_date, due_date, currency, amount,
                         intake, external_id, source_version, open_amount)
    SELECT c.org_id, c.id, 'invoice', 'charge', true, 'N' || c.id || '-' || k, '2025-01-01'::date + (17 * k + c.id %% 30)::int,
           '2025-02-01'::date + (17 * k + c.id %% 30)::int, 'USD', 1000 + c.id %% 977, 'invoices', 'E' || c.id || '-' || k, '1',
           1000 + c.id %% 977
    FROM ar.customer c CROSS JOIN generate_series(1, %(each)s) k WHERE c.org_id = %(org)s"""  # noqa: E501

Row = dict[str, Any]
Send = Callable[[str, list[Row]], dict[str, int]]


@dataclass(frozen=True)
class Called:
    """The median of several calls alike, from the request to the answer, in the server."""

    what: str
    rows: int
    seconds: float

    @property
    def is_quick(self) -> bool:
        return self.seconds <= TARGETS[self.rows]


def calls(documents: int) -> Iterator[Called]:
    send = _sender(documents // EACH)
    accounts = documents // EACH
    send("invoices", [_invoice(0, 0, 0, accounts)])  # what is done once in a process
    for rows in TARGETS:
        words: dict[str, list[float]] = {}
        for turn in range(1, ROUNDS + 1):
            for what, kind, told, expected in _story(turn, rows, accounts):
                began = time.perf_counter()
                counts = send(kind, told)
                words.setdefault(what, []).append(time.perf_counter() - began)
                assert counts == {expected: rows}, (what, counts)
        for what, seconds in words.items():
            yield Called(what, rows, median(seconds))


def _story(turn: int, rows: int, accounts: int) -> Iterator[tuple[str, str, list[Row], str]]:
    new = [_invoice(turn, rows, n, accounts) for n in range(rows)]
    yield "new invoices", "invoices", new, "new"
    yield "the same again", "invoices", new, "unchanged"
    payments = [_payment(row) for row in new]
    yield "payments", "payments", payments, "new"
    yield "allocations", "allocations", [_allocation(row) for row in new], "new"
    changed = [{**row, "amount": "12.00", "source_version": "2"} for row in new]
    yield "changed invoices", "invoices", changed, "changed"
    gone = [
        {"external_id": row["external_id"], "deleted": True, "source_version": "3"} for row in new
    ]
    yield "deleted invoices", "invoices", gone, "deleted"


def _invoice(turn: int, rows: int, n: int, accounts: int) -> Row:
    name = f"{rows}-{turn}-{n}"
    return {
        "external_id": name,
        "source_version": "1",
        "account_number": f"C{1 + (7919 * n + turn) % accounts}",
        "invoice_number": name,
        "issue_date": "2026-10-01",
        "due_date": "2026-11-01",
        "amount": "10.00",
        "currency": "USD",
    }


def _payment(invoice: Row) -> Row:
    kept = {name: invoice[name] for name in ("external_id", "source_version", "account_number")}
    return {**kept, "payment_number": invoice["invoice_number"], "date": "2026-10-20", "amount": 5}


def _allocation(invoice: Row) -> Row:
    number = invoice["invoice_number"]
    told = {"source_number": number, "invoice_number": number, "source_kind": "receipt"}
    return {**told, "external_id": number, "date": "2026-10-20", "amount": "5.00"}


def _sender(accounts: int) -> Send:
    import psycopg
    from django.core.cache import cache
    from django.test import Client

    from bench.ledgers import TODAY
    from duebook.database.migrate import connect
    from duebook.visibility.organisations import add_person, create_organisation, viewer_of
    from duebook.visibility.seeing import seeing
    from duebook.visibility.tokens import create_token

    slug, admin = "bench-sync", "admin@bench-sync.example"
    org = create_organisation(slug, name="Benchmark", today=TODAY)
    add_person(admin, slug=slug, role="admin", accounts=[])
    with connect() as own:
        with psycopg.ClientCursor(own) as cursor:
            cursor.execute(LEDGER, {"org": org, "accounts": accounts, "each": EACH})
        own.execute("VACUUM (ANALYZE)")
    viewer = viewer_of(slug, admin)
    with seeing(viewer):
        token = create_token(viewer, name="ERP", scopes=["ingest"], expires_at=None)
    program = Client(SERVER_NAME="localhost", headers={"Authorization": f"Bearer {token}"})

    def send(kind: str, rows: list[Row]) -> dict[str, int]:
        cache.clear()  # the limit of calls a minute is not what is measured
        body, sort = json.dumps(rows), "application/json"
        answer = program.post(f"/api/v1/sync/{kind}", data=body, content_type=sort)
        assert answer.status_code == 200, answer.content
        counts: dict[str, int] = answer.json()["counts"]
        return counts

    return send


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.sync", description=__doc__)
    parser.add_argument("--documents", type=int, default=DOCUMENTS)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="duebook-bench-") as folder:
        from bench.__main__ import _served, _use_home

        _use_home(Path(folder) / "home")
        with _served():
            from bench.machine import load_average

            print(f"Load average of one minute: {load_average()}.\n")
            print("| call | rows | ms | target, ms |\n| --- | --- | --- | --- |", flush=True)
            found = []
            for each in calls(asked.documents):
                found.append(each)
                target = TARGETS[each.rows] * 1000
                line = (
                    f"| {each.what} | {each.rows:,} | {each.seconds * 1000:,.0f} | {target:,.0f} |"
                )
                print(line, flush=True)
    return 0 if all(each.is_quick for each in found) else 1


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    sys.exit(main())
