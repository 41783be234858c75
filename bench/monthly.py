"""The monthly report: its pages over HTTP, what is kept worked out anew, and all of it as Excel.

python -m bench.monthly FOLDER [--port 8125] [--only rebuild|excel|pages]

FOLDER is a world of `bench.world`. Server time and processor time are those of `bench.pages`.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.ledgers import TODAY
from bench.pages import Browser, Group, World, serving

MEASURES = {"debt": ("net", "closing"), "open_orders": ("count", "amount")}
PAGE, DRILL = 50, 50  # milliseconds, p95
REBUILD, EXCEL = 60, 15  # seconds
PARTS = ("rebuild", "excel", "pages")
OTHERS = ("trend", "account_name", "owed", "account_number")


def groups(browser: Browser, person: str, keys: list[str]) -> Iterator[Group]:
    """Every mode and measure by every month and back, deep pages, filters, sums, drills."""
    modes = [
        f"data_type={mode}&measure={measure}" for mode in MEASURES for measure in MEASURES[mode]
    ]
    ways = [f"{sign}month_{place}" for place in range(1, 13) for sign in ("", "-")]
    by_month = [f"monthly/?{mode}&sort={way}" for mode in modes for way in ways]
    yield asked(browser, f"{person}: page, by any month", by_month)
    deep = [f"{path}&after={keys[at % len(keys)]}" for at, path in enumerate(by_month)]
    yield asked(browser, f"{person}: page, by any month, any depth", deep)
    others = [f"monthly/?{mode}&sort={way}" for mode in modes for way in OTHERS]
    yield asked(browser, f"{person}: page, other orders", others)
    kept = ("flag=rising", "flag=began", "flag=old_order", "zeros=hide", "q=steel", "currency=EUR")
    yield asked(
        browser, f"{person}: page, filters", [f"monthly/?{modes[1]}&{each}" for each in kept]
    )
    yield asked(browser, f"{person}: sums of all rows", [f"monthly/sums/?{mode}" for mode in modes])
    month = f"{TODAY:%Y-%m}"
    cells = [
        f"monthly/{key.replace('.', '/')}/{month}/?{mode}" for key in keys[:6] for mode in modes
    ]
    yield asked(browser, f"{person}: documents of a cell", cells, DRILL)


def asked(browser: Browser, what: str, paths: list[str], target: float = PAGE) -> Group:
    group = Group(what, target)
    worst = 0.0
    for path in paths:
        took, web, database = browser.get(path)
        group.took.append(took)
        group.web.append(web)
        group.database.append(database)
        if web + database > worst:
            worst, group.slowest = web + database, path
    return group


def rebuilt() -> tuple[float, float]:
    """All days and windows that are kept, from the documents: seconds, and of the processor."""
    from bench.clock import seconds
    from bench.pages import run_nanoseconds
    from duebook.rollups.months import ready
    from duebook.visibility.organisations import console_of
    from duebook.visibility.seeing import raw, seeing

    console = console_of("big")
    ready(console, by="worker")

    def once() -> None:
        with seeing(console, by="worker"):
            raw("worker").execute("SELECT rollup.rebuild()")

    process = raw("worker").info.backend_pid
    before = run_nanoseconds(process)
    return seconds(once), (run_nanoseconds(process) - before) / 1e9


def measure(folder: Path, parts: Sequence[str], *, port: int) -> None:
    from bench.__main__ import _served, _use_home
    from bench.machine import described, load_average

    _use_home(folder)
    with _served() as server:
        print(f"\n{described(server)}. Load average {load_average()}.\n", flush=True)
        if "rebuild" in parts:
            took, used = rebuilt()
            told = f"{took:.1f} s, of the processor {used:.1f} s (< {REBUILD} s)"
            print(f"Rebuild of days and months: {told}", flush=True)
        if "excel" in parts:
            write_books()
        if "pages" in parts:
            with serving(server, port) as world:
                ask_pages(world)
        print(f"\nLoad average {load_average()} after.", flush=True)


def write_books() -> None:
    """Both modes of all accounts, as the command makes them."""
    from bench.command import duebook

    with tempfile.TemporaryDirectory() as scratch:
        for data_type in MEASURES:
            file = Path(scratch) / "year.xlsx"
            wanted = ("--data-type", data_type, "--format", "xlsx", "--output", file)
            ran = duebook("report", "monthly", "big", "--as", "admin@big.example", *wanted)
            size = file.stat().st_size / 1e6
            told = f"{ran.seconds:.1f} s (< {EXCEL} s), {ran.peak_mib:.0f} MiB, {size:.0f} MB"
            print(f"Excel of all accounts, {data_type}, both sheets: {told}", flush=True)


def ask_pages(world: World) -> None:
    heads = ("requests", "server time", "processor time", "ours", "the database's")
    print(f"\n| milliseconds, p50 / p95 | {' | '.join(heads)} | target | slowest |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |", flush=True)
    for person, browser in world.browsers.items():
        browser.get("monthly/")
        for group in groups(browser, person, world.keys):
            print(group.line(), flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.monthly", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--port", type=int, default=8125)
    parser.add_argument("--only", choices=PARTS, help="one part instead of all three")
    asked = parser.parse_args(arguments)
    measure(asked.folder, [asked.only] if asked.only else PARTS, port=asked.port)
    return 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    sys.exit(main())
