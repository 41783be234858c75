"""The system user the embedded server runs as.

PostgreSQL refuses to run as root, so root starts it as an unprivileged user of its own.
Everybody else starts it as themselves.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from duebook.database.target import DatabaseTrouble

NAME = "duebook-postgres"
USERADD_SECONDS = 10


@dataclass(frozen=True)
class Account:
    """Whom the server's processes belong to. `user` and `group` are None for ourselves."""

    user: int | None = None
    group: int | None = None

    @property
    def extra_groups(self) -> list[int] | None:
        return None if self.user is None else []

    @property
    def uid(self) -> int:
        return os.geteuid() if self.user is None else self.user

    def own(self, made: Path | int) -> None:
        """Hand a folder that we made, or an open file, to the account."""
        if self.user is not None and self.group is not None:
            os.chown(made, self.user, self.group)


def account_of(data: Path) -> Account:
    """Who serves this data folder: its owner; for root's new one, a user of its own."""
    owner = data.stat() if data.exists() else None
    if os.geteuid() != 0:
        if owner and owner.st_uid != os.geteuid():
            raise DatabaseTrouble(
                f"The database in {data} belongs to user {_name(owner.st_uid)};"
                " run this command as that user, or choose another folder with DUEBOOK_HOME."
            )
        return Account()
    if sys.platform != "linux":
        raise DatabaseTrouble("Run this command as an ordinary user: PostgreSQL refuses root.")
    if owner and owner.st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    return _system_user()


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _system_user() -> Account:
    """The user made for the server, made now when missing.

    Several may try at once: only one useradd succeeds, and the others find its work.
    """
    said = ""
    until = time.monotonic() + USERADD_SECONDS
    while time.monotonic() < until:
        try:
            entry = pwd.getpwnam(NAME)
        except KeyError:
            said = _useradd()
        else:
            return Account(entry.pw_uid, entry.pw_gid)
        if said:
            time.sleep(0.1)
    raise DatabaseTrouble(f"The system user {NAME} cannot be made: {said or 'no answer'}")


def _useradd() -> str:
    """What useradd complains about; empty when it succeeded."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
    useradd = shutil.which("useradd", path=path)
    if useradd is None:
        raise DatabaseTrouble(
            "PostgreSQL does not run as root, and there is no useradd to make a user for it;"
            f" make a system user named {NAME}, or run this command as an ordinary user."
        )
    options = ["--system", "--no-create-home", "--home-dir", "/nonexistent"]
    command = [useradd, *options, "--shell", "/usr/sbin/nologin", NAME]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stderr.strip() if done.returncode else ""
