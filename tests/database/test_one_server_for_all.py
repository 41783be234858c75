"""All processes share one server, and it outlives none of them."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import psycopg
import pytest

from duebook.database import postmaster
from duebook.database.locks import is_free
from duebook.database.server import running
from tests.database.homes import amounts, leader, open_in


def test_nested_and_threaded_uses_count_one_by_one(home: Path) -> None:
    with running(home) as outer:
        with running(home) as inner:
            assert inner == outer
        assert amounts(outer) == [100]
    assert not postmaster.is_alive(home)


def test_the_server_inherits_no_lock_but_its_own(home: Path) -> None:
    with running(home):
        held = open_in(leader(home))
        assert str(home / "alive.lock") in held
        assert not held & {str(home / "use.lock"), str(home / "start.lock")}


def test_a_child_holds_neither_lock_nor_server(home: Path) -> None:
    with running(home) as here:
        child = os.fork()
        if child == 0:  # Outlives the block, and leaves it on its own way out.
            time.sleep(60)
            os._exit(0)
        sleeper = subprocess.Popen(["sleep", "60"])
    try:
        assert not postmaster.is_alive(here.home)
        assert is_free(home / "use.lock")
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        sleeper.kill()
        sleeper.wait()


def test_a_forked_child_that_leaves_the_block_stops_nothing(home: Path) -> None:
    with running(home) as here:
        pid = leader(home)
        child = os.fork()
        if child == 0:
            status = 1
            try:
                block = running(home)
                with block:
                    pass
                status = 0
            finally:
                os._exit(status)
        assert os.waitpid(child, 0)[1] == 0
        assert leader(home) == pid
        assert amounts(here) == [100]


def test_the_server_is_out_of_reach_of_ctrl_c(home: Path) -> None:
    with running(home):
        assert os.getsid(leader(home)) == leader(home) != os.getsid(0)


def test_the_server_is_not_told_our_secrets(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_TOKEN", "do not tell")
    with running(home) as here, psycopg.connect(here.superuser_url()) as connection:
        connection.execute("CREATE TEMPORARY TABLE environment (line text)")
        connection.execute("COPY environment FROM PROGRAM 'env'")
        lines = str(connection.execute("SELECT line FROM environment").fetchall())
        assert "TZ=UTC" in lines
        assert "SOME_TOKEN" not in lines
