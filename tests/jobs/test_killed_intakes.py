"""Workers that are killed over an intake: never a part of a batch, never twice, nothing open."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from duebook.ingest import folders
from duebook.jobs import intakes
from duebook.jobs.worker import work
from duebook.visibility.seeing import raw
from tests.isolation.attacker import Connection, column
from tests.jobs.desk import NOW, Desk, counts
from tests.world import Company

ROWS = 3_000
KILLS = 3
WORKER = "import django; django.setup(); from duebook.jobs.worker import work; work(wait=False)"
ALONE = "UPDATE queue.procrastinate_workers SET last_heartbeat = now() - interval '1 hour'"
COUNTED = "SELECT count(*) FROM ar.document WHERE number LIKE 'K-%%'"
BEGUN = "SELECT began_at FROM ar.intake WHERE id = %s"


def kill_a_worker(own: Connection, intake: int, *, after: float) -> None:
    """So many seconds after it has begun, unless it is ready by then."""
    before = column(own, BEGUN, [intake])
    with subprocess.Popen([sys.executable, "-c", WORKER], stderr=subprocess.DEVNULL) as worker:
        while worker.poll() is None and column(own, BEGUN, [intake]) == before:
            time.sleep(0.01)
        time.sleep(after)
        worker.send_signal(signal.SIGKILL)


def test_a_load_whose_workers_are_killed_is_whole_or_not_there_and_ends(
    acme: Company, own: Connection
) -> None:
    desk = Desk(acme)
    rows = b"".join(b"C1,K-%d,2026-06-01,1.00\n" % number for number in range(ROWS))
    checked = desk.checks(b"account_number,invoice_number,issue_date,amount\n" + rows)
    assert counts(checked) == {"new": ROWS}
    with acme.admin():
        intakes.commit(desk.viewer, checked.id, at=NOW)
    moments = random.Random(7)
    for _ in range(KILLS):
        kill_a_worker(own, checked.id, after=moments.uniform(0, 1))
        own.execute(ALONE)
        own.execute("UPDATE queue.procrastinate_jobs SET attempts = 0")
        with acme.admin():
            there = column(raw(), COUNTED)[0]
        assert there in (0, ROWS)
        assert (desk.sees(checked.id).state == "done") == (there == ROWS)
    own.execute(ALONE)
    work(wait=False)
    done = desk.sees(checked.id)
    assert (done.state, done.trouble) == ("done", "")
    with acme.admin():
        assert column(raw(), COUNTED) == [ROWS]
        query = "SELECT count(*) FROM ar.ingest_run WHERE file_name = 'june.csv'"
        assert column(raw(), query) == [1]
    folders.sweep()
    left = Path(tempfile.gettempdir()).glob(f"duebook-*-{os.getpid()}-*")
    assert [*left] == []


def test_what_a_dead_process_left_in_the_clear_is_removed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as dead:
        dead.wait()
    temporary = Path(tempfile.gettempdir())
    left = temporary / f"duebook-intake-{dead.pid}-abc123"
    other = temporary / f"duebook-own-{dead.pid}-abc123"
    for each in (left, other):
        each.mkdir()
        (each / "june.csv").write_text("secret")
    try:
        with folders.folder("intake") as alive:
            folders.sweep()
            assert (left.exists(), other.exists(), alive.exists()) == (False, True, True)
        assert not alive.exists()
    finally:
        (other / "june.csv").unlink()
        other.rmdir()
