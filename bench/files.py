"""Long files of the large organisation: ordered on the list and fetched, and by the command.

python -m bench.files FOLDER [--port 8126] [--way list]

FOLDER is a world of `bench.world`, served by `duebook serve`. A person's file: from the click to
the moment it lies ready (the worker looks for work now and then), then from asking for it to its
first and its last byte. The command: from its start to its end, Python's own start included.
"""

from __future__ import annotations

import argparse
import http.client
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from bench.ledgers import ROOT

if TYPE_CHECKING:
    from bench.pages import Browser
    from duebook.database.server import Server

LIST = (("csv", 2), ("xlsx", 5))
TIMES = 5
LOOKS = 0.1  # seconds between looks whether a file is ready
FORGERY = "f" * 32  # whatever stands in both the cookie and the form
FILES = (
    ("customers", "csv", (), 2),
    ("customers", "xlsx", (), 5),
    ("monthly", "csv", (), 15),
    ("monthly", "xlsx", ("--data-type", "debt"), 15),
    ("monthly", "xlsx", ("--data-type", "open_orders"), 15),
)


@dataclass(frozen=True)
class Processes:
    """The server, its pages and its worker."""

    server: int

    def ids(self) -> list[int]:
        found, left = [], [self.server]
        while left:
            found.append(left.pop())
            for tasks in Path(f"/proc/{found[-1]}/task").glob("*/children"):
                left += map(int, tasks.read_text().split())
        return found

    def seconds(self) -> float:
        """Their processor time so far."""
        ticks = 0
        for each in self.ids():
            told = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
            ticks += int(told[11]) + int(told[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def peak_mib(self) -> float:
        """What the largest of them has ever needed since `forget`."""
        peaks = [
            int(re.findall(r"VmHWM:\s+(\d+)", Path(f"/proc/{each}/status").read_text())[0])
            for each in self.ids()
        ]
        return max(peaks) / 1024

    def forget(self) -> None:
        for each in self.ids():
            Path(f"/proc/{each}/clear_refs").write_text("5")


@contextmanager
def served(port: int) -> Iterator[Processes]:
    from bench.pages import _wait

    command = [sys.executable, "-m", "duebook.cli", "serve", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT)
    try:
        _wait(port)
        yield Processes(process.pid)
    finally:
        process.terminate()
        process.wait(30)


@dataclass(frozen=True)
class Fetched:
    """Seconds from the click, and from asking for the file that was ready; its bytes."""

    ready: float
    first: float
    last: float
    size: int

    @property
    def whole(self) -> float:
        return self.ready + self.last


def fetched(browser: Browser, form: str) -> Fetched:
    """Order the list as a file, look until it is there, fetch it, throw it away."""
    began = time.perf_counter()
    _post(browser, "customers/files/", format=form)
    pattern = rf'/o/big/(exports/\d+/file/)" download><bdi>[^<]*{form}<'
    while not (found := re.search(pattern, _page(browser))):
        time.sleep(LOOKS)  # the page says nothing by itself when a file is ready
    ready = time.perf_counter()
    answer = _asked(browser, "GET", found[1])
    start = answer.read(1)
    first = time.perf_counter()
    size = len(start)
    while block := answer.read(1 << 20):
        size += len(block)
    last = time.perf_counter()
    _post(browser, found[1].replace("file/", "delete/"))
    return Fetched(ready - began, first - ready, last - ready, size)


def _page(browser: Browser) -> str:
    return _asked(browser, "GET", "exports/").read().decode()


def _post(browser: Browser, path: str, **fields: str) -> None:
    answer = _asked(browser, "POST", path, {"csrfmiddlewaretoken": FORGERY, **fields})
    answer.read()
    assert answer.status == 302, (answer.status, path)


def _asked(
    browser: Browser, method: str, path: str, fields: dict[str, str] | None = None
) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", browser.port, timeout=120)
    headers = {"Cookie": f"{browser.headers['Cookie']}; csrftoken={FORGERY}"}
    if fields:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    connection.request(method, f"/o/big/{path}", urlencode(fields or {}), headers)
    return connection.getresponse()


def from_the_list(server: Server, port: int) -> None:
    from bench.pages import PEOPLE, Backends, Browser

    backends = Backends(server)
    heads = ("click to ready", "first byte", "last byte", "whole", "ours", "the database's")
    print(f"| the list, seconds | {' | '.join(heads)} | peak MiB | MB | target |")
    print(f"|{' --- |' * 10}", flush=True)
    with served(port) as processes:
        for person in PEOPLE:
            browser = Browser(port, person, backends)
            for form, target in LIST:
                fetched(browser, form)
                processes.forget()
                ours, theirs = processes.seconds(), backends.nanoseconds()
                each = [fetched(browser, form) for _ in range(TIMES)]
                ours = (processes.seconds() - ours) / TIMES
                used = backends.milliseconds_since(theirs) / 1000 / TIMES
                told = [
                    *(median([one.ready for one in each]), median([one.first for one in each])),
                    *(median([one.last for one in each]), median([one.whole for one in each])),
                    *(ours, used),
                ]
                print(
                    f"| {person}: {form} | {' | '.join(f'{one:.2f}' for one in told)}"
                    f" | {processes.peak_mib():.0f} | {each[0].size / 1e6:.1f} | < {target} |",
                    flush=True,
                )


def by_the_command(server: Server, port: int) -> None:
    from bench.command import duebook

    print("| file | seconds | of our processor time | peak MiB | MB | target |")
    print("| --- | --- | --- | --- | --- | --- |", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        for report, form, more, target in FILES:
            file = Path(scratch) / f"long.{form}"
            wanted = ("--format", form, "--output", file, *more)
            ran = duebook("report", report, "big", "--as", "admin@big.example", *wanted)
            name = " ".join((report, form, *more))
            size = file.stat().st_size / 1e6
            print(
                f"| {name} | {ran.seconds:.1f} | {ran.processor_seconds:.1f} | {ran.peak_mib:.0f}"
                f" | {size:.0f} | < {target} |",
                flush=True,
            )


def measure(folder: Path, *, port: int, way: str) -> None:
    from bench.__main__ import _served, _use_home
    from bench.machine import described, load_average

    _use_home(folder)
    with _served() as server:
        from duebook.rollups.days import keep_ready
        from duebook.visibility.organisations import console_of

        keep_ready(console_of("big"), at=datetime.now(UTC))
        print(f"\n{described(server)}. Load average {load_average()}.\n")
        for name, measured in WAYS.items():
            if way in ("", name):
                measured(server, port)
                print(f"\nLoad average {load_average()} after.\n", flush=True)


WAYS = {"list": from_the_list, "command": by_the_command}


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.files", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--port", type=int, default=8126)
    parser.add_argument("--way", choices=WAYS, default="", help="this way to a file alone")
    asked = parser.parse_args(arguments)
    measure(asked.folder, port=asked.port, way=asked.way)
    return 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    sys.exit(main())
