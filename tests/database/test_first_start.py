"""The first start makes everything, once, whoever comes at the same time."""

from __future__ import annotations

import os
import re
import stat
import time
from pathlib import Path

import psycopg
import pytest

from duebook.database import cluster, postmaster, server, target
from duebook.database.server import running
from tests.database.homes import Starter, leader, leave, run, told


def test_the_first_start_makes_everything_and_leaves_nothing_running(new_home: Path) -> None:
    with running(new_home) as here:
        assert here.is_new
        assert run(here, "SELECT current_database()") == ["duebook"]
        assert run(here, "SHOW data_checksums") == ["on"]
        assert run(here, "SHOW timezone") == ["UTC"]
        collation = "SELECT datcollate || pg_encoding_to_char(encoding) FROM pg_database"
        assert set(run(here, collation)) == {"CUTF8"}
    assert not postmaster.is_alive(new_home)
    with running(new_home) as here:
        assert not here.is_new
        assert here.version == cluster.version(new_home)


def test_only_a_password_opens_it_and_only_through_the_socket(home: Path) -> None:
    with running(home) as here:
        folder = stat.S_IMODE(here.socket_folder.stat().st_mode)
        assert folder == 0o700
        assert len(os.fsencode(here.socket_folder / f".s.PGSQL.{server.PORT}")) <= 107
        assert run(here, "SHOW listen_addresses") == [""]
        rules = "SELECT DISTINCT auth_method FROM pg_hba_file_rules"
        assert run(here, rules) == ["scram-sha-256"]
        stored = "SELECT left(rolpassword, 13) FROM pg_authid WHERE rolpassword IS NOT NULL"
        assert run(here, stored) == ["SCRAM-SHA-256"]
        wrong = here.superuser_url().replace(target.password("duebook_migrator", folder=home), "x")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(wrong)
    assert not here.socket_folder.exists()


def test_the_secret_is_closed_to_others_and_survives_starts(new_home: Path) -> None:
    new_home.mkdir()
    cluster.keep_secret(new_home)
    secret = (new_home / "secret").read_text()
    assert re.fullmatch("[0-9a-f]{64}", secret)
    assert stat.S_IMODE((new_home / "secret").stat().st_mode) == 0o600
    cluster.keep_secret(new_home)
    assert (new_home / "secret").read_text() == secret
    assert [path.name for path in new_home.iterdir()] == ["secret"]


def test_a_start_killed_halfway_leaves_nothing_half_made(new_home: Path, hold: Starter) -> None:
    process = hold(new_home)
    until = time.monotonic() + 30
    while not list(new_home.glob(f"{cluster.BEGUN}*/base")) and time.monotonic() < until:
        time.sleep(0.002)
    process.kill()
    process.wait()
    assert cluster.version(new_home) is None
    with running(new_home) as here:
        assert here.is_new
        assert run(here, "SELECT current_database()") == ["duebook"]
    assert list(new_home.glob(f"{cluster.BEGUN}*")) == []


def test_the_database_is_made_when_the_first_start_was_cut_short(copied: Path) -> None:
    with running(copied) as here:
        run(here, "DROP DATABASE duebook", "postgres")
    with running(copied) as here:
        assert run(here, "SELECT current_database()") == ["duebook"]


def test_eight_at_once_on_a_new_home_share_one_server(new_home: Path, hold: Starter) -> None:
    processes = [hold(new_home) for _ in range(8)]
    answers = [told(process) for process in processes]
    assert len({pid for pid, _ in answers}) == 1
    assert sorted(is_new for _, is_new in answers) == ["False"] * 7 + ["True"]
    for process in processes[:-1]:
        leave(process)
    assert str(leader(new_home)) == answers[0][0]
    leave(processes[-1])
    assert not postmaster.is_alive(new_home)


def test_nobody_is_given_a_server_that_is_going(home: Path, hold: Starter) -> None:
    """Four processes come and go five times each, without a pause."""
    code = """
import sys, psycopg
from pathlib import Path
from duebook.database.server import running
for _ in range(5):
    with running(Path(sys.argv[1])) as server:
        with psycopg.connect(server.superuser_url()) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
print("done")
"""
    processes = [hold(home, code) for _ in range(4)]
    assert [told(process) for process in processes] == [["done"]] * 4
    for process in processes:
        leave(process)
    assert not postmaster.is_alive(home)
