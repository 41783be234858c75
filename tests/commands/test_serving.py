"""serve and demo: a port that answers, and nothing left behind."""

from __future__ import annotations

import http.cookiejar
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode

import pytest

from duebook.database import postmaster
from duebook.database.server import socket_folder
from tests.commands.terminal import KEPT, PROGRAM, a_folder

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
WAIT_SECONDS = 100.0


@pytest.fixture(scope="module", autouse=True)
def ctrl_c() -> Iterator[None]:
    """Is heard by what is started here also when the tests run in the background, ignoring it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """One for all, nobody's but theirs: here it matters when the server stops."""
    with a_folder() as folder:
        yield folder / "home"
        if postmaster.is_alive(folder / "home"):
            postmaster.stop(folder / "home")
        shutil.rmtree(socket_folder(folder / "home"), ignore_errors=True)


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
    process = subprocess.Popen(
        [PROGRAM, command, "--port", str(port)],
        env=environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
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


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_serve_answers_and_stops(home: Path, how: signal.Signals) -> None:
    with duebook("serve", home) as serving:
        serving.listen(until="http://")
        assert serving.said == [
            f"Duebook is at http://localhost:{serving.port}/ (stop with Ctrl-C)"
        ]
        assert serving.answers() == 200
        assert postmaster.serving(home) is not None
        assert serving.stop(how) == (0, "")
        nothing_is_left(serving, home)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_serve_may_be_stopped_before_it_answers(home: Path, how: signal.Signals) -> None:
    with duebook("serve", home) as serving:
        serving.listen(until="http://")
        assert serving.stop(how)[0] in (0, 2)
        nothing_is_left(serving, home)


@pytest.mark.parametrize("times", [1, 20])
def test_a_command_that_is_stopped_stops_the_database(home: Path, times: int) -> None:
    """It starts, or waits for its standard input, when the signal comes. More of them do not hurt
    while it ends."""
    org = f"stopped-{times}"
    assert run(home, "org", "create", org, "--name", "Stopped").returncode == 0
    asked = f"user create new@stopped.example --org {org} --role admin --password-stdin"
    process = subprocess.Popen(
        [PROGRAM, *asked.split()],
        env=environment(home),
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    since = time.monotonic()
    while soon(postmaster.serving(home) is not None, since):
        time.sleep(0.05)
    for _again in range(times):
        process.terminate()
        time.sleep(0.01)  # Signals that come together count as one.
    _, said = process.communicate(timeout=WAIT_SECONDS)
    assert (process.returncode, said) == (2, "Stopped; nothing half-done was kept.\n")
    assert not postmaster.is_alive(home)


def test_a_killed_server_leaves_a_database_that_the_next_command_uses_and_stops(
    home: Path,
) -> None:
    with duebook("serve", home) as serving:
        serving.listen(until="http://")
        assert serving.answers() == 200
        before = postmaster.serving(home)
        assert before is not None
        os.kill(serving.process.pid, signal.SIGKILL)
        since = time.monotonic()
        while soon(not is_listening(serving.port) and not session(serving.process.pid), since):
            time.sleep(0.05)
        assert postmaster.serving(home) == before
        log = (home / "server.log").read_text()
        answer = run(home, "doctor")
        assert (answer.returncode, answer.stderr) == (0, "")
        assert postmaster.serving(home) is None
        later = (home / "server.log").read_text().removeprefix(log)
        assert "starting PostgreSQL" not in later
        nothing_is_left(serving, home)


def test_demo(home: Path) -> None:
    """It loads its organisations once; everybody it names can sign in, also all at once."""
    for turn in (1, 2):
        with duebook("demo", home) as serving:
            serving.listen(until="stop with Ctrl-C")
            serving.listen(until="client of")
            assert serving.answers() == 200
            assert any(line.startswith("Loading ") for line in serving.said) == (turn == 1)
            logins = dict(
                re.findall(r"^  (\S+@\S+) +(admin|member|client) of", "\n".join(serving.said), re.M)
            )
            assert sorted(logins.values()) == ["admin", "client", "member"]
            (password,) = re.findall(r"password (\S+)$", "\n".join(serving.said), re.M)
            with ThreadPoolExecutor(9) as together:
                asked = [serving] * 9, [*logins] * 3, [password] * 9
                assert list(together.map(signs_in, *asked)) == [True] * 9
            assert not signs_in(serving, next(iter(logins)), f"{password}!")
            assert serving.stop(signal.SIGTERM) == (0, "")
            nothing_is_left(serving, home)


def signs_in(serving: Serving, email: str, password: str) -> bool:
    """Whether the sign-in page sends them on to a page of theirs."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    with browser.open(f"{serving.address}/account/login/", timeout=WAIT_SECONDS) as page:
        form = page.read().decode()
    (token,) = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', form)[:1]
    filled = urlencode({"login": email, "password": password, "csrfmiddlewaretoken": token})
    try:
        login = f"{serving.address}/account/login/"
        with browser.open(login, filled.encode(), timeout=WAIT_SECONDS) as page:
            return page.status == 200 and "/account/login/" not in page.geturl()
    except HTTPError as refused:
        assert refused.code == 400
        return False
