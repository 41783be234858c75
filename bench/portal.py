"""The client's pages over HTTP: with 12,000 invoices, with nothing, with one invoice.

python -m bench.portal FOLDER [--port 8127] [--clients 200 --seconds 30]

FOLDER is a world of `bench.world`. Each page is asked for by itself, then many clients come at
once, each with five seconds between its pages; of those the time is that of the whole answer.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

from bench.ledgers import ROOT
from bench.pages import Backends, Browser, Group, _percentile, _wait

TARGET = 20  # milliseconds of processor time, p95
PAUSE = 5.0  # seconds that a client looks at a page
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
    took: list[float] = []
    wrong: list[str] = []
    until = time.monotonic() + seconds

    def reads(browser: Browser, chance: Random) -> None:
        time.sleep(chance.uniform(0, PAUSE))  # They do not all come at the same moment.
        while time.monotonic() < until:
            began = time.perf_counter()
            try:
                browser.get(chance.choice(PAGES))
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


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.portal", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--port", type=int, default=8127)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=30)
    asked = parser.parse_args(arguments)
    from bench.__main__ import _served, _use_home
    from bench.machine import described, load_average

    _use_home(asked.folder)
    with _served() as server:
        again = [sys.executable, "-m", "bench.served", str(asked.port)]
        process = subprocess.Popen(again, cwd=ROOT)
        try:
            backends = Backends(server)
            _wait(asked.port)
            print(f"\n{described(server)}. Load average {load_average()}.\n")
            alone(asked.port, backends)
            together(asked.port, backends, clients=asked.clients, seconds=asked.seconds)
            print(f"Load average {load_average()} after.")
        finally:
            process.terminate()
            process.wait(20)
    return 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    sys.exit(main())
