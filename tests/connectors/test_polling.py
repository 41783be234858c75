"""When connectors are asked, as whom, how often again, and never twice at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from duebook.database.migrate import connect
from duebook.ingest.connectors import poll as polling
from duebook.ingest.connectors import register
from duebook.ingest.connectors.connector import Unfit
from duebook.ingest.connectors.poll import again_after
from duebook.ingest.connectors.types import TYPES
from duebook.jobs.polls import order_due
from duebook.jobs.worker import work
from duebook.visibility.organisations import Refused, current
from duebook.visibility.seeing import NotAllowed, raw, seeing
from tests.connectors.conftest import NOW, Watched
from tests.connectors.test_folder import drop, owed, runs
from tests.isolation.attacker import Connection
from tests.ledger.books import Books


@pytest.fixture
def own(server: None) -> Iterator[Connection]:
    """The migrator, who sees everything. Nothing is due or waits before."""
    with connect() as connection:
        connection.execute("DELETE FROM queue.procrastinate_jobs")
        connection.execute("UPDATE ar.connector SET active = false")
        yield connection


def due(watched: Watched) -> None:
    with watched.books.admin():
        register.poll_now(watched.admin, watched.id, at=datetime.now(UTC))


def test_the_worker_asks_who_is_due_as_the_service_that_it_is(
    own: Connection, watched: Watched, inbox: Path
):
    drop(inbox, "may.csv", "A,1,2026-05-01,100.00")
    due(watched)
    assert order_due() == 1
    assert order_due() == 0  # its next time is later now
    work(wait=False)
    assert owed(watched, "1") == 100
    assert runs(watched.books) == [("connector", "may.csv", "The ERP")]
    assert watched.state.next_at > datetime.now(UTC)


def test_who_is_paused_or_suspended_is_not_asked(own: Connection, watched: Watched):
    with watched.books.admin():
        register.set_active(watched.admin, watched.id, active=False, at=NOW)
        assert register.poll_now(watched.admin, watched.id, at=NOW) is None
    assert order_due() == 0
    watched.poll()  # ordered before it was paused
    assert watched.state.tried_at is None

    with watched.books.admin():
        register.set_active(watched.admin, watched.id, active=True, at=NOW)
    own.execute("UPDATE ar.org SET suspended = true WHERE org_id = %s", [watched.books.org_id])
    assert order_due() == 0


def test_who_is_removed_can_do_nothing_any_more_and_its_runs_stay(
    own: Connection, watched: Watched, inbox: Path
):
    drop(inbox, "may.csv", "A,1,2026-05-01,100.00")
    watched.poll()
    service = watched.service
    due(watched)
    assert order_due() == 1
    with watched.books.admin():
        assert register.remove(watched.admin, watched.id) == "The ERP"
    work(wait=False)  # the job that waited is dropped
    with pytest.raises(NotAllowed), seeing(service, by="worker"):
        pass
    assert runs(watched.books) == [("connector", "may.csv", "The ERP")]


def test_never_two_polls_at_once(own: Connection, watched: Watched, inbox: Path):
    drop(inbox, "may.csv", "A,1,2026-05-01,100.00")
    lock = [(polling.POLLS << 32) + watched.id]
    own.execute("SELECT pg_advisory_lock(%s)", lock)
    assert watched.poll().tried_at is None
    own.execute("SELECT pg_advisory_unlock(%s)", lock)
    assert watched.poll().failures == 0
    held = own.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").fetchone()
    assert held == (0,)


def test_a_failure_is_tried_again_soon_and_then_less_and_less_often(watched: Watched, inbox: Path):
    (inbox / "a.csv").write_text("what,is,this\n1,2,3\n")
    waits = []
    for _ in range(10):
        state = watched.poll()
        waits.append((state.next_at - watched.at) / timedelta(minutes=1))
    plain = [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]
    assert all(0.75 * a <= b <= 1.25 * a for a, b in zip(plain, waits, strict=True))
    assert len({round(wait, 4) for wait in waits[6:]}) == 4  # none together with another
    assert state.succeeded_at is None

    (inbox / "a.csv").unlink()
    state = watched.poll()
    assert state.next_at == watched.at + timedelta(minutes=10)


def test_one_that_is_asked_once_a_day_waits_no_longer_than_that():
    day = timedelta(days=1)
    assert again_after(1, every=day, jitter=0) == timedelta(minutes=1)
    assert again_after(50, every=day, jitter=0) == day
    assert again_after(50, every=day, jitter=-1) == day * 0.75


def test_what_breaks_in_our_own_code_is_said_in_plain_words(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
):
    def breaks(*_args: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("duebook.ingest.connectors.folder._looks", breaks)
    state = watched.poll()
    assert "secret" not in state.trouble
    assert state.trouble.startswith("Something went wrong")


def test_rows_that_are_not_taken_are_named(watched: Watched, inbox: Path):
    drop(inbox, "may.csv", "A,1,2026-05-01,100.00", "A,2,soon,1.00")
    state = watched.poll()
    assert owed(watched, "1") == 100
    assert state.trouble.startswith("1 rows of may.csv were not taken; the first: issue_date")


def test_a_secret_is_sealed_and_another_address_asks_for_it_anew(
    own: Connection, books: Books, monkeypatch: pytest.MonkeyPatch
):
    class Anything:
        def __init__(self, settings: object, *, secret: str, organisation: object) -> None:
            seen.append(secret)

    seen: list[str] = []
    monkeypatch.setitem(TYPES, "anything", Anything)  # type: ignore[arg-type]
    watched = Watched(
        books, type="anything", settings={"address": "https://a.example"}, secret="hush"
    )
    row = own.execute("SELECT sealed_secret FROM ar.connector WHERE id = %s", [watched.id])
    assert b"hush" not in bytes(row.fetchall()[0][0])

    def changed(address: str, secret: str = "") -> None:
        with books.admin():
            register.change(
                watched.admin,
                current(watched.admin),
                watched.state_inside(),
                name="The ERP",
                settings={"address": address},
                secret=secret,
                every_minutes=10,
                at=NOW,
            )

    changed("https://a.example")
    assert seen == ["hush", "hush"]
    with pytest.raises(Unfit):
        changed("https://elsewhere.example")
    changed("https://elsewhere.example", "new")
    assert seen[-1] == "new"


def test_two_of_one_name_are_refused(watched: Watched):
    with pytest.raises(Refused):
        Watched(watched.books, type="folder", settings={"folder": "b"})


def test_the_trail_has_who_added_and_removed(watched: Watched):
    with watched.books.admin():
        register.remove(watched.admin, watched.id)
        rows = raw().execute("SELECT action FROM ar.audit_event ORDER BY id DESC LIMIT 2")
        assert [row[0] for row in rows] == ["connector removed", "connector added"]
