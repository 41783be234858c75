"""What members see, whatever happened before, held against a model in plain Python."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from duebook.export import answers
from duebook.reports.aging import aging_page
from duebook.reports.invoices import invoices
from duebook.visibility import people, sharing, teams
from duebook.visibility.organisations import Refused, add_person
from duebook.visibility.seeing import NotAllowed, raw, seeing
from duebook.visibility.viewer import Viewer
from tests.isolation.attacker import Connection, being, column, logged_in
from tests.world import Company

TODAY = date(2026, 6, 30)
CUSTOMERS = tuple(range(6))
PEOPLE = tuple(range(3))
TEAMS = tuple(range(2))
OWES = [Decimal(2**number) for number in CUSTOMERS]  # no two sets of customers owe the same


@dataclass
class Model:
    """Who owns what, what is shared with whom, who is in which team, who is what."""

    owner: dict[int, int] = field(default_factory=dict)
    shared: set[tuple[int, int]] = field(default_factory=set)  # person, customer
    team_shared: set[tuple[int, int]] = field(default_factory=set)  # team, customer
    in_team: set[tuple[int, int]] = field(default_factory=set)  # team, person
    admins: set[int] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)
    everything: bool = False

    def sees(self, person: int) -> set[int] | None:
        """The customers; None for somebody who sees nothing because they are not there."""
        if person in self.gone:
            return None
        if person in self.admins or self.everything:
            return set(CUSTOMERS)
        of_teams = {
            customer for team, customer in self.team_shared if (team, person) in self.in_team
        }
        own = {customer for customer, owner in self.owner.items() if owner == person}
        return own | of_teams | {each for who, each in self.shared if who == person}


@dataclass
class Place:
    """The organisation in which it all happens."""

    company: Company
    admin: Viewer
    hands: Connection
    emails: list[str]
    people: list[int]
    customers: list[int]
    teams: list[int]

    def do(self, step: tuple[Any, ...], model: Model) -> None:
        """A step in the database and in the model; what is refused happens in neither."""
        act, *what = step
        with suppress(Refused):
            with seeing(self.admin):
                getattr(self, f"_{act}")(*what)
            getattr(self, f"_model_{act}")(model, *what)

    def _assign(self, customer: int, person: int | None) -> None:
        owner = None if person is None else self.people[person]
        sharing.assign(self.admin, [self.customers[customer]], owner, at=now())

    def _model_assign(self, model: Model, customer: int, person: int | None) -> None:
        model.owner.pop(customer, None)
        if person is not None:
            model.owner[customer] = person

    def _share(self, customer: int, person: int) -> None:
        sharing.share(self.admin, [self.customers[customer]], self.people[person], at=now())

    def _model_share(self, model: Model, customer: int, person: int) -> None:
        model.shared.add((person, customer))

    def _unshare(self, customer: int, person: int) -> None:
        sharing.unshare(self.admin, [self.customers[customer]], self.people[person], at=now())

    def _model_unshare(self, model: Model, customer: int, person: int) -> None:
        model.shared.discard((person, customer))

    def _team_share(self, customer: int, team: int) -> None:
        sharing.share(self.admin, [self.customers[customer]], self.teams[team], at=now())

    def _model_team_share(self, model: Model, customer: int, team: int) -> None:
        model.team_shared.add((team, customer))

    def _team_unshare(self, customer: int, team: int) -> None:
        sharing.unshare(self.admin, [self.customers[customer]], self.teams[team], at=now())

    def _model_team_unshare(self, model: Model, customer: int, team: int) -> None:
        model.team_shared.discard((team, customer))

    def _join(self, team: int, person: int) -> None:
        teams.add_to_team(self.admin, self.teams[team], self.people[person])

    def _model_join(self, model: Model, team: int, person: int) -> None:
        model.in_team.add((team, person))

    def _leave(self, team: int, person: int) -> None:
        teams.remove_from_team(self.admin, self.teams[team], self.people[person])

    def _model_leave(self, model: Model, team: int, person: int) -> None:
        model.in_team.discard((team, person))

    def _promote(self, person: int) -> None:
        people.change_role(self.admin, self.people[person], "admin")

    def _model_promote(self, model: Model, person: int) -> None:
        model.admins.add(person)

    def _demote(self, person: int) -> None:
        people.change_role(self.admin, self.people[person], "member")

    def _model_demote(self, model: Model, person: int) -> None:
        model.admins.discard(person)

    def _deactivate(self, person: int, heir: int | None) -> None:
        to = None if heir is None else self.people[heir]
        people.deactivate(self.admin, self.people[person], at=now(), heir=to)

    def _model_deactivate(self, model: Model, person: int, heir: int | None) -> None:
        model.gone.add(person)
        if heir is not None:
            model.owner = {
                each: heir if owner == person else owner for each, owner in model.owner.items()
            }

    def _activate(self, person: int) -> None:
        people.activate(self.admin, self.people[person])

    def _model_activate(self, model: Model, person: int) -> None:
        model.gone.discard(person)

    def _open(self, everything: bool) -> None:
        scope = "all" if everything else "assigned"
        raw().execute("UPDATE ar.org SET member_scope = %s", [scope])

    def _model_open(self, model: Model, everything: bool) -> None:
        model.everything = everything

    def cleared(self) -> Model:
        """As at the beginning: nobody owns, shares or is in anything."""
        with seeing(self.admin):
            for statement in (
                "DELETE FROM ar.customer_access",
                "DELETE FROM ar.team_member",
                "UPDATE ar.customer_internal SET owner_id = NULL",
                "UPDATE ar.org SET member_scope = 'assigned'",
            ):
                raw().execute(statement)
            back = (
                "UPDATE ar.membership SET role = 'member', active = true WHERE person_id = ANY (%s)"
            )
            raw().execute(back, [self.people])
        return Model()


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def place(server: None) -> Iterator[Place]:
    company = Company("wood", today=TODAY)
    rows = [{"account_number": f"M{each}", "name": f"Customer {each}"} for each in CUSTOMERS]
    company.loads("accounts", rows)
    for each in CUSTOMERS:
        company.owes(str(OWES[each]), due="2026-01-31", account=f"M{each}", number=f"INV-{each}")
    emails = [f"person-{each}@{company.slug}.example" for each in PEOPLE]
    for email in emails:
        add_person(email, slug=company.slug, role="member", accounts=[])
    admin = company.viewer(company.admin_email)
    with seeing(admin):
        made = [teams.create_team(admin, f"Team {each}") for each in TEAMS]
        query = "SELECT id FROM ar.customer WHERE account_number LIKE 'M%%' ORDER BY account_number"
        found = column(raw(), query)
    ids = [company.viewer(email).person_id for email in emails]
    with logged_in() as hands:
        yield Place(company, admin, hands, emails, ids, found, made)


customer, person, team = (st.sampled_from(each) for each in (CUSTOMERS, PEOPLE, TEAMS))
STEPS = st.one_of(
    st.tuples(st.just("assign"), customer, st.none() | person),
    st.tuples(st.sampled_from(["share", "unshare"]), customer, person),
    st.tuples(st.sampled_from(["team_share", "team_unshare"]), customer, team),
    st.tuples(st.sampled_from(["join", "leave"]), team, person),
    st.tuples(st.sampled_from(["promote", "demote", "activate"]), person),
    st.tuples(st.just("deactivate"), person, st.none() | person),
    st.tuples(st.just("open"), st.booleans()),
)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(STEPS, person), min_size=6, max_size=12))
def test_everywhere_a_member_sees_the_same_and_what_is_theirs(
    place: Place, story: list[tuple[tuple[Any, ...], int]]
) -> None:
    model = place.cleared()
    for step, who in story:
        place.do(step, model)
        wanted = model.sees(who)
        if wanted is None:
            nobody(place, who)
        else:
            same_everywhere(place, who, wanted)


def nobody(place: Place, who: int) -> None:
    with pytest.raises(Refused):
        place.company.viewer(place.emails[who])
    for kind in ("member", "member_all", "admin"):
        former = Viewer(place.admin.org_id, place.people[who], kind)
        with pytest.raises(NotAllowed), seeing(former):
            pass


def same_everywhere(place: Place, who: int, wanted: set[int]) -> None:
    """Lists, sums, drills, searches, files, counts, and SQL written by hand."""
    viewer = place.company.viewer(place.emails[who])
    numbers = sorted(f"M{each}" for each in wanted)
    owed = sum((OWES[each] for each in wanted), Decimal())
    with seeing(viewer, read_only=True):
        page = aging_page(as_of=TODAY)
        assert [row.account_number for row in page.rows] == numbers
        assert [total.outstanding for total in page.totals] == ([owed] if wanted else [])
        assert page.count == len(wanted)
        assert aging_page(as_of=TODAY, search="customer").count == len(wanted)
        for each in CUSTOMERS:
            one = aging_page(as_of=TODAY, search=f"M{each}").rows
            assert [row.account_number for row in one] == [f"M{each}"] * (each in wanted)
        drilled = invoices(as_of=TODAY, basis="due", bucket="days_91_plus")
        assert sorted(row.account_number for row in drilled) == numbers
        assert sum((row.bucket_amount for row in drilled), Decimal()) == owed
        file = answers.aging(as_of=TODAY, basis="due").content("csv").decode("utf-8-sig")
    assert [row["account_number"] for row in csv.DictReader(io.StringIO(file))] == numbers
    with being(place.hands, viewer):
        by_hand = "SELECT account_number FROM ar.customer WHERE account_number LIKE 'M%%'"
        assert sorted(column(place.hands, by_hand)) == numbers
        for table in ("document", "customer_internal"):
            query = f"""SELECT count(*) FROM ar.{table} WHERE customer_id = ANY (%s)"""
            assert column(place.hands, query, [place.customers]) == [len(wanted)]
