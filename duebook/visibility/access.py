"""The rows that say who sees which customer, and their only writers beside the import of accounts.

`customer_internal.owner_id` says who owns a customer, `customer_access` what members see; both
are always in step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import psycopg
from django.utils.translation import gettext as _

from duebook.visibility.organisations import Refused
from duebook.visibility.seeing import raw
from duebook.visibility.viewer import Viewer

# Owners change one after another, and not while a file is loaded: both write owners.
IMPORTS = 7238524  # ingest/load.py takes the same lock
WAIT = "5s"
MANY = 1000
ASSIGN = Path(__file__).with_name("assign_owners.sql").read_text()


def hold_worker(viewer: Viewer, person_id: int) -> str:
    """The name of an active admin or member, who stays one until this transaction ends.

    Raises Refused for everybody else: only they can own customers, see shared ones, be in teams.
    """
    query = (
        "SELECT p.name FROM ar.membership m"
        " JOIN ar.person p ON p.org_id = m.org_id AND p.id = m.person_id"
        " WHERE m.org_id = %s AND m.person_id = %s AND m.active AND m.role IN ('admin', 'member')"
        " FOR SHARE OF m"
    )
    row = raw().execute(query, [viewer.org_id, person_id]).fetchone()
    if row is None:
        raise Refused(_("Choose somebody who works here and is active: an admin or a member."))
    return str(row[0])


def hold_principal(viewer: Viewer, principal_id: int) -> str:
    """As what customers are shared with a person or team that is there, and stays there."""
    reason = reason_of(viewer, principal_id)
    if reason == "share":
        hold_worker(viewer, principal_id)
    return reason


def reason_of(viewer: Viewer, principal_id: int) -> str:
    """As what customers are shared with it: a team, which stays, or else a person."""
    query = "SELECT FROM ar.team WHERE org_id = %s AND id = %s FOR KEY SHARE"
    is_team = raw().execute(query, [viewer.org_id, principal_id]).fetchone()
    return "share" if is_team is None else "team share"


def take_turns(viewer: Viewer) -> None:
    """Raises Refused while a file is being loaded."""
    try:
        with raw().transaction():  # a savepoint: waiting in vain leaves the transaction usable
            raw().execute("SELECT set_config('lock_timeout', %s, true)", [WAIT])
            lock = "SELECT pg_advisory_xact_lock(%s, %s::int)"
            raw().execute(lock, [IMPORTS, viewer.org_id])
    except psycopg.errors.LockNotAvailable as busy:
        raise Refused(
            _("A file is being loaded, which may change owners; try again when it is done.")
        ) from busy
    raw().execute("SELECT set_config('lock_timeout', '0', true)")


def set_owners(
    viewer: Viewer,
    customers: Sequence[int],
    owners: Sequence[int | None],
    *,
    only_of: tuple[int | None, ...] = (),
) -> dict[int, int | None]:
    """Each customer that changed, with its owner before. `only_of`: if this still is the owner."""
    named = {
        "org": viewer.org_id,
        "customers": list(customers),
        "owners": [owner or 0 for owner in owners],
        "only_if": bool(only_of),
        "only_of": only_of[0] if only_of else None,
    }
    if len(customers) > MANY:
        # Just after many owners were given, statistics know of none: row by row would take minutes.
        raw().execute("SELECT set_config('enable_nestloop', 'off', true)")
    changed = dict(raw().execute(ASSIGN, named).fetchall())
    raw().execute("SELECT set_config('enable_nestloop', 'on', true)")
    given = dict(zip(customers, owners, strict=True))
    _remember(viewer, "owner", {customer: given[customer] for customer in changed})
    return changed


def add_shares(
    viewer: Viewer, principal_id: int, reason: str, customers: Sequence[int]
) -> list[int]:
    """The customers that were not shared so before."""
    query = (
        "INSERT INTO ar.customer_access (org_id, principal_id, customer_id, reason)"
        " SELECT org_id, %s, id, %s FROM ar.customer WHERE org_id = %s AND id = ANY (%s)"
        " ORDER BY id ON CONFLICT DO NOTHING RETURNING customer_id"
    )
    asked = [principal_id, reason, viewer.org_id, list(customers)]
    added = sorted(row[0] for row in raw().execute(query, asked).fetchall())
    _remember(viewer, "shared", dict.fromkeys(added, principal_id))
    return added


def remove_shares(
    viewer: Viewer, principal_id: int, reason: str, customers: Sequence[int]
) -> list[int]:
    """The customers that were shared so."""
    query = (
        "DELETE FROM ar.customer_access WHERE org_id = %s AND principal_id = %s AND reason = %s"
        " AND customer_id = ANY (%s) RETURNING customer_id"
    )
    asked = [viewer.org_id, principal_id, reason, list(customers)]
    removed = sorted(row[0] for row in raw().execute(query, asked).fetchall())
    _remember(viewer, "unshared", dict.fromkeys(removed, principal_id))
    return removed


def _remember(viewer: Viewer, act: str, changed: Mapping[int, int | None]) -> None:
    """For the history of each account: what was done, and for whom."""
    query = (
        "INSERT INTO ar.access_event (org_id, person_id, act, customer_id, principal_id)"
        " SELECT %s, %s, %s, * FROM unnest(%s::bigint[], %s::bigint[])"
    )
    whom = [list(changed), list(changed.values())]
    raw().execute(query, [viewer.org_id, viewer.person_id, act, *whom])
