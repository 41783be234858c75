"""Two at once over a file, workers that die, people who leave."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections

from duebook.ingest.intake import (
    NotNow,
    change_state,
    intake,
    waiting,
)
from duebook.jobs import intake_work, intakes
from duebook.jobs.intake_progress import Progress
from duebook.jobs.order import order
from duebook.jobs.worker import work
from duebook.visibility.seeing import raw, seeing
from tests.isolation.attacker import Connection, column
from tests.jobs.desk import INVOICES, NOW, Desk
from tests.world import Company


def test_two_clicks_are_one(acme: Company) -> None:
    desk = Desk(acme)
    number = desk.checks(INVOICES).id
    with acme.admin():
        intakes.commit(desk.viewer, number, at=NOW)
    for late in (intakes.commit, intakes.cancel, intakes.cancel):
        with acme.admin(), pytest.raises(NotNow):
            late(desk.viewer, number, at=NOW)
    work(wait=False)
    assert desk.sees(number).state == "done"


def test_a_cancelled_file_goes_nowhere(acme: Company) -> None:
    desk = Desk(acme)
    number = desk.sends(INVOICES)
    with acme.admin():
        intakes.cancel(desk.viewer, number, at=NOW)
    work(wait=False)
    assert desk.sees(number).state == "cancelled"
    with acme.admin(), pytest.raises(NotNow):
        intakes.commit(desk.viewer, number, at=NOW)


def test_work_that_is_cancelled_stops_at_its_next_sign_of_life(acme: Company) -> None:
    desk = Desk(acme)
    number = desk.sends(INVOICES)
    progress = Progress(desk.viewer, number, "understanding")
    with acme.admin():
        intakes.cancel(desk.viewer, number, at=NOW)
    progress.told -= 1
    progress.unread = {"june.csv"}
    with pytest.raises(NotNow):
        progress("june.csv", 5_000, 0)


def test_two_workers_over_one_order_load_it_once(acme: Company) -> None:
    desk = Desk(acme)
    number = desk.checks(INVOICES).id
    with acme.admin():
        intakes.commit(desk.viewer, number, at=NOW)

    def commit() -> None:
        intake_work.commit(desk.viewer, intake=number)
        connections.close_all()

    workers = [threading.Thread(target=commit) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert desk.sees(number).state == "done"
    with acme.admin():
        query = "SELECT count(*) FROM ar.ingest_run WHERE file_name = 'june.csv'"
        assert column(raw(), query) == [1]


@pytest.mark.parametrize("state", ["understanding", "checking", "committing"])
def test_a_worker_that_died_at_it_is_followed_by_another(
    acme: Company, own: Connection, state: str
) -> None:
    desk = Desk(acme)
    number = desk.sends(INVOICES) if state == "understanding" else desk.checks(INVOICES).id
    with acme.admin():
        if state == "committing":
            intakes.commit(desk.viewer, number, at=NOW)
        elif state == "checking":
            change_state(desk.viewer, number, to="checking", out_of=["checked"], at=NOW)
            order("check", intake=number)
    own.execute("UPDATE queue.procrastinate_jobs SET status = 'doing'")
    work(wait=False)
    assert desk.sees(number).state == ("done" if state == "committing" else "checked")


def test_whoever_ordered_it_and_left_holds_nobody_up(acme: Company, own: Connection) -> None:
    desk, other = Desk(acme), Desk(acme)
    number = desk.checks(INVOICES).id
    with acme.admin():
        intakes.commit(desk.viewer, number, at=NOW)
    add = acme.viewer(acme.member_email)
    own.execute(
        "UPDATE ar.membership SET role = 'admin' WHERE org_id = %s AND person_id = %s",
        [add.org_id, add.person_id],
    )
    own.execute(
        "UPDATE ar.membership SET active = false WHERE org_id = %s AND person_id = %s",
        [desk.viewer.org_id, desk.viewer.person_id],
    )
    work(wait=False)
    other.viewer = replace(add, kind="admin")
    with seeing(other.viewer):
        seen = intake(other.viewer, number, at=NOW)
        assert seen is not None
        assert (seen.state, seen.seconds_left) == ("committing", None)
        assert "may not any more: order it again" in seen.stalled
        intakes.resume(other.viewer, number, at=NOW)
    work(wait=False)
    with seeing(other.viewer):
        seen = intake(other.viewer, number, at=NOW)
    assert seen is not None
    assert (seen.state, seen.stalled) == ("done", "")


def test_work_without_a_sign_of_life_is_said_to_have_stopped(acme: Company) -> None:
    desk = Desk(acme)
    number = desk.sends(INVOICES)
    assert desk.sees(number).stalled == ""
    later = datetime.now(UTC) + timedelta(minutes=11)
    assert "see that the worker runs" in desk.sees(number, at=later).stalled
    Progress(desk.viewer, number, "understanding")
    assert "has stopped" in desk.sees(number, at=later).stalled


def test_a_fault_of_ours_is_told_and_left_in_the_log(
    acme: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(intake_work, "load", fails)
    seen = Desk(acme).checks(INVOICES)
    assert seen.state == "asking"
    assert "Something went wrong here, not in the file" in seen.trouble


def test_progress_is_told_beside_the_work(acme: Company) -> None:
    desk = Desk(acme)
    number = desk.sends(INVOICES)
    with acme.admin():
        change_state(desk.viewer, number, to="checking", out_of=["understanding"], at=NOW)
    progress = Progress(desk.viewer, number, "checking", total=40_000)
    progress.unread = {"june.csv"}
    progress.told -= 1
    progress("june.csv", 10_000, 0)
    seen = desk.sees(number, at=datetime.now(UTC) + timedelta(seconds=10))
    assert (seen.rows_done, seen.rows_total) == (10_000, 40_000)
    assert seen.rows_per_second == pytest.approx(1_000, rel=0.5)
    assert seen.seconds_left == pytest.approx(62, rel=0.5)  # reading the rest, then posting
    assert seen.share_done == pytest.approx(0.14, rel=0.5)
    with acme.admin():
        assert [each.id for each in waiting(desk.viewer, at=NOW)] == [number]
