"""How the embedded server is set: for a machine of two cores, and safe on a small one.

Given on the command line at every start, so that they follow the machine and the version of
Duebook, whatever the data folder was made with.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

SIGN_IN = "scram-sha-256"
MIB = 1024 * 1024
GIB = 1024 * MIB
SHARED_MEMORY_BYTES_MIN = 512 * MIB
SHARED_MEMORY = Path("/dev/shm")  # Only its size is asked.  # nosec B108
CONTROL_GROUPS = Path("/sys/fs/cgroup")


def server_settings(*, socket_folder: Path, port: int, name: str, has_lz4: bool) -> dict[str, str]:
    """Every setting that differs from PostgreSQL's own."""
    return {
        "cluster_name": name,
        "listen_addresses": "",
        "unix_socket_directories": str(socket_folder),
        "unix_socket_permissions": "0700",
        "port": str(port),
        "max_connections": "100",
        "password_encryption": SIGN_IN,
        "timezone": "UTC",
        "jit": "off",
        "random_page_cost": "1.1",
        **_memory(memory_bytes()),
        **_durability(has_lz4=has_lz4),
        **_log(),
    }


def memory_bytes() -> int:
    """What this process may use at most: the machine's memory, or its container's share."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min([machine, *_limits_bytes()])


def _limits_bytes() -> Iterator[int]:
    try:
        groups = Path("/proc/self/cgroup").read_text().split("\n")
    except OSError:
        return
    own = next((line[3:].strip("/") for line in groups if line.startswith("0::")), "")
    folder = CONTROL_GROUPS / own
    told = [path / "memory.max" for path in (folder, *folder.parents)]
    for path in [*told, CONTROL_GROUPS / "memory" / "memory.limit_in_bytes"]:
        try:
            yield int(path.read_text())
        except (OSError, ValueError):  # Not there, or "max".
            continue


def _memory(total: int) -> dict[str, str]:
    settings = {
        "shared_buffers": _mib(total // 8, least=128, most=2048),
        "effective_cache_size": _mib(total // 2, least=256, most=64 * 1024),
        "work_mem": _mib(total // 64, least=8, most=64),
        "maintenance_work_mem": _mib(total // 16, least=64, most=512),
    }
    # Containers often have 64 MiB there, too little for parallel queries.
    if SHARED_MEMORY.exists() and shutil.disk_usage(SHARED_MEMORY).total < SHARED_MEMORY_BYTES_MIN:
        settings["dynamic_shared_memory_type"] = "sysv"
    return settings


def _mib(amount: int, *, least: int, most: int) -> str:
    return f"{max(least, min(most, amount // MIB))}MB"


def _durability(*, has_lz4: bool) -> dict[str, str]:
    return {
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "wal_compression": "lz4" if has_lz4 else "on",
    }


def _log() -> dict[str, str]:
    """The log tells what happens to the server and carries no row data.

    A refused statement is told to whoever sent it and not written: its message may quote a
    value, its detail the row, its statement both.
    """
    return {
        "logging_collector": "off",
        "log_destination": "stderr",
        "log_timezone": "UTC",
        "log_statement": "none",
        "log_min_messages": "log",
        "log_min_error_statement": "panic",
        "log_min_duration_statement": "-1",
        "log_error_verbosity": "terse",
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
    }
