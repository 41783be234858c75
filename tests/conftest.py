"""One embedded server for the session, in a home of its own; every test makes organisations of
its own in it, so nothing needs cleaning: they cannot see each other.

DUEBOOK_POSTGRES picks the binaries, so that the same tests run on several versions.

Of what may be anything, a few dozen examples are tried, always the same ones; with
HYPOTHESIS_PROFILE=thorough many, and others every time.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import django
import hypothesis
import pytest
from hypothesis import HealthCheck

# Before Django reads its settings: the passwords in them derive from the secret.
os.environ.pop("DATABASE_URL", None)
os.environ["DUEBOOK_SECRET"] = "the secret of the tests"
os.environ["DUEBOOK_HOME"] = HOME = tempfile.mkdtemp(prefix="duebook-test-")
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()

from django.conf import settings  # noqa: E402  (needs Django)

from duebook.database import postmaster  # noqa: E402
from duebook.database.server_settings import server_settings  # noqa: E402
from tests.world import World  # noqa: E402

# A good hash takes its time, three times for every organisation that a test makes.
settings.PASSWORD_HASHERS = ["tests.world.QuickArgon"]

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
for _name, _examples in (("few", 40), ("thorough", 1500)):
    hypothesis.settings.register_profile(
        _name,
        deadline=None,
        max_examples=_examples,
        suppress_health_check=SLOW,
        derandomize=_name == "few",
    )
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "few"))

# What starts servers, browsers and large worlds: begun first, so that all workers end together.
LONG = (
    "test_bench.py",
    "visibility/test_every_address.py",
    "isolation/test_matrix.py",
    "api/test_sync_deletions.py",
    "api/test_sync.py",
    "commands/test_demo.py",
    "commands/test_serving.py",
    "jobs/test_worker_process.py",
    "jobs/test_killed_imports.py",
)
HASTY = ("fsync", "full_page_writes", "synchronous_commit")
SHARED = Path(__file__).resolve().parents[2] / "shared"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    begin = {here / name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda each: begin.get(each.path, len(LONG)))


@pytest.fixture(scope="session")
def server() -> Iterator[None]:
    """The embedded server, migrated. Nothing in it need outlive a loss of power."""
    from duebook.database.logins import close_all
    from duebook.database.migrate import migrate_embedded
    from duebook.database.server import running

    def hasty(**named: Any) -> dict[str, str]:
        return server_settings(**named) | dict.fromkeys(HASTY, "off")

    with ExitStack() as until_the_end:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(postmaster, "server_settings", hasty)
            until_the_end.enter_context(running())
        migrate_embedded()
        yield
        close_all()


@pytest.fixture(scope="module", autouse=True)
def nothing_waits(request: pytest.FixtureRequest) -> None:
    """No job and no letter of another file's tests is there when a file's begin: whoever looks
    into the queue or the outbox finds their own.
    """
    items = (each for each in request.session.items if isinstance(each, pytest.Function))
    if not any("server" in each.fixturenames for each in items if each.module is request.module):
        return
    from duebook.database.migrate import connect

    request.getfixturevalue("server")
    with connect() as own:
        own.execute("DELETE FROM queue.procrastinate_jobs")
        own.execute("DELETE FROM door.letter")


@pytest.fixture
def world(server: None) -> World:
    """Two organisations that know nothing of each other, with their people and customers."""
    return World()


@pytest.fixture(scope="session")
def outside_data() -> Path:
    """Ledgers that nobody here wrote; they lie beside the checkout and are not part of it."""
    folder = SHARED / "data"
    if not folder.is_dir():
        pytest.skip(f"needs the outside data beside the checkout ({folder.name} is not there)")
    return folder
