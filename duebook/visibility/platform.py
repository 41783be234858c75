"""The platform: who owns it, and who is shut out everywhere.

An owner looks as Viewer(0, login, "platform"): at organisations, people and memberships, and at no
row of any ledger. For those an owner enters an organisation (`visits.py`).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from allauth.usersessions.models import UserSession
from django.utils.translation import gettext as _
from psycopg.errors import InsufficientPrivilege

from duebook.visibility.audit import record
from duebook.visibility.models import Login, OrganisationRecord
from duebook.visibility.organisations import PLATFORM, Refused
from duebook.visibility.seeing import NotAllowed, raw, seeing
from duebook.visibility.viewer import Viewer
from duebook.visibility.visits import end_visits

log = logging.getLogger("duebook.platform")

# Changes of standing wait for each other, so that two owners cannot dismiss each other at once.
ONE_AT_A_TIME = 7_238_525


@dataclass(frozen=True)
class Standing:
    """What a login is to the platform, apart from where it belongs."""

    owner: bool = False
    barred: bool = False

    @property
    def is_in_charge(self) -> bool:
        return self.owner and not self.barred


def owner_viewer(login_id: int) -> Viewer | None:
    """The viewer that an owner of the platform is; None for everybody else. Asked at the door."""
    row = raw("default").execute("SELECT guard.owns_platform(%s)", [login_id]).fetchone()
    return Viewer(PLATFORM.org_id, login_id, "platform") if row == (True,) else None


def standings() -> dict[int, Standing]:
    """Every login with a standing of its own. Call inside seeing(), as the platform.

    Raises NotAllowed for who has just been dismissed.
    """
    try:
        found = raw().execute("SELECT person_id, owner, barred FROM guard.standing()").fetchall()
    except InsufficientPrivilege as refused:
        raise NotAllowed("the viewer no longer owns the platform") from refused
    return {person: Standing(owner, barred) for person, owner, barred in found}


def set_owner(by: Viewer, login_id: int, *, owner: bool) -> None:
    """Make somebody an owner of the platform, or no longer. Raises Refused for the last one."""
    with seeing(by):
        before = _held(login_id)
        if owner and before.barred:
            raise Refused(_("Who is barred cannot own the platform; lift the bar first."))
        after = replace(before, owner=owner)
        if after != before:
            _set(by, login_id, before, after)


def set_barred(by: Viewer, login_id: int, *, barred: bool) -> None:
    """Shut a login out of every organisation and of signing in, or let it in again.

    Its sessions end at once. Raises Refused for the last owner of the platform.
    """
    with seeing(by):
        before = _held(login_id)
        after = replace(before, barred=barred)
        if after == before:
            return
        _set(by, login_id, before, after)
        # Last, so that a failure leaves the person shut out rather than half let in.
        Login.objects.filter(pk=login_id).update(is_active=not barred)
        if barred:
            for session in UserSession.objects.filter(user_id=login_id):
                session.end()


def rename_organisation(by: Viewer, slug: str, *, name: str) -> None:
    """Another name; the short name in addresses stays. Raises Refused."""
    with seeing(by):
        org = _organisation(slug)
        if org.name != name:
            OrganisationRecord.objects.filter(pk=org.pk).update(name=name)
            was, now = {"name": org.name}, {"name": name}
            record(_at(by, org.pk), "settings changed", before=was, after=now)


def set_suspended(by: Viewer, slug: str, *, suspended: bool) -> None:
    """Nobody gets in from the next request on, with tokens neither; or everybody does again.

    The organisation's console still works, and owners of the platform may enter. Raises Refused.
    """
    with seeing(by):
        org = _organisation(slug)
        if org.suspended != suspended:
            OrganisationRecord.objects.filter(pk=org.pk).update(suspended=suspended)
            done = "organisation suspended" if suspended else "organisation resumed"
            record(_at(by, org.pk), done)


def _held(login_id: int) -> Standing:
    raw().execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
    return standings().get(login_id, Standing())


def _set(by: Viewer, login_id: int, before: Standing, after: Standing) -> None:
    if before.is_in_charge and not after.is_in_charge:
        others = [each for person, each in standings().items() if person != login_id]
        if not any(each.is_in_charge for each in others):
            raise Refused(_("This is the last owner of the platform; name another one first."))
        end_visits(_at(by, 0), login_id)
    change = [login_id, after.owner, after.barred]
    raw().execute("SELECT guard.set_standing(%s, %s, %s)", change)
    query = "SELECT org_id FROM ar.membership WHERE person_id = %s AND active ORDER BY org_id"
    was, now = vars(before), vars(after)
    for (org_id,) in raw().execute(query, [login_id]).fetchall():
        done = "standing on the platform changed"
        record(_at(by, org_id), done, person=login_id, before=was, after=now)
    if by != PLATFORM:  # Whoever is at the command line sees what they do.
        log.info("login %s: %s is now %s, by login %s", login_id, before, after, by.person_id)


def _organisation(slug: str) -> OrganisationRecord:
    found = OrganisationRecord.objects.select_for_update().filter(slug=slug).first()
    if found is None:
        raise Refused(_("There is no organisation called %(slug)s.") % {"slug": slug})
    return found


def _at(by: Viewer, org_id: int) -> Viewer:
    """The same owner, for an entry in the trail of that organisation."""
    return replace(by, org_id=org_id)
