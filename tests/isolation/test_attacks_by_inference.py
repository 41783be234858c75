"""Rows that are not shown, told by other means: errors, plans, keys, other sessions' statements.

One thing stays possible and is not promised: how many rows a table has in all.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from duebook.visibility.models import Person
from duebook.visibility.seeing import enter, raw, seeing
from tests.isolation.attacker import (
    REFUSED,
    Connection,
    admin_of,
    being,
    claims,
    column,
    logged_in,
    told,
    tried,
    wearing,
)
from tests.world import World

# A condition cheap and harmless enough for the planner to try it before the policy. Whether the
# policy's question was then asked at all must not be told: neither by its refusal nor by the plan.
QUESTIONS = (
    "d.amount <= {amount}",
    "d.amount = ANY ('{{{amount}}}')",
    "d.issue_date < '{day}'",
    "d.number >= '{text}'",
    "(d.due_date IS NULL) = {truth}",
    "(d.ages IS NOT {truth})",
    "d.ages IS {truth}",
    "d.settles_id IS {null} NULL",
)
YES = {"amount": 12345, "day": "2026-01-02", "text": "A", "truth": "true", "null": ""}
NO = {"amount": 12344, "day": "2026-01-01", "text": "a", "truth": "false", "null": "NOT"}
PLACE = "d.ctid >= '{place}' AND d.ctid <= '{place}'"
SHAPES = (
    "SELECT FROM ar.document d WHERE {place} AND {question}",
    "SELECT FROM (VALUES (1)) v(n) LEFT JOIN ar.document d ON {place} AND {question}",
    "SELECT FROM (VALUES (1)) v(n) FULL JOIN"
    " (SELECT * FROM ar.document d WHERE {place} AND {question}) d ON d.id = v.n",
    "SELECT FROM (VALUES (1), (2)) v(n), LATERAL"
    " (SELECT FROM ar.document d WHERE {place} AND {question} AND d.id > v.n OFFSET 0) x",
    "SELECT EXISTS (SELECT FROM ar.document d WHERE {place} AND {question})",
    "SELECT 1 WHERE 5 NOT IN (SELECT d.id FROM ar.document d WHERE {place} AND {question})",
    "WITH d AS MATERIALIZED (SELECT * FROM ar.document d WHERE {place} AND {question})"
    " SELECT FROM d",
    "SELECT min(d.amount) FROM ar.document d WHERE {place} AND {question}",
    "SELECT FROM ar.document d JOIN (VALUES (1)) v(n) ON 1 = v.n WHERE {place} AND {question}",
    "SELECT FROM ar.document d JOIN ar.customer c ON c.id = d.customer_id"
    " WHERE c.active AND {place} AND {question}",
    "SELECT FROM ar.document d WHERE d.org_id = ANY ('{{{org}}}') AND {place} AND {question}",
)


@pytest.mark.parametrize("shape", range(len(SHAPES)))
@pytest.mark.parametrize("kind", ["admin", "client"])
def test_neither_refusals_nor_plans_tell_of_another_organisation(
    cast: World, own: Connection, hands: Connection, shape: int, kind: str
) -> None:
    invoice = """SELECT ctid::text FROM ar.document
                 WHERE org_id = %s AND number = 'INV-C1' AND class = 'charge'"""
    place = PLACE.format(place=column(own, invoice, [cast.zenith.org_id])[0])
    me = cast.acme.viewer(getattr(cast.acme, f"{kind}_email"))
    told_apart = 0
    for question in QUESTIONS:
        yes, no = (
            SHAPES[shape].format(
                place=place, question=question.format(**each), org=cast.zenith.org_id
            )
            for each in (YES, NO)
        )
        with being(hands, admin_of(cast.zenith)):
            told_apart += _answers(hands, yes) != _answers(hands, no)
        with being(hands, me):
            assert _answers(hands, yes) == _answers(hands, no), question
        with being(hands, me, role="member_all"):  # a role that the statement is refused for
            assert _answers(hands, yes) == _answers(hands, no), question
    assert told_apart  # the questions do have answers


DONE = r"actual rows=[\d.]+ loops=\d+|never executed|Removed by [\w ]+: \d+"


def _answers(hands: Connection, query: str) -> list[object]:
    """Everything a query tells: its rows or refusal, and what was done in each node of its plan."""
    options = "ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF"
    if hands.info.server_version >= 180000:
        options += ", BUFFERS OFF"
    plan = str(told(hands, f"EXPLAIN ({options}) {query}"))
    return [told(hands, query), re.findall(DONE, plan)]


# The statement is spoilt while the query runs: what is asked of the guard from then on is asked
# for a row that nobody else has turned down, and must not end in an error.
SPOILT = """
SELECT FROM (VALUES (1), (2)) v(n),
LATERAL (SELECT set_config('duebook.viewer',
    CASE v.n WHEN 2 THEN 'spoilt' ELSE current_setting('duebook.viewer') END, true) OFFSET 0) s,
LATERAL (SELECT FROM ar.{table} d WHERE d.customer_id = {customer} AND {question}
    AND d.org_id > CASE v.n WHEN 1 THEN 99999 ELSE 0 END OFFSET 0) x"""


@pytest.mark.parametrize("kind", ["member", "client"])
@pytest.mark.parametrize(
    ("table", "question"),
    [
        ("document", "d.amount <= {amount}"),
        ("document", "d.number >= '{text}'"),
        ("allocation", "d.amount <= {amount}"),
        ("dispute", "d.reason >= '{text}'"),
        ("document_line", "d.amount <= {amount}"),
    ],
)
def test_no_error_tells_of_another_customer(
    cast: World, own: Connection, hands: Connection, kind: str, table: str, question: str
) -> None:
    query = "SELECT id FROM ar.customer WHERE org_id = %s AND account_number = 'C2'"
    customer = column(own, query, [cast.acme.org_id])[0]
    me = cast.acme.viewer(getattr(cast.acme, f"{kind}_email"))
    for answer in (YES, NO):
        asked = SPOILT.format(table=table, customer=customer, question=question.format(**answer))
        with being(hands, me):
            assert told(hands, asked) == (0,)


LEAKS = (
    "set_config('attack.seen', current_setting('attack.seen') || d.number || ' ', false) > ''",
    "pg_notify('x', d.number) IS NOT NULL",
    "1 / (d.amount - 12345) >= 0 OR true",
    "d.number::numeric > 0",
    "pg_advisory_xact_lock(d.amount) IS NOT NULL",
    "lo_from_bytea(0, d.number::bytea) > 0",
)


def test_a_condition_that_talks_never_meets_a_foreign_row(cast: World, hands: Connection) -> None:
    with being(hands, cast.acme.viewer(cast.acme.client_email)):
        hands.execute("SELECT set_config('attack.seen', '', true)")
        assert tried(hands, f"SELECT FROM ar.document d WHERE {LEAKS[0]}") == 3
        seen = column(hands, "SELECT current_setting('attack.seen')")[0]
        assert sorted(seen.split()) == ["FREE-C1", "INV-C1", "P-C1"]


@pytest.mark.parametrize("leak", LEAKS)
def test_a_condition_that_fails_never_meets_a_foreign_row(
    cast: World, hands: Connection, leak: str
) -> None:
    """The client's statement in another role, and nobody's: nothing of the condition is run."""
    query = f"SELECT FROM ar.document d WHERE {leak}"
    with wearing(hands, "admin"):
        hands.execute("SELECT set_config('attack.seen', '', true)")
        assert tried(hands, query) == 0
        assert column(hands, "SELECT current_setting('attack.seen')") == [""]
    with being(hands, cast.acme.viewer(cast.acme.client_email), role="admin"):
        hands.execute("SELECT set_config('attack.seen', '', true)")
        assert tried(hands, query) == REFUSED
        assert column(hands, "SELECT current_setting('attack.seen')") == [""]


def test_keys_do_not_tell_what_another_organisation_has(
    cast: World, own: Connection, hands: Connection
) -> None:
    """Taken or free, there or not: a foreign id and an unknown id give the same answer."""
    me = admin_of(cast.acme)
    foreign = column(own, "SELECT id FROM ar.document WHERE org_id = %s", [cast.zenith.org_id])[0]
    person = admin_of(cast.zenith).person_id
    customer = (
        "INSERT INTO ar.customer (org_id, id, account_number, name, sort_name, search_text)"
        " VALUES ({}, {}, 'new', '', '', '')"
    )
    dispute = (
        "INSERT INTO ar.dispute (org_id, customer_id, document_id, opened_on)"
        " VALUES ({}, 1, {}, '2026-01-01')"
    )
    member = "INSERT INTO ar.membership (org_id, person_id, role) VALUES ({}, {}, 'client')"

    def same(statement: str, there: tuple[int, int], missing: tuple[int, int]) -> None:
        answers = [
            re.sub(r"\(\d+, \d+\)", "", str(told(hands, statement.format(*each))))
            for each in (there, missing)
        ]
        assert answers[0] == answers[1]
        assert "ERROR" not in answers[0]

    zenith, unknown = cast.zenith.org_id, 999_999
    with being(hands, me):
        same(customer, (zenith, 900_001), (unknown, 900_001))
        same(dispute, (me.org_id, foreign), (me.org_id, unknown))
        same(member, (me.org_id, person), (me.org_id, unknown))
        same(member, (zenith, person), (unknown, person))
        # Numbers that Zenith has are free here.
        assert tried(hands, customer.format(me.org_id, foreign + 7_000_000)) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT FROM ar.document WHERE org_id = {org} FOR UPDATE",
        "SELECT FROM ar.document WHERE org_id = {org} FOR KEY SHARE",
        "DELETE FROM ar.document d USING ar.customer c WHERE c.id = d.customer_id"
        " AND d.org_id = {org}",
        "UPDATE ar.document SET org_id = {me} WHERE org_id = {org}",
        "SELECT FROM ar.document d, ar.org o WHERE o.org_id = {org}",
        "MERGE INTO ar.document d USING (VALUES (1)) v(n) ON d.org_id = {org}"
        " WHEN MATCHED THEN DELETE",
        "DO $$ BEGIN PERFORM FROM ar.document WHERE org_id = {org}; ASSERT NOT FOUND; END $$",
    ],
)
def test_no_form_of_statement_reaches_further(
    cast: World, hands: Connection, statement: str
) -> None:
    me = admin_of(cast.acme)
    with being(hands, me):
        outcome = tried(hands, statement.format(org=cast.zenith.org_id, me=me.org_id))
    assert outcome in (0, -1)


def test_a_cursor_keeps_the_eyes_it_was_opened_with(cast: World, hands: Connection) -> None:
    me = admin_of(cast.acme)
    with being(hands, me):
        hands.execute("DECLARE c CURSOR FOR SELECT org_id FROM ar.document")
        assert column(hands, "FETCH 1 FROM c") == [me.org_id]
        hands.execute("SELECT set_config('duebook.viewer', '', true)")
        hands.execute("RESET ROLE")
        assert set(column(hands, "FETCH ALL FROM c")) == {me.org_id}


# Other sessions of the same login.


def test_the_statement_of_a_viewer_is_not_in_any_text(cast: World, tmp_path: Path) -> None:
    """Everything the product sends to open its eyes, as it goes over the wire."""
    trace = tmp_path / "trace"
    viewer = admin_of(cast.acme)
    with logged_in() as sender, trace.open("w") as file:
        sender.pgconn.trace(file.fileno())
        with sender.transaction():
            enter(sender, viewer)
        sender.pgconn.untrace()
        claimed = ".".join(claims(viewer, sender)[:3])
    messages = {line.split("\t")[3] for line in trace.read_text().splitlines() if claimed in line}
    assert messages == {"Bind", "DataRow"}  # never Parse or Query, which carry the texts


def test_other_sessions_read_texts_without_values(cast: World, hands: Connection) -> None:
    with seeing(admin_of(cast.acme)):
        assert list(Person.objects.filter(email=cast.acme.client_email).values_list("name"))
        pid = raw().info.backend_pid
        watched = "SELECT query FROM pg_stat_activity WHERE pid = %s"
        text = column(hands, watched, [pid])[0]
    assert "person" in text
    assert cast.acme.client_email not in text


def test_prepared_statements_cursors_and_settings_of_others_are_not_seen(
    cast: World, hands: Connection
) -> None:
    with logged_in() as victim, being(victim, admin_of(cast.zenith)):
        victim.execute("PREPARE theirs AS SELECT 1")
        victim.execute("DECLARE theirs CURSOR FOR SELECT 1")
        for view in ("pg_prepared_statements", "pg_cursors"):
            assert tried(victim, f"SELECT FROM {view} WHERE name = 'theirs'") == 1
            assert tried(hands, f"SELECT FROM {view} WHERE name = 'theirs'") == 0
        ours = "SELECT current_setting('duebook.viewer', true)"
        assert column(victim, ours)[0]
        assert column(hands, ours)[0] in (None, "")


def test_sign_in_and_the_worker_are_not_watched(cast: World, hands: Connection) -> None:
    for login in ("duebook_door", "duebook_worker", "duebook_backup"):
        with logged_in(login) as other:
            other.execute("SELECT 'a secret'")
            query = "SELECT query FROM pg_stat_activity WHERE pid = %s"
            assert column(hands, query, [other.info.backend_pid]) == ["<insufficient privilege>"]
