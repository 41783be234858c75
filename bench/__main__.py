"""python -m bench [--size S|M|L] [--no-peers] [--peers-large] [--out FOLDER]

Loads the outside generator's ledgers into a home of its own, measures, and writes a table.
0 when every row equals the reference, 1 when one does not, 2 when it could not be measured.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bench.ledgers import ROOT, Ledger, Missing, generate

if TYPE_CHECKING:  # What these import wants Django to be set up.
    from bench.tables import Measured
    from duebook.database.server import Server

LEDGERS = {"S": ["S"], "M": ["M"], "L": ["M", "L"]}


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="duebook-bench-") as folder:
        _use_home(Path(folder) / "home")
        from bench.command import Failed

        try:
            ledgers = [generate(size, below=Path(folder)) for size in LEDGERS[asked.size]]
            with _served() as server:
                return _run(asked, server, ledgers)
        except (Missing, Failed) as trouble:
            print(f"bench: {trouble}", file=sys.stderr)
            return 2


def _use_home(home: Path) -> None:
    """Nobody's database but our own, whatever the environment names."""
    for name in ("DATABASE_URL", "DUEBOOK_ADMIN_URL", "DUEBOOK_SECRET"):
        os.environ.pop(name, None)
    os.environ["DUEBOOK_HOME"] = str(home)
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"


@contextmanager
def _served() -> Iterator[Server]:
    import django

    from duebook.database.logins import close_all
    from duebook.database.migrate import migrate_embedded
    from duebook.database.server import running

    with running() as server:
        django.setup()
        migrate_embedded()
        try:
            yield server
        finally:
            close_all()


def _run(asked: argparse.Namespace, server: Server, ledgers: list[Ledger]) -> int:
    from bench.machine import described
    from bench.tables import markdown

    measured = _measured(asked, server, ledgers)
    text = f"# Benchmark\n\n{described(server)}.\n\n{markdown(measured)}"
    asked.out.mkdir(parents=True, exist_ok=True)
    file = asked.out / f"bench-{asked.size}.md"
    file.write_text(text)
    print(text)
    _say(f"Written to {file}")
    return 0 if measured.agrees else 1


def _measured(asked: argparse.Namespace, server: Server, ledgers: list[Ledger]) -> Measured:
    """Everything is loaded first: a large process of ours would count as its child's memory."""
    from bench.aging import agreements, timed
    from bench.loading import load
    from bench.machine import load_average
    from bench.members import CUSTOMERS, first_pages
    from bench.policies import costs
    from bench.tables import Measured

    measured = Measured()
    measured.load_averages["at the start"] = load_average()
    for ledger in ledgers:
        for loaded in load(ledger):
            _say(f"{ledger.size} {loaded.file}: {loaded.seconds:.1f} s")
            measured.loaded.append(loaded)
    measured.load_averages["after the imports"] = load_average()
    _vacuum(server)
    for ledger in ledgers:
        _say(f"{ledger.size}: aging, policies, agreement")
        measured.aging += timed(ledger)
        measured.costs += costs(ledger, server)
        measured.agreements += agreements(ledger)
    measured.pages = first_pages(CUSTOMERS[asked.size])
    measured.load_averages["after the aging"] = load_average()
    if not asked.no_peers:
        _measure_peers(measured, asked, server, ledgers)
        measured.load_averages["after the peers"] = load_average()
    return measured


def _vacuum(server: Server) -> None:
    """What the server does by itself within minutes; the peer's runner does it too."""
    import psycopg

    with psycopg.connect(server.superuser_url("duebook"), autocommit=True) as superuser:
        superuser.execute("VACUUM (ANALYZE)")
        superuser.execute("CHECKPOINT")


def _measure_peers(
    measured: Measured, asked: argparse.Namespace, server: Server, ledgers: list[Ledger]
) -> None:
    from bench.tryton import Tryton

    try:
        tryton = Tryton(server, environment=asked.out / "tryton")
        for ledger in ledgers:
            if ledger.size != "L" or asked.peers_large:
                _say(f"{ledger.size}: Tryton")
                measured.peers += tryton.measure(ledger)
    except Missing as trouble:
        measured.notes.append(str(trouble))


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure Duebook.")
    parser.add_argument("--size", choices=sorted(LEDGERS), default="L", help="L measures M too")
    parser.add_argument("--no-peers", action="store_true", help="leave Tryton out")
    parser.add_argument("--peers-large", action="store_true", help="Tryton on L too: many minutes")
    parser.add_argument("--out", type=Path, default=ROOT / "bench" / "out", metavar="FOLDER")
    return parser


if __name__ == "__main__":
    sys.exit(main())
