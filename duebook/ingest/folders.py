"""Folders for files at work, in the clear: gone with the work, or with the next after a crash."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NAMED = re.compile(r"duebook-(?:intake|invalid|unpacked)-(\d+)-\w+")


def new_folder(what: str) -> Path:
    """An empty folder that nobody else may enter, named after this process."""
    return Path(tempfile.mkdtemp(prefix=f"duebook-{what}-{os.getpid()}-"))


@contextmanager
def folder(what: str) -> Iterator[Path]:
    """The same, for a while."""
    made = new_folder(what)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def sweep() -> None:
    """Remove what processes that have died left behind."""
    for left in Path(tempfile.gettempdir()).glob("duebook-*"):
        found = _NAMED.fullmatch(left.name)
        if found and not _is_alive(int(found[1])):
            shutil.rmtree(left, ignore_errors=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
