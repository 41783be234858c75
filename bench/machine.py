"""Where and when a run took place: figures of another machine are other figures."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from duebook.database.server import Server

GIB = 1024**3


def described(server: Server) -> str:
    with psycopg.connect(server.superuser_url()) as connection:
        release = connection.info.parameter_status("server_version")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {os.cpu_count()} cores ({_processor()}),"
        f" {memory:.0f} GiB; {platform.system()}, Python {platform.python_version()},"
        f" PostgreSQL {release}"
    )


def load_average() -> str:
    """Processes that wanted a core during the last minute; ours are two when nothing else runs."""
    return f"{os.getloadavg()[0]:.1f}"


def _processor() -> str:
    told = Path("/proc/cpuinfo")
    lines = told.read_text().splitlines() if told.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.machine())
