"""An organisation with a folder that is watched, and a way to poll as the worker would."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import override_settings

from duebook.ingest.connectors import folder as folder_connector
from duebook.ingest.connectors import register
from duebook.ingest.connectors.poll import poll
from duebook.ingest.connectors.register import Connection
from duebook.visibility.organisations import current
from duebook.visibility.viewer import Viewer
from tests.ledger.books import Books

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)


class Watched:
    """Books("A") with a connector, polled every ten minutes."""

    def __init__(self, books: Books, *, type: str, settings: dict[str, object], secret: str = ""):
        self.books = books
        self.admin = books.viewer(books.admin_email)
        with books.admin():
            self.id = register.add(
                self.admin,
                current(self.admin),
                type=type,
                name="The ERP",
                settings=settings,
                secret=secret,
                every_minutes=10,
                at=NOW,
            )
        self.at = NOW

    @property
    def state(self) -> Connection:
        with self.books.admin():
            return self.state_inside()

    def state_inside(self) -> Connection:
        found = register.connection_of(self.admin, self.id)
        assert found is not None
        return found

    @property
    def service(self) -> Viewer:
        return Viewer(self.books.org_id, self.state.person_id, "service")

    def poll(self, *, after: timedelta = timedelta(minutes=10)) -> Connection:
        """As the worker does it, the given time after the last one."""
        self.at += after
        poll(self.service, self.id, at=self.at)
        return self.state


@pytest.fixture
def books(server: None) -> Books:
    return Books(accounts=["A"])


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """What the operator of the installation has named. Nobody writes slowly here."""
    monkeypatch.setattr(folder_connector, "SETTLED_SECONDS", 0.01)
    with override_settings(FOLDERS=[tmp_path]):
        yield tmp_path


@pytest.fixture
def inbox(books: Books, base: Path) -> Path:
    """The organisation's folder."""
    folder = base / books.slug
    folder.mkdir()
    return folder


@pytest.fixture
def watched(books: Books, inbox: Path) -> Watched:
    return Watched(books, type="folder", settings={"folder": ""})
