"""The server is back after every kind of death."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from duebook.database import account, postmaster, server
from duebook.database.server import running, socket_folder
from tests.database.homes import Starter, amounts, leader, run, told, trouble


def test_committed_rows_survive_the_death_of_the_server(copied: Path) -> None:
    with running(copied) as here:
        run(here, "INSERT INTO paid VALUES (200)")
        os.kill(leader(copied), signal.SIGKILL)
        with running(copied) as again:
            assert amounts(again) == [100, 200]
    assert not postmaster.is_alive(copied)


def test_a_busy_backend_of_a_killed_server_is_ended(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postmaster, "ORPHAN_SECONDS", 0.5)
    with running(home) as here:
        with psycopg.connect(here.superuser_url(), autocommit=True) as connection:
            code = "import sys, psycopg; psycopg.connect(sys.argv[1]).execute(sys.argv[2])"
            endless = "DO 'BEGIN LOOP END LOOP; END'"
            client = subprocess.Popen(
                [sys.executable, "-c", code, here.superuser_url(), endless],
                stderr=subprocess.DEVNULL,
            )
            asked = "SELECT pid FROM pg_stat_activity WHERE query = %s AND state = 'active'"
            while (row := connection.execute(asked, [endless]).fetchone()) is None:
                time.sleep(0.02)
            busy = row[0]
            os.kill(leader(home), signal.SIGKILL)
        with running(home) as again:
            assert amounts(again) == [100]
            assert busy not in {process.pid for process in postmaster._processes_of(home)}
    client.wait(timeout=60)


def test_a_killed_application_leaves_a_server_for_the_next(home: Path, hold: Starter) -> None:
    process = hold(home)
    pid = int(told(process)[0])
    process.kill()
    process.wait()
    assert leader(home) == pid
    with running(home) as here:
        assert leader(home) == pid
        assert amounts(here) == [100]
    assert not postmaster.is_alive(home)


def test_a_stale_pid_file_that_names_somebody_else_is_not_believed(home: Path) -> None:
    with running(home) as here:
        os.kill(leader(home), signal.SIGKILL)
    pid_file = home / "postgres" / "postmaster.pid"
    owner = account.account_of(home / "postgres")
    stranger = subprocess.Popen(["sleep", "60"], cwd="/", user=owner.user, group=owner.group)
    try:
        lines = pid_file.read_text().splitlines()
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        lock_file = here.socket_folder / f".s.PGSQL.{server.PORT}.lock"
        assert lock_file.exists()
        lock_file.write_text(f"{stranger.pid}\n")
        with running(home) as again:
            assert leader(home) != stranger.pid
            assert amounts(again) == [100]
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_pid_file_that_names_another_homes_server_is_not_believed(
    copied: Path, made: Path
) -> None:
    with running(made):
        others = leader(made)
        (copied / "postgres" / "postmaster.pid").write_text(
            (made / "postgres" / "postmaster.pid").read_text()
        )
        with running(copied) as here:
            assert leader(copied) != others
            assert amounts(here) == [100]
        assert leader(made) == others


def test_after_a_power_cut_the_runtime_folder_is_made_again(home: Path) -> None:
    with running(home) as here:
        os.kill(leader(home), signal.SIGKILL)
    shutil.rmtree(here.socket_folder)
    with running(home) as again:
        assert amounts(again) == [100]
    assert again.socket_folder == here.socket_folder


def test_a_living_server_that_lost_its_socket_is_started_anew(home: Path, hold: Starter) -> None:
    process = hold(home)
    pid = int(told(process)[0])
    process.kill()
    process.wait()
    shutil.rmtree(socket_folder(home))
    with running(home) as here:
        assert leader(home) != pid
        assert amounts(here) == [100]


def test_a_home_deleted_under_a_living_server_can_be_made_anew(
    copied: Path, hold: Starter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postmaster, "ORPHAN_SECONDS", 0.5)
    process = hold(copied)
    pid = int(told(process)[0])
    shutil.rmtree(copied)
    with running(copied) as here:
        assert here.is_new
        assert pid not in {process.pid for process in postmaster._processes_of(copied)}
        assert run(here, "SELECT 1") == [1]


def test_a_slow_recovery_is_left_to_finish(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with running(home):
        os.kill(leader(home), signal.SIGKILL)
    with monkeypatch.context() as patch:
        patch.setattr(server, "READY_SECONDS", -1.0)
        assert re.search("does not answer yet.* try again in a minute", trouble(home))
    while not (socket_folder(home) / f".s.PGSQL.{server.PORT}").exists():
        time.sleep(0.01)
    pid = leader(home)
    with running(home) as here:
        assert leader(home) == pid
        assert amounts(here) == [100]
