"""Push the rows of a CSV file to Duebook. Plain Python, nothing to install.

DUEBOOK_TOKEN=duebook_... python push_csv.py https://duebook.example invoices invoices.csv

The file's columns are the fields of the kind (docs/ingest.md); an empty cell is null, and a column
that is not there is not stated. Rows go in batches, in the order of the file. Each batch has an
idempotency key made from what is in it, so a batch that was cut off half-way, by us or by the
network, is sent again without harm, also by the next run of this program.

Ends with 0 when every row was taken, with 1 when some were invalid (they are listed), and with 2
when the rows could not be sent.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
import random
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

ROWS_A_CALL = 1_000
TRIES = 8
LONGEST_WAIT = 60.0  # seconds between two tries
TIMEOUT = 120.0
AGAIN = frozenset((429, 500, 502, 503, 504))

Row = dict[str, Any]


class Refused(Exception):
    """The server did not take the call, and would not take it another time."""


@dataclass
class Client:
    """Sends batches of one kind. `sleep` waits for seconds; tests hand in another."""

    address: str
    token: str
    sleep: Callable[[float], None] = time.sleep
    counts: Counter[str] = field(default_factory=Counter)

    def push(self, kind: str, rows: Iterable[Row], *, size: int = ROWS_A_CALL) -> Iterator[Row]:
        """Send all rows; what comes back are the invalid ones, each with its place in `rows`."""
        place = 0
        for batch in _batches(rows, size=size):
            answer = self.send(kind, batch)
            self.counts.update(answer["counts"])
            for result in answer["results"]:
                if result["action"] == "invalid":
                    yield {**result, "index": place + result["index"]}
            place += len(batch)

    def send(self, kind: str, rows: list[Row]) -> dict[str, Any]:
        """One call, again and again while it may help. Raises Refused."""
        body = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()
        request = urllib.request.Request(
            f"{self.address.rstrip('/')}/api/v1/sync/{kind}",
            data=body,
            method="POST",
            headers={
                "Authorization": f"Bearer {self.token}",
                "Content-Type": "application/json",
                "Idempotency-Key": hashlib.sha256(f"{kind}\n".encode() + body).hexdigest(),
            },
        )
        for tried in range(1, TRIES + 1):
            try:
                with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
                    found: dict[str, Any] = json.load(answer)
                    return found
            except urllib.error.HTTPError as refused:
                trouble = f"{refused.code}: {_said(refused)}"
                if refused.code not in AGAIN:
                    raise Refused(trouble) from None
                wait = _wait(tried, told=refused.headers.get("Retry-After"))
            except (OSError, ValueError) as unreachable:  # the network, or half an answer
                trouble = str(unreachable)
                wait = _wait(tried)
            if tried < TRIES:
                self.sleep(wait)
        raise Refused(f"given up after {TRIES} tries; the last: {trouble}")


def _batches(rows: Iterable[Row], *, size: int) -> Iterator[list[Row]]:
    left = iter(rows)
    while batch := list(islice(left, size)):
        yield batch


def _wait(tried: int, *, told: str | None = None) -> float:
    """What the server asks for, else twice as long each time; and a bit more, so that many clients
    that were refused together do not come back together.
    """
    asked = float(told) if told and told.isdecimal() else min(2.0**tried / 2, LONGEST_WAIT)
    return asked + random.uniform(0, asked / 2 + 0.5)


def _said(refused: urllib.error.HTTPError) -> str:
    try:
        return str(json.load(refused)["detail"])
    except (ValueError, KeyError, TypeError, OSError):
        return str(refused.reason)


def rows_of(file: Path) -> Iterator[Row]:
    """Every cell as it is written; the server reads amounts and dates exactly."""
    with file.open(newline="", encoding="utf-8-sig") as lines:
        for row in csv.DictReader(lines, restkey="more cells than the header has"):
            yield {name: value or None for name, value in row.items()}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("address", help="such as https://duebook.example")
    parser.add_argument("kind", help="accounts, invoices, payments, allocations, ...")
    parser.add_argument("file", type=Path)
    parser.add_argument("--rows", type=int, default=ROWS_A_CALL, help="of one call, up to 10000")
    asked = parser.parse_args(arguments)
    client = Client(asked.address, os.environ.get("DUEBOOK_TOKEN", ""))
    invalid = 0
    try:
        for row in client.push(asked.kind, rows_of(asked.file), size=asked.rows):
            invalid += 1
            where = f"row {row['index'] + 1}, {row['column'] or 'whole'}"
            print(f"{asked.file}: {where}: {row['reason']}", file=sys.stderr)
    except (Refused, OSError, UnicodeError) as trouble:
        print(f"{asked.file}: {trouble}", file=sys.stderr)
        return 2
    told = ", ".join(f"{count} {action}" for action, count in sorted(client.counts.items()))
    print(f"{asked.file}: {told or 'no rows'}")
    return 1 if invalid else 0


if __name__ == "__main__":
    sys.exit(main())
