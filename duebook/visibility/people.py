"""The people of an organisation: what they may be, and when that ends.

What changes here holds from the next request on, open sessions included: every transaction looks
the membership up again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from duebook.visibility.audit import record
from duebook.visibility.invitations import withdraw_all
from duebook.visibility.organisations import Refused
from duebook.visibility.seeing import raw
from duebook.visibility.sharing import hand_over
from duebook.visibility.viewer import Viewer

STAFF = ("admin", "member")


@dataclass(frozen=True)
class Held:
    """A membership, held until the transaction ends so that nobody changes it meanwhile."""

    person_id: int
    name: str
    email: str
    role: str
    active: bool


def change_role(viewer: Viewer, person_id: int, role: str) -> Held:
    """Make a member an admin, or an admin a member. Answers with what they were. Raises Refused."""
    if role not in STAFF:
        raise Refused(_("People who work here are admins or members; choose one of the two."))
    admins = _held_admins(viewer)
    held = _held(viewer, person_id)
    if held.role not in STAFF:
        raise Refused(_("%(name)s is a client and has no other role here.") % {"name": held.name})
    if held.role == role:
        return held
    if person_id == viewer.person_id:
        raise Refused(_("Nobody changes their own role; ask another admin."))
    if role == "member" and admins == [person_id]:
        raise Refused(_last_admin(held))
    _set(viewer, person_id, role=role, active=held.active)
    record(
        viewer,
        "role changed",
        person=person_id,
        before={"role": held.role},
        after={"role": role},
    )
    return held


def deactivate(viewer: Viewer, person_id: int, *, at: datetime, heir: int | None = None) -> Held:
    """End somebody's access at once; their open invitations die too. Raises Refused.

    The customers they own stay theirs, or go to `heir` in the same step.
    """
    admins = _held_admins(viewer)
    held = _held(viewer, person_id)
    if person_id == viewer.person_id:
        raise Refused(_("Nobody deactivates themselves; ask another admin."))
    if not held.active:
        raise Refused(_("%(name)s is deactivated already.") % {"name": held.name})
    if admins == [person_id]:
        raise Refused(_last_admin(held))
    if heir == person_id:
        raise Refused(_("Hand the customers over to somebody else."))
    handed = hand_over(viewer, person_id, heir, at=at) if heir else 0
    _set(viewer, person_id, role=held.role, active=False)
    withdrawn = withdraw_all(viewer, held.email, at=at)
    record(
        viewer,
        "person deactivated",
        person=person_id,
        before={"role": held.role, "active": True},
        after={"role": held.role, "active": False},
        customers_handed_over=handed,
        invitations_withdrawn=withdrawn,
    )
    return held


def activate(viewer: Viewer, person_id: int) -> Held:
    """Give access back, as it was: role, teams, customers, accounts. Raises Refused."""
    held = _held(viewer, person_id)
    if held.active:
        raise Refused(_("%(name)s is active already.") % {"name": held.name})
    _set(viewer, person_id, role=held.role, active=True)
    record(
        viewer,
        "person activated",
        person=person_id,
        before={"role": held.role, "active": False},
        after={"role": held.role, "active": True},
    )
    return held


def withdraw_account(viewer: Viewer, person_id: int, customer_id: int, *, at: datetime) -> Held:
    """A client no longer speaks for an account, from now on. Raises Refused."""
    held = _held(viewer, person_id)
    place = {"org": viewer.org_id, "person": person_id, "customer": customer_id}
    ended = raw().execute(
        "DELETE FROM ar.client_link"
        " WHERE org_id = %(org)s AND person_id = %(person)s AND customer_id = %(customer)s",
        place,
    )
    if not ended.rowcount:
        raise Refused(_("%(name)s does not speak for this account.") % {"name": held.name})
    # The account is as if nobody had been invited.
    raw().execute(
        "UPDATE ar.invitation SET withdrawn_at = %(at)s WHERE org_id = %(org)s"
        " AND customer_id = %(customer)s AND accepted_by = %(person)s AND withdrawn_at IS NULL",
        {**place, "at": at},
    )
    record(viewer, "account withdrawn", person=person_id, customer=customer_id)
    return held


def set_disputing(viewer: Viewer, person_id: int, customer_id: int, *, may_dispute: bool) -> str:
    """What a client may do for an account they speak for, from now on; their name. Raises Refused.

    Who may not dispute only looks.
    """
    held = _held(viewer, person_id)
    place = {"org": viewer.org_id, "person": person_id, "customer": customer_id}
    changed = raw().execute(
        "UPDATE ar.client_link SET may_dispute = %(may)s WHERE org_id = %(org)s"
        " AND person_id = %(person)s AND customer_id = %(customer)s",
        {**place, "may": may_dispute},
    )
    if not changed.rowcount:
        raise Refused(_("%(name)s does not speak for this account.") % {"name": held.name})
    record(
        viewer,
        "client role changed",
        person=person_id,
        customer=customer_id,
        after={"may_dispute": may_dispute},
    )
    return held.name


def _held_admins(viewer: Viewer) -> list[int]:
    """Who runs the organisation, held: two admins cannot demote each other in the same moment."""
    query = (
        "SELECT person_id FROM ar.membership WHERE org_id = %s AND role = 'admin' AND active"
        " ORDER BY id FOR UPDATE"
    )
    return [row[0] for row in raw().execute(query, [viewer.org_id]).fetchall()]


def _held(viewer: Viewer, person_id: int) -> Held:
    query = (
        "SELECT m.person_id, p.name, p.email, m.role, m.active FROM ar.membership m"
        " JOIN ar.person p ON p.org_id = m.org_id AND p.id = m.person_id"
        " WHERE m.org_id = %s AND m.person_id = %s AND m.role IN ('admin', 'member', 'client')"
        " FOR UPDATE OF m"
    )
    row = raw().execute(query, [viewer.org_id, person_id]).fetchone()
    if row is None:
        raise Refused(_("There is no such person here; load the page again."))
    return Held(*row)


def _set(viewer: Viewer, person_id: int, *, role: str, active: bool) -> None:
    raw().execute(
        "UPDATE ar.membership SET role = %s, active = %s WHERE org_id = %s AND person_id = %s",
        [role, active, viewer.org_id, person_id],
    )


def _last_admin(held: Held) -> str:
    said = _("%(name)s is the last admin; make somebody else an admin first.")
    return said % {"name": held.name}
