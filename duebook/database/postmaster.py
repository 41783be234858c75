"""The server's processes: start them, recognise them, stop them.

Everything here is called under the start lock of the home, so that one process at a time decides.

Every process of the server holds a lock on `alive.lock`, handed to the first and inherited by
the rest. While it is held, something of the server lives; once it is free, nothing does, and a
pid file or a socket that is left names nobody, whatever process has that number today.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from duebook.database.account import Account
from duebook.database.binaries import Binaries
from duebook.database.cluster import data_folder, entrance, environment
from duebook.database.locks import PAUSE_SECONDS, Lock, is_free
from duebook.database.server_settings import server_settings
from duebook.database.target import DatabaseTrouble

LOG_BYTES_MAX = 10 * 1024 * 1024
TAIL_BYTES = 16 * 1024
STARTING = "duebook starts the server\n"
STOP_SECONDS = 60
ORPHAN_SECONDS = 2
END_SECONDS = 10

_started: list[subprocess.Popen[bytes]] = []


def start(home: Path, *, binaries: Binaries, account: Account, folder: Path, port: int) -> None:
    """Start the server; it is ready when it answers. Its log says why when it does not."""
    for left in (data_folder(home) / "postmaster.pid", *folder.glob(f".s.PGSQL.{port}*")):
        left.unlink(missing_ok=True)
    settings = server_settings(
        socket_folder=folder, port=port, name=name(home), has_lz4=binaries.has_lz4
    )
    options = [word for item in settings.items() for word in ("-c", "=".join(item))]
    alive = Lock(_alive(home))
    try:
        if not alive.take():
            raise DatabaseTrouble(f"Another server is using {home}; end it and try again.")
        program = binaries.folder / "postgres"
        _started.append(_spawn(program, options, home=home, account=account, alive=alive))
    finally:
        alive.close()


def stop(home: Path) -> None:
    """Stop the server and wait until nothing of it is left. Open transactions roll back."""
    if pid := serving(home):
        _signal(pid, signal.SIGINT)
        if not is_free(_alive(home), seconds=STOP_SECONDS):
            _signal(pid, signal.SIGQUIT)
    if is_alive(home):
        clear(home)


def serving(home: Path) -> int | None:
    """The process that leads the living server of this home; None when there is none.

    The pid file alone proves nothing: after a crash its number may be anybody's.
    """
    if not is_alive(home):
        return None
    lines = _pid_file(home)
    pid = lines[0] if lines and lines[0].isdecimal() else "0"
    return next((process.pid for process in _processes_of(home, pid=pid)), None)


def is_alive(home: Path) -> bool:
    """Whether any process of the server is left, be it only a backend of a killed one."""
    _bury()
    return not is_free(_alive(home))


def socket_folder_told(home: Path) -> Path | None:
    """The socket folder of the server that runs or ran last, when it is still there."""
    lines = _pid_file(home)
    told = lines[4] if len(lines) > 4 else ""
    return Path(told) if os.path.isdir(told) else None


def clear(home: Path) -> None:
    """Wait until no process of an earlier server is left; end those that linger.

    Backends of a killed server leave by themselves unless they are busy. What they did not
    commit is lost with them, as in any crash, and recovery brings back what they did.
    """
    if _is_clear(home, seconds=ORPHAN_SECONDS):
        return
    for ending in (signal.SIGQUIT, signal.SIGKILL):
        for process in list(_processes_of(home)):
            _signal(process.pid, ending)
        if _is_clear(home, seconds=END_SECONDS):
            return
    raise DatabaseTrouble(
        f"Processes of an earlier server still use {home} and cannot be ended from here;"
        " end them (perhaps they run in another container), then try again."
    )


def name(home: Path) -> str:
    """What the server of this home is called: in process titles, and its socket folder."""
    return f"duebook-{hashlib.sha256(os.fsencode(home)).hexdigest()[:16]}"


def trim_log(home: Path) -> None:
    """Keep the log small, also under a running server: it appends wherever the end is."""
    log = _log(home)
    if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
        shutil.copy(log, log.with_name("server.log.1"))
        os.truncate(log, 0)


def log_since_start(home: Path) -> str:
    """What the server wrote since it was last started, or the end of it."""
    try:
        with _log(home).open("rb") as file:
            file.seek(max(0, _log(home).stat().st_size - TAIL_BYTES))
            return file.read().decode(errors="replace").rpartition(STARTING)[2]
    except OSError:
        return ""


@dataclass(frozen=True)
class _Process:
    pid: int
    uid: int
    command: str


def _alive(home: Path) -> Path:
    return home / "alive.lock"


def _log(home: Path) -> Path:
    return home / "server.log"


def _is_clear(home: Path, *, seconds: float) -> bool:
    """Whether nothing of a server is left within so many seconds.

    Titles are looked at as well as the lock: the home of a running server may have been deleted
    and made anew, and its lock with it.
    """
    until = time.monotonic() + seconds
    while not is_free(_alive(home)) or any(_processes_of(home)):
        if time.monotonic() > until:
            return False
        time.sleep(PAUSE_SECONDS)
    return True


def _pid_file(home: Path) -> list[str]:
    try:
        return (data_folder(home) / "postmaster.pid").read_text().splitlines()
    except (OSError, ValueError):
        return []


def _spawn(
    program: Path, options: list[str], *, home: Path, account: Account, alive: Lock
) -> subprocess.Popen[bytes]:
    """In a session of its own: Ctrl-C in a terminal is for the command, not for the server."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    with (
        os.fdopen(os.open(_log(home), flags, 0o600), "ab") as log,
        entrance(data_folder(home), account=account) as inside,
    ):
        log.write(STARTING.encode())
        log.flush()
        return subprocess.Popen(
            [str(program), "-D", inside.path, *options],
            cwd="/",
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=[alive.descriptor, *inside.descriptors],
            start_new_session=True,
            user=account.user,
            group=account.group,
            extra_groups=account.extra_groups,
        )


def _bury() -> None:
    """Take note of servers that this process started and that have ended since."""
    _started[:] = [process for process in _started if process.poll() is None]


def _signal(pid: int, what: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, what)


def _processes_of(home: Path, *, pid: str = "") -> Iterator[_Process]:
    """The processes of this home's server, told by their owner and their title.

    The leader has the name among its arguments, the others in the title they give themselves.
    Their working folder would tell as well, but root in a container may not look at it.
    """
    owner = data_folder(home).stat().st_uid if data_folder(home).exists() else None
    title, argument = f"postgres: {name(home)}: ", f" -c cluster_name={name(home)} "
    for process in _in_proc(pid) if sys.platform == "linux" else _told_by_ps(pid):
        is_named = process.command.startswith(title) or argument in process.command
        if is_named and owner in (None, process.uid):
            yield process


def _in_proc(pid: str) -> Iterator[_Process]:
    """One process, or all of them when none is named."""
    for entry in Path("/proc").glob(pid or "[0-9]*"):
        try:
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ")
            yield _Process(int(entry.name), entry.stat().st_uid, command.decode(errors="replace"))
        except OSError:  # It has ended meanwhile.
            continue


def _told_by_ps(pid: str) -> Iterator[_Process]:
    which = ["-p", pid] if pid else ["-ax"]
    command = ["/bin/ps", *which, "-ww", "-o", "pid=,uid=,command="]
    told = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    for line in told.stdout.splitlines():
        number, uid, words = line.split(maxsplit=2)
        yield _Process(int(number), int(uid), f"{words} ")
