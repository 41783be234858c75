"""How fresh the figures are: said on every page, to each as far as it is theirs to know."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from duebook.ingest.connectors import register
from duebook.reports.freshness import freshness
from duebook.visibility.tokens import create_token
from tests.connectors.conftest import NOW, Watched
from tests.connectors.test_folder import drop
from tests.ledger.books import Books
from tests.settings.conftest import Browser, readable

MAY = datetime(2026, 5, 31, 8, tzinfo=UTC)


@pytest.fixture
def shared(server: None) -> Books:
    """A is the member's and the client's."""
    return Books(accounts=["A"], owned=["A"], spoken_for=["A"])


@pytest.fixture
def books(shared: Books) -> Books:
    return shared


def stale(watched: Watched, inbox: Path) -> None:
    """Its last file is of the end of May."""
    path = drop(inbox, "may.csv", "A,1,2026-05-01,100.00")
    os.utime(path, (MAY.timestamp(), MAY.timestamp()))
    watched.poll()


def test_each_sees_what_is_theirs_to_know(shared: Books, watched: Watched, inbox: Path):
    at = watched.at + timedelta(minutes=11)
    with shared.admin():
        found = freshness(at=at)
    assert [(each.name, each.state) for each in found.sources] == [
        ("The ERP", "fine"),
        (None, "fine"),  # the accounts came as a file
    ]
    assert found.as_of is not None  # nothing of the ERP is here yet

    stale(watched, inbox)
    for eyes in (shared.admin, shared.member):
        with eyes():
            found = freshness(at=at)
        assert (found.as_of, found.is_late) == (MAY, False)
    with shared.client():
        found = freshness(at=at)
    assert [(each.name, each.as_of, each.state) for each in found.sources] == [(None, MAY, "fine")]


def test_it_is_late_when_it_fails_or_nobody_asks(shared: Books, watched: Watched, inbox: Path):
    stale(watched, inbox)

    def late(at: datetime) -> bool:
        with shared.admin():
            return freshness(at=at).is_late

    assert not late(watched.at + timedelta(minutes=25))  # two polls and five minutes
    assert late(watched.at + timedelta(minutes=26))
    (inbox / "what.csv").write_text("what,is,this\n1,2,3\n")
    watched.poll()
    assert late(watched.at)
    with shared.client():
        assert not freshness(at=watched.at).is_late  # that is not theirs to know
    with shared.admin():
        register.set_active(watched.admin, watched.id, active=False, at=NOW)
        assert not freshness(at=watched.at).is_late


def test_pages_say_it(shared: Books, watched: Watched, inbox: Path):
    stale(watched, inbox)
    with shared.admin():
        register.set_active(watched.admin, watched.id, active=False, at=NOW)
        register.set_active(watched.admin, watched.id, active=True, at=datetime.now(UTC))
    nora = Browser(shared, shared.admin_email)
    for path in ("aging/", "invoices/", "exports/", "settings/"):
        assert "Data as of 31 May 2026" in nora.sees(path)
    assert "The ERP" in nora.sees("aging/")
    ivy = Browser(shared, shared.client_email)
    shown = readable(ivy.get(ivy.root))
    assert "Data as of 31 May 2026" in shown
    assert "The ERP" not in shown


def test_the_api_answers_with_it(shared: Books, watched: Watched, inbox: Path):
    stale(watched, inbox)
    with shared.admin():
        token = create_token(watched.admin, name="Reads", scopes=["read"], expires_at=None)
    program = Client(headers={"Host": "localhost", "Authorization": f"Bearer {token}"})
    for path in ("aging", "invoices"):
        answer = program.get(f"/api/v1/{path}").json()
        assert answer["data_as_of"] == "2026-05-31T08:00:00Z"
        assert answer["data_is_late"] is True  # of this organisation's days nobody asks any more


def test_an_organisation_without_facts_says_nothing(server: None):
    empty = Books()
    nora = Browser(empty, empty.admin_email)
    assert "Data as of" not in nora.sees("settings/")
