"""Visits: an owner of the platform enters an organisation, for a reason and for some hours.

A visit is a membership with an end, so the database lets the owner see what an admin sees, and
ends it by itself. The session says which browser has entered (`middleware.places_of`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from duebook.visibility.audit import record
from duebook.visibility.organisations import Refused
from duebook.visibility.seeing import raw, seeing
from duebook.visibility.viewer import Viewer

LONGEST = timedelta(hours=8)

# Of an owner who enters from two browsers at once, the second to come ends the first one's visit.
TAKE_TURNS = "SELECT pg_advisory_xact_lock(7238526, (%s::bigint %% 2147483648)::integer)"
# A visit takes the place of nothing but an earlier visit or a membership that has ended.
ENTER = """
INSERT INTO ar.membership AS m (org_id, person_id, role, active, until)
VALUES (%(org)s, %(person)s, 'platform', true, %(until)s)
ON CONFLICT (org_id, person_id)
    DO UPDATE SET role = 'platform', active = true, until = excluded.until
WHERE m.role = 'platform' OR NOT m.active
"""
END = """
UPDATE ar.membership SET active = false
WHERE person_id = %s AND role = 'platform' AND active RETURNING org_id, until > now()
"""


def enter(by: Viewer, slug: str, *, known_as: str, email: str, reason: str, at: datetime) -> str:
    """The owner may see and do what an admin may, for eight hours; an earlier visit ends.

    The entry and its reason stand in the organisation's trail. Answers with its name. Raises
    Refused for an organisation that is not there or that the owner belongs to anyway.
    """
    with seeing(by):
        query = "SELECT org_id, name FROM ar.org WHERE slug = %s"
        found = raw().execute(query, [slug]).fetchone()
        if found is None:
            raise Refused(_("There is no organisation called %(slug)s.") % {"slug": slug})
        org_id, name = found
        raw().execute(TAKE_TURNS, [by.person_id])
        end_visits(by, by.person_id)
        visitor = {"org": org_id, "person": by.person_id}
        raw().execute(
            "INSERT INTO ar.person (org_id, id, name, email)"
            " VALUES (%(org)s, %(person)s, %(name)s, %(email)s)"
            " ON CONFLICT (org_id, id) DO UPDATE SET name = excluded.name, email = excluded.email",
            {**visitor, "name": f"{known_as} (platform)", "email": email},
        )
        until = at + LONGEST
        if raw().execute(ENTER, {**visitor, "until": until}).rowcount != 1:
            raise Refused(
                _("You belong to %(name)s yourself; open it without entering.") % {"name": name}
            )
        ends = until.isoformat(timespec="seconds")
        record(replace(by, org_id=org_id), "platform owner entered", reason=reason, until=ends)
    return str(name)


def leave(by: Viewer) -> None:
    """End whatever visit the owner is on."""
    with seeing(by):
        end_visits(by, by.person_id)


def end_visits(by: Viewer, person_id: int) -> None:
    """End a person's visits; the trails say so. Call inside seeing(), as the platform."""
    for org_id, was_there in raw().execute(END, [person_id]).fetchall():
        if was_there:
            record(replace(by, org_id=org_id), "platform owner left", person=person_id)
