"""Long files of the large organisation: what the command needs for each, its start included.

python -m bench.files FOLDER

FOLDER is a world of `bench.world`. Processor time is the command's; the database has its own core
where there are two.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

FILES = (
    ("customers", "csv", (), 2),
    ("customers", "xlsx", (), 5),
    ("monthly", "csv", (), 15),
    ("monthly", "xlsx", ("--data-type", "debt"), 15),
    ("monthly", "xlsx", ("--data-type", "open_orders"), 15),
)


def measure(folder: Path) -> None:
    from bench.__main__ import _served, _use_home
    from bench.command import duebook
    from bench.machine import described, load_average

    _use_home(folder)
    with _served() as server, tempfile.TemporaryDirectory() as scratch:
        from duebook.rollups.days import keep_ready
        from duebook.visibility.organisations import console_of

        keep_ready(console_of("big"), at=datetime.now(UTC))
        print(f"\n{described(server)}. Load average {load_average()}.\n")
        print("| file | seconds | of our processor time | peak MiB | MB | target |")
        print("| --- | --- | --- | --- | --- | --- |", flush=True)
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
        print(f"\nLoad average {load_average()} after.", flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.files", description=__doc__)
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    measure(parser.parse_args(arguments).folder)
    return 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    sys.exit(main())
