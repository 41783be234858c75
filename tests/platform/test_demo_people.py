"""The people of the demonstration: teams, shares, invitations, and a platform owner."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from duebook.console import serving
from duebook.database.migrate import connect
from duebook.demo import people, talking
from duebook.demo.blueprints import BLUEPRINTS, OWNER
from duebook.demo.generator import SampleOrganisation, sample_organisations
from duebook.visibility.organisations import PLATFORM, viewer_of
from duebook.visibility.platform import set_owner, standings
from duebook.visibility.seeing import raw, seeing
from tests.platform.browsing import Browser, login_of
from tests.platform.browsing import Owner as Other

TODAY = date(2026, 6, 30)


@pytest.fixture(scope="module")
def samples() -> dict[str, SampleOrganisation]:
    return {sample.slug: sample for sample in sample_organisations(TODAY)}


@pytest.fixture(scope="module")
def marlowick(server: None, samples: dict[str, SampleOrganisation]) -> SampleOrganisation:
    """Made twice over: a demonstration that was stopped goes on where it was."""
    sample = samples["marlowick"]
    assert not people.are_there(sample)
    serving._make(sample)
    people.share(sample, at=datetime.now(UTC))
    with connect() as own:  # Another test may have made and dismissed the sample owner.
        own.execute(
            b"DELETE FROM ar.platform_person p USING door.login l"
            b" WHERE l.id = p.person_id AND l.email = %s",
            [OWNER.email],
        )
    people.add_owner()
    assert people.are_there(sample)
    return sample


def counted(query: str, *values: object) -> object:
    with connect() as own:
        row = own.execute(query.encode(), values).fetchone()
    return row[0] if row else None


def sees(sample: SampleOrganisation, email: str) -> set[str]:
    """The accounts that somebody sees."""
    with seeing(viewer_of(sample.slug, email)):
        query = "SELECT account_number FROM ar.customer"
        return {row[0] for row in raw().execute(query).fetchall()}


def test_clients_have_something_to_show(marlowick: SampleOrganisation) -> None:
    """Once, however often the demonstration is made."""
    talking.talk(marlowick)
    for person in marlowick.people:
        if person.role == "client":
            with seeing(viewer_of(marlowick.slug, person.email)):
                states = "SELECT state, count(*) FROM ar.{} GROUP BY 1 ORDER BY 1"
                found = [
                    raw().execute(states.format(table)).fetchall()
                    for table in ("dispute_case", "portal_payment")
                ]
                supplied = raw().execute("SELECT count(*) FROM ar.shipment").fetchone()
            assert found == [
                [("answered", 1), ("closed", 1), ("open", 1)],
                [("pending", 1), ("settled", 1)],
            ]
            assert supplied and supplied[0] > 0


def test_members_see_what_they_own_and_what_is_shared_with_them(
    marlowick: SampleOrganisation,
) -> None:
    own = {
        email: {each.number for each in marlowick.accounts if each.owner_email == email}
        for email in ("ben@marlowick.example", "zoe@marlowick.example")
    }
    hotels, late = ({marlowick.accounts[n].number for n in team.ranks} for team in teams())
    single = {marlowick.accounts[n].number for n in (0, 2)}
    assert (
        sees(marlowick, "ben@marlowick.example") == own["ben@marlowick.example"] | hotels | single
    )
    assert sees(marlowick, "zoe@marlowick.example") == own["zoe@marlowick.example"] | hotels | late
    assert len(sees(marlowick, "nora@marlowick.example")) == 400


def teams():  # type: ignore[no-untyped-def]
    return BLUEPRINTS[0].teams


def test_in_one_organisation_members_see_everything(
    samples: dict[str, SampleOrganisation],
) -> None:
    scopes = {slug: sample.settings["member_scope"] for slug, sample in samples.items()}
    assert scopes == {"marlowick": "assigned", "talmor": "all", "brevalt": "assigned"}


def test_invitations_wait_for_an_answer_with_a_letter_each(marlowick: SampleOrganisation) -> None:
    query = (
        "SELECT count(DISTINCT l.recipient) FROM ar.invitation i JOIN door.letter l"
        " ON l.recipient = i.email JOIN ar.org o USING (org_id) WHERE o.slug = 'marlowick'"
        " AND i.accepted_at IS NULL AND i.declined_at IS NULL AND i.withdrawn_at IS NULL"
    )
    assert counted(query) == len(marlowick.blueprint.invited) == 2
    query = (
        "SELECT count(*) FROM ar.invitation i JOIN ar.person p"
        " ON p.org_id = i.org_id AND p.id = i.invited_by WHERE p.name = 'Nora Whitlock'"
    )
    assert counted(query) == 2


def test_what_is_named_in_a_blueprint_is_there() -> None:
    for blueprint in BLUEPRINTS:
        staff = {person.email for person in blueprint.people if person.role != "client"}
        known = {person.email for person in blueprint.people}
        assert {email for team in blueprint.teams for email in team.members} <= staff
        assert set(blueprint.shared) <= staff
        for asked in blueprint.invited:
            assert asked.email not in known
            assert asked.email.endswith(".example")
            assert (asked.role == "client") == (asked.rank is not None)


def test_a_membership_that_is_missing_makes_it_incomplete(marlowick: SampleOrganisation) -> None:
    """It is not enough that the person can sign in: they may come from another organisation."""
    place = "m.person_id = l.id AND l.email = 'ap@tamrowick.example'"
    with connect() as own:
        own.execute(
            f"UPDATE ar.membership m SET active = false FROM door.login l WHERE {place}".encode()
        )
        assert people.are_there(marlowick)  # somebody tried out how one deactivates people
        own.execute(f"DELETE FROM ar.client_link m USING door.login l WHERE {place}".encode())
        own.execute(f"DELETE FROM ar.membership m USING door.login l WHERE {place}".encode())
        assert not people.are_there(marlowick)
    people.add_clients(marlowick)
    assert people.are_there(marlowick)
    assert len(sees(marlowick, "ap@tamrowick.example")) == 1


def test_the_owner_of_the_platform(marlowick: SampleOrganisation) -> None:
    owner = login_of(OWNER.email)
    with seeing(PLATFORM):
        assert standings()[owner.pk].is_in_charge
    assert Browser(owner).gets("/platform/organisations/").status_code == 200
    assert Browser(owner).gets("/o/marlowick/aging/").status_code == 404
    # Who was dismissed while somebody looked around stays dismissed.
    other = Other()
    set_owner(other.viewer, owner.pk, owner=False)
    people.add_owner()
    with seeing(PLATFORM):
        assert not standings()[owner.pk].owner
    set_owner(other.viewer, owner.pk, owner=True)


def test_each_kind_of_person_is_named(samples: dict[str, SampleOrganisation]) -> None:
    named = serving._logins(list(samples.values()))
    assert [email for email, _ in named] == [
        "owner@duebook.example",
        "nora@marlowick.example",
        "ben@marlowick.example",
        "ines.duarte@calvera.example",
    ]
