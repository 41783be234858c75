"""What has served its time goes; nothing else does."""

from __future__ import annotations

from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

from duebook.jobs import upkeep
from duebook.jobs.worker import queue, work
from tests.isolation.attacker import Connection, column
from tests.world import Company


def test_sessions_and_counters_go_when_they_have_expired(own: Connection) -> None:
    kept, over = SessionStore(), SessionStore()
    for session, seconds in ((kept, 600), (over, -600)):
        session["x"] = "y"
        session.set_expiry(seconds)
        session.save()
    put = "INSERT INTO door.cache VALUES (%s, 'x', now() + %s::interval)"
    own.execute(put, ["kept by upkeep", "1 minute"])
    own.execute(put, ["over by upkeep", "-1 minute"])
    upkeep.tidy()
    keys = [kept.session_key, over.session_key]
    left = Session.objects.filter(session_key__in=keys)
    assert [each.session_key for each in left] == keys[:1]
    found = "SELECT cache_key FROM door.cache WHERE cache_key LIKE '%%by upkeep'"
    assert column(own, found) == ["kept by upkeep"]


def test_orders_go_after_a_month_and_failed_jobs_after_a_week(
    acme: Company, own: Connection
) -> None:
    viewer = acme.viewer(acme.admin_email)
    put = (
        "INSERT INTO ar.job (org_id, person_id, kind, task, args, ordered_at)"
        " VALUES (%s, %s, 'admin', 'x', '{}', now() - %s::interval)"
    )
    for age in ("29 days", "31 days"):
        own.execute(put, [viewer.org_id, viewer.person_id, age])
    upkeep.tidy()
    assert column(own, "SELECT count(*) FROM ar.job WHERE org_id = %s", [viewer.org_id]) == [1]
    for age in ("6 days", "8 days"):
        own.execute(
            "INSERT INTO queue.procrastinate_jobs (queue_name, task_name) VALUES ('work', 'x')"
        )
        own.execute(
            "UPDATE queue.procrastinate_events SET at = now() - %s::interval WHERE job_id ="
            " (SELECT max(id) FROM queue.procrastinate_jobs)",
            [age],
        )
    own.execute("ALTER TABLE queue.procrastinate_jobs DISABLE TRIGGER USER")
    own.execute("UPDATE queue.procrastinate_jobs SET status = 'failed'")
    own.execute("ALTER TABLE queue.procrastinate_jobs ENABLE TRIGGER USER")
    work(wait=False)
    assert column(own, "SELECT count(*) FROM queue.procrastinate_jobs") == [1]


def test_what_is_done_how_often() -> None:
    periodic = queue().periodic_registry.periodic_tasks.values()
    assert {(each.task.name, each.cron) for each in periodic} == {
        ("tidy", "17 * * * *"),
        ("days", "*/5 * * * *"),
        ("mailings", "* * * * *"),
    }
