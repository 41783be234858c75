"""One embedded server for the session, in a home of its own; every test makes organisations of
its own in it, so nothing needs cleaning: they cannot see each other.

DUEBOOK_POSTGRES picks the binaries, so that the same tests run on several versions.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import django
import pytest

# Before Django reads its settings: the passwords in them derive from the secret.
os.environ.pop("DATABASE_URL", None)
os.environ["DUEBOOK_SECRET"] = "the secret of the tests"
os.environ["DUEBOOK_HOME"] = HOME = tempfile.mkdtemp(prefix="duebook-test-")
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()

from tests.world import World  # noqa: E402  (needs Django)

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def server() -> Iterator[None]:
    """The embedded server, migrated."""
    from duebook.database.logins import close_all
    from duebook.database.migrate import migrate_embedded
    from duebook.database.server import running

    with running():
        migrate_embedded()
        yield
        close_all()


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
