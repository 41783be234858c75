"""A database that went away is told from one that refused."""

from __future__ import annotations

import psycopg
import pytest
from django.db import OperationalError

from duebook.database.lost import is_lost
from duebook.visibility.seeing import NotAllowed
from tests.isolation.attacker import logged_in


def caught(query: str) -> psycopg.Error:
    with logged_in() as connection, pytest.raises(psycopg.Error) as refused:
        connection.execute(query)
    return refused.value


@pytest.mark.parametrize(
    ("query", "lost"),
    [
        ("SELECT pg_terminate_backend(pg_backend_pid())", True),
        ("SET statement_timeout = 20; SELECT pg_sleep(1)", False),
        ("SELECT 1 / 0", False),
        ("SELECT FROM ar.customer", False),
    ],
)
def test_by_what_it_says(server: None, query: str, lost: bool) -> None:
    trouble = caught(query)
    assert is_lost(trouble) == lost
    wrapped = OperationalError("as Django says it")
    wrapped.__cause__ = trouble
    assert is_lost(wrapped) == lost


def test_a_connection_that_is_shut(server: None) -> None:
    with logged_in() as connection:
        connection.close()
        with pytest.raises(psycopg.OperationalError) as shut:
            connection.execute("SELECT 1")
    assert is_lost(shut.value)


def test_what_has_nothing_to_do_with_it() -> None:
    assert not is_lost(NotAllowed("no"))
    assert not is_lost(ValueError())
