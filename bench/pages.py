"""The Customers Dashboard over HTTP, by an admin and by a member of six accounts in a hundred.

python -m bench.pages [FOLDER ...] [--port 8124] [--person admin] [--only account]

Each FOLDER is a world of `bench.world`; without one, worlds of 1,000, 10,000 and 100,000 customers
are made first. Server time is what the server says (`bench.served`); processor time is that of our
process and of the database's together: on a machine with other work it is the one to judge by.
"""

from __future__ import annotations

import argparse
import http.client
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING, LiteralString
from urllib.parse import urlencode

from bench.ledgers import ROOT, TODAY

if TYPE_CHECKING:
    from duebook.database.server import Server

SIZES = ((1_000, 50_000), (10_000, 500_000), (100_000, 5_000_000))
PEOPLE = ("admin", "member")
PAST = date(2026, 6, 30)
SORTS = (
    "account_name account_type collection_priority outstanding_amount current_amount"
    " past_due_amount debit_adjustment_amount credit_adjustment_amount"
    " weighted_avg_days_overdue d1_30_amount d31_60_amount d61_90_amount d91_plus_amount"
).split()
FILTERS: tuple[dict[str, str], ...] = (
    {"status": "Active"},
    {"status": "Inactive"},
    {"currency": "EUR"},
    {"invitation": "Not Invited"},
    {"invitation": "Pending"},
    {"invitation": "Accepted"},
    {"invitation": "Expired"},
    {"invitation": "Declined"},
    {"status": "Inactive", "invitation": "Pending"},
    {"status": "Active", "sort": "account_name"},
    {"status": "Inactive", "sort": "-past_due_amount"},
    {"invitation": "Not Invited", "sort": "account_type"},
)
TWO_LETTERS, LONGER, NUMBERS = (
    ("al", "ma", "ze", "c0"),
    ("mapl", "steel", "w trading", "e1"),
    ("C00712", "C0999", "0421"),
)
TARGETS = {"list": 50, "panel": 50, "account": 30, "past": 50}  # milliseconds, p95


@dataclass
class Group:
    """Requests of one kind: milliseconds of server time, and of processor time."""

    what: str
    target: float
    took: list[float] = field(default_factory=list)
    web: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    slowest: str = ""

    def line(self) -> str:
        used = [web + database for web, database in zip(self.web, self.database, strict=True)]
        met = "met" if _percentile(used, 95) <= self.target else "MISSED"
        figures = map(_both, (self.took, used, self.web, self.database))
        told = [
            self.what,
            f"{len(self.took)}",
            *figures,
            f"< {self.target:.0f}: {met}",
            self.slowest,
        ]
        return f"| {' | '.join(told)} |"


def _percentile(values: list[float], percent: int) -> float:
    return (
        quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else values[0]
    )


def _both(values: list[float]) -> str:
    return f"{_percentile(values, 50):.0f} / {_percentile(values, 95):.0f}"


class Browser:
    """One person, signed in."""

    def __init__(self, port: int, person: str, backends: Backends) -> None:
        from django.test import Client

        from duebook.visibility.models import Login
        from duebook.visibility.organisations import viewer_of

        viewer = viewer_of("big", f"{person}@big.example")
        client = Client()
        backend = "allauth.account.auth_backends.AuthenticationBackend"
        client.force_login(Login.objects.get(pk=viewer.person_id), backend=backend)
        self.headers = {"Cookie": client.cookies.output(header="", sep=";").strip()}
        self.port = port
        self.backends = backends

    def get(self, path: str, *, status: int = 200) -> tuple[float, float, float]:
        """Server time, our processor time and the database's of an answer, in milliseconds."""
        before = self.backends.nanoseconds()
        timing = self.read(path, status=status)
        told = dict(part.strip().split(";dur=") for part in timing.split(","))
        return float(told["all"]), float(told["web"]), self.backends.milliseconds_since(before)

    def read(self, path: str, *, status: int = 200) -> str:
        """The page alone, to the end; what the server says of its time."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request("GET", f"/o/big/{path}", headers=self.headers)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        assert answer.status == status, (answer.status, path, body[:300])
        return answer.headers["Server-Timing"]


class Backends:
    """The database's processes that serve the pages."""

    def __init__(self, server: Server) -> None:
        import psycopg

        self.own = psycopg.connect(server.superuser_url("duebook"), autocommit=True)

    def nanoseconds(self) -> dict[int, int]:
        """The processor time of each so far."""
        query: LiteralString = (
            "SELECT pid FROM pg_stat_activity"
            " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return {int(pid): run_nanoseconds(int(pid)) for (pid,) in self.own.execute(query)}

    def milliseconds_since(self, before: dict[int, int]) -> float:
        now = self.nanoseconds()
        return sum(now[pid] - before.get(pid, 0) for pid in now) / 1e6


def run_nanoseconds(pid: int) -> int:
    """The processor time of a process so far."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])
    except OSError:
        return 0


def groups(world: World, people: Sequence[str], only: str) -> Iterator[Group]:
    from duebook.rollups.days import compared_with

    for person in people:
        browser = world.browsers[person]
        for what, paths, target in _questions(world):
            if only in what:
                yield _asked(browser, f"{person}: {what}", paths, target)
        for what, paths in _past(world):
            if only not in what:
                continue
            if person == "admin":
                world.forget(PAST, *compared_with(PAST))
                yield _asked(browser, f"{person}: {what}, the first time", paths[:1], 1500)
            yield _asked(browser, f"{person}: {what}, then", paths, 50)


def _questions(world: World) -> Iterator[tuple[str, list[str], float]]:
    lists: list[tuple[str, list[dict[str, str]]]] = [("list, first page", [{}])]
    ways = [f"{sign}{column}" for column in SORTS for sign in ("", "-")]
    lists += [("list, by any column", [{"sort": way} for way in ways])]
    deep = [{"sort": way, "after": key} for way in ways for key in world.keys[:2]]
    lists += [("list, any depth", [*deep, *({"after": key} for key in world.keys)])]
    lists += [("list, any filter", [*FILTERS])]
    lists += [("list, two letters", [{"q": word} for word in TWO_LETTERS])]
    lists += [("list, three letters and more", [{"q": word} for word in LONGER])]
    lists += [("list, a number", [{"q": word} for word in NUMBERS])]
    for what, asked in lists:
        yield what, [_path("customers/", each) for each in asked], TARGETS["list"]
    sought = [{"q": word} for word in (*TWO_LETTERS, *LONGER, *NUMBERS)]
    panels: list[tuple[str, list[dict[str, str]]]] = [
        ("panel", [{}]),
        ("panel, any filter", [*FILTERS]),
        ("panel, any search", sought),
        ("panel with changes", [{"compared": "1"}]),
        ("panel with changes, any filter", [{**each, "compared": "1"} for each in FILTERS]),
    ]
    for what, asked in panels:
        yield what, [_path("customers/figures/", each) for each in asked], TARGETS["panel"]
    yield (
        "account",
        [f"customers/{key.partition('.')[0]}/" for key in world.keys],
        TARGETS["account"],
    )


def _past(world: World) -> Iterator[tuple[str, list[str]]]:
    for what, path, more in (
        ("list of a past day", "customers/", {}),
        ("panel of a past day", "customers/figures/", {}),
        ("panel with changes of a past day", "customers/figures/", {"compared": "1"}),
    ):
        yield (
            what,
            [
                _path(path, {"as_of": str(PAST), **each, **more})
                for each in ({}, {"sort": "account_name"}, {"sort": "-past_due_amount"})
            ],
        )


def _path(path: str, asked: dict[str, str]) -> str:
    return f"{path}?{urlencode(asked)}" if asked else path


def _asked(browser: Browser, what: str, paths: list[str], target: float) -> Group:
    group = Group(what, target)
    worst = 0.0
    for _again in range(1 if "first time" in what else max(2, 12 // len(paths))):
        for path in paths:
            took, web, database = browser.get(path)
            group.took.append(took)
            group.web.append(web)
            group.database.append(database)
            if web + database > worst:
                worst, group.slowest = web + database, path.partition("?")[2] or path
    return group


@dataclass
class World:
    browsers: dict[str, Browser]
    backends: Backends
    keys: list[str]  # of rows that both see, spread over the list

    def forget(self, *days: date) -> None:
        queries: tuple[LiteralString, ...] = (
            "DELETE FROM ar.org_day WHERE day = ANY (%s)",
            "DELETE FROM ar.customer_aging WHERE day = ANY (%s)",
            "DELETE FROM ar.day_total WHERE day = ANY (%s)",
            "DELETE FROM ar.typical_amount WHERE day = ANY (%s)",
        )
        for query in queries:
            self.backends.own.execute(query, [list(days)])


@contextmanager
def serving(server: Server, port: int) -> Iterator[World]:
    """The pages of a world, each asked once before."""
    process = subprocess.Popen([sys.executable, "-m", "bench.served", str(port)], cwd=ROOT)
    try:
        backends = Backends(server)
        _wait(port)
        browsers = {person: Browser(port, person, backends) for person in PEOPLE}
        query: LiteralString = (
            "SELECT a.customer_id || '.USD' FROM ar.customer_aging a JOIN ar.org o USING (org_id)"
            " JOIN ar.customer_access s USING (org_id, customer_id) WHERE o.slug = 'big'"
            " AND a.day = %s AND a.is_listed AND s.reason = 'team share' AND a.currency = 'USD'"
            " ORDER BY hashint8(a.customer_id) LIMIT 12"
        )
        world = World(
            browsers, backends, [str(row[0]) for row in backends.own.execute(query, [TODAY])]
        )
        for browser in browsers.values():
            for path in (
                "customers/",
                "customers/figures/",
                f"customers/{world.keys[0].partition('.')[0]}/",
            ):
                browser.get(path)
        yield world
    finally:
        process.terminate()
        process.wait(20)


def _wait(port: int) -> None:
    for _try in range(100):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            connection.request("GET", "/")
            connection.getresponse().read()
            return
        except OSError:
            time.sleep(0.3)  # The server announces nothing when it is ready: ask again.
    raise TimeoutError(f"Nothing answers at port {port}.")


def measure(folder: Path, *, port: int, people: Sequence[str] = PEOPLE, only: str = "") -> None:
    """In a process that has not set up Django yet."""
    from bench.__main__ import _served, _use_home
    from bench.machine import described, load_average

    _use_home(folder)
    with _served() as server, serving(server, port) as world:
        customers = world.backends.own.execute(
            "SELECT count(*) FROM ar.customer JOIN ar.org o USING (org_id) WHERE o.slug = 'big'"
        ).fetchone()
        many = f"{customers[0] if customers else 0:,} customers"
        print(f"\n{many}. {described(server)}. Load average {load_average()}.\n")
        heads = ("requests", "server time", "processor time", "ours", "the database's")
        print(f"| milliseconds, p50 / p95 | {' | '.join(heads)} | target | slowest |")
        print("| --- | --- | --- | --- | --- | --- | --- | --- |", flush=True)
        for group in groups(world, people, only):
            print(group.line(), flush=True)
        print(f"\nLoad average {load_average()} after.", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.pages", description=__doc__)
    parser.add_argument("folders", type=Path, nargs="*", metavar="FOLDER")
    parser.add_argument("--port", type=int, default=8124)
    parser.add_argument("--person", choices=PEOPLE, help="of one FOLDER, this person's pages alone")
    parser.add_argument("--only", default="", help="of one FOLDER, what is so called alone")
    asked = parser.parse_args(arguments)
    if len(asked.folders) == 1:
        people = [asked.person] if asked.person else PEOPLE
        measure(asked.folders[0], port=asked.port, people=people, only=asked.only)
        return 0
    with tempfile.TemporaryDirectory(prefix="duebook-bench-") as name:
        for folder in asked.folders or _made(Path(name)):
            again = [sys.executable, "-m", "bench.pages", str(folder), "--port", str(asked.port)]
            subprocess.run(again, check=True, cwd=ROOT)
    return 0


def _made(below: Path) -> Iterator[Path]:
    for customers, documents in SIZES:
        folder = below / str(customers)
        sizes = ["--customers", str(customers), "--documents", str(documents), "--orders", "0"]
        subprocess.run(
            [sys.executable, "-m", "bench.world", str(folder), *sizes], check=True, cwd=ROOT
        )
        yield folder


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    sys.exit(main())
