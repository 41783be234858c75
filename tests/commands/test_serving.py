"""serve: a port that answers, and nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from duebook.database import postmaster
from tests.commands.serving import (
    WAIT_SECONDS,
    duebook,
    environment,
    is_listening,
    needs_proc,
    nothing_is_left,
    run,
    session,
    soon,
)
from tests.commands.terminal import PROGRAM

pytestmark = needs_proc


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
