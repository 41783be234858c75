"""Commands that serve: started, asked, stopped."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import pytest

from duebook.database import postmaster
from tests.commands.terminal import KEPT, PROGRAM

needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
WAIT_SECONDS = 100.0


def environment(home: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {**kept, "LANG": "C.UTF-8", "DUEBOOK_HOME": str(home)}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@dataclass
class Serving:
    """A running command; `said` is what it has printed up to its last expected line."""

    process: subprocess.Popen[str]
    port: int
    said: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def listen(self, *, until: str) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line.rstrip("\n"))
            if until in line:
                return
        raise AssertionError(f"it has ended: {self.said}")

    def answers(self) -> int:
        """The status of the sign-in page, as soon as there is one."""
        until = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                login = f"{self.address}/account/login/"
                with urllib.request.urlopen(login, timeout=WAIT_SECONDS) as page:
                    assert b"<form" in page.read()
                    return int(page.status)
            except OSError:  # also one that is too slow
                assert self.process.poll() is None, "it has ended"
                assert time.monotonic() < until, "it does not answer"
                time.sleep(0.05)

    def stop(self, how: signal.Signals) -> tuple[int, str]:
        """Its exit code and complaints."""
        self.process.send_signal(how)
        _, said = self.process.communicate(timeout=WAIT_SECONDS)
        return self.process.returncode, said


@contextmanager
def duebook(command: str, home: Path) -> Iterator[Serving]:
    """In a session of its own, so that everything it starts can be found."""
    port = free_port()
    # Ctrl-C is heard also when the tests themselves run in the background, where it is ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    process = subprocess.Popen(
        [PROGRAM, command, "--port", str(port)],
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    signal.signal(signal.SIGINT, before)
    try:
        yield Serving(process, port)
    finally:
        if session(process.pid):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def session(number: int) -> list[int]:
    """The processes of a session that still run."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, _, _, of, *_ = (folder / "stat").read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(of) == number and state != "Z":
            found.append(int(folder.name))
    return found


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def soon(is_so: bool, since: float) -> bool:
    """Whether to go on waiting."""
    assert is_so or time.monotonic() - since < WAIT_SECONDS
    return not is_so


def nothing_is_left(serving: Serving, home: Path) -> None:
    assert session(serving.process.pid) == []
    assert not is_listening(serving.port)
    assert postmaster.serving(home) is None
    assert not postmaster.is_alive(home)


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROGRAM, *arguments], env=environment(home), capture_output=True, text=True, check=False
    )


def asks_for_a_new_password(address: str, email: str) -> None:
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with browser.open(f"{address}/account/password/reset/", timeout=WAIT_SECONDS) as page:
        (token, *_) = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.read().decode())
    filled = urlencode({"email": email, "csrfmiddlewaretoken": token}).encode()
    with browser.open(f"{address}/account/password/reset/", filled, timeout=WAIT_SECONDS) as page:
        assert page.status == 200
