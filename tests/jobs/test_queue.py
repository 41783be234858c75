"""The queue: what may come in, who may look, what happens when a worker dies over a job."""

from __future__ import annotations

import json
import logging

import psycopg
import pytest

from duebook.database import queue as tables
from duebook.jobs import tasks
from duebook.jobs.order import order
from duebook.jobs.worker import work
from duebook.visibility.seeing import raw, seeing
from duebook.visibility.viewer import Viewer
from tests.isolation.attacker import REFUSED, Connection, being, column, logged_in, tried
from tests.world import Company

QUEUED = "SELECT task_name, args::text FROM queue.procrastinate_jobs ORDER BY id"


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, object]]:
    """What the task `note` was told, by whom."""
    told: list[tuple[str, object]] = []

    def note(viewer: Viewer, *, said: object) -> None:
        with seeing(viewer):
            told.append((viewer.kind, said))

    monkeypatch.setitem(tasks.TASKS, "note", note)
    return told


@pytest.fixture
def heard(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> pytest.LogCaptureFixture:
    """What is logged."""
    for name in ("duebook", "procrastinate"):
        monkeypatch.setattr(logging.getLogger(name), "propagate", True)
    caplog.set_level(logging.INFO, "duebook")
    return caplog


def ordered(company: Company, said: str, *, by: str = "") -> int:
    with seeing(company.viewer(by or company.admin_email)):
        return order("note", said=said)


def test_a_job_is_done_as_whoever_ordered_it(
    acme: Company, own: Connection, done: list[tuple[str, object]]
) -> None:
    ordered(acme, "one")
    ordered(acme, "two", by=acme.client_email)
    work(wait=False)
    assert sorted(done) == [("admin", "one"), ("client", "two")]  # type: ignore[type-var]
    assert own.execute(QUEUED).fetchall() == []


def test_the_queue_learns_the_jobs_number_alone(acme: Company, own: Connection) -> None:
    job = ordered(acme, "Secret, 123.45")
    ((task, args),) = own.execute(QUEUED).fetchall()
    assert (task, json.loads(args)) == ("run", {"job": job})


def test_what_is_undone_orders_nothing(acme: Company, own: Connection) -> None:
    class Undone(Exception):
        pass

    with pytest.raises(Undone), acme.admin():
        order("note", said="nothing")
        raise Undone
    assert own.execute(QUEUED).fetchall() == []


def test_many_jobs_are_done_at_once(
    acme: Company, own: Connection, done: list[tuple[str, object]]
) -> None:
    for number in range(20):
        ordered(acme, str(number))
    work(wait=False)
    assert {said for _, said in done} == {str(number) for number in range(20)}
    assert own.execute(QUEUED).fetchall() == []


@pytest.mark.parametrize(
    "ended",
    [
        "UPDATE ar.membership SET active = false WHERE org_id = %s AND person_id = %s",
        "UPDATE ar.membership SET role = 'admin' WHERE org_id = %s AND person_id = %s",
        "DELETE FROM ar.job WHERE org_id = %s AND person_id = %s",
    ],
)
def test_a_job_whose_person_is_not_what_they_were_is_dropped(
    acme: Company,
    own: Connection,
    done: list[tuple[str, object]],
    heard: pytest.LogCaptureFixture,
    ended: str,
) -> None:
    viewer = acme.viewer(acme.member_email)
    job = ordered(acme, "Secret, 123.45", by=acme.member_email)
    own.execute(ended, [viewer.org_id, viewer.person_id])
    work(wait=False)
    assert done == []
    assert own.execute(QUEUED).fetchall() == []
    assert f"Job {job} is dropped" in heard.text
    assert "Secret" not in heard.text
    assert acme.member_email not in heard.text


def test_an_unknown_task_and_one_that_fails_harm_nobody(
    acme: Company,
    own: Connection,
    done: list[tuple[str, object]],
    heard: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(viewer: Viewer) -> None:
        with seeing(viewer):
            raw().execute("SELECT ('Secret ' || name)::integer FROM ar.customer")

    monkeypatch.setitem(tasks.TASKS, "fails", fails)
    with acme.admin():
        order("no such task")
        order("fails")
    ordered(acme, "after")
    work(wait=False)
    assert done == [("admin", "after")]
    assert column(own, "SELECT status::text FROM queue.procrastinate_jobs") == ["failed"]
    assert "there is no such task" in heard.text


def test_no_row_stands_in_the_log_of_a_job_that_failed(
    acme: Company, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fails(viewer: Viewer) -> None:
        with seeing(viewer):
            raw().execute("SELECT ('Secret ' || name)::integer FROM ar.customer")

    monkeypatch.setitem(tasks.TASKS, "fails", fails)
    handler = logging.getLogger("procrastinate").handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    import sys

    monkeypatch.setattr(handler, "stream", sys.stderr)
    with acme.admin():
        order("fails")
    work(wait=False)
    said = capfd.readouterr().err
    assert "left out: it may quote rows" in said
    assert "First" not in said  # the name in the row


def test_a_job_whose_worker_died_is_done_by_the_next(
    acme: Company, own: Connection, done: list[tuple[str, object]]
) -> None:
    ordered(acme, "again")
    own.execute("UPDATE queue.procrastinate_jobs SET status = 'doing'")
    work(wait=False)
    assert done == [("admin", "again")]


def test_a_job_that_kills_its_workers_is_given_up(
    acme: Company, own: Connection, done: list[tuple[str, object]], heard: pytest.LogCaptureFixture
) -> None:
    ordered(acme, "deadly")
    own.execute("UPDATE queue.procrastinate_jobs SET status = 'doing', attempts = 3")
    work(wait=False)
    assert done == []
    assert column(own, "SELECT status::text FROM queue.procrastinate_jobs") == ["failed"]
    assert "is given up" in heard.text


def test_viewers_and_the_door_cannot_look_into_the_queue(acme: Company, own: Connection) -> None:
    job = ordered(acme, "one")
    tries = (
        "SELECT FROM queue.procrastinate_jobs",
        "DELETE FROM queue.procrastinate_jobs",
        "INSERT INTO queue.procrastinate_jobs (queue_name, task_name, args)"
        f""" VALUES ('work', 'run', '{{"job": {job}}}')""",
        "SELECT queue.defer('run', '{}', NULL, 'work')",
        "SELECT queue.procrastinate_cancel_job_v1(1, true, true)",
    )
    with logged_in() as hands, logged_in("duebook_door") as door:
        for query in tries:
            assert tried(hands, query) == REFUSED
            assert tried(door, query) == REFUSED
            for email in (acme.admin_email, acme.client_email):
                with being(hands, acme.viewer(email)):
                    assert tried(hands, query) == REFUSED
        assert tried(door, "SELECT guard.enqueue('export', '{}')") == REFUSED
        with being(hands, acme.viewer(acme.admin_email)):
            assert tried(hands, "SELECT guard.enqueue_letter(1)") == REFUSED
            assert tried(hands, "SELECT guard.tidy()") == REFUSED
    with logged_in("duebook_worker") as worker:
        assert tried(worker, "SELECT queue.defer('run', '{}', NULL, 'work')") == REFUSED
        assert tried(worker, "SELECT guard.enqueue('export', '{}')") == REFUSED
        assert tried(worker, "SELECT FROM ar.export") == REFUSED


def test_nobody_hears_that_others_have_ordered_something(acme: Company) -> None:
    """And so nobody can say on that channel that a job is to be ended."""
    with logged_in() as listening:
        for channel in ("procrastinate_any_queue_v1", "procrastinate_queue_v1#work"):
            listening.execute(f'LISTEN "{channel}"')
        ordered(acme, "one")
        assert list(listening.notifies(timeout=0.3)) == []


RULES = {
    "owned by the owner": """
        SELECT name FROM (
            SELECT oid::regclass::text, relowner, relnamespace FROM pg_class
            UNION ALL SELECT oid::regprocedure::text, proowner, pronamespace FROM pg_proc
            UNION ALL SELECT oid::regtype::text, typowner, typnamespace FROM pg_type
            UNION ALL SELECT nspname, nspowner, oid FROM pg_namespace) AS o (name, owner, of)
        WHERE of = 'queue'::regnamespace AND pg_get_userbyid(owner) <> 'duebook_owner'""",
    "rights of the worker, and of nobody else": """
        SELECT name || ': ' || a.grantee::regrole || ' ' || a.privilege_type FROM (
            SELECT oid::regclass::text, relacl, relkind::text FROM pg_class
                WHERE relnamespace = 'queue'::regnamespace
            UNION ALL SELECT proname, COALESCE(proacl, acldefault('f', proowner)), 'f'
                FROM pg_proc WHERE pronamespace = 'queue'::regnamespace
            UNION ALL SELECT nspname, nspacl, 'n' FROM pg_namespace WHERE nspname = 'queue'
            UNION ALL SELECT typname, COALESCE(typacl, acldefault('T', typowner)), 't'
                FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
                WHERE typnamespace = 'queue'::regnamespace AND typelem = 0
                  AND COALESCE(c.relkind, 'c') = 'c') AS o (name, acl, kind)
        CROSS JOIN aclexplode(acl) AS a
        WHERE a.grantee <> 'duebook_owner'::regrole AND (a.is_grantable OR NOT CASE
            WHEN name = 'defer' THEN a.grantee = 'duebook_guard'::regrole
            WHEN name LIKE '%made_from' THEN a.grantee = 'duebook_backup'::regrole
            WHEN kind = 'n' THEN a.privilege_type = 'USAGE' AND a.grantee = ANY
                ('{duebook_worker,duebook_guard,duebook_backup}'::regrole[])
            ELSE a.grantee = 'duebook_worker'::regrole
                 OR a.grantee = 'duebook_backup'::regrole AND a.privilege_type = 'SELECT' END)""",
    "functions fixed": """
        SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'queue'::regnamespace
          AND (proconfig IS DISTINCT FROM '{"search_path=queue, pg_catalog, pg_temp"}'
               OR proleakproof OR prosecdef <> (proname = 'defer'))""",
    "nothing is said on channels": """
        SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
            JOIN pg_proc p ON p.oid = t.tgfoid
        WHERE c.relnamespace = 'queue'::regnamespace AND p.prosrc LIKE '%pg_notify%'""",
}


@pytest.mark.parametrize("rule", RULES)
def test_the_catalogue_of_the_queue(own: Connection, rule: str) -> None:
    assert column(own, RULES[rule]) == []


def test_the_guard_can_do_nothing_but_put_a_job_in(own: Connection) -> None:
    for table in column(
        own,
        "SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'queue'::regnamespace"
        " AND relkind IN ('r', 'S')",
    ):
        asked = "SELECT has_table_privilege('duebook_guard', %s, 'SELECT, INSERT, UPDATE, DELETE')"
        if not table.endswith("_seq"):
            assert column(own, asked, [table]) == [False]
    runs = (
        "SELECT proname FROM pg_proc WHERE pronamespace = 'queue'::regnamespace"
        " AND has_function_privilege('duebook_guard', oid, 'EXECUTE')"
    )
    assert column(own, runs) == ["defer"]


def test_making_the_queue_again_changes_nothing(own: Connection, acme: Company) -> None:
    ordered(acme, "kept")
    shape = "SELECT string_agg(oid::regclass::text, ',' ORDER BY oid) FROM pg_class"
    before = column(own, shape), own.execute(QUEUED).fetchall()
    tables.make_queue(own)
    assert (column(own, shape), own.execute(QUEUED).fetchall()) == before


def test_a_newer_release_of_the_package_brings_its_tables_up(
    own: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = tables._migrations()
    newer = "99.00.00_01_pre_more.sql"
    ran = []

    def sql(*place: str) -> str:
        ran.append(place)
        return "CREATE TABLE newer ()"

    monkeypatch.setattr(tables, "_migrations", lambda: [*names, newer])
    monkeypatch.setattr(tables, "_sql", sql)
    try:
        tables.make_queue(own)
        tables.make_queue(own)
        assert ran == [("migrations", newer)]
        assert column(own, "SELECT to_regclass('queue.newer')::text") == ["queue.newer"]
    finally:
        own.execute("DROP TABLE queue.newer")
        own.execute("DELETE FROM queue.made_from WHERE migration = %s", [newer])


def test_the_backup_can_read_the_queue(own: Connection) -> None:
    with logged_in("duebook_backup") as backup:
        assert isinstance(backup, psycopg.Connection)
        for table in ("procrastinate_jobs", "procrastinate_events", "made_from"):
            assert tried(backup, f"SELECT FROM queue.{table}") != REFUSED
        assert tried(backup, "DELETE FROM queue.procrastinate_jobs") == REFUSED
