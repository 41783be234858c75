"""migrate, doctor, database url, rollups."""

from __future__ import annotations

import sys
from argparse import Namespace
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
from django.conf import settings

from duebook.database import doctor as checks
from duebook.database import migrate as migrating
from duebook.database.target import is_embedded, password, target
from duebook.ledger import posting
from duebook.post.server import BadAddress, MailServer
from duebook.visibility.organisations import console_of, current
from duebook.visibility.seeing import raw, seeing

REPAIR = "repair with: duebook rollups rebuild"


def migrate(asked: Namespace) -> int:
    migrating.migrate()
    print("The database is up to date.")
    return 0


def doctor(asked: Namespace) -> int:
    """One line per check; 1 when something is wrong."""
    if is_embedded():
        migrating.migrate_embedded()
    wrong = 0
    for name, problem in checks.doctor():
        wrong += problem is not None
        print(f"{'wrong' if problem else 'ok   '} {name}{': ' + problem if problem else ''}")
    return 1 if wrong + _letters() else 0


def _letters() -> int:
    """Whether letters can leave; without a mail server they wait, which is said."""
    try:
        server = MailServer.at(settings.DELIVERY) if settings.DELIVERY else None
    except BadAddress as trouble:
        print(f"wrong letters: {trouble}")
        return 1
    waits = "they wait until DUEBOOK_SMTP names a mail server"
    print(f"ok    letters: {f'they leave by {server.host}' if server else waits}")
    return 0


def database_url(asked: Namespace) -> int:
    """What the web process may do, no more."""
    where = target()
    login = where.user or "duebook_app"
    print(where.url(login, password=where.password or password(login)))
    return 0


def check(asked: Namespace) -> int:
    """Compare what is derived with what the facts give; name the accounts and days that differ."""
    found = _rederived(asked.slug, keep=False)
    for number in found.accounts:
        print(f"{number} differs from its documents; {REPAIR}")
    for day in found.days:
        print(f"The totals of {day} differ from its accounts; {REPAIR}")
    if found.is_right:
        print("Everything derived equals its documents.", file=sys.stderr)
    return 0 if found.is_right else 1


def rebuild(asked: Namespace) -> int:
    found = _rederived(asked.slug, keep=True)
    print(f"{len(found.accounts)} accounts were put right.", file=sys.stderr)
    if found.days:
        print(f"The totals of {len(found.days)} days were put right.", file=sys.stderr)
    return 0


@dataclass(frozen=True)
class Differing:
    """What working it out anew changes: account numbers, and days whose totals it is."""

    accounts: list[str]
    days: list[date]

    @property
    def is_right(self) -> bool:
        return not (self.accounts or self.days)


class _Enough(Exception):
    pass


def _rederived(slug: str, *, keep: bool) -> Differing:
    """Work everything out anew and see what changes; undone unless kept."""
    console = console_of(slug)
    differing = Differing([], [])
    try:
        with seeing(console, by="worker"):
            connection = raw("worker")
            posting.hold(connection, org_id=console.org_id)
            # A day that nobody has asked for yet is no mistake.
            today = current(console, by="worker").today
            connection.execute("SELECT rollup.ensure(%s, true)", [today])
            connection.execute("SELECT rollup.ensure_months(%s)", [today])
            before = posting.derived(connection, org_id=console.org_id)
            added_up = _added_up(connection, org_id=console.org_id)
            everybody = set(before)
            posting.follow(connection, org_id=console.org_id, customers=everybody, run_id=None)
            connection.execute("SELECT rollup.rebuild()")
            after = posting.derived(connection, org_id=console.org_id)
            changed = [each for each in after if after[each] != before.get(each)]
            numbers = connection.execute(
                "SELECT account_number FROM ar.customer WHERE org_id = %s AND id = ANY (%s)"
                " ORDER BY account_number",
                [console.org_id, changed],
            ).fetchall()
            now = _added_up(connection, org_id=console.org_id)
            days = sorted(day for day in now if now[day] != added_up[day])
            differing = Differing([row[0] for row in numbers], days)
            if not keep:
                raise _Enough
    except _Enough:
        pass
    return differing


def _added_up(connection: psycopg.Connection[Any], *, org_id: int) -> dict[date, list[Any]]:
    """The totals of every kept day as readers get them."""
    found: dict[date, list[Any]] = {}
    days = connection.execute("SELECT day FROM ar.org_day WHERE org_id = %s", [org_id]).fetchall()
    for (day,) in days:
        query = "SELECT * FROM rollup.totals(ARRAY[%s::date]) ORDER BY currency, is_active"
        found[day] = connection.execute(query, [day]).fetchall()
    return found
