"""`duebook rollups check` finds what is wrong and nothing else; `rebuild` puts it right."""

from __future__ import annotations

from argparse import Namespace
from datetime import date
from typing import LiteralString

import pytest
from hypothesis import given, settings

from duebook.console.upkeep import check, rebuild
from duebook.database.migrate import connect
from duebook.rollups.days import ready
from duebook.visibility.organisations import console_of
from tests.ledger.books import Books, invoice
from tests.ledger.sources import Fact, facts, loads
from tests.strategies import TODAY


@settings(max_examples=settings().max_examples // 5)
@given(facts=facts())
def test_after_any_facts_there_is_nothing_to_repair(server: None, facts: list[Fact]) -> None:
    books = Books(today=TODAY)
    loads(books, facts)
    written = books.written()

    assert check(Namespace(slug=books.slug)) == 0
    assert rebuild(Namespace(slug=books.slug)) == 0
    assert books.written() == written


@pytest.fixture
def busy(books: Books) -> Books:
    """Account A with everything that is derived; account B beside it, with an open invoice."""
    books.loads_all(
        {
            "invoices": [
                invoice("1", "60.00"),
                invoice("2", "60.00", disputed="yes"),
                invoice("3", "50.00", settled_date="2026-02-01"),
                invoice("4", "70.00", account_number="B"),
            ]
        }
    )
    books.payment("P1", "100.00", date="2026-02-05")
    books.applies("P1", "1", "60.00", date="2026-02-05")
    books.applies("P1", "2", "60.00", date="2026-02-06")
    books.invoice("1", "60.00", status="void", as_at="2026-03-01")
    assert books.balance("2", on="2026-02-28") == 20
    assert books.balance("2", on="2026-03-01") == 0
    return books


REPAIR = "repair with: duebook rollups rebuild"
FALSIFIED: dict[str, LiteralString] = {
    "a balance": "UPDATE ar.document SET open_amount = 1 WHERE number = '2'",
    "a last day": "UPDATE ar.document SET closed_on = '2026-02-20' WHERE number = '2'",
    "a first day": "UPDATE ar.document SET first_allocated_on = 'infinity' WHERE number = '2'",
    "a day of change": "UPDATE ar.document SET last_changed_on = '2026-01-02' WHERE number = '2'",
    "what counts": "UPDATE ar.allocation SET amount = 1 WHERE origin = 'stated'",
    "a beginning": "UPDATE ar.allocation SET effective_on = '2026-01-02' WHERE origin = 'stated'",
    "an end": "UPDATE ar.allocation SET ended_on = '2026-06-01' WHERE origin = 'stated'",
    "what was released": "DELETE FROM ar.allocation WHERE origin = 'refit'",
    "a dispute": "UPDATE ar.dispute SET ended_on = 'infinity'",
    "a settlement": "UPDATE ar.document SET amount = 1 WHERE settles_id IS NOT NULL",
    "its last day": "UPDATE ar.document SET state = 'void', void_on = '2026-06-01'"
    " WHERE settles_id IS NOT NULL",
    "its application": "DELETE FROM ar.allocation WHERE origin = 'reported'",
}


@pytest.mark.parametrize("falsified", FALSIFIED)
def test_what_was_falsified_is_named_and_repaired(
    busy: Books, falsified: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asked, facts = Namespace(slug=busy.slug), busy.facts()
    with connect() as superuser:
        query = f"{FALSIFIED[falsified]} {'AND' if 'WHERE' in FALSIFIED[falsified] else 'WHERE'}"
        written = superuser.execute(f"{query} org_id = {busy.org_id}").rowcount  # type: ignore[arg-type]
    assert written > 0
    assert busy.facts() != facts

    assert check(asked) == 1
    said = capsys.readouterr().out
    assert said == "A differs from its documents; repair with: duebook rollups rebuild\n"
    assert busy.facts() != facts  # checking repairs nothing

    assert rebuild(asked) == 0
    assert busy.facts() == facts
    assert check(asked) == 0


TOTALS: dict[str, LiteralString] = {
    "a sum": "UPDATE ar.day_total SET outstanding = outstanding + 1",
    "a count of accounts": "UPDATE ar.day_total SET accounts = 0",
    "weighted days": "UPDATE ar.day_total SET weighted_days = weighted_days * 2 + 1",
    "all of it": "DELETE FROM ar.day_total",
}


@pytest.mark.parametrize("falsified", TOTALS)
def test_a_day_whose_totals_are_not_its_accounts_is_named_and_repaired(
    busy: Books, falsified: str, capsys: pytest.CaptureFixture[str]
) -> None:
    asked, past = Namespace(slug=busy.slug), date(2026, 2, 10)
    ready(console_of(busy.slug), TODAY)
    ready(console_of(busy.slug), past, scored=False)
    with connect() as superuser:
        query = f"{TOTALS[falsified]} WHERE org_id = {busy.org_id} AND day = '{past}'"
        assert superuser.execute(query).rowcount > 0  # type: ignore[arg-type]

    assert check(asked) == 1
    said = capsys.readouterr().out
    assert said == f"The totals of {past} differ from its accounts; {REPAIR}\n"
    assert check(asked) == 1  # checking repairs nothing

    assert rebuild(asked) == 0
    assert "totals of 1 days were put right" in capsys.readouterr().err
    assert check(asked) == 0
