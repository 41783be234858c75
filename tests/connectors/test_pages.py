"""The pages of connections: set up, watched, tried, paused and removed by admins."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from duebook.ingest.connectors import register
from duebook.ingest.connectors.poll import poll
from duebook.visibility.viewer import Viewer
from tests.connectors.conftest import Watched
from tests.connectors.test_folder import drop
from tests.ledger.books import Books
from tests.settings.conftest import Browser, readable

FORM = {"name": "Drop box", "folder": "", "every_minutes": "15"}


@pytest.fixture
def nora(books: Books) -> Browser:
    """An admin."""
    return Browser(books, books.admin_email)


def connected(nora: Browser, **told: Any) -> Any:
    return nora.sends("connections/new/folder/", **{**FORM, **told})


def only(books: Books) -> register.Connection:
    with books.admin():
        (one,) = register.connections_of(books.viewer(books.admin_email))
    return one


def polled(books: Books) -> None:
    one = only(books)
    poll(Viewer(books.org_id, one.person_id, "service"), one.id, at=datetime.now(UTC))


def test_a_folder_is_connected_tested_and_asked(books: Books, nora: Browser, inbox: Path):
    assert "Nothing is connected" in nora.sees("connections/")
    assert connected(nora).status_code == 302
    one = only(books)
    assert one.next_at <= datetime.now(UTC)
    assert "Waiting" in nora.sees("connections/") or "Now" in nora.sees("connections/")

    drop(inbox, "may.csv", "A,1,2026-05-01,100.00")
    answer = nora.post(f"{nora.root}connections/{one.id}/test/", follow=True)
    assert "The folder is there, with 1 files in it." in readable(answer)
    polled(books)
    shown = nora.sees("connections/")
    assert "Works" in shown
    assert "Nothing yet" not in shown


def test_what_is_wrong_stands_at_its_field(books: Books, nora: Browser, inbox: Path):
    answer = connected(nora, folder="../other")
    assert answer.status_code == 400
    assert "Name a folder beneath" in readable(answer)
    connected(nora)
    answer = connected(nora)
    assert "already; choose another name" in readable(answer)
    assert nora.get(f"{nora.root}connections/new/anything/").status_code == 404


def test_a_failing_one_says_why_and_when_it_is_asked_again(
    books: Books, nora: Browser, inbox: Path
):
    connected(nora)
    (inbox / "what.csv").write_text("what,is,this\n1,2,3\n")
    polled(books)
    shown = nora.sees("connections/")
    assert "Failing" in shown
    assert "what.csv" in shown


def test_paused_it_is_asked_when_it_goes_on(books: Books, nora: Browser, inbox: Path):
    connected(nora)
    one = only(books)
    polled(books)
    nora.sends(f"connections/{one.id}/pause/")
    answer = nora.post(f"{nora.root}connections/{one.id}/poll/", follow=True)
    assert "It is paused" in readable(answer)
    nora.sends(f"connections/{one.id}/resume/")
    assert only(books).next_at <= datetime.now(UTC)


def test_removed_it_leaves_what_it_brought(books: Books, nora: Browser, inbox: Path):
    connected(nora)
    drop(inbox, "may.csv", "A,1,2026-05-01,100.00")
    polled(books)
    nora.sends(f"connections/{only(books).id}/remove/")
    assert "Nothing is connected" in nora.sees("connections/")
    assert books.balance("1", on="2026-06-30") == 100


def test_a_change_keeps_what_is_not_said_again(watched: Watched, nora: Browser):
    answer = nora.sends(
        f"connections/{watched.id}/", name="Other", folder="erp", every_minutes="60"
    )
    assert answer.status_code == 302
    state = watched.state
    assert (state.name, state.settings["folder"], state.every_minutes) == ("Other", "erp", 60)
