"""Teams: people who see each customer that is shared with the team."""

from __future__ import annotations

from django.utils.translation import gettext as _

from duebook.visibility.access import hold_worker
from duebook.visibility.audit import record
from duebook.visibility.organisations import Refused
from duebook.visibility.seeing import raw
from duebook.visibility.viewer import Viewer

LONGEST_NAME = 80


def create_team(viewer: Viewer, name: str) -> int:
    """A team without members; its id. Raises Refused."""
    wanted = _free_name(viewer, name)
    query = "INSERT INTO ar.team (org_id, name) VALUES (%s, %s) RETURNING id"
    row = raw().execute(query, [viewer.org_id, wanted]).fetchone()
    assert row
    record(viewer, "team created", team=row[0], name=wanted)
    return int(row[0])


def rename_team(viewer: Viewer, team_id: int, name: str) -> None:
    """Raises Refused."""
    before = hold_team(viewer, team_id)
    wanted = _free_name(viewer, name, but=team_id)
    if wanted == before:
        return
    query = "UPDATE ar.team SET name = %s WHERE org_id = %s AND id = %s"
    raw().execute(query, [wanted, viewer.org_id, team_id])
    record(viewer, "team renamed", team=team_id, before={"name": before}, after={"name": wanted})


def delete_team(viewer: Viewer, team_id: int) -> str:
    """The team and what was shared with it end; people and customers stay. Its name.

    Raises Refused.
    """
    name = hold_team(viewer, team_id)
    place = [viewer.org_id, team_id]
    query = "SELECT person_id FROM ar.team_member WHERE org_id = %s AND team_id = %s ORDER BY 1"
    members = [row[0] for row in raw().execute(query, place).fetchall()]
    shared = raw().execute(
        "DELETE FROM ar.customer_access WHERE org_id = %s AND principal_id = %s"
        " AND reason = 'team share'",
        place,
    )
    raw().execute("DELETE FROM ar.team WHERE org_id = %s AND id = %s", place)
    told = {"members": members, "customers": shared.rowcount}
    record(viewer, "team deleted", team=team_id, before={"name": name, **told}, after=None)
    return name


def add_to_team(viewer: Viewer, team_id: int, person_id: int) -> None:
    """Somebody who works here sees what the team sees. Raises Refused."""
    hold_team(viewer, team_id)
    name = hold_worker(viewer, person_id)
    added = raw().execute(
        "INSERT INTO ar.team_member (org_id, team_id, person_id) VALUES (%s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        [viewer.org_id, team_id, person_id],
    )
    if not added.rowcount:
        raise Refused(_("%(name)s is in this team already.") % {"name": name})
    record(viewer, "team joined", team=team_id, person=person_id)


def remove_from_team(viewer: Viewer, team_id: int, person_id: int) -> None:
    """Raises Refused."""
    hold_team(viewer, team_id)
    removed = raw().execute(
        "DELETE FROM ar.team_member WHERE org_id = %s AND team_id = %s AND person_id = %s",
        [viewer.org_id, team_id, person_id],
    )
    if not removed.rowcount:
        raise Refused(_("This person is not in the team; load the page again."))
    record(viewer, "team left", team=team_id, person=person_id)


def hold_team(viewer: Viewer, team_id: int) -> str:
    """The team's name; nobody else changes it until this transaction ends. Raises Refused."""
    query = "SELECT name FROM ar.team WHERE org_id = %s AND id = %s FOR UPDATE"
    row = raw().execute(query, [viewer.org_id, team_id]).fetchone()
    if row is None:
        raise Refused(_("There is no such team here; load the page again."))
    return str(row[0])


def _free_name(viewer: Viewer, written: str, *, but: int = 0) -> str:
    name = " ".join(written.split())
    if not name:
        raise Refused(_("A team needs a name; write one."))
    if len(name) > LONGEST_NAME:
        said = _("A team's name has %(limit)s letters at most; write a shorter one.")
        raise Refused(said % {"limit": LONGEST_NAME})
    # One at a time: two teams of the same name cannot be made in the same moment.
    raw().execute("SELECT FROM ar.org WHERE org_id = %s FOR UPDATE", [viewer.org_id])
    query = "SELECT FROM ar.team WHERE org_id = %s AND lower(name) = lower(%s) AND id <> %s"
    if raw().execute(query, [viewer.org_id, name, but]).fetchone() is not None:
        raise Refused(
            _("There is a team called %(name)s already; choose another.") % {"name": name}
        )
    return name
