from __future__ import annotations

from collections.abc import Iterator

import pytest

from duebook.database.migrate import connect
from tests.isolation.attacker import Connection
from tests.world import Company, World


@pytest.fixture
def own(server: None) -> Iterator[Connection]:
    """The migrator, who sees everything. Nothing is in the queue before."""
    with connect() as connection:
        connection.execute("DELETE FROM queue.procrastinate_jobs")
        yield connection


@pytest.fixture
def acme(own: Connection, world: World) -> Company:
    """C1 owes 100.00 and is the member's and the client's, C2 owes 23.45."""
    world.acme.owes("100.00", due="2026-03-31", number="A-1")
    world.acme.owes("23.45", due="2026-06-30", account="C2", number="A-2")
    return world.acme
