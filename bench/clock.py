"""How long something takes: the median of several times, after one that does not count."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from statistics import median

REPEATS = 7


def seconds(act: Callable[[], object]) -> float:
    """One time, with no garbage of others to collect."""
    gc.collect()
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def median_seconds(act: Callable[[], object], *, repeats: int = REPEATS) -> float:
    seconds(act)
    return median(seconds(act) for _ in range(repeats))


def paired_seconds(
    one: Callable[[], object], other: Callable[[], object], *, pairs: int
) -> tuple[float, float]:
    """The medians of two things done in turns, so that a busy moment meets both."""
    times = [(seconds(one), seconds(other)) for _ in range(pairs + 1)][1:]
    return median(each[0] for each in times), median(each[1] for each in times)
