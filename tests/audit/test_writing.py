"""Nobody writes into the trail but through its one door; many may at the same time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connections

from duebook.visibility.audit import record
from duebook.visibility.organisations import console_of
from duebook.visibility.seeing import seeing
from duebook.visibility.viewer import Viewer
from tests.audit.conftest import Trail
from tests.isolation.attacker import REFUSED, Connection, being, logged_in, tried, wearing
from tests.world import Company

ROLES = ("admin", "member", "member_all", "client", "service", "service_read", "platform")
ACTS = (
    "UPDATE ar.audit_event SET action = 'x'",
    "UPDATE ar.audit_link SET hash = ''",
    "DELETE FROM ar.audit_event",
    "DELETE FROM ar.audit_link",
    "TRUNCATE ar.audit_event CASCADE",
    "TRUNCATE ar.audit_link",
    "INSERT INTO ar.audit_event (org_id, person_id, action) VALUES (1, 1, 'x')",
    "INSERT INTO ar.audit_link (org_id, seq, event_id, hash) VALUES (1, 9, 1, '')",
    "MERGE INTO ar.audit_event e USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE",
    "UPDATE guard.audit_head SET seq = 0",
    "SELECT * FROM guard.audit_head FOR UPDATE",
    "DELETE FROM guard.audit_head",
    "SELECT guard.link_event(e) FROM ar.audit_event e",
    "SELECT guard.link_older()",
    "SELECT guard.link_audit()",
    "ALTER TABLE ar.audit_event DISABLE TRIGGER ALL",
    "ALTER TABLE ar.audit_event DISABLE ROW LEVEL SECURITY",
    "DROP TRIGGER link_audit ON ar.audit_event",
    "SET session_replication_role = replica",
)


@pytest.fixture(scope="module")
def hands(server: None) -> Iterator[Connection]:
    with logged_in() as connection:
        yield connection


@pytest.mark.parametrize("role", ROLES)
def test_no_role_changes_removes_or_adds_an_entry(hands: Connection, role: str) -> None:
    for act in ACTS:
        with wearing(hands, role):
            assert tried(hands, act) == REFUSED, act


def test_an_admin_may_not_either(trail: Trail, hands: Connection) -> None:
    for act in ACTS:
        with being(hands, trail.viewer):
            assert tried(hands, act) == REFUSED, act
    assert trail.verified().trouble == ""


@pytest.mark.parametrize("when", ["IMMEDIATE", "DEFERRED"])
def test_the_moment_of_linking_is_no_way_out(trail: Trail, hands: Connection, when: str) -> None:
    """At once or at the end, undone and done again: every entry kept is linked, once."""
    before = trail.verified().head.seq
    acts = "SELECT guard.record('act', '{}', '')"
    with being(hands, trail.viewer, keep=True):
        hands.execute(f"SET CONSTRAINTS ALL {when}")
        hands.execute(acts)
        hands.execute("SAVEPOINT here")
        hands.execute(acts)
        hands.execute("ROLLBACK TO here")
        hands.execute("SET CONSTRAINTS ALL IMMEDIATE")
        hands.execute("SET CONSTRAINTS ALL DEFERRED")
        hands.execute(acts)
    assert trail.verified().trouble == ""
    assert trail.verified().head.seq == before + 2


def test_an_entry_of_an_undone_act_is_undone(trail: Trail, hands: Connection) -> None:
    before = trail.verified()
    with being(hands, trail.viewer):
        hands.execute("SELECT guard.record('act', '{}', '')")
    assert trail.verified() == before


def test_who_when_and_organisation_are_not_believed(trail: Trail, hands: Connection) -> None:
    other = Company("elsewhere", today=date(2026, 6, 30))
    with being(hands, trail.viewer, keep=True):
        hands.execute("SELECT guard.record('act', '{}', 'here', %s)", [other.org_id])
    org, person = trail.own.execute(
        "SELECT org_id, person_id FROM ar.audit_event WHERE action = 'act' AND origin = 'here'"
    ).fetchone() or (0, 0)
    assert (org, person) == (trail.company.org_id, trail.viewer.person_id)


@pytest.mark.parametrize("role", [each for each in ROLES if each != "admin"])
def test_only_admins_learn_where_the_trail_ends(trail: Trail, hands: Connection, role: str) -> None:
    with wearing(hands, role):
        assert tried(hands, "SELECT * FROM guard.audit_end()") == REFUSED


def test_twenty_at_once_leave_a_trail_without_gaps(trail: Trail) -> None:
    before, together = trail.verified().head.seq, threading.Barrier(20, timeout=60)

    def act(number: int) -> None:
        acts = "SELECT guard.record('at once', '{}', %s)"
        with logged_in() as hands, being(hands, trail.viewer, keep=True):
            hands.execute(acts, [f"thread {number}"])
            together.wait()
            hands.execute(acts, [f"thread {number} again"])

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(act, range(20)))
    found = trail.verified()
    assert (found.trouble, found.head.seq) == ("", before + 40)


def test_imports_and_other_acts_do_not_stop_each_other(trail: Trail) -> None:
    """Three files load while people keep acting; nobody waits for more than the commit."""
    company, before, loading = trail.company, trail.verified().head.seq, threading.Event()
    console = console_of(company.slug)

    def load(number: int) -> None:
        try:
            loading.set()
            rows = [
                {
                    "account_number": f"C{n % 3 + 1}",
                    "invoice_number": f"{number}-{n}",
                    "issue_date": "2026-01-01",
                    "due_date": "2026-02-01",
                    "amount": "1.00",
                }
                for n in range(300)
            ]
            company.loads("invoices", rows)
        finally:
            connections["worker"].close()
            connections["ledger"].close()

    def act(viewer: Viewer) -> None:
        try:
            loading.wait(30)
            for number in range(25):
                with seeing(viewer):
                    record(viewer, "meanwhile", number=number)
        finally:
            connections["ledger"].close()

    with ThreadPoolExecutor(6) as pool:
        work = [pool.submit(load, number) for number in range(3)]
        work += [pool.submit(act, viewer) for viewer in (trail.viewer, console, trail.viewer)]
        for each in work:
            each.result(timeout=120)
    found = trail.verified()
    assert (found.trouble, found.head.seq) == ("", before + 3 + 75)
