"""The worker: takes jobs from the queue until it is told to stop.

It looks into the queue every second, and four times for what a person waits for. PostgreSQL could
wake it instead, but every login may listen on such a channel and speak on it
(docs/decisions/0007-queue.md).
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from typing import ParamSpec

import procrastinate
import psycopg
from django.db import connections
from django.db.utils import DatabaseError
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status
from procrastinate.retry import BaseRetryStrategy, RetryDecision

from duebook.database import queue as tables
from duebook.database.logins import POOLED
from duebook.database.lost import is_lost
from duebook.jobs import mailings, polls, tasks, upkeep
from duebook.post import delivery
from duebook.rollups import days

LOOK_SECONDS = {"work": 0.25, "polls": 1.0, "letters": 1.0}  # for each line
ABANDONED_SECONDS = 30.0  # without a sign of life from the worker that took the job
TRIES_MAX = 3  # of a job whose workers die, or whose database went away
LINES = {"work": 2, "polls": 2, "letters": 2}  # and how many of each at once: files need memory
DUE_SECONDS = 3.0  # between looks for connectors whose time has come
LETTER_TRIES = 8  # after 4 s, 16 s, ... 4.5 h: within six hours
Parameters = ParamSpec("Parameters")

log = logging.getLogger("duebook.jobs")


class Patience(BaseRetryStrategy):
    """Again after 4 s, 16 s and so on, when it may go well then."""

    def __init__(self, tries: int, *passing: type[Exception]) -> None:
        self.tries, self.passing = tries, passing

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        may_pass = isinstance(exception, self.passing) or is_lost(exception)
        if not may_pass or job.attempts + 1 >= self.tries:
            return None
        return RetryDecision(retry_in={"seconds": 4 ** (job.attempts + 1)})


def work(*, wait: bool = True) -> None:
    """Do what is in the queue and what a dead worker left of it; with `wait`, go on until SIGTERM
    or Ctrl-C.
    """
    for alias in POOLED:  # a connection that rested while the database began anew is not used
        connections.settings[alias]["CONN_HEALTH_CHECKS"] = True
    asyncio.run(_work(queue(timed=wait), wait=wait))


def queue(*, timed: bool = True) -> procrastinate.App:
    """The queue with all that can be in it; what the clock orders, for who stays to do it."""
    app = procrastinate.App(
        connector=procrastinate.PsycopgConnector(
            conninfo=tables.connection_string(),
            kwargs=tables.connection_options(),
            min_size=1,
            max_size=4,
        )
    )
    app.task(name="run", queue="work", retry=Patience(TRIES_MAX))(_leaving_nothing(tasks.run))
    letters = Patience(LETTER_TRIES, delivery.NotDelivered)
    app.task(name="deliver", queue="letters", retry=letters)(_leaving_nothing(_deliver))
    hourly = app.task(name="tidy", queue="work", queueing_lock="tidy")(_leaving_nothing(_tidy))
    often = app.task(name="days", queue="work", queueing_lock="days")(_leaving_nothing(_days))
    due = app.task(name="mailings", queue="work", queueing_lock="mailings")(
        _leaving_nothing(_mailings)
    )
    if timed:
        for cron, task in (("17 * * * *", hourly), ("*/5 * * * *", often), ("* * * * *", due)):
            app.periodic(cron=cron)(task)
    return app


async def _work(app: procrastinate.App, *, wait: bool) -> None:
    async with app.open_async():
        if not wait:
            await _look_after(app)  # before the lines, which end when there is nothing to do
        lines = [asyncio.create_task(_line(app, name, wait=wait)) for name in LINES]
        cares = []
        if wait:
            each_care = (_take_care(app), _order_polls(), _begin_days())
            cares = [asyncio.create_task(each) for each in each_care]
            told = asyncio.create_task(_told())
            await asyncio.wait([*lines, told], return_when=asyncio.FIRST_COMPLETED)
            for line in lines:  # once: a second time would tear them from their jobs
                line.cancel()
        ended = await asyncio.gather(*lines, return_exceptions=True)
        for care in cares:
            care.cancel()
        await asyncio.gather(*cares, return_exceptions=True)
    for trouble in ended:
        if isinstance(trouble, Exception):
            raise trouble


async def _told() -> None:
    """Until SIGTERM or Ctrl-C."""
    told = asyncio.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(each, told.set)
    await told.wait()


async def _line(app: procrastinate.App, name: str, *, wait: bool) -> None:
    await app.run_worker_async(
        queues=[name],
        name=name,
        concurrency=LINES[name],
        wait=wait,
        fetch_job_polling_interval=LOOK_SECONDS[name],
        listen_notify=False,
        delete_jobs="successful",
        install_signal_handlers=False,
    )


async def _take_care(app: procrastinate.App) -> None:
    await asyncio.to_thread(_leaving_nothing(_look_through_letters))
    while True:
        try:
            await _look_after(app)
        except ConnectorException:
            log.warning("The queue cannot be looked after at the moment.")
        await asyncio.sleep(ABANDONED_SECONDS)


async def _look_after(app: procrastinate.App) -> None:
    """Jobs whose worker died are taken up again; failed ones are forgotten after a while."""
    await _take_up(app)
    await app.job_manager.delete_old_jobs(
        upkeep.QUEUE_HOURS, include_failed=True, include_aborted=True
    )


async def _begin_days() -> None:
    """What pages rest on, at once: it may have become another by what was migrated."""
    try:
        await asyncio.to_thread(_leaving_nothing(_days), 0)
    except (psycopg.Error, DatabaseError):
        log.warning("The days that pages show cannot be made ready at the moment.")


async def _order_polls() -> None:
    """Connectors are asked when their time has come."""
    while True:
        try:
            await asyncio.to_thread(_leaving_nothing(_order_due))
        except (psycopg.Error, DatabaseError):
            log.warning("Connectors cannot be looked for at the moment.")
        await asyncio.sleep(DUE_SECONDS)


async def _take_up(app: procrastinate.App) -> None:
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=ABANDONED_SECONDS):
        with contextlib.suppress(ConnectorException):  # another worker was faster
            await _try_again(app, job)


async def _try_again(app: procrastinate.App, job: Job) -> None:
    if job.attempts < TRIES_MAX:
        await app.job_manager.retry_job(job)
    else:
        log.error("A job of the queue (%s) is given up: its workers die.", job.id)
        await app.job_manager.finish_job(job, status=Status.FAILED, delete_job=False)


def _deliver(letter: int) -> None:
    delivery.deliver(letter)


def _order_due() -> None:
    polls.order_due()


def _look_through_letters() -> None:
    delivery.order_waiting()
    upkeep.report_waiting()


def _tidy(timestamp: int) -> None:
    upkeep.tidy()


def _days(timestamp: int) -> None:
    days.all_ready(at=datetime.now(UTC))


def _mailings(timestamp: int) -> None:
    mailings.order_due()


def _leaving_nothing(task: Callable[Parameters, None]) -> Callable[Parameters, None]:
    """The connections of the thread that did it are given back."""

    @functools.wraps(task)
    def done(*args: Parameters.args, **named: Parameters.kwargs) -> None:
        try:
            task(*args, **named)
        finally:
            for alias in connections:
                connections[alias].close()

    return done
