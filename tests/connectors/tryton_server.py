"""Tryton itself: installed once, a database in the embedded server, its own web server.

Installed by pip from whatever index pip is told of, into a folder beside other temporary ones
that later runs find again. Where it cannot be installed, tests that need it say so and are skipped.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from duebook.database.server import Server

RELEASE = os.environ.get("DUEBOOK_TRYTON", "7.0")
MODULES = ("trytond", "trytond-account", "trytond-account-invoice")
SETUP = Path(__file__).with_name("tryton_setup.py")
ADMIN_PASSWORD = "admin-of-tryton"
READER, READER_PASSWORD = "duebook", "read-for-duebook"
DATABASE = "tryton"
START_SECONDS = 60


def installed() -> Path:
    """The folder of its programs. Skips the test where there is no index to install it from."""
    uid = os.getuid()
    place = Path(tempfile.gettempdir()) / f"duebook-tryton-{RELEASE}-py{sys.version_info[1]}-{uid}"
    place.mkdir(mode=0o700, exist_ok=True)
    if place.stat().st_uid != uid:
        pytest.skip(f"{place} belongs to somebody else")
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / "complete").exists():
            _install(place)
            (place / "complete").touch()
    return place / "v" / "bin"


def _install(place: Path) -> None:
    wanted = [f"{name}=={RELEASE}.*" for name in MODULES]
    make = [sys.executable, "-m", "venv", str(place / "v")]
    get = [str(place / "v/bin/pip"), "install", "-q", "--disable-pip-version-check"]
    try:
        subprocess.run(make, check=True, capture_output=True)
        subprocess.run([*get, *wanted, "psycopg2-binary"], check=True, capture_output=True)
    except (subprocess.CalledProcessError, OSError) as trouble:
        pytest.skip(f"Tryton {RELEASE} cannot be installed here: {trouble}")


@contextmanager
def serving(server: Server, folder: Path) -> Iterator[str]:
    """Its address, with the database `tryton` in which a company has been set up."""
    programs = installed()
    environment = _environment(server, folder)
    password = folder / "password"
    password.write_text(ADMIN_PASSWORD)
    make = ["-c", str(folder / "trytond.conf"), "-d", DATABASE, "-u", "account_invoice"]
    admin = [programs / "trytond-admin", *make, "--activate-dependencies", "--email", "a@b.example"]
    told = environment | {"TRYTONPASSFILE": str(password)}
    _run([*admin, "-p"], told)
    _run([programs / "python", SETUP, DATABASE], environment)
    port = _free_port()
    with (folder / "trytond.log").open("w") as log:
        process = subprocess.Popen(
            [programs / "trytond", "-c", folder / "trytond.conf"],
            env=environment | {"TRYTOND_WEB__LISTEN": f"127.0.0.1:{port}"},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        _answers(port, process)
        yield f"http://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)


def _environment(server: Server, folder: Path) -> dict[str, str]:
    """A login and a database of its own, beside Duebook's."""
    secret = secrets.token_hex(16)
    name = sql.Identifier(DATABASE)
    with psycopg.connect(server.superuser_url(), autocommit=True) as connection:
        role = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(name, sql.Literal(secret))
        connection.execute(role)
        connection.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(name))
    (folder / "trytond.conf").write_text(
        f"[database]\nuri = postgresql://{DATABASE}:{secret}@/\n"
        "[session]\nauthentications = password\n"
    )
    return {
        **os.environ,
        "PGHOST": str(server.socket_folder),
        "TRYTOND_CONFIG": str(folder / "trytond.conf"),
    }


def _run(command: list[object], environment: dict[str, str]) -> None:
    told = [str(each) for each in command]
    done = subprocess.run(told, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _answers(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise AssertionError("Tryton did not start")
