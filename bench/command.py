"""The duebook command in a process of its own: how long it took and how much memory at most."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass

from bench.ledgers import ROOT

UNIT = 1 if sys.platform == "darwin" else 1024  # bytes in which the system counts memory
MIB = 1024 * 1024


class Failed(Exception):
    """A command ended otherwise than it should."""


@dataclass(frozen=True)
class Ran:
    said: str
    seconds: float
    peak_mib: float
    processor_seconds: float


def duebook(*arguments: object) -> Ran:
    """Run one command. Raises Failed with what it said when it does not end with 0."""
    words = list(map(str, arguments))
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "duebook.cli", *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None  # It is a pipe.
    with process.stdout as pipe:
        said = pipe.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise Failed(f"duebook {' '.join(words)} ended with {process.returncode}: {said.strip()}")
    used = usage.ru_utime + usage.ru_stime
    return Ran(said, seconds, usage.ru_maxrss * UNIT / MIB, used)
