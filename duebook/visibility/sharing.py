"""Who sees which customer: its owner, the people and the teams it is shared with.

Each act is one entry of the audit trail, and whoever did it can take it back for a week.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from duebook.visibility.access import (
    add_shares,
    hold_principal,
    hold_worker,
    reason_of,
    remove_shares,
    set_owners,
    take_turns,
)
from duebook.visibility.audit import record
from duebook.visibility.organisations import Refused
from duebook.visibility.seeing import raw
from duebook.visibility.viewer import Viewer

KEPT = timedelta(days=7)  # how long a change can be taken back
NAMED = 100  # customers that an entry of the audit trail names


@dataclass(frozen=True)
class Change:
    """How many customers changed, which, and by which number the change can be taken back."""

    id: int
    count: int
    customers: tuple[int, ...] = ()


NOTHING = Change(0, 0)


@dataclass(frozen=True)
class Done:
    """What was done: assign, share or unshare, with whom (None: nobody), how many customers."""

    id: int
    act: str
    name: str | None
    count: int


def assign(
    viewer: Viewer,
    customers: Sequence[int],
    owner_id: int | None,
    *,
    at: datetime,
    chosen: Mapping[str, Any] | None = None,
) -> Change:
    """Give customers an owner, or none; what has that owner already is left alone.

    `chosen` is the filter they were found by, for the audit trail. Raises Refused.
    """
    if owner_id is not None:
        hold_worker(viewer, owner_id)
    take_turns(viewer)
    before = set_owners(viewer, customers, [owner_id] * len(customers))
    if before:
        record(
            viewer,
            "owner assigned",
            **_told(before, chosen),
            before={"owners": _counted(before.values())},
            after={"owner": owner_id},
        )
    return _keep(viewer, "assign", owner_id, "owner", before, at=at)


def share(
    viewer: Viewer,
    customers: Sequence[int],
    principal_id: int,
    *,
    at: datetime,
    chosen: Mapping[str, Any] | None = None,
) -> Change:
    """Let a person who works here, or a team, see customers. Raises Refused."""
    reason = hold_principal(viewer, principal_id)
    added = add_shares(viewer, principal_id, reason, customers)
    if added:
        record(viewer, "customers shared", principal=principal_id, **_told(added, chosen))
    return _keep(viewer, "share", principal_id, reason, dict.fromkeys(added), at=at)


def unshare(
    viewer: Viewer,
    customers: Sequence[int],
    principal_id: int,
    *,
    at: datetime,
    chosen: Mapping[str, Any] | None = None,
) -> Change:
    """End the sharing of customers with a person or a team. Raises Refused.

    Who owns a customer, or sees it by another share, still does.
    """
    reason = reason_of(viewer, principal_id)
    removed = remove_shares(viewer, principal_id, reason, customers)
    if removed:
        record(viewer, "customers unshared", principal=principal_id, **_told(removed, chosen))
    return _keep(viewer, "unshare", principal_id, reason, dict.fromkeys(removed), at=at)


def undo(viewer: Viewer, change_id: int, *, at: datetime) -> Change:
    """Take back one's own change, for the customers that nobody has changed since.

    Answers how many that were. Raises Refused when it is too late.
    """
    query = (
        "SELECT act, principal_id, reason, customers, owners FROM ar.access_change"
        " WHERE org_id = %s AND id = %s AND undone_at IS NULL AND at > %s FOR UPDATE"
    )
    row = raw().execute(query, [viewer.org_id, change_id, at - KEPT]).fetchone()
    if row is None:
        raise Refused(_("This cannot be taken back any more; change it by hand."))
    act, principal_id, reason, customers, owners = row
    if act == "assign":
        take_turns(viewer)
        back = [owner or None for owner in owners]
        changed = list(set_owners(viewer, customers, back, only_of=(principal_id,)))
    elif act == "share":
        changed = remove_shares(viewer, principal_id, reason, customers)
    else:
        hold_principal(viewer, principal_id)
        changed = add_shares(viewer, principal_id, reason, customers)
    undone = "UPDATE ar.access_change SET undone_at = %s WHERE org_id = %s AND id = %s"
    raw().execute(undone, [at, viewer.org_id, change_id])
    record(viewer, "access change undone", act=act, principal=principal_id, **_told(changed, None))
    return Change(change_id, len(changed), tuple(changed))


def done(viewer: Viewer, change_id: int, *, at: datetime) -> Done | None:
    """One's own change while it can still be taken back."""
    query = (
        "SELECT c.id, c.act, COALESCE(p.name, t.name), cardinality(c.customers)"
        " FROM ar.access_change c"
        " LEFT JOIN ar.person p ON p.org_id = c.org_id AND p.id = c.principal_id"
        " LEFT JOIN ar.team t ON t.org_id = c.org_id AND t.id = c.principal_id"
        " WHERE c.org_id = %s AND c.id = %s AND c.undone_at IS NULL AND c.at > %s"
    )
    row = raw().execute(query, [viewer.org_id, change_id, at - KEPT]).fetchone()
    return Done(*row) if row else None


def hand_over(viewer: Viewer, person_id: int, heir: int, *, at: datetime) -> int:
    """Every customer of one person gets another owner; how many. Raises Refused."""
    query = "SELECT customer_id FROM ar.customer_internal WHERE org_id = %s AND owner_id = %s"
    found = raw().execute(query, [viewer.org_id, person_id]).fetchall()
    return assign(viewer, [row[0] for row in found], heir, at=at, chosen={"owner": person_id}).count


def _keep(
    viewer: Viewer,
    act: str,
    principal_id: int | None,
    reason: str,
    before: Mapping[int, int | None],
    *,
    at: datetime,
) -> Change:
    """Write down how to take it back; what is older than a week goes."""
    if not before:
        return NOTHING
    old = "DELETE FROM ar.access_change WHERE org_id = %s AND at <= %s"
    raw().execute(old, [viewer.org_id, at - KEPT])
    owners = [owner or 0 for owner in before.values()] if act == "assign" else []
    row = (
        raw()
        .execute(
            "INSERT INTO ar.access_change"
            " (org_id, person_id, at, act, principal_id, reason, customers, owners)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) RETURNING id",
            [viewer.org_id, viewer.person_id, at, act, principal_id, reason, list(before), owners],
        )
        .fetchone()
    )
    assert row
    return Change(int(row[0]), len(before), tuple(before))


def _told(customers: Collection[int], chosen: Mapping[str, Any] | None) -> dict[str, Any]:
    """What an entry of the audit trail says of the customers: how many, and the first of them."""
    told = {"count": len(customers), "customers": sorted(customers)[:NAMED]}
    return {**told, "filter": dict(chosen)} if chosen else told


def _counted(owners: Iterable[int | None]) -> list[dict[str, int | None]]:
    """How many customers each owner had."""
    counted = Counter(owners)
    return [{"owner": owner, "count": count} for owner, count in counted.most_common(NAMED)]
