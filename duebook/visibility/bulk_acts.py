"""Acts on many accounts: who ordered them, and what each account came to.

An outcome of an invitation is `waiting`, then `writing` while its letters are put into the outbox,
then `sent`; of what is done at once it is `done`; or it is `skipped`, with the reason as a code.
Call everything here inside seeing().
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg.rows import class_row

from duebook.visibility.audit import record
from duebook.visibility.seeing import raw
from duebook.visibility.viewer import Viewer

NAMED = 100  # accounts that an entry of the audit trail names
QUIET = timedelta(seconds=60)  # without a sign of life the work has stopped
# The accounts by name; those that the viewer does not see are none.
OUTCOMES = """
INSERT INTO ar.bulk_outcome (org_id, act_id, customer_id, place)
SELECT c.org_id, %(act)s, c.id, row_number() OVER (ORDER BY c.sort_name, c.id)
FROM ar.customer c WHERE c.org_id = %(org)s AND c.id = ANY (%(customers)s) ORDER BY c.id
"""
# Of what is done at once: these customers, and why the others were skipped.
DONE = """
INSERT INTO ar.bulk_outcome (org_id, act_id, customer_id, place, outcome, reason)
SELECT c.org_id, %(act)s, c.id, row_number() OVER (ORDER BY c.sort_name, c.id),
       CASE WHEN d.id IS NULL THEN 'skipped' ELSE 'done' END,
       CASE WHEN d.id IS NULL THEN %(reason)s ELSE '' END
FROM ar.customer c LEFT JOIN unnest(%(done)s::bigint[]) AS d (id) ON d.id = c.id
WHERE c.org_id = %(org)s AND c.id = ANY (%(customers)s) ORDER BY c.id
"""
ACT = """
SELECT a.id, a.person_id, p.name AS person, a.act, a.whom, a.language, a.may_dispute,
       a.accounts, a.done, a.ordered_at, a.began_at, a.beat_at, a.done_at
FROM ar.bulk_act a JOIN ar.person p ON p.org_id = a.org_id AND p.id = a.person_id
WHERE a.org_id = %(org)s AND (%(act)s::bigint IS NULL OR a.id = %(act)s)
ORDER BY a.id DESC LIMIT %(limit)s
"""


@dataclass(frozen=True)
class BulkAct:
    """An act on many accounts. `done` of `accounts` have their outcome; `whom` names the owner they
    got, or with whom they are shared."""

    id: int
    person_id: int
    person: str
    act: str
    whom: str
    language: str
    may_dispute: bool
    accounts: int
    done: int
    ordered_at: datetime
    began_at: datetime | None
    beat_at: datetime | None
    done_at: datetime | None

    @property
    def is_working(self) -> bool:
        return self.done_at is None

    def is_stalled(self, at: datetime) -> bool:
        """Nobody has been at work for a while."""
        return self.done_at is None and (self.beat_at or self.ordered_at) < at - QUIET

    def seconds_left(self, at: datetime) -> float | None:
        """At the pace so far; None before anything is done."""
        if self.done_at or not self.began_at or not self.done:
            return None
        return (at - self.began_at).total_seconds() / self.done * (self.accounts - self.done)


@dataclass(frozen=True)
class Due:
    """An account whose outcome is open. `attempt` is above 0 where letters may be written."""

    customer_id: int
    outcome: str
    attempt: int
    email: str


def order_act(
    viewer: Viewer,
    act: str,
    customers: Sequence[int],
    *,
    language: str,
    may_dispute: bool,
    chosen: Mapping[str, Any] | None,
    at: datetime,
) -> int:
    """Write down what is to be done; the act's id. Each account counts once.

    `chosen` is the filter the accounts were found by, for the audit trail.
    """
    row = (
        raw()
        .execute(
            "INSERT INTO ar.bulk_act"
            " (org_id, person_id, act, language, may_dispute, accounts, ordered_at)"
            " VALUES (%s, %s, %s, %s, %s, 0, %s) RETURNING id",
            [viewer.org_id, viewer.person_id, act, language, may_dispute, at],
        )
        .fetchone()
    )
    assert row
    named = {"org": viewer.org_id, "act": row[0], "customers": list(customers)}
    count = raw().execute(OUTCOMES, named).rowcount
    counted = "UPDATE ar.bulk_act SET accounts = %s WHERE org_id = %s AND id = %s"
    raw().execute(counted, [count, viewer.org_id, row[0]])
    told: dict[str, Any] = {"count": count, "customers": sorted(customers)[:NAMED]}
    if chosen:
        told["filter"] = dict(chosen)
    record(viewer, "invitations ordered", bulk_act=row[0], act=act, **told)
    return int(row[0])


def done_at_once(
    viewer: Viewer,
    act: str,
    customers: Sequence[int],
    done: Sequence[int],
    *,
    reason: str,
    whom: str,
    at: datetime,
) -> int:
    """Write down what was done to which of the customers, the others skipped for a reason; the id
    of the act. The act itself has its entry in the audit trail already.
    """
    row = (
        raw()
        .execute(
            "INSERT INTO ar.bulk_act"
            " (org_id, person_id, act, whom, accounts, ordered_at, began_at, beat_at, done_at)"
            " VALUES (%(org)s, %(person)s, %(act)s, %(whom)s, 0, %(at)s, %(at)s, %(at)s, %(at)s)"
            " RETURNING id",
            {
                "org": viewer.org_id,
                "person": viewer.person_id,
                "act": act,
                "whom": whom,
                "at": at,
            },
        )
        .fetchone()
    )
    assert row
    named = {"org": viewer.org_id, "act": row[0], "customers": list(customers)}
    count = raw().execute(DONE, {**named, "done": list(done), "reason": reason}).rowcount
    counted = "UPDATE ar.bulk_act SET accounts = %s, done = %s WHERE org_id = %s AND id = %s"
    raw().execute(counted, [count, count, viewer.org_id, row[0]])
    return int(row[0])


def bulk_act(viewer: Viewer, act_id: int) -> BulkAct | None:
    """An admin sees everybody's, a member the own ones."""
    found = _acts(viewer, act_id, limit=1)
    return found[0] if found else None


def bulk_acts(viewer: Viewer, *, limit: int = 100) -> list[BulkAct]:
    """The latest first."""
    return _acts(viewer, None, limit=limit)


def begin(viewer: Viewer, act_id: int, *, at: datetime) -> None:
    """The work goes on from here."""
    query = (
        "UPDATE ar.bulk_act SET began_at = COALESCE(began_at, %s), beat_at = %s"
        " WHERE org_id = %s AND id = %s"
    )
    raw().execute(query, [at, at, viewer.org_id, act_id])


def due(viewer: Viewer, act_id: int, *, limit: int) -> list[Due]:
    """Some accounts without an outcome, in order, held for this transaction; others leave them."""
    query = (
        "SELECT customer_id, outcome, attempt, email FROM ar.bulk_outcome"
        " WHERE org_id = %s AND act_id = %s AND outcome IN ('waiting', 'writing')"
        " ORDER BY place LIMIT %s FOR UPDATE SKIP LOCKED"
    )
    with raw().cursor(row_factory=class_row(Due)) as cursor:
        return cursor.execute(query, [viewer.org_id, act_id, limit]).fetchall()


def writing(viewer: Viewer, act_id: int, customer_id: int, *, attempt: int, email: str) -> None:
    """Letters are about to be written to these addresses, by this attempt alone."""
    query = (
        "UPDATE ar.bulk_outcome SET outcome = 'writing', attempt = %s, email = %s"
        " WHERE org_id = %s AND act_id = %s AND customer_id = %s"
    )
    raw().execute(query, [attempt, email, viewer.org_id, act_id, customer_id])


def is_mine(viewer: Viewer, act_id: int, customer_id: int, *, attempt: int) -> bool:
    """Whether this attempt is still the one that writes; then it is held for this transaction."""
    query = (
        "SELECT FROM ar.bulk_outcome WHERE org_id = %s AND act_id = %s AND customer_id = %s"
        " AND outcome = 'writing' AND attempt = %s FOR UPDATE"
    )
    asked = [viewer.org_id, act_id, customer_id, attempt]
    return raw().execute(query, asked).fetchone() is not None


def settle(
    viewer: Viewer,
    act_id: int,
    outcomes: Mapping[int, tuple[str, str, str]],
    *,
    at: datetime,
) -> None:
    """What accounts came to: by customer the outcome, the reason and the address (empty: as it is).

    Each is settled once; the progress of the act follows.
    """
    query = (
        "UPDATE ar.bulk_outcome SET outcome = %s, reason = %s,"
        " email = COALESCE(NULLIF(%s, ''), email)"
        " WHERE org_id = %s AND act_id = %s AND customer_id = %s"
        " AND outcome IN ('waiting', 'writing')"
    )
    done = 0
    for customer, (outcome, reason, email) in outcomes.items():
        asked = [outcome, reason, email, viewer.org_id, act_id, customer]
        done += raw().execute(query, asked).rowcount
    beat = "UPDATE ar.bulk_act SET done = done + %s, beat_at = %s WHERE org_id = %s AND id = %s"
    raw().execute(beat, [done, at, viewer.org_id, act_id])


def finish(viewer: Viewer, act_id: int, *, at: datetime) -> None:
    """Once every account has its outcome, and once only: the audit trail says what they are."""
    query = (
        "UPDATE ar.bulk_act a SET done_at = %(at)s WHERE a.org_id = %(org)s AND a.id = %(act)s"
        " AND a.done_at IS NULL AND NOT EXISTS (SELECT FROM ar.bulk_outcome o"
        " WHERE o.org_id = %(org)s AND o.act_id = %(act)s AND o.outcome IN ('waiting', 'writing'))"
    )
    named = {"org": viewer.org_id, "act": act_id, "at": at}
    if not raw().execute(query, named).rowcount:
        return
    counted = (
        "SELECT outcome, reason, count(*) FROM ar.bulk_outcome"
        " WHERE org_id = %(org)s AND act_id = %(act)s GROUP BY 1, 2 ORDER BY 1, 2"
    )
    skipped: Counter[str] = Counter()
    sent = 0
    for outcome, reason, count in raw().execute(counted, named).fetchall():
        if outcome == "sent":
            sent += count
        else:
            skipped[reason] += count
    record(viewer, "invitations done", bulk_act=act_id, sent=sent, skipped=dict(skipped))


def _acts(viewer: Viewer, act_id: int | None, *, limit: int) -> list[BulkAct]:
    named = {"org": viewer.org_id, "act": act_id, "limit": limit}
    with raw().cursor(row_factory=class_row(BulkAct)) as cursor:
        return cursor.execute(ACT, named).fetchall()
