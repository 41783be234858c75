from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings

from duebook.database.migrate import connect
from tests.isolation.attacker import Connection


@pytest.fixture
def own(server: None) -> Iterator[Connection]:
    """The migrator, who sees everything. No letter and no job is there before."""
    with connect() as connection:
        connection.execute("DELETE FROM queue.procrastinate_jobs")
        connection.execute("DELETE FROM door.letter")
        yield connection


@pytest.fixture(autouse=True)
def sample_letter() -> Iterator[None]:
    """mail/sample.txt, for tests that do not mean any letter of the product."""
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"] = [*templates[0]["DIRS"], Path(__file__).parent / "templates"]
    with override_settings(TEMPLATES=templates):
        yield
