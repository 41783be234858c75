"""Who belongs to the sample organisations, and what is shared with whom.

Every step may be repeated: a demonstration that was stopped while it loaded goes on.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache

from django.contrib.auth.hashers import make_password

from duebook.demo.blueprints import OWNER
from duebook.demo.generator import PASSWORD, SampleOrganisation, SamplePerson
from duebook.visibility import invitations, platform, sharing, teams
from duebook.visibility.invitations import Invitation
from duebook.visibility.models import Login, Membership, OrganisationRecord
from duebook.visibility.organisations import PLATFORM, add_person, console_of, viewer_of
from duebook.visibility.seeing import raw, seeing
from duebook.visibility.viewer import Viewer


def are_there(sample: SampleOrganisation) -> bool:
    """Everybody has come to the organisation, whatever became of them there. They come last."""
    with seeing(PLATFORM):
        org = OrganisationRecord.objects.filter(slug=sample.slug).first()
        if org is None:
            return False
        ids = Membership.objects.filter(org_id=org.pk).values_list("person_id", flat=True)
        belonging = set(ids)
    emails = {person.email for person in sample.people}
    known = dict(Login.objects.filter(email__in=emails).values_list("email", "pk"))
    return all(known.get(email) in belonging for email in emails)


def add_staff(sample: SampleOrganisation) -> None:
    """Before the files, which name them as owners of accounts."""
    for person in sample.people:
        if person.role != "client":
            _add(sample, person)


def add_clients(sample: SampleOrganisation) -> None:
    """After the files, which bring their accounts."""
    for person in sample.people:
        if person.role == "client":
            _add(sample, person)


def share(sample: SampleOrganisation, *, at: datetime) -> None:
    """Teams with their members, and accounts shared with teams and with single members."""
    console = console_of(sample.slug)
    with seeing(console):
        for team in sample.blueprint.teams:
            team_id = _team(console, team.name)
            for email in team.members:
                _join(console, team_id, _login_id(email))
            sharing.share(console, _customers(sample, team.ranks), team_id, at=at)
        for email, ranks in sample.blueprint.shared.items():
            sharing.share(console, _customers(sample, ranks), _login_id(email), at=at)


def invite(sample: SampleOrganisation, *, at: datetime) -> list[Invitation]:
    """Who has been asked by the first admin and has not answered, for a letter to each."""
    admin = viewer_of(sample.slug, sample.people[0].email)
    with seeing(admin):
        return [
            invitations.invite(
                admin,
                asked.email,
                role=asked.role,
                at=at,
                customer_id=None if asked.rank is None else _customers(sample, (asked.rank,))[0],
                name=asked.name,
            )
            for asked in sample.blueprint.invited
        ]


def add_owner() -> None:
    """The platform's owner. What somebody has done about them since is left alone."""
    login = _login(OWNER.email, OWNER.name)
    with seeing(PLATFORM):
        has_standing = login.pk in platform.standings()
    if not has_standing:
        platform.set_owner(PLATFORM, login.pk, owner=True)


def _add(sample: SampleOrganisation, person: SamplePerson) -> None:
    _login(person.email, person.name)
    accounts = list(person.accounts)
    add_person(person.email, slug=sample.slug, role=person.role, accounts=accounts)


def _login(email: str, name: str) -> Login:
    """With its password from the start: who belongs somewhere can sign in."""
    made = {"name": name, "password": _hashed()}
    return Login.objects.get_or_create(email=email, defaults=made)[0]


@cache
def _hashed() -> str:
    """Once for all of them: a good hash takes its time."""
    return make_password(PASSWORD)


def _login_id(email: str) -> int:
    return int(Login.objects.get(email=email).pk)


def _team(console: Viewer, name: str) -> int:
    query = "SELECT id FROM ar.team WHERE org_id = %s AND name = %s"
    row = raw().execute(query, [console.org_id, name]).fetchone()
    return int(row[0]) if row else teams.create_team(console, name)


def _join(console: Viewer, team_id: int, person_id: int) -> None:
    query = "SELECT id FROM ar.team_member WHERE org_id = %s AND team_id = %s AND person_id = %s"
    if raw().execute(query, [console.org_id, team_id, person_id]).fetchone() is None:
        teams.add_to_team(console, team_id, person_id)


def _customers(sample: SampleOrganisation, ranks: tuple[int, ...]) -> list[int]:
    """The accounts of these ranks, 0 being the largest."""
    numbers = [sample.accounts[rank].number for rank in ranks]
    query = "SELECT id FROM ar.customer WHERE account_number = ANY (%s) ORDER BY id"
    return [row[0] for row in raw().execute(query, [numbers]).fetchall()]
