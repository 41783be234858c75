"""serve runs the worker: it delivers, it comes back when it dies, it goes when the server goes."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from duebook.database import postmaster
from duebook.database.server import socket_folder
from tests.commands import serving
from tests.commands.terminal import KEPT, a_folder
from tests.post.servers import free_port, mail_server

pytestmark = serving.needs_proc
SOON_SECONDS = 3 * serving.WAIT_SECONDS


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    with a_folder() as folder:
        asked = (
            "org create post --name Post",
            "user create ann@post.example --org post --role admin",
        )
        for each in asked:
            done = serving.run(folder / "home", *each.split())
            assert (done.returncode, done.stderr) == (0, "")
        yield folder / "home"
        if postmaster.is_alive(folder / "home"):
            postmaster.stop(folder / "home")
        shutil.rmtree(socket_folder(folder / "home"), ignore_errors=True)


def soon(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + SOON_SECONDS
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.05)


def worker_of(server: int) -> int:
    """The worker: a child of a child of the server. The database's processes are such, too."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent, command = _parent(folder), (folder / "cmdline").read_bytes()
            if not parent or b"\0serve\0" not in command:
                continue
            if _parent(Path(f"/proc/{parent}")) == server:
                return int(folder.name)
        except (FileNotFoundError, ProcessLookupError):
            continue
    return 0


def _parent(folder: Path) -> int:
    state, parent, *_ = (folder / "stat").read_text().rpartition(")")[2].split()
    return 0 if state == "Z" else int(parent)


def can_ask(address: str) -> bool:
    """Whether the server has got over it. Asking is what is tried."""
    try:
        serving.asks_for_a_new_password(address, "ann@post.example")
    except OSError:
        return False
    return True


def crash_the_database(home: Path) -> None:
    """As the kernel does when memory runs out: all its processes begin anew."""
    name = postmaster.name(home).encode()
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if name in (said := (folder / "cmdline").read_bytes()) and b"checkpointer" in said:
                os.kill(int(folder.name), signal.SIGKILL)
                return
    raise AssertionError("there is no database")


def workers_connected(home: Path) -> int:
    from duebook.database import cluster, target
    from duebook.database.server import PORT

    place = target.Target(host=str(socket_folder(home)), port=PORT, database="duebook")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("DUEBOOK_SECRET")  # the other tests' own
        secret = target.password(cluster.SUPERUSER, folder=home)
    with psycopg.connect(place.url(cluster.SUPERUSER, password=secret)) as own:
        row = own.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'duebook queue'"
        ).fetchone()
    assert row
    return int(row[0])


def test_letters_leave_also_after_the_worker_or_the_database_was_killed(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    monkeypatch.setattr(serving, "KEPT", (*KEPT, "DUEBOOK_SMTP"))
    monkeypatch.setenv("DUEBOOK_SMTP", f"smtp://localhost:{port}?starttls=no")
    with mail_server(port) as post, serving.duebook("serve", home) as served:
        served.listen(until="http://")
        assert served.answers() == 200
        serving.asks_for_a_new_password(served.address, "ann@post.example")
        soon(lambda: len(post.letters) == 1)
        assert f"http://127.0.0.1:{served.port}/" in post.letters[0].get_content()
        first = worker_of(served.process.pid)
        os.kill(first, signal.SIGKILL)
        soon(lambda: worker_of(served.process.pid) not in (0, first))
        serving.asks_for_a_new_password(served.address, "ann@post.example")
        soon(lambda: len(post.letters) == 2)
        crash_the_database(home)
        soon(lambda: can_ask(served.address))
        soon(lambda: len(post.letters) >= 3)
        assert served.stop(signal.SIGTERM)[0] == 0
        serving.nothing_is_left(served, home)


def test_the_worker_goes_with_a_server_that_is_killed(home: Path) -> None:
    with serving.duebook("serve", home) as served:
        served.listen(until="http://")
        assert served.answers() == 200
        soon(lambda: workers_connected(home) > 0)
        os.kill(served.process.pid, signal.SIGKILL)
        soon(lambda: workers_connected(home) == 0 and not serving.session(served.process.pid))
    assert serving.run(home, "doctor").returncode == 0
