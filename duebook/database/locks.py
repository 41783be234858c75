"""Locks between processes: files in a folder, held by flock, let go by the kernel on death.

A forked child does not share in the locks of its parent: otherwise a forgotten child would
keep the database running, or stop it, on behalf of somebody who left long ago.
"""

from __future__ import annotations

import fcntl
import os
import time
import weakref
from pathlib import Path

PAUSE_SECONDS = 0.01


class Lock:
    """One file to lock, open until `close`. Several in one process exclude each other too."""

    def __init__(self, path: Path) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        self.descriptor = above_standard(os.open(path, flags, 0o600))
        _open.add(self)

    @property
    def is_mine(self) -> bool:
        """False after `close`, and in a child forked since."""
        return self.descriptor >= 0

    def take(self, *, shared: bool = False, seconds: float = 0.0) -> bool:
        """Whether the lock could be had within so many seconds."""
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        until = time.monotonic() + seconds
        while True:
            try:
                fcntl.flock(self.descriptor, kind | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() >= until:
                    return False
                time.sleep(PAUSE_SECONDS)
            else:
                return True

    def release(self) -> None:
        fcntl.flock(self.descriptor, fcntl.LOCK_UN)

    def close(self) -> None:
        """Close this process's handle. Whoever was given the handle keeps the lock."""
        if self.is_mine:
            os.close(self.descriptor)
            self.descriptor = -1


def is_free(path: Path, *, seconds: float = 0.0) -> bool:
    """Whether nobody holds the lock, or lets it go within so many seconds."""
    lock = Lock(path)
    try:
        return lock.take(seconds=seconds)
    finally:
        lock.close()


def above_standard(descriptor: int) -> int:
    """The same file under a number that is not standard input, output or error.

    In a process started without these the lowest numbers are free, and a child that is given
    its own standard files would lose ours.
    """
    if descriptor > 2:
        return descriptor
    try:
        return fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 3)
    finally:
        os.close(descriptor)


_open: weakref.WeakSet[Lock] = weakref.WeakSet()


def _forget() -> None:
    for lock in list(_open):
        lock.close()


os.register_at_fork(after_in_child=_forget)
