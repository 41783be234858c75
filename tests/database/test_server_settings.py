"""Where the server keeps things, what it is asked and what its log tells."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import psycopg
import pytest

from duebook.database import postmaster, server, server_settings
from duebook.database.server import running, socket_folder
from tests.database.homes import IS_ROOT, leader, open_in, run


def test_the_socket_folder_follows_from_the_home_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path / "home")
    assert socket_folder(Path("home")) == socket_folder(tmp_path / "home")
    assert socket_folder(tmp_path / "link") == socket_folder(tmp_path / "home")
    assert socket_folder(tmp_path / "other") != socket_folder(tmp_path / "home")


def test_a_runtime_folder_too_long_for_a_socket_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "RUN", tmp_path / "missing")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    os.chown(tmp_path, 1000, 1000) if IS_ROOT else None
    if IS_ROOT:
        assert server._runtime_folder("duebook-12").parent == tmp_path.resolve()
    long = tmp_path / ("x" * 90)
    long.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(long))
    assert server._runtime_folder("duebook-12") == Path("/tmp/duebook-1000-12")


# Settings and the log


def test_the_log_tells_no_row_data(copied: Path) -> None:
    with running(copied) as here:
        run(here, "CREATE UNIQUE INDEX one ON paid (amount)")
        refused = [
            "INSERT INTO paid VALUES (424242), (424242)",
            "SELECT 'value-424242'::int",
            "DO $$ BEGIN RAISE WARNING 'noted 424242'; RAISE 'said 424242'; END $$",
        ]
        for statement in refused:
            with pytest.raises(psycopg.Error, match="424242"):
                run(here, statement)
    log = (copied / "server.log").read_text()
    assert "ready to accept connections" in log
    assert "424242" not in log
    assert stat.S_IMODE((copied / "server.log").stat().st_mode) == 0o600


def test_a_big_log_is_put_aside_also_under_a_running_server(
    copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postmaster, "LOG_BYTES_MAX", 100)
    with running(copied), running(copied):
        assert (copied / "server.log").stat().st_size == 0
    assert "ready to accept" in (copied / "server.log.1").read_text()
    assert stat.S_IMODE((copied / "server.log.1").stat().st_mode) == 0o600
    assert (copied / "server.log").read_text().startswith("20")


def test_memory_settings_fit_small_and_large_machines() -> None:
    small = server_settings._memory(2 * server_settings.GIB)
    assert (small["shared_buffers"], small["work_mem"]) == ("256MB", "32MB")
    large = server_settings._memory(24 * server_settings.GIB)
    assert (large["shared_buffers"], large["work_mem"]) == ("2048MB", "64MB")
    tiny = server_settings._memory(512 * server_settings.MIB)
    assert (tiny["shared_buffers"], tiny["maintenance_work_mem"]) == ("128MB", "64MB")


def test_a_container_is_as_large_as_its_share(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_settings, "CONTROL_GROUPS", tmp_path)
    (tmp_path / "memory.max").write_text("max\n")
    whole = server_settings.memory_bytes()
    (tmp_path / "memory.max").write_text(f"{256 * server_settings.MIB}\n")
    assert server_settings.memory_bytes() == 256 * server_settings.MIB < whole


def test_what_is_asked_of_the_server(home: Path) -> None:
    with running(home) as here:
        settings = ("fsync", "synchronous_commit", "jit", "wal_compression", "max_wal_size")
        answers = [run(here, f"SHOW {setting}")[0] for setting in settings]
        compression = {15: "lz4", 18: "pglz"}.get(here.version, answers[3])
        assert answers == ["on", "on", "off", compression, "4GB"]


def test_processes_are_told_the_same_way_by_ps(home: Path) -> None:
    """Where there is no /proc."""
    if not Path("/bin/ps").exists():
        pytest.skip("there is no ps")
    with running(home):
        pid = leader(home)
        [told_by_ps] = postmaster._told_by_ps(str(pid))
        [in_proc] = postmaster._in_proc(str(pid))
        assert told_by_ps == in_proc
        assert {process.pid for process in postmaster._told_by_ps("")} >= {pid, os.getpid()}


def test_no_port_is_opened(home: Path) -> None:
    with running(home) as here:
        client = socket.socket(socket.AF_UNIX)
        client.connect(str(here.socket_folder / f".s.PGSQL.{server.PORT}"))
        client.close()
        opened = open_in(leader(home))
        inodes = {name[len("socket:[") : -1] for name in opened if name.startswith("socket:")}
        for table in ("tcp", "tcp6", "udp", "udp6"):
            listed = Path(f"/proc/net/{table}")
            lines = listed.read_text().splitlines() if listed.exists() else []
            assert not inodes & {line.split()[9] for line in lines}
