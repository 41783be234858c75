"""The embedded PostgreSQL: started by whoever needs it first, stopped by whoever leaves last.

Whoever uses the server holds a shared lock on `use.lock`. Whether it is started or stopped is
decided under `start.lock`, one process at a time, so nobody is given a server that is going.
The kernel lets the locks of a killed process go; the server it leaves serves the next one.
"""

from __future__ import annotations

import os
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from duebook.database import binaries, cluster, postmaster, target
from duebook.database.account import Account, account_of
from duebook.database.locks import Lock, is_free
from duebook.database.target import DatabaseTrouble, Target

PORT = 5432  # Names the socket; no TCP is opened.
USE = "use.lock"
READY_SECONDS = 60.0
DECIDE_SECONDS = 180.0
SOCKET_PATH_BYTES_MAX = 107
RUN = Path("/run")
TEMPORARY = Path("/tmp")  # A folder there must be ours.  # nosec B108


@dataclass(frozen=True)
class Server:
    """A server that answers. `is_new` for whoever has just made its data folder."""

    home: Path
    socket_folder: Path
    version: int
    is_new: bool

    def superuser_url(self, database: str = "postgres") -> str:
        """The connection string of the login that may do everything."""
        password = target.password(cluster.SUPERUSER, folder=self.home)
        place = Target(host=str(self.socket_folder), port=PORT, database=database)
        return place.url(cluster.SUPERUSER, password=password)


@contextmanager
def running(home: Path | None = None) -> Iterator[Server]:
    """The server of a home, for as long as the block lasts.

    Raises DatabaseTrouble when it cannot be had; the sentence says what to do.
    """
    place = (home or target.home()).resolve()
    with _explained(place):
        use = _Use(place)
    try:
        with _explained(place), use.deciding():
            use.begin()
            server = _serve(place)
        yield server
    except _Slow:
        use.end(is_stopping=False)
        raise
    finally:
        with _explained(place):
            use.end()


def socket_folder(home: Path) -> Path:
    """Where the clients of this home's server find it, whether it runs or not."""
    place = home.resolve()
    return postmaster.socket_folder_told(place) or _runtime_folder(postmaster.name(place))


class _Slow(DatabaseTrouble):
    """The server is alive but does not answer yet. It is left to finish its recovery."""


class _Gone(DatabaseTrouble):
    """The server has ended instead of answering."""


class _Use:
    """This process's part in the server of a home."""

    def __init__(self, home: Path) -> None:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.home = home
        self.start_lock = Lock(home / "start.lock")
        self.use_lock = Lock(home / USE)

    @contextmanager
    def deciding(self) -> Iterator[None]:
        self._take(self.start_lock, shared=False)
        try:
            yield
        finally:
            self.start_lock.release()

    def begin(self) -> None:
        self._take(self.use_lock, shared=True)

    def end(self, *, is_stopping: bool = True) -> None:
        """Leave, and stop the server when nobody else uses it.

        A forked child has no part in its parent's use, and leaves without a trace.
        """
        if not self.use_lock.is_mine:
            return
        try:
            with self.deciding():
                self.use_lock.release()
                if is_stopping and is_free(self.home / USE):
                    _stop(self.home)
        finally:
            self.use_lock.close()
            self.start_lock.close()

    def _take(self, lock: Lock, *, shared: bool) -> None:
        if not lock.take(shared=shared, seconds=DECIDE_SECONDS):
            raise DatabaseTrouble(
                f"Another process has been starting or stopping the database in {self.home} for"
                f" {DECIDE_SECONDS:.0f} seconds; look into {self.home}/server.log and try again."
            )


@contextmanager
def _explained(home: Path) -> Iterator[None]:
    """Turn what the system refuses into a sentence."""
    try:
        yield
    except OSError as trouble:
        if isinstance(trouble, FileNotFoundError) and not os.path.exists(home):
            raise DatabaseTrouble(f"The folder {home} has been removed.") from trouble
        said = f"{trouble.strerror or trouble}: {trouble.filename or home}"
        raise DatabaseTrouble(
            f"The folder {home} cannot hold the database ({said});"
            " make it writable and its disk not full, or choose another with DUEBOOK_HOME."
        ) from trouble


def _serve(home: Path) -> Server:
    """The server of the home, started when it is not running, once it answers."""
    cluster.keep_secret(home)
    postmaster.trim_log(home)
    is_new = cluster.version(home) is None
    folder = socket_folder(home)
    if not is_new and _is_serving(home, folder):
        try:
            return _answering(Server(home, folder, _version(home), is_new), is_started=False)
        except _Gone:  # It died while we looked.
            pass
    _start(home, folder)
    return _answering(Server(home, folder, _version(home), is_new), is_started=True)


def _version(home: Path) -> int:
    return cluster.version(home) or 0


def _is_serving(home: Path, folder: Path) -> bool:
    """Whether a living server can be reached. One that has lost its socket is stopped."""
    if postmaster.serving(home) is None:
        return False
    if (folder / f".s.PGSQL.{PORT}").exists():
        return True
    postmaster.stop(home)
    return False


def _start(home: Path, folder: Path) -> None:
    who = account_of(cluster.data_folder(home))
    programs = binaries.usable(binaries.find(cluster.version(home)), account=who)
    postmaster.clear(home)
    _make_socket_folder(folder, who)
    cluster.remove_leftovers(home, password_folder=folder)
    if cluster.version(home) is None:
        cluster.create(home, binaries=programs, account=who, password_folder=folder)
    postmaster.start(home, binaries=programs, account=who, folder=folder, port=PORT)


def _stop(home: Path) -> None:
    """Stop the server and take its socket folder away, when it is there and its own."""
    folder = socket_folder(home)
    postmaster.stop(home)
    try:
        if folder.lstat().st_uid == cluster.data_folder(home).stat().st_uid:
            folder.rmdir()
    except OSError:
        pass  # Another start makes it again, or says what is wrong with it.


def _runtime_folder(name: str) -> Path:
    """A short path, gone after a reboot: the whole path of the socket has 107 bytes at most."""
    uid = os.geteuid()
    if uid == 0 and RUN.is_dir() and os.access(RUN, os.W_OK):
        return RUN / name
    named = os.environ.get("XDG_RUNTIME_DIR", "")
    if uid != 0 and named and os.path.isdir(named) and os.stat(named).st_uid == uid:
        folder = Path(named).resolve() / name
        if len(os.fsencode(folder / f".s.PGSQL.{PORT}")) <= SOCKET_PATH_BYTES_MAX:
            return folder
    return TEMPORARY / name.replace("duebook-", f"duebook-{uid}-")


def _make_socket_folder(folder: Path, who: Account) -> None:
    """Appears as the account's own, closed to others. Never takes over what is there."""
    if not os.path.lexists(folder):
        begun = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
        who.own(begun)
        begun.rename(folder)
    found = folder.lstat()
    is_closed = stat.S_ISDIR(found.st_mode) and not found.st_mode & 0o077
    if found.st_uid != who.uid or not is_closed:
        raise DatabaseTrouble(
            f"{folder} is needed for the database's socket, but belongs to somebody else or is"
            " open to others; remove it and try again."
        )


def _answering(server: Server, *, is_started: bool) -> Server:
    """The same server as soon as it answers, recovery included, and has our database."""
    until = time.monotonic() + READY_SECONDS
    while True:
        try:
            url = server.superuser_url()
            connection = psycopg.connect(url, connect_timeout=5, autocommit=True)
            break
        except psycopg.OperationalError as trouble:
            _refuse_to_wait(server, str(trouble), is_started=is_started)
            if time.monotonic() > until:
                said = cluster.complaint(postmaster.log_since_start(server.home))
                raise _Slow(
                    f"The database in {server.home} does not answer yet, perhaps it is"
                    f" recovering ({said}); try again in a minute."
                ) from trouble
            time.sleep(0.02)
    with connection:
        _make_database(connection, server)
    return server


def _refuse_to_wait(server: Server, said: str, *, is_started: bool) -> None:
    """Raise when no patience will help: a wrong password, or nobody left to answer.

    A server that was just started may not have written its pid file yet.
    """
    if "password authentication failed" in said:
        raise DatabaseTrouble(
            f"The database in {server.home} was made with another secret; put back"
            f" {server.home}/secret, or give the DUEBOOK_SECRET it was made with."
        )
    is_alive = postmaster.is_alive if is_started else postmaster.serving
    if not is_alive(server.home):
        raise _Gone(cluster.failed(server.home, postmaster.log_since_start(server.home)))


def _make_database(connection: psycopg.Connection, server: Server) -> None:
    """At every start, in case the first was cut short."""
    named = [target.DATABASE]
    try:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", named).fetchone():
            statement = sql.SQL("CREATE DATABASE {} TEMPLATE template0")
            connection.execute(statement.format(sql.Identifier(target.DATABASE)))
    except psycopg.Error as trouble:
        raise cluster.failed(server.home, str(trouble)) from trouble
