"""Tryton 7.0 on the same server and ledger, by the runner that lies beside the generator."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from bench.ledgers import DATES, PEERS, Ledger, Missing
from duebook.database.server import PORT, Server

PACKAGES = (
    "trytond==7.0.*",
    "trytond_account==7.0.*",
    "trytond_account_invoice==7.0.*",
    "psycopg2-binary",
    "numpy",
    "setuptools<81",  # It still asks for pkg_resources.
)
SAID = re.compile(r"^TRYTON \S+ (\S+) read n (\d+) median ([\d.]+) .* peakMiB (\d+)", re.MULTILINE)


@dataclass(frozen=True)
class Peer:
    """Its aged balance as rows in Python, as its own list view asks for it."""

    ledger: Ledger
    as_of: date
    rows: int
    seconds: float
    peak_mib: int


class Tryton:
    """A role that may make databases, an environment with the packages, and a runner."""

    def __init__(self, server: Server, *, environment: Path) -> None:
        self.python = environment / "bin" / "python"
        _install(self.python, environment)
        self.uri = _role(server)

    def measure(self, ledger: Ledger) -> list[Peer]:
        """Make a database, load the ledger into it, read the aged balance on each date."""
        self._runs("init", ledger.slug)
        self._runs("load", ledger.slug, str(ledger.folder))
        dates = ",".join(map(str, DATES))
        read = ("run", ledger.slug, str(ledger.folder), "--modes", "read", "--dates", dates)
        return [
            Peer(ledger, date.fromisoformat(day), int(rows), float(median), int(peak))
            for day, rows, median, peak in SAID.findall(self._runs(*read))
        ]

    def _runs(self, *arguments: str) -> str:
        told = {"TRYTON_URI": self.uri, "PYTHONDONTWRITEBYTECODE": "1"}
        return _output(
            [str(self.python), str(PEERS / "tryton_peer.py"), *arguments], env=os.environ | told
        )


def _install(python: Path, environment: Path) -> None:
    """Once: a later run finds it."""
    ready = environment / "ready"
    if ready.exists():
        return
    _output([sys.executable, "-m", "venv", "--clear", str(environment)])
    _output([str(python), "-m", "pip", "install", "--quiet", *PACKAGES])
    ready.touch()


def _role(server: Server) -> str:
    """The address of a new login on the embedded server, as Tryton writes it."""
    password = secrets.token_hex(16)
    with psycopg.connect(server.superuser_url(), autocommit=True) as superuser:
        superuser.execute(
            sql.SQL("CREATE ROLE tryton LOGIN CREATEDB PASSWORD {}").format(sql.Literal(password))
        )
    return f"postgresql://tryton:{password}@{quote(str(server.socket_folder), safe='')}:{PORT}/"


def _output(command: list[str], env: dict[str, str] | None = None) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no answer"])[-1]
        raise Missing(f"Tryton was not measured: {' '.join(command[1:4])} said {last}")
    return done.stdout
