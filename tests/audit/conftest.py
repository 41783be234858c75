"""An organisation with a trail of its own for each test, and the superuser who tampers with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
import pytest

from duebook.database.migrate import connect
from duebook.reports.audit_chain import Head, Verification, verification
from duebook.visibility.audit import record
from duebook.visibility.seeing import seeing
from duebook.visibility.viewer import Viewer
from tests.world import Company


@dataclass(frozen=True)
class Trail:
    """`own` is the superuser's connection: nothing in the database can keep it from anything."""

    company: Company
    viewer: Viewer
    own: psycopg.Connection[Any]

    def does(self, *actions: str, **detail: Any) -> None:
        for action in actions:
            with seeing(self.viewer):
                record(self.viewer, action, **detail)

    def verified(self, noted: Head | None = None) -> Verification:
        with seeing(self.viewer, read_only=True):
            return verification(noted=noted)

    def tampers(self, *statements: str) -> None:
        """Past every trigger and foreign key; `%(org)s` is the organisation."""
        with self.own.transaction():
            self.own.execute("SET LOCAL session_replication_role = replica")
            for statement in statements:
                changed = self.own.execute(statement, {"org": self.company.org_id})
                assert changed.rowcount > 0, statement

    def asks(self, query: str) -> Any:
        row = self.own.execute(query, {"org": self.company.org_id}).fetchone()
        assert row is not None
        return row[0]


@pytest.fixture
def trail(server: None) -> Iterator[Trail]:
    """A company and five acts of its admin at the end of its trail."""
    company = Company("audited", today=date(2026, 6, 30))
    with connect() as own:
        trail = Trail(company, company.viewer(company.admin_email), own)
        trail.does("first", "second", "third", "fourth", "fifth", note="“é” \\ \n 1.0", amount=1.50)
        yield trail
