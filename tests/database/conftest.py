from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from duebook.database import server_settings
from duebook.database.server import running
from tests.database.homes import DEBIAN, HOLD, ROOT, WHEEL, Starter, leave_nothing, run


@pytest.fixture(scope="session", params=["wheel", "debian15"])
def programs(request: pytest.FixtureRequest) -> Path:
    folder = {"wheel": WHEEL, "debian15": DEBIAN}[request.param]
    if not (folder / "postgres").exists():
        pytest.skip(f"PostgreSQL is not installed in {folder}")
    return folder


@pytest.fixture(autouse=True)
def clean(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DUEBOOK_SECRET", raising=False)
    if "programs" in request.fixturenames:
        monkeypatch.setenv("DUEBOOK_POSTGRES", str(request.getfixturevalue("programs")))
        monkeypatch.setattr(server_settings, "memory_bytes", lambda: server_settings.GIB)


@pytest.fixture(scope="session")
def closed() -> Iterator[Path]:
    """A folder closed to others; in memory when there is enough, for a disk may be busy."""
    memory = Path("/dev/shm")
    is_enough = memory.is_dir() and shutil.disk_usage(memory).free > 4 * server_settings.GIB
    with tempfile.TemporaryDirectory(dir=memory if is_enough else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def made(programs: Path, closed: Path) -> Path:
    """A home with one committed row, stopped: made once, whichever programs come in between."""
    home = closed / programs.parts[-2]
    if home.exists():
        return home
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DUEBOOK_POSTGRES", str(programs))
        patch.delenv("DUEBOOK_SECRET", raising=False)
        with running(home) as here:
            run(here, "CREATE TABLE paid (amount int)")
            run(here, "INSERT INTO paid VALUES (100)")
    return home


@pytest.fixture
def home(made: Path) -> Iterator[Path]:
    """The home with one row, for stories that leave it as it is."""
    yield made
    leave_nothing(made)


@pytest.fixture
def copied(closed: Path, made: Path) -> Iterator[Path]:
    """A home with one row, for stories that change it."""
    home = closed / "copied"
    subprocess.run(["cp", "-a", made, home], check=True)
    yield home
    leave_nothing(home)
    shutil.rmtree(home)


@pytest.fixture
def new_home(programs: Path, closed: Path) -> Iterator[Path]:
    """A home that does not exist yet."""
    home = closed / "new"
    yield home
    leave_nothing(home)
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def hold() -> Iterator[Starter]:
    """Starts another process that uses the server until it is told to leave."""
    started: list[subprocess.Popen[str]] = []

    def start(home: Path, code: str = HOLD) -> subprocess.Popen[str]:
        pipe = subprocess.PIPE
        command = [sys.executable, "-c", code, str(home)]
        started.append(subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()
