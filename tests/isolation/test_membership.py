"""What ends, ends with the next transaction: membership, sharing, teams, time."""

from __future__ import annotations

import itertools
import time
from datetime import date

import pytest

from duebook.visibility import viewer as viewing
from duebook.visibility.organisations import add_person, viewer_of
from duebook.visibility.seeing import NotAllowed, enter, raw, seeing
from duebook.visibility.viewer import Viewer
from tests.isolation.attacker import REFUSED, column, logged_in, tried
from tests.world import Company


@pytest.fixture(scope="module")
def company(server: None) -> Company:
    return Company("lone", today=date(2026, 6, 30))


@pytest.fixture
def member(company: Company) -> Viewer:
    """Somebody new who has the first customer shared."""
    joined = _joined(company, "member")
    _by_admin(company, SHARED.format(account="C1"), joined)
    return joined


def _joined(company: Company, role: str, accounts: tuple[str, ...] = ()) -> Viewer:
    email = f"{role}-{next(_numbers)}@{company.slug}.example"
    add_person(email, slug=company.slug, role=role, accounts=list(accounts))
    return viewer_of(company.slug, email)


_numbers = itertools.count(1)
SHARED = (
    "INSERT INTO ar.customer_access (org_id, principal_id, customer_id, reason)"
    " SELECT org_id, %s, id, 'share' FROM ar.customer WHERE account_number = '{account}'"
)
ENDED = "UPDATE ar.membership SET active = false WHERE person_id = %s"


def test_a_deactivated_person_is_refused_from_the_next_transaction(
    company: Company, member: Viewer
) -> None:
    with seeing(member):
        assert _accounts() == ["C1"]
    _by_admin(company, ENDED, member)
    with pytest.raises(NotAllowed), seeing(member):
        pass
    with logged_in("duebook_door") as door:
        assert tried(door, "SELECT FROM guard.memberships_of(%s)", [member.person_id]) == 0


def test_an_open_transaction_sees_its_membership_end(company: Company, member: Viewer) -> None:
    with seeing(member):
        assert _accounts() == ["C1"]
        with logged_in() as admin, admin.transaction():
            enter(admin, company.viewer(company.admin_email))
            admin.execute(ENDED, [member.person_id])
        assert tried(raw(), "SELECT FROM ar.customer") == REFUSED


def test_a_job_ends_with_the_membership_of_who_ordered_it(company: Company, member: Viewer) -> None:
    with seeing(member):
        job = column(raw(), "SELECT guard.enqueue('export', '{}')")[0]
    ask = "SELECT FROM guard.job_viewer(%s)"
    with logged_in("duebook_worker") as worker:
        assert tried(worker, ask, [job]) == 1
        _by_admin(company, "UPDATE ar.membership SET role = 'admin' WHERE person_id = %s", member)
        assert tried(worker, ask, [job]) == 0


def test_members_see_all_customers_where_the_organisation_says_so(
    company: Company, member: Viewer
) -> None:
    unbound = Viewer(member.org_id, member.person_id, "member_all")
    _by_admin(company, "UPDATE ar.org SET member_scope = 'all'")
    try:
        with pytest.raises(NotAllowed), seeing(member):
            pass
        assert company.viewer(company.member_email).kind == "member_all"
        with seeing(unbound):
            assert _accounts() == ["C1", "C2", "C3"]
    finally:
        _by_admin(company, "UPDATE ar.org SET member_scope = 'assigned'")
    with pytest.raises(NotAllowed), seeing(unbound):
        pass
    with seeing(member):
        assert _accounts() == ["C1"]


def test_a_team_shares_with_its_people_while_they_are_in_it(
    company: Company, member: Viewer
) -> None:
    made = "INSERT INTO ar.team (org_id, name) VALUES (%s, 'North') RETURNING id"
    with company.admin():
        team = column(raw(), made, [company.org_id])[0]
        raw().execute(SHARED.format(account="C2").replace("'share'", "'team share'"), [team])
    with seeing(member):
        assert _accounts() == ["C1"]
    joins = "INSERT INTO ar.team_member (org_id, person_id, team_id) VALUES (%s, %s, %s)"
    with company.admin():
        raw().execute(joins, [company.org_id, member.person_id, team])
    with seeing(member):
        assert _accounts() == ["C1", "C2"]
    _by_admin(company, "DELETE FROM ar.team_member WHERE person_id = %s", member)
    with seeing(member):
        assert _accounts() == ["C1"]


def test_a_share_is_seen_until_it_is_taken_back(company: Company, member: Viewer) -> None:
    _by_admin(company, SHARED.format(account="C3"), member)
    with seeing(member):
        assert _accounts() == ["C1", "C3"]
    _by_admin(company, "DELETE FROM ar.customer_access WHERE principal_id = %s", member)
    with seeing(member):
        assert _accounts() == []


def test_a_client_sees_an_account_while_linked_to_it(company: Company) -> None:
    client = _joined(company, "client", ("C2", "C3"))
    with seeing(client):
        assert _accounts() == ["C2", "C3"]
    _by_admin(company, "DELETE FROM ar.client_link WHERE person_id = %s", client)
    with seeing(client):
        assert _accounts() == []


def test_a_statement_is_good_for_transactions_begun_in_time(
    member: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(viewing, "LIFE_SECONDS", 1)
    with logged_in() as hands:
        with hands.transaction():  # begun before it is signed, however slow everything is
            statement = member.signed(hands.info.backend_pid)
            over = int(statement.split(".")[5]) + 0.05
            hands.execute("SELECT set_config('duebook.viewer', %s, false)", [statement])
            hands.execute("SET ROLE duebook_member")
            assert tried(hands, "SELECT FROM ar.customer") == 1
            time.sleep(max(0, over - time.time()))
            assert tried(hands, "SELECT FROM ar.customer") == 1
        assert tried(hands, "SELECT FROM ar.customer") == REFUSED


def test_a_statement_older_than_a_minute_opens_nothing(
    member: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert viewing.LIFE_SECONDS == 60
    monkeypatch.setattr(viewing, "LIFE_SECONDS", -1)
    with pytest.raises(NotAllowed, match="expired"), seeing(member):
        pass


def _accounts() -> list[str]:
    return column(raw(), "SELECT account_number FROM ar.customer ORDER BY 1")


def _by_admin(company: Company, statement: str, about: Viewer | None = None) -> None:
    with company.admin():
        raw().execute(statement, [about.person_id] if about else None)
