"""migrate, doctor, database url, rollups."""

from __future__ import annotations

import sys
from argparse import Namespace

from django.conf import settings

from duebook.database import doctor as checks
from duebook.database import migrate as migrating
from duebook.database.target import is_embedded, password, target
from duebook.ledger import posting
from duebook.post.server import BadAddress, MailServer
from duebook.visibility.organisations import console_of, current
from duebook.visibility.seeing import raw, seeing


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
    """Compare what is derived with what the facts give; name the accounts that differ."""
    differing = _rederived(asked.slug, keep=False)
    for number in differing:
        print(f"{number} differs from its documents; repair with: duebook rollups rebuild")
    if not differing:
        print("Everything derived equals its documents.", file=sys.stderr)
    return 1 if differing else 0


def rebuild(asked: Namespace) -> int:
    repaired = _rederived(asked.slug, keep=True)
    print(f"{len(repaired)} accounts were put right.", file=sys.stderr)
    return 0


class _Enough(Exception):
    pass


def _rederived(slug: str, *, keep: bool) -> list[str]:
    """Work everything out anew and see which accounts change; undone unless kept."""
    console = console_of(slug)
    differing: list[str] = []
    try:
        with seeing(console, by="worker"):
            connection = raw("worker")
            posting.hold(connection, org_id=console.org_id)
            # A day that nobody has asked for yet is no mistake.
            today = current(console, by="worker").today
            connection.execute("SELECT rollup.ensure(%s, true)", [today])
            connection.execute("SELECT rollup.ensure_months(%s)", [today])
            before = posting.derived(connection, org_id=console.org_id)
            everybody = set(before)
            posting.follow(connection, org_id=console.org_id, customers=everybody, run_id=None)
            connection.execute("SELECT rollup.rebuild()")
            after = posting.derived(connection, org_id=console.org_id)
            changed = [each for each in after if after[each] != before.get(each)]
            differing = [
                row[0]
                for row in connection.execute(
                    "SELECT account_number FROM ar.customer WHERE org_id = %s AND id = ANY (%s)"
                    " ORDER BY account_number",
                    [console.org_id, changed],
                )
            ]
            if not keep:
                raise _Enough
    except _Enough:
        pass
    return differing
