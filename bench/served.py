"""python -m bench.served PORT [PROCESSES THREADS]: the pages alone, each with the time it took.

The header is Server-Timing: `all` milliseconds from the request to its answer, `web` those of our
processor time. It is added here and not by the product: time may tell what is there from what is
not. One request at a time, unless more are told.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

Start = Callable[..., Any]
App = Callable[[dict[str, Any], Start], Iterable[bytes]]


def timed(application: App) -> App:
    def answer(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
        began, ours = time.perf_counter(), time.thread_time()

        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            took, used = time.perf_counter() - began, time.thread_time() - ours
            told = f"all;dur={took * 1000:.2f}, web;dur={used * 1000:.2f}"
            return start_response(status, [*headers, ("Server-Timing", told)], *more)

        return application(environ, start)

    return answer


def application() -> App:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from config.wsgi import application as served

    return timed(served)


def main() -> int:
    from granian.constants import Interfaces
    from granian.log import LogLevels
    from granian.server import MPServer as Granian

    processes, threads = map(int, sys.argv[2:4] or (1, 1))
    Granian(
        "config.wsgi:application",
        address="127.0.0.1",
        port=int(sys.argv[1]),
        interface=Interfaces.WSGI,
        workers=processes,
        blocking_threads=threads,
        log_access=False,
        log_level=LogLevels.warning,
    ).serve(target_loader=application, wrap_loader=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
