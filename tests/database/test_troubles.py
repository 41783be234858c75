"""What keeps the server from starting is said in a sentence."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from duebook.database import cluster, postmaster, server
from duebook.database.locks import Lock
from duebook.database.server import running, socket_folder
from tests.database.homes import IS_ROOT, amounts, needs_root, trouble


def test_a_folder_that_cannot_be_made(new_home: Path) -> None:
    new_home.write_text("a file")
    assert re.search("cannot hold the database .*DUEBOOK_HOME", trouble(new_home))
    new_home.unlink()


@needs_root
def test_a_full_disk(new_home: Path, made: Path) -> None:
    new_home.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", str(new_home)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no right to mount a small disk here")
    try:
        assert re.search("disk that holds .* is full; make room", trouble(new_home))
        assert list(new_home.glob(f"{cluster.BEGUN}*")) == []
    finally:
        subprocess.run(["umount", new_home], check=True)


@needs_root
def test_a_disk_that_has_become_full(new_home: Path, made: Path) -> None:
    new_home.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", str(new_home)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no right to mount a small disk here")
    try:
        subprocess.run(["cp", "-a", f"{made}/.", new_home], check=True)
        subprocess.run(["dd", "if=/dev/zero", f"of={new_home}/rest"], check=False)
        assert re.search("disk.* full", trouble(new_home))
        (new_home / "rest").unlink()
        with running(new_home) as here:
            assert amounts(here) == [100]
    finally:
        subprocess.run(["umount", new_home], check=True)


def test_the_last_words_of_a_server_that_does_not_start(copied: Path) -> None:
    (copied / "postgres" / "global" / "pg_control").unlink()
    assert re.search(r"did not start: .*; see .*/server\.log\.$", trouble(copied))


def test_a_damaged_data_folder(copied: Path) -> None:
    (copied / "postgres" / "PG_VERSION").write_text("")
    assert re.search("PG_VERSION is damaged", trouble(copied))


def test_a_secret_that_is_gone_or_another(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("DUEBOOK_SECRET", "another secret, as long as one should be")
        assert re.search("made with another secret", trouble(copied))
    assert not postmaster.is_alive(copied)
    (copied / "secret").rename(copied / "kept")
    assert re.search("secret is missing", trouble(copied))
    (copied / "secret").write_text("")
    assert re.search("secret is damaged", trouble(copied))
    (copied / "kept").rename(copied / "secret")
    with running(copied) as here:
        assert amounts(here) == [100]


def test_somebody_elses_folder_is_not_taken_for_the_socket(home: Path) -> None:
    folder = socket_folder(home)
    folder.mkdir()
    if IS_ROOT:
        os.chown(folder, 12345, 12345)
    else:
        folder.rmdir()
        folder.symlink_to(home)
    assert re.search("belongs to somebody else", trouble(home))
    folder.rmdir() if IS_ROOT else folder.unlink()


def test_a_lock_held_for_minutes(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "DECIDE_SECONDS", 0.05)
    other = Lock(home / "start.lock")
    assert other.take()
    assert re.search("Another process has been starting or stopping", trouble(home))
    other.close()
