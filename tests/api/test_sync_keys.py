"""The same call twice, one after the other or at once: done once, and answered twice the same."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from django.core.cache import cache
from django.db import connections

from duebook.database.migrate import connect
from duebook.ingest.load import load
from duebook.jobs import upkeep
from duebook.ledger.posting import IMPORTS
from duebook.visibility.seeing import raw, seeing
from duebook.visibility.tokens import revoke_token, tokens
from duebook.web.api import door
from duebook.web.api import sync as calls
from tests.api.conftest import Service, token_of
from tests.isolation.attacker import Connection
from tests.ledger.books import Books, invoice

REPLAYED = "Idempotent-Replayed"
ROWS = json.dumps([invoice("1", "10.00")])


@pytest.fixture
def books(server: None) -> Books:
    return Books(accounts=["A"])


@pytest.fixture
def erp(books: Books) -> Service:
    return Service(token_of(books, "ingest"))


@pytest.fixture
def own(server: None) -> Iterator[Connection]:
    """The migrator, who sees everything."""
    with connect() as connection:
        connection.autocommit = True
        yield connection


def documents(books: Books) -> int:
    (count,) = books.asks("SELECT count(*) FROM ar.document")
    return int(count)


def test_a_key_gets_the_stored_answer_to_the_letter(books: Books, erp: Service) -> None:
    first = erp.post("invoices", ROWS, Idempotency_Key="k-1")
    written = books.written()
    again = erp.post("invoices", ROWS, Idempotency_Key="k-1")
    assert (again.status_code, again.content) == (200, first.content)
    assert (first.get(REPLAYED), again[REPLAYED]) == (None, "true")
    assert books.written() == written
    assert books.asks("SELECT count(*) FROM ar.ingest_run WHERE source = 'sync'") == [1]
    assert erp.post("invoices", ROWS, Idempotency_Key="k-2").json()["counts"] == {"unchanged": 1}


@pytest.mark.parametrize(
    "other",
    [
        {"body": json.dumps([invoice("1", "11.00")])},
        {"body": ROWS, "query": "?as_at=2026-06-30"},
        {"body": ROWS, "kind": "orders"},
        {"body": ROWS, "query": "?dry_run=true"},
    ],
)
def test_a_key_for_another_call_is_refused(
    books: Books, erp: Service, other: dict[str, Any]
) -> None:
    erp.post("invoices", ROWS, Idempotency_Key="k")
    written = books.written()
    answer = erp.post(**{"kind": "invoices", **other}, Idempotency_Key="k")
    assert answer.status_code == 422
    assert answer.json() == {
        "detail": "This Idempotency-Key was used for another call: draw a new one."
    }
    assert books.written() == written


def test_another_token_may_use_the_same_key(books: Books, erp: Service) -> None:
    erp.post("invoices", ROWS, Idempotency_Key="k")
    other = Service(token_of(books, "ingest", name="Other"))
    told = other.post("invoices", json.dumps([invoice("2", "1.00")]), Idempotency_Key="k")
    assert told.json()["counts"] == {"new": 1}


def test_what_was_refused_may_be_sent_again_with_its_key(books: Books, erp: Service) -> None:
    assert erp.post("invoices", "[", Idempotency_Key="k").status_code == 400
    assert erp.post("invoices", ROWS, Idempotency_Key="k").json()["counts"] == {"new": 1}


def test_at_once_one_does_it_and_the_other_gets_its_answer(books: Books, erp: Service) -> None:
    def send(_each: int) -> Any:
        try:
            return erp.post("invoices", ROWS, Idempotency_Key="at-once")
        finally:
            for alias in connections:
                connections[alias].close()

    with ThreadPoolExecutor(2) as both:
        answers = [*both.map(send, range(4))]
    assert {each.status_code for each in answers} <= {200, 429}  # it may take long
    answers = [each for each in answers if each.status_code == 200]
    assert len({each.content for each in answers}) == 1
    assert [each.get(REPLAYED) for each in answers].count(None) == 1
    assert documents(books) == 1


def test_answers_are_kept_for_a_week(books: Books, erp: Service, own: Connection) -> None:
    for key, age in (("young", "6 days"), ("old", "8 days")):
        erp.post("invoices", ROWS, Idempotency_Key=key)
        own.execute(
            "UPDATE ar.sync_call SET answered_at = now() - %s::interval"
            " WHERE org_id = %s AND key = %s",
            [age, books.org_id, key],
        )
    upkeep.tidy()
    assert erp.post("invoices", ROWS, Idempotency_Key="young")[REPLAYED] == "true"
    assert REPLAYED not in erp.post("invoices", ROWS, Idempotency_Key="old").headers


# When others are there


def test_while_another_import_takes_long_one_hears_when_to_come_back(
    books: Books, erp: Service, own: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("duebook.ingest.sync.WAIT_SECONDS", 0.1)
    own.execute("SELECT pg_advisory_lock(%s, %s::int)", [IMPORTS, books.org_id])
    try:
        answer = erp.post("invoices", ROWS, Idempotency_Key="k")
        assert (answer.status_code, answer["Retry-After"]) == (429, "3")
        assert "Another import of the organisation" in answer.json()["detail"]
        assert documents(books) == 0
    finally:
        own.execute("SELECT pg_advisory_unlock(%s, %s::int)", [IMPORTS, books.org_id])
    assert erp.post("invoices", ROWS, Idempotency_Key="k").json()["counts"] == {"new": 1}


def test_a_third_call_at_once_waits_for_its_turn(erp: Service) -> None:
    assert all(calls._turns.acquire(timeout=1) for _each in range(calls.AT_ONCE))
    try:
        answer = erp.post("invoices", ROWS)
    finally:
        calls._turns.release(calls.AT_ONCE)
    assert (answer.status_code, answer["Retry-After"]) == (429, "1")
    assert erp.post("invoices", ROWS).status_code == 200


def test_so_many_calls_a_minute(erp: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "PER_MINUTE", 1)
    cache.clear()
    assert erp.post("invoices", ROWS).status_code == 200
    answer = erp.post("invoices", ROWS)
    assert (answer.status_code, int(answer["Retry-After"]) <= 60) == (429, True)


def _meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
    """Something happens after the token was looked at and before the rows are loaded."""

    def slowly(*args: Any, **named: Any) -> Any:
        act()
        return load(*args, **named)

    monkeypatch.setattr("duebook.ingest.sync.load", slowly)


def test_a_token_revoked_meanwhile_brings_nothing(
    books: Books, erp: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def revoke() -> None:
        viewer = books.viewer(books.admin_email)
        with seeing(viewer):
            for token in tokens():
                revoke_token(viewer, token.id)

    _meanwhile(monkeypatch, revoke)
    answer = erp.post("invoices", ROWS)
    assert answer.status_code == 401
    assert documents(books) == 0
    assert erp.post("invoices", ROWS).status_code == 401


def test_a_mistake_of_ours_changes_nothing_and_tells_nothing(
    books: Books, erp: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise psycopg.errors.InternalError_("row data of A")

    _meanwhile(monkeypatch, fail)
    answer = erp.post("invoices", ROWS, Idempotency_Key="k")
    assert answer.status_code == 500
    assert b"row data" not in answer.content
    assert documents(books) == 0


def test_nothing_of_a_call_stays_on_its_connection(books: Books, erp: Service) -> None:
    """The next one on it may be another organisation's."""
    erp.post("invoices", ROWS)
    left = "SELECT relname FROM pg_class WHERE relnamespace = pg_my_temp_schema()"
    assert raw("worker").execute(left).fetchall() == []
    row = raw("worker").execute("SELECT current_user, current_setting('duebook.viewer', true)")
    assert row.fetchone() in (("duebook_worker", ""), ("duebook_worker", None))
