"""Everything that a client's role can read or call, by SQL: nothing of others comes out of it, and
nothing that is internal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import LiteralString

import pytest

from duebook.ledger import disputes, notes
from duebook.visibility.organisations import add_person
from duebook.visibility.seeing import raw, seeing
from tests.isolation.attacker import REFUSED, Connection, being, column, logged_in, told
from tests.world import Company

# Of another customer: names, numbers and amounts; internal: a note, a limit, who owns the account.
SECRETS = ("zebra", "77777", "66666", "owner@")
RELATIONS = """
SELECT format('%I.%I', n.nspname, c.relname), array_agg(a.attname ORDER BY a.attnum)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname <> 'information_schema'
  AND n.nspname NOT LIKE 'pg\\_%'
GROUP BY 1 ORDER BY 1
"""
FUNCTIONS = """
SELECT format('%I.%I', n.nspname, p.proname), array_agg(t.typname ORDER BY g.place)
    FILTER (WHERE g.place IS NOT NULL)
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
LEFT JOIN LATERAL unnest(p.proargtypes) WITH ORDINALITY AS g (type, place) ON true
LEFT JOIN pg_type t ON t.oid = g.type
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND p.prokind = 'f'
  AND has_function_privilege('duebook_client', p.oid, 'EXECUTE')
  AND has_schema_privilege('duebook_client', n.oid, 'USAGE') AND p.prorettype <> 'trigger'::regtype
GROUP BY p.oid, 1 ORDER BY 1
"""


@pytest.fixture(scope="module")
def company(server: None) -> Company:
    company = Company("zoo", today=date(2026, 6, 30))
    row = {"account_number": "C2", "name": "Zebra Ltd", "contact_name": "Zebra Contact"}
    company.loads("accounts", [{**row, "contact_email": "zebra@zebra.example"}])
    owner = f"owner@{company.slug}.example"
    add_person(owner, slug=company.slug, role="member", accounts=[])
    row = {"account_number": "C1", "name": "First", "owner_email": owner}
    company.loads("accounts", [{**row, "credit_limit": "666.66"}])
    company.owes("777.77", due="2026-03-31", account="C2", number="ZEBRA-1")
    company.owes("100.00", due="2026-03-31", number="MINE")
    row = {"account_number": "C2", "payment_number": "ZEBRA-P", "amount": "77.77"}
    company.loads("payments", [{**row, "date": "2026-04-01"}])
    admin = company.viewer(company.admin_email)
    with seeing(admin):
        for number in ("MINE", "ZEBRA-1"):
            about = _id("SELECT id FROM ar.document WHERE number = %s", number)
            words = f"Of {number}." if number == "MINE" else "Zebra: a word to its client."
            case = disputes.raise_dispute(admin, about, reason="other", words=words)
            disputes.write_note(admin, case, "Zebra: an internal word about a dispute.")
        account = _id("SELECT id FROM ar.customer WHERE account_number = %s", "C1")
        notes.write(admin, [account], "Zebra: an internal note.", at=datetime.now(UTC))
    return company


@pytest.fixture
def hands(company: Company) -> Iterator[Connection]:
    connection = logged_in()
    yield connection
    connection.close()


def test_no_column_of_any_table_tells(company: Company, hands: Connection) -> None:
    me, read = company.viewer(company.client_email), 0
    for relation, columns in hands.execute(RELATIONS).fetchall():
        for name in columns:
            for query in (f'SELECT "{name}"::text FROM {relation}', _counted(relation, name)):
                with being(hands, me):
                    answer = told(hands, query)
                read += bool(answer and answer[0] != REFUSED)
                assert not _secret(answer), (relation, name)
    assert read > 100  # there is much that a client reads


def test_the_operators_see_what_a_client_is_tried_for(company: Company, hands: Connection) -> None:
    """Otherwise the tests above and below would find nothing in an empty house."""
    found = ""
    for relation, _columns in hands.execute(RELATIONS).fetchall():
        with being(hands, company.viewer(company.admin_email)):
            found += str(told(hands, f"SELECT t::text FROM {relation} AS t")).lower()
    assert [each for each in SECRETS if each not in found] == []


def test_no_function_tells(company: Company, hands: Connection) -> None:
    """Each with ids of others and of one's own; what it did is undone."""
    me, called = company.viewer(company.client_email), 0
    with being(hands, company.viewer(company.admin_email)):
        ids = [
            *column(hands, "SELECT id FROM ar.customer WHERE account_number IN ('C1', 'C2')"),
            *column(hands, "SELECT id FROM ar.document WHERE number IN ('MINE', 'ZEBRA-1')"),
            *column(hands, "SELECT id FROM ar.dispute_case"),
            *column(hands, "SELECT id FROM ar.dispute_note"),
        ]
    for function, types in hands.execute(FUNCTIONS).fetchall():
        for id_ in dict.fromkeys(ids):
            given = ", ".join(_given(each, id_) for each in types or [])
            with being(hands, me):
                answer = told(hands, f"SELECT t::text FROM {function}({given}) AS t")
            called += 1
            assert not _secret(answer), (function, given)
            if not any(each.startswith(("int", "_int")) for each in types or []):
                break
    assert called > 20


def test_sums_and_counts_are_of_ones_own(company: Company, hands: Connection) -> None:
    """Whatever is kept per day, month or organisation for operators, too."""
    with being(hands, company.viewer(company.client_email)):
        (mine,) = column(hands, "SELECT id FROM ar.customer")
        for relation, columns in hands.execute(RELATIONS).fetchall():
            if relation.startswith("ar.") and "customer_id" in columns:
                answer = told(hands, f"SELECT DISTINCT customer_id FROM {relation}")
                assert set(answer) <= {(mine,), (None,)} or answer[0] == REFUSED, relation
        for kept in ("ar.day_total", "ar.customer_internal", "ar.note_text", "ar.dispute_note"):
            answer = told(hands, f"SELECT count(*) FROM {kept}")
            assert answer[0] in (REFUSED, (0,)), kept


def _counted(relation: str, name: str) -> str:
    return f'SELECT max("{name}"::text), min("{name}"::text), count(*) FROM {relation}'


def _secret(answer: object) -> list[str]:
    said = str(answer).lower()
    return [each for each in SECRETS if each in said]


def _given(type_: str, id_: int) -> str:
    """A value of a type, for a call that gets as far as it can."""
    if type_ in ("int8", "int4", "int2"):
        return f"{id_}::{type_}"
    if type_ in ("_int8", "_int4"):
        return f"ARRAY[{id_}]::{type_[1:]}[]"
    values = {
        "date": "'2026-06-30'",
        "timestamptz": "now()",
        "bool": "true",
        "jsonb": "'{}'",
        "json": "'{}'",
        "interval": "'1 day'",
        "text": "'other'",
        "varchar": "'other'",
    }
    return f"{values.get(type_, 'NULL')}::{type_}"


def _id(query: LiteralString, known: str) -> int:
    row = raw().execute(query, [known]).fetchone()
    assert row is not None
    return int(row[0])
