"""python -m bench.kills [--rows 100000] [--moments 30] [--seed 1] [--of worker,backend,postmaster]

Kills a process of a serving Duebook at random moments of an import, again and again, and looks
whether the ledger ever holds a part of the file, and whether the import ends by itself.
0 when it always does, 1 when not.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from duebook.database.server import Server

KINDS = ("worker", "backend", "postmaster")
TODAY = date(2026, 11, 21)
LOOK_SECONDS = 0.05
PATIENCE_SECONDS = 600.0
ENDED = ("done", "refused", "cancelled")
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Moment:
    """One import and one kill. `seen` are the numbers of invoices that anybody ever saw."""

    killed: str
    after_seconds: float
    state: str
    seen: tuple[int, ...]
    recovered_seconds: float
    rows: int

    @property
    def is_right(self) -> bool:
        wanted = {0, self.rows} if self.state == "done" else {0}
        last = self.rows if self.state == "done" else 0
        return set(self.seen) <= wanted and self.seen[-1] == last


def main(arguments: list[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    with (
        tempfile.TemporaryDirectory(prefix="duebook-kills-") as folder,
        serving(Path(folder)) as it,
    ):
        kinds = asked.of.split(",")
        found = []
        for moment in it.moments(kinds, count=asked.moments, rows=asked.rows, seed=asked.seed):
            found.append(moment)
            print(f"{'ok ' if moment.is_right else 'BAD'} {moment}", flush=True)
        return 0 if all(moment.is_right for moment in found) else 1


@contextmanager
def serving(folder: Path) -> Iterator[Serving]:
    """A home of its own with a server for pages and jobs, as `duebook serve` gives it."""
    from bench.__main__ import _served, _use_home

    _use_home(folder / "home")
    with _served() as server:
        command = [sys.executable, "-m", "duebook.cli", "serve", "--port", str(_free_port())]
        log = (folder / "serve.log").open("wb")
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            yield Serving(server, process.pid, folder)
        finally:
            process.terminate()
            process.wait()
            log.close()


class Serving:
    def __init__(self, server: Server, pid: int, folder: Path) -> None:
        self.server, self.pid, self.folder = server, pid, folder

    def moments(self, kinds: list[str], *, count: int, rows: int, seed: int) -> Iterator[Moment]:
        """First an import that nobody disturbs, to know how long one takes."""
        chance = Random(seed)
        whole = self.moment("nothing", rows=rows, wait=lambda _: 0.0)
        for n in range(count):
            longest = max(whole.recovered_seconds, 0.5)
            yield self.moment(
                kinds[n % len(kinds)],
                rows=rows,
                wait=lambda most: chance.uniform(0, 0.9 * most),
                longest=longest,
            )

    def moment(
        self, kind: str, *, rows: int, wait: Callable[[float], float], longest: float = 0.0
    ) -> Moment:
        ledger = _Ledger(self, rows)
        ledger.check()
        began = time.monotonic()
        ledger.commit()
        time.sleep(after := wait(longest))
        if kind != "nothing":
            self._kill(kind)
        seen, state = ledger.watch()
        return Moment(kind, after, state, seen, time.monotonic() - began - after, rows)

    def _kill(self, kind: str) -> None:
        if kind == "postmaster":
            from duebook.database import postmaster

            victim = postmaster.serving(self.server.home)
        else:
            victim = self._worker() if kind == "worker" else self._backend()
        if victim:
            os.kill(victim, signal.SIGKILL)

    def _worker(self) -> int:
        """A child of a child of the server for pages."""
        parents = _parents()
        for pid, parent in parents.items():
            if parents.get(parent) == self.pid and _command(pid).count(b"duebook"):
                return pid
        return 0

    def _backend(self) -> int:
        """The database's process that loads, else any of the worker's."""
        query = (
            "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'duebook %'"
            " AND usename = 'duebook_worker' ORDER BY application_name = 'duebook worker' DESC,"
            " xact_start NULLS LAST LIMIT 1"
        )
        return int((self.asks(query) or [(0,)])[0][0])

    def asks(self, query: str) -> list[tuple[int, ...]]:
        import psycopg

        with psycopg.connect(self.server.superuser_url("duebook"), connect_timeout=5) as own:
            return own.execute(query.encode()).fetchall()


class _Ledger:
    """An organisation with one file on its way into it."""

    _count = 0

    def __init__(self, serving: Serving, rows: int) -> None:
        from duebook.visibility.organisations import add_person, create_organisation, viewer_of

        type(self)._count += 1
        self.serving, self.rows = serving, rows
        slug = f"kills-{self._count}"
        email = f"admin@{slug}.example"
        self.org_id = _patiently(lambda: create_organisation(slug, name=slug, today=TODAY))
        _patiently(lambda: add_person(email, slug=slug, role="admin", accounts=[]))
        self.viewer = _patiently(lambda: viewer_of(slug, email))
        self.intake = 0

    def check(self) -> None:
        from duebook.ingest import kept_files
        from duebook.ingest.intake import Options
        from duebook.jobs import intakes
        from duebook.visibility.seeing import seeing

        now = datetime.now(UTC)
        with seeing(self.viewer):
            file = kept_files.keep(self.viewer, [self._file()], file_name="i.csv", at=now)
            self.intake = intakes.begin(self.viewer, file, options=Options(), at=now)
        self._until("checked", *ENDED)

    def _file(self) -> bytes:
        lines = [b"account_number,invoice_number,issue_date,due_date,currency,amount\n"]
        for n in range(self.rows):
            lines.append(f"A{n % 997},I{n},2026-01-02,2026-02-01,USD,{n % 997 + 1}.50\n".encode())
        return b"".join(lines)

    def commit(self) -> None:
        from duebook.jobs import intakes
        from duebook.visibility.seeing import seeing

        with seeing(self.viewer):
            intakes.commit(self.viewer, self.intake, at=datetime.now(UTC))

    def watch(self) -> tuple[tuple[int, ...], str]:
        """Every number of invoices in turn, until the import has ended, and how it ended."""
        seen: list[int] = []
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            state, count = _patiently(self._look)
            if seen[-1:] != [count]:
                seen.append(count)
            if state in ENDED:
                return tuple(seen), state
            time.sleep(LOOK_SECONDS)
        return tuple(seen), "never ended"

    def _until(self, *states: str) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while _patiently(self._look)[0] not in states:
            if time.monotonic() > until:
                raise TimeoutError(f"intake {self.intake} stays {self._look()[0]}")
            time.sleep(LOOK_SECONDS)

    def _look(self) -> tuple[str, int]:
        """Both in one statement: what somebody is told, and what is there."""
        (row,) = self.serving.asks(
            "SELECT i.state, (SELECT count(*) FROM ar.document d WHERE d.org_id = i.org_id)"
            f" FROM ar.intake i WHERE i.org_id = {self.org_id} AND i.id = {self.intake}"
        )
        return str(row[0]), int(row[1])


def _patiently(act: Callable[[], Answer]) -> Answer:
    """Again while the database is away."""
    import psycopg
    from django.db import DatabaseError, connections

    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return act()
        except (psycopg.Error, DatabaseError, OSError):
            connections.close_all()
            if time.monotonic() > until:
                raise
            time.sleep(LOOK_SECONDS)


def _parents() -> dict[int, int]:
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent, *_ = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if state != "Z":
            found[int(folder.name)] = int(parent)
    return found


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.kills", description="Kill imports.")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--moments", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--of", default=",".join(KINDS), help="what to kill, in turns")
    return parser


if __name__ == "__main__":
    sys.exit(main())
