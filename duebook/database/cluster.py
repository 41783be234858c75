"""The data folder of the embedded server and the secret beside it: made once, whole or not."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from duebook.database import target
from duebook.database.account import Account
from duebook.database.binaries import Binaries
from duebook.database.locks import above_standard
from duebook.database.target import DatabaseTrouble

SUPERUSER = "duebook_migrator"
BEGUN = "postgres.new-"
PASSWORD = "password"  # The name of a file.  # nosec B105
SECRET_LENGTH_MIN = 32
FREE_BYTES_MIN = 1024 * 1024
LEFTOVERS_S = 10.0
FULL = re.compile("No space left on device|Disk quota exceeded|free disk space|wrote only")
GRAVE = re.compile("(FATAL|PANIC|error):")


def data_folder(home: Path) -> Path:
    return home / "postgres"


def version(home: Path) -> int | None:
    """The major version of PostgreSQL that made the data folder; None when there is none."""
    told = data_folder(home) / "PG_VERSION"
    try:
        return int(told.read_text().partition(".")[0]) if told.exists() else None
    except ValueError as trouble:
        raise DatabaseTrouble(
            f"{told} is damaged; restore the database from a backup."
        ) from trouble


def keep_secret(home: Path) -> None:
    """See to it that there is a secret: made at first start, never made anew after.

    Called under the start lock. The file appears with its content or not at all.
    """
    if os.environ.get("DUEBOOK_SECRET"):
        return
    kept = home / "secret"
    if not kept.exists():
        if version(home) is not None:
            raise DatabaseTrouble(
                f"{kept} is missing, and the passwords of the database come from it;"
                " put it back from a backup, or give its content in DUEBOOK_SECRET."
            )
        _write_durably(kept, secrets.token_hex(32))
    if kept.stat().st_mode & 0o077:
        kept.chmod(0o600)
    if len(target.secret(folder=home)) < SECRET_LENGTH_MIN:
        raise DatabaseTrouble(f"{kept} is damaged; put it back from a backup.")


def create(home: Path, *, binaries: Binaries, account: Account, password_folder: Path) -> None:
    """Make the data folder. A kill in between leaves only what the next `create` removes."""
    begun = Path(tempfile.mkdtemp(prefix=BEGUN, dir=home))
    password_file = password_folder / PASSWORD
    try:
        account.own(begun)
        _write_password(password_file, target.password(SUPERUSER, folder=home), account)
        _initdb(begun, binaries=binaries, account=account, password_file=password_file)
        begun.rename(data_folder(home))
        sync(home)
    finally:
        password_file.unlink(missing_ok=True)
        shutil.rmtree(begun, ignore_errors=True)


def remove_leftovers(home: Path, *, password_folder: Path) -> None:
    """What a killed `create` has left behind.

    Its initdb may live on and write for a moment; without its folder it fails by itself.
    """
    (password_folder / PASSWORD).unlink(missing_ok=True)
    until = time.monotonic() + LEFTOVERS_S
    while begun := list(home.glob(f"{BEGUN}*")):
        for folder in begun:
            shutil.rmtree(folder, ignore_errors=True)
        if time.monotonic() > until:
            return


@dataclass(frozen=True)
class Entrance:
    """How a process of the account gets at the data folder: a path, and what leads it there."""

    path: str
    descriptors: list[int]


@contextmanager
def entrance(data: Path, *, account: Account) -> Iterator[Entrance]:
    """A path to the data folder for processes started within the block, and their children.

    Another user may have no right to the folders above it, so that its own path does not lead
    there. A descriptor handed down needs none. (The working folder would do from PostgreSQL 16
    on; 15 leaves it for a moment and cannot return.)
    """
    if account.user is None:
        yield Entrance(str(data), [])
        return
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
    descriptor = above_standard(os.open(data, flags))
    try:
        yield Entrance(f"/proc/self/fd/{descriptor}", [descriptor])
    finally:
        os.close(descriptor)


def environment() -> dict[str, str]:
    """What the server's programs need to know and no more: above all, not our secrets."""
    kept = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
    passed = {name: os.environ[name] for name in kept if name in os.environ}
    return {**passed, "LC_ALL": "C", "TZ": "UTC"}


def failed(home: Path, log: str) -> DatabaseTrouble:
    """The sentence for a server that could not be made or started, from what it wrote."""
    if FULL.search(log) or shutil.disk_usage(home).free < FREE_BYTES_MIN:
        return DatabaseTrouble(
            f"The disk that holds {home} is full; make room on it, or choose another folder"
            " with DUEBOOK_HOME."
        )
    return DatabaseTrouble(
        f"The database in {home} did not start: {complaint(log)}; see {home}/server.log."
    )


def complaint(log: str) -> str:
    """The last complaint among the lines, else the last line, without its time and full stop."""
    lines = log.strip().splitlines()
    complaints = [line for line in lines if GRAVE.search(line)]
    last = (complaints or lines or ["it wrote nothing"])[-1]
    return re.sub(r"^.*?(LOG|ERROR|FATAL|PANIC|error):\s+", "", last).strip().rstrip(".")


def sync(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_durably(path: Path, content: str) -> None:
    begun = path.with_name(f"{path.name}.new")
    begun.unlink(missing_ok=True)
    with os.fdopen(os.open(begun, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    begun.rename(path)
    sync(path.parent)


def _write_password(path: Path, password: str, account: Account) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        account.own(file.fileno())  # Not the path: the account could have put a link there.
        file.write(password)


def _initdb(data: Path, *, binaries: Binaries, account: Account, password_file: Path) -> None:
    with entrance(data, account=account) as inside:
        done = subprocess.run(
            [
                str(binaries.folder / "initdb"),
                f"--pgdata={inside.path}",
                f"--username={SUPERUSER}",
                f"--pwfile={password_file}",
                "--auth-local=scram-sha-256",
                "--auth-host=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--data-checksums",
            ],
            cwd="/",
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            pass_fds=inside.descriptors,
            start_new_session=True,
            user=account.user,
            group=account.group,
            extra_groups=account.extra_groups,
        )
    if done.returncode:
        raise failed(data.parent, done.stderr)
