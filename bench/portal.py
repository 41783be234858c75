"""The client's pages over HTTP: with 12,000 invoices, with nothing, with one invoice.

python -m bench.portal FOLDER [--port 8127] [--clients 200 --seconds 30] [--unseen]

FOLDER is a world of `bench.world`. Each page is asked for by itself, then many clients come at
once, each with five seconds between its pages, as the product serves them; of those the time is
that of the whole answer. Last, addresses of what is somebody else's and of what is not there.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random

from bench.ledgers import ROOT
from bench.pages import Backends, Browser, Group, _percentile, _wait

TARGET = 20  # milliseconds of processor time, p95
PAUSE = 5.0
UNSEEN, NOWHERE = 300, 10**12
PEOPLE = {"client0": "most invoices", "client1": "nothing open", "client2": "one invoice"}
PAGES = (
    "",
    "?as_of=2026-06-30",
    "billing/",
    "billing/?sort=-amount",
    "billing/?state=overdue",
    "billing/?figure=total&currency=USD",
    "orders/",
    "statement/",
    "statement/?kind=activity",
)


def alone(port: int, backends: Backends) -> None:
    print(
        "| milliseconds, p50 / p95 | requests | server time | processor time | ours |"
        " the database's | target | slowest |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for person, what in PEOPLE.items():
        browser = Browser(port, person, backends)
        for page in PAGES:
            browser.get(page)
            group = Group(f"{what}: {page or 'what you owe'}", TARGET)
            for _again in range(20):
                took, web, database = browser.get(page)
                group.took.append(took)
                group.web.append(web)
                group.database.append(database)
            print(group.line(), flush=True)


def together(port: int, backends: Backends, *, clients: int, seconds: float) -> None:
    """Whoever comes reads page after page until the time is over."""
    found = backends.own.execute(
        "SELECT count(*) FROM ar.membership JOIN ar.org o USING (org_id)"
        " WHERE o.slug = 'big' AND role = 'client'"
    ).fetchone()
    known = found[0] if found else 1
    browsers = [Browser(port, f"client{at % known}", backends) for at in range(clients)]
    for page in PAGES:
        browsers[0].read(page)  # the first of a fresh process reads its templates
    took: list[float] = []
    wrong: list[str] = []
    until = time.monotonic() + seconds

    def reads(browser: Browser, chance: Random) -> None:
        time.sleep(chance.uniform(0, PAUSE))  # They do not all come at the same moment.
        while time.monotonic() < until:
            began = time.perf_counter()
            try:
                browser.read(chance.choice(PAGES))
            except (AssertionError, OSError) as trouble:
                wrong.append(str(trouble)[:200])
            took.append((time.perf_counter() - began) * 1000)
            time.sleep(PAUSE)

    readers = [
        threading.Thread(target=reads, args=(browser, Random(at)))
        for at, browser in enumerate(browsers)
    ]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    figures = [_percentile(took, each) for each in (50, 95, 99)]
    print(
        f"\n{clients} clients, {len(took)} pages in {seconds:.0f} s: p50 {figures[0]:.0f} ms,"
        f" p95 {figures[1]:.0f} ms, p99 {figures[2]:.0f} ms, {len(wrong)} errors {wrong[:1]}"
    )


def unseen(port: int, backends: Backends) -> None:
    """How long the 404 takes of what another client has, and of what nobody has, in turns."""
    browser = Browser(port, "client2", backends)
    theirs = [
        int(row[0])
        for row in backends.own.execute(
            "SELECT d.id FROM ar.document d JOIN ar.org o USING (org_id)"
            " WHERE o.slug = 'big' AND d.class = 'charge' ORDER BY hashint8(d.id) LIMIT %s",
            [UNSEEN],
        )
    ]
    took: dict[str, list[float]] = {"foreign": [], "missing": []}
    for at, id in enumerate(theirs):
        turns = [("foreign", id), ("missing", NOWHERE + id)]
        for what, number in turns if at % 2 else turns[::-1]:
            took[what].append(browser.get(f"billing/{number}/", status=404)[0])
    pairs = [
        (one > other) + (one == other) / 2 for one in took["foreign"] for other in took["missing"]
    ]
    for what, values in took.items():
        figures = ", ".join(f"p{each} {_percentile(values, each):.2f}" for each in (10, 50, 90))
        print(f"{what}: {len(values)} answers, milliseconds {figures}")
    ratio = _percentile(took["foreign"], 50) / _percentile(took["missing"], 50)
    share = sum(pairs) / len(pairs)
    print(f"foreign / missing: {ratio:.3f}; a foreign one is slower {share:.1%} of the time")


@contextmanager
def _served_at(port: int, *processes_and_threads: int) -> Iterator[None]:
    told = [str(each) for each in (port, *processes_and_threads)]
    process = subprocess.Popen([sys.executable, "-m", "bench.served", *told], cwd=ROOT)
    try:
        _wait(port)
        yield
    finally:
        process.terminate()
        process.wait(20)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.portal", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--port", type=int, default=8127)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--unseen", action="store_true", help="only what is not the client's own")
    asked = parser.parse_args(arguments)
    from bench.__main__ import _served, _use_home
    from bench.machine import described, load_average

    _use_home(asked.folder)
    with _served() as server:
        from duebook.console.serving import PROCESSES, THREADS

        backends = Backends(server)
        with _served_at(asked.port):
            print(f"\n{described(server)}. Load average {load_average()}.\n")
            if not asked.unseen:
                alone(asked.port, backends)
            unseen(asked.port, backends)
        if asked.unseen:
            return 0
        with _served_at(asked.port, PROCESSES, THREADS):
            together(asked.port, backends, clients=asked.clients, seconds=asked.seconds)
        print(f"Load average {load_average()} after.")
    return 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    sys.exit(main())
