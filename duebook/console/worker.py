"""The processes beside the server: none of them may outlive a server that was killed."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from typing import Any, NoReturn

from duebook.database import postmaster, target
from duebook.database.server import running

LOOK_SECONDS = 0.5
GRACE_SECONDS = 5.0  # for the job at hand, when the worker is to stop
AGAIN_SECONDS = 2.0  # until a worker that died is begun anew
TOLD = (signal.SIGTERM, signal.SIGINT)

log = logging.getLogger("duebook.jobs")


def application(server: int) -> Callable[..., Any]:
    """The web application, until the process `server` is gone.

    A process left behind would keep the port, and the next server could not start. Forked with
    signals waiting: one that came since ends the process here, and none is lost.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # from a terminal; the server will tell
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, TOLD)
    threading.Thread(target=_follow, args=[server], daemon=True).start()
    return import_module("config.wsgi").application  # type: ignore[no-any-return]  # a module's


@contextmanager
def working() -> Iterator[None]:
    """With a worker beside it, which does the jobs of the queue and ends when the block ends.

    Between the two stands a keeper: it begins the worker anew should it die, and ends it should
    this process be killed; and it begins the embedded database anew should that be killed.
    Forked before anything has threads: nothing is imported twice.
    """
    with undisturbed() as disturbed:
        keeper = _forked(partial(_keep, os.getpid()), disturbed)
        try:
            disturbed()
            yield
        finally:
            _end(keeper, seconds=2 * GRACE_SECONDS)


class _Told(Exception):
    """To stop."""


def _keep(server: int) -> None:
    while os.getppid() == server:
        with undisturbed() as disturbed:
            for each in TOLD:
                signal.signal(each, _tell)
            worker = _forked(_work, disturbed)
            try:
                disturbed()
                while os.getppid() == server and worker:
                    time.sleep(LOOK_SECONDS)
                    _begin_database_anew()
                    worker = 0 if _has_ended(worker) else worker
                time.sleep(0 if worker else AGAIN_SECONDS)
            except _Told:
                return
            finally:
                for each in TOLD:
                    signal.signal(each, signal.SIG_IGN)
                if worker:
                    _end(worker, seconds=GRACE_SECONDS)


def _begin_database_anew() -> None:
    """Should the embedded one have been killed as a whole: nobody else would begin it."""
    home = target.home().resolve()
    if not target.is_embedded() or postmaster.serving(home) is not None:
        return
    try:
        with running(home):  # It stays: whom we keep the worker for uses it as well.
            log.warning("The database had gone and was begun anew.")
    except target.DatabaseTrouble as trouble:
        log.warning("%s", trouble)


def _tell(*_: object) -> NoReturn:
    raise _Told


@contextmanager
def undisturbed() -> Iterator[Callable[[], object]]:
    """Signals wait until what is yielded is called, or the block has ended."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, TOLD)
    disturbed = partial(signal.pthread_sigmask, signal.SIG_SETMASK, before)
    try:
        yield disturbed
    finally:
        disturbed()


def _work() -> None:
    threading.Thread(target=_follow, args=[os.getppid()], daemon=True).start()
    for each in TOLD:
        signal.signal(each, signal.SIG_DFL)
    import_module("duebook.jobs.worker").work()


def _forked(act: Callable[[], None], disturbed: Callable[[], object]) -> int:
    """A child that does this and nothing else, whatever happens."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            for each in TOLD:
                signal.signal(each, signal.SIG_DFL)
            disturbed()
            act()
            code = 0
        except BaseException:
            log.exception("The worker has died.")
        finally:
            os._exit(code)
    return child


def _end(child: int, *, seconds: float) -> None:
    """Ask it to stop; after so many seconds it is not asked any more."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGTERM)
        until = time.monotonic() + seconds
        while not _has_ended(child):
            if time.monotonic() > until:
                os.kill(child, signal.SIGKILL)
            time.sleep(0.02)


def _has_ended(child: int) -> bool:
    try:
        return os.waitpid(child, os.WNOHANG)[0] == child
    except ChildProcessError:
        return True


def _follow(server: int) -> None:
    while os.getppid() == server:
        time.sleep(LOOK_SECONDS)
    os._exit(1)
