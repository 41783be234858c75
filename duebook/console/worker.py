"""The process that answers for the web server: it must not outlive a server that was killed."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from importlib import import_module
from typing import Any

LOOK_SECONDS = 0.5


def application(server: int) -> Callable[..., Any]:
    """The web application, until the process `server` is gone.

    A worker left behind would keep the port, and the next server could not start.
    """
    threading.Thread(target=_follow, args=[server], daemon=True).start()
    return import_module("config.wsgi").application  # type: ignore[no-any-return]


def _follow(server: int) -> None:
    while os.getppid() == server:
        time.sleep(LOOK_SECONDS)
    os._exit(1)
