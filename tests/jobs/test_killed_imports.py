"""kill -9 in the middle of an import under a serving Duebook: all or nothing, and it ends."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.serving import environment

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")


def test_an_import_outlives_its_worker_and_its_database(tmp_path: Path) -> None:
    """One moment of each; `python -m bench.kills` tries thirty."""
    told = [sys.executable, "-m", "bench.kills", "--rows", "3000", "--moments", "3"]
    kept = environment(tmp_path)
    done = subprocess.run(
        told, cwd=ROOT, env=kept, capture_output=True, text=True, timeout=500, check=False
    )
    lines = [line for line in done.stdout.splitlines() if "Moment(" in line]
    assert (done.returncode, [line[:3] for line in lines]) == (0, ["ok "] * 3), done.stdout
    assert all("state='done'" in line for line in lines), lines
