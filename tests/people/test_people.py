"""The people of an organisation: roles, ending and giving back access, who may not lose theirs."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connections
from psycopg.errors import InsufficientPrivilege

from duebook.reports import people as reports
from duebook.visibility import invitations, people
from duebook.visibility.organisations import Refused, add_person, viewer_of
from duebook.visibility.seeing import NotAllowed, seeing
from tests.people.conftest import (
    Browser,
    customer,
    owners,
    rows,
    said,
    seen_by,
    signed_in,
    trail,
)
from tests.world import Company


def second_admin(company: Company) -> int:
    email = f"second@{company.slug}.example"
    add_person(email, slug=company.slug, role="admin", accounts=[])
    return viewer_of(company.slug, email).person_id


def test_the_list_says_who_is_what(company: Company) -> None:
    member = company.viewer(company.member_email)
    with company.admin():
        found = reports.staff()
        assert [(each.email, each.role, each.active, each.owned) for each in found.rows] == [
            (company.admin_email, "admin", True, 0),
            (company.member_email, "member", True, 1),
        ]
        assert [each.id for each in reports.staff(search="MEMBÉR@").rows] == [member.person_id]
        assert reports.staff(search="nobody").rows == []
        clients = reports.clients(search="first").rows
        assert [
            (each.email, [number for _id, number, _name in each.accounts]) for each in clients
        ] == [(company.client_email, ["C1"])]


def test_the_page_lists_and_searches(company: Company) -> None:
    boss = signed_in(company.admin_email)
    page = boss.get(f"/o/{company.slug}/people/").content.decode()
    assert company.member_email in page and company.client_email not in page
    assert "2 people" in page
    page = boss.get(f"/o/{company.slug}/people/", {"q": "member@"}).content.decode()
    assert "1 person" in page
    page = boss.get(f"/o/{company.slug}/people/clients/").content.decode()
    assert company.client_email in page and "First" in page


@pytest.mark.parametrize(
    "path",
    [
        "people/",
        "people/clients/",
        "people/teams/",
        "people/access/",
        "people/access/{customer}/",
        "people/{person}/",
        "people/{person}/deactivate/",
        "people/{person}/role/",
        "people/access/change/",
    ],
)
def test_only_admins_find_these_pages(company: Company, path: str) -> None:
    person = company.viewer(company.member_email).person_id
    path = path.format(person=person, customer=customer(company, "C1"))
    for email in (company.member_email, company.client_email):
        browser = signed_in(email)
        assert browser.get(f"/o/{company.slug}/{path}").status_code == 404
        assert browser.post(f"/o/{company.slug}/{path}").status_code == 404
    outsider = Company("outside", today=company.today)
    assert signed_in(outsider.admin_email).get(f"/o/{company.slug}/{path}").status_code == 404
    assert Browser().get(f"/o/{company.slug}/{path}").status_code == 302


def test_a_foreign_person_and_an_unknown_one_are_the_same(company: Company) -> None:
    other = Company("foreign", today=company.today)
    foreign = other.viewer(other.member_email).person_id
    boss = signed_in(company.admin_email)
    for person in (foreign, 10**15):
        for path in ("", "deactivate/"):
            answer = boss.get(f"/o/{company.slug}/people/{person}/{path}")
            assert answer.status_code == 404
    answer = boss.post(f"/o/{company.slug}/people/{foreign}/role/", {"role": "admin"})
    assert rows(
        "SELECT role FROM ar.membership WHERE org_id = %s AND person_id = %s",
        other.org_id,
        foreign,
    ) == [("member",)]


def test_a_role_changes_with_the_next_request(company: Company) -> None:
    member = company.viewer(company.member_email).person_id
    ben, boss = signed_in(company.member_email), signed_in(company.admin_email)
    assert ben.get(f"/o/{company.slug}/people/").status_code == 404
    page = boss.post(f"/o/{company.slug}/people/{member}/role/", {"role": "admin"}, follow=True)
    assert said(page) == [f"{company.member_email} is an admin."]
    assert ben.get(f"/o/{company.slug}/people/").status_code == 200
    assert trail(company, "role changed") == [
        {"person": member, "before": {"role": "member"}, "after": {"role": "admin"}}
    ]
    boss.post(f"/o/{company.slug}/people/{member}/role/", {"role": "member"})
    assert ben.get(f"/o/{company.slug}/people/").status_code == 404


def test_deactivation_holds_from_the_next_request_on(company: Company) -> None:
    member = company.viewer(company.member_email).person_id
    ben, boss = signed_in(company.member_email), signed_in(company.admin_email)
    assert ben.get(f"/o/{company.slug}/aging/").status_code == 200
    question = boss.get(f"/o/{company.slug}/people/{member}/deactivate/").content.decode()
    assert "The 1 customer they own stays assigned to them" in question
    assert ben.get(f"/o/{company.slug}/aging/").status_code == 200  # looking did nothing
    page = boss.post(f"/o/{company.slug}/people/{member}/deactivate/", {"heir": ""}, follow=True)
    assert said(page) == [f"{company.member_email} is deactivated and sees nothing any more."]
    assert ben.get(f"/o/{company.slug}/aging/").status_code == 404
    assert ben.get("/").status_code == 200
    assert owners(company) == {"C1": company.member_email, "C2": None, "C3": None}
    (entry,) = trail(company, "person deactivated")
    assert entry == {
        "person": member,
        "before": {"role": "member", "active": True},
        "after": {"role": "member", "active": False},
        "customers_handed_over": 0,
        "invitations_withdrawn": 0,
    }
    page = boss.post(f"/o/{company.slug}/people/{member}/activate/", follow=True)
    assert said(page) == [f"{company.member_email} is active again."]
    assert ben.get(f"/o/{company.slug}/aging/").status_code == 200
    assert seen_by(company, company.member_email) == ["C1"]


def test_customers_are_handed_over_in_the_same_step(company: Company) -> None:
    heir = second_admin(company)
    member = company.viewer(company.member_email).person_id
    boss = signed_in(company.admin_email)
    boss.post(f"/o/{company.slug}/people/{member}/deactivate/", {"heir": heir})
    assert owners(company) == {"C1": f"second@{company.slug}.example", "C2": None, "C3": None}
    (entry,) = trail(company, "person deactivated")
    assert entry["customers_handed_over"] == 1
    (assigned,) = trail(company, "owner assigned")
    assert assigned["before"] == {"owners": [{"owner": member, "count": 1}]}
    assert (assigned["after"], assigned["filter"]) == ({"owner": heir}, {"owner": member})


def test_what_is_refused_leaves_nothing_behind(company: Company) -> None:
    """The heir is deactivated between the question and the answer."""
    heir = second_admin(company)
    admin = company.viewer(company.admin_email)
    member = company.viewer(company.member_email).person_id
    boss = signed_in(company.admin_email)
    with seeing(admin):
        people.deactivate(admin, heir, at=_now())
    answer = boss.post(f"/o/{company.slug}/people/{member}/deactivate/", {"heir": heir})
    assert answer.status_code == 400  # no longer among the choices
    with pytest.raises(Refused, match="Choose somebody who works here"), seeing(admin):
        people.deactivate(admin, member, at=_now(), heir=heir)
    assert company.viewer(company.member_email).kind == "member"


def test_open_invitations_die_with_the_access(company: Company) -> None:
    admin = company.viewer(company.admin_email)
    client = company.viewer(company.client_email).person_id
    with seeing(admin):
        invitations.invite(
            admin,
            company.client_email,
            role="client",
            at=_now(),
            customer_id=customer(company, "C2"),
        )
        people.deactivate(admin, client, at=_now())
        assert reports.open_invitations(at=_now(), clients=True) == []
    with pytest.raises(NotAllowed), seeing(_gone(company, client)):
        pass


def test_the_last_admin_stays(company: Company) -> None:
    admin = company.viewer(company.admin_email)
    boss = signed_in(company.admin_email)
    page = boss.post(
        f"/o/{company.slug}/people/{admin.person_id}/role/", {"role": "member"}, follow=True
    )
    assert said(page) == ["Nobody changes their own role; ask another admin."]
    page = boss.post(f"/o/{company.slug}/people/{admin.person_id}/deactivate/", follow=True)
    assert said(page) == ["Nobody deactivates themselves; ask another admin."]
    # The console acts as an admin and is none of them.
    from duebook.visibility.organisations import console_of

    console = console_of(company.slug)
    sentence = f"{company.admin_email} is the last admin; make somebody else an admin first."
    for act in (
        lambda: people.change_role(console, admin.person_id, "member"),
        lambda: people.deactivate(console, admin.person_id, at=_now()),
    ):
        with pytest.raises(Refused) as no, seeing(console):
            act()
        assert str(no.value) == sentence
    second_admin(company)
    with seeing(console):
        people.deactivate(console, admin.person_id, at=_now())


def test_two_admins_cannot_demote_each_other_at_once(company: Company) -> None:
    first = company.viewer(company.admin_email)
    second_admin(company)
    second = viewer_of(company.slug, f"second@{company.slug}.example")
    ready, outcomes = threading.Barrier(2), []

    def demote(viewer: Any, other: Any) -> None:
        ready.wait()
        try:
            with seeing(viewer):
                people.change_role(viewer, other.person_id, "member")
            outcomes.append("done")
        except (Refused, NotAllowed, InsufficientPrivilege) as no:
            outcomes.append(type(no).__name__)
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=demote, args=pair) for pair in ((first, second), (second, first))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    query = "SELECT count(*) FROM ar.membership WHERE org_id = %s AND role = 'admin' AND active"
    assert rows(query, company.org_id) == [(1,)]
    assert sorted(outcomes)[-1] == "done" and len(outcomes) == 2


def test_a_client_loses_one_account_or_all(company: Company) -> None:
    add_person(company.client_email, slug=company.slug, role="client", accounts=["C2"])
    client = company.viewer(company.client_email).person_id
    assert seen_by(company, company.client_email) == ["C1", "C2"]
    boss = signed_in(company.admin_email)
    first = customer(company, "C1")
    page = boss.post(f"/o/{company.slug}/people/{client}/accounts/{first}/withdraw/", follow=True)
    assert "Second" in page.content.decode()
    assert seen_by(company, company.client_email) == ["C2"]
    assert trail(company, "account withdrawn") == [{"person": client, "customer": first}]
    page = boss.post(f"/o/{company.slug}/people/{client}/accounts/{first}/withdraw/", follow=True)
    assert said(page) == [f"{company.client_email} does not speak for this account."]


def test_clients_have_no_other_role(company: Company) -> None:
    client = company.viewer(company.client_email).person_id
    boss = signed_in(company.admin_email)
    page = boss.post(f"/o/{company.slug}/people/{client}/role/", {"role": "admin"}, follow=True)
    assert said(page) == [f"{company.client_email} is a client and has no other role here."]
    page = boss.post(f"/o/{company.slug}/people/{client}/role/", {"role": "console"}, follow=True)
    assert said(page) == ["People who work here are admins or members; choose one of the two."]
    assert company.viewer(company.client_email).kind == "client"


def test_several_are_invited_each_with_their_own_outcome(
    company: Company, letters: list[Any], newcomer: str
) -> None:
    boss = signed_in(company.admin_email)
    lines = f"{newcomer}\n{company.member_email}\n\n nobody \n{newcomer.upper()}\nzoe.{newcomer}"
    page = boss.post(
        f"/o/{company.slug}/people/invite/",
        {"emails": lines, "role": "member", "language": "he"},
        follow=True,
    )
    reasons, done = said(page)
    assert done == "2 people are invited."
    assert reasons.split(":", 1)[0] == "2 were left out"
    assert f"{company.member_email} is a member here already." in reasons
    assert "“nobody” is not an e-mail address" in reasons
    assert [letter.to for letter in letters] == [[newcomer], [f"zoe.{newcomer}"]]
    page = boss.get(f"/o/{company.slug}/people/").content.decode()
    assert newcomer in page and "Pending" in page


def test_nobody_invited_is_said_at_the_field(company: Company, letters: list[Any]) -> None:
    boss = signed_in(company.admin_email)
    answer = boss.post(
        f"/o/{company.slug}/people/invite/",
        {"emails": company.member_email, "role": "member", "language": "en"},
    )
    assert answer.status_code == 400
    assert f"{company.member_email} is a member here already." in answer.content.decode()
    for told, sentence in (
        ({"emails": "a@b.example", "role": "client"}, "A client needs the account"),
        ({"emails": "a@b.example", "role": "client", "account": "C9"}, "There is no account with"),
        ({"emails": "a@b.example", "role": "member", "account": "C1"}, "Accounts are for clients"),
        ({"emails": " ", "role": "member"}, "Write at least one address."),
        ({"emails": "", "role": "client", "account": "C1"}, "An invitation needs an e-mail"),
    ):
        answer = boss.post(f"/o/{company.slug}/people/invite/", {**told, "language": "en"})
        assert (answer.status_code, sentence in answer.content.decode()) == (400, True)
    assert letters == []


def test_a_letter_is_sent_again_or_withdrawn(
    company: Company, letters: list[Any], newcomer: str
) -> None:
    boss = signed_in(company.admin_email)
    told = {"emails": newcomer, "role": "client", "account": "C2", "language": "he"}
    boss.post(f"/o/{company.slug}/people/invite/", told)
    page = boss.get(f"/o/{company.slug}/people/clients/").content.decode()
    assert newcomer in page
    with company.admin():
        (open_one,) = reports.open_invitations(at=_now(), clients=True)
    place = f"/o/{company.slug}/people/invitations/{open_one.id}"
    page = boss.post(f"{place}/resend/", {"list": "clients"}, follow=True)
    assert said(page) == [f"A new letter goes to {newcomer}; the old link is dead."]
    assert len(letters) == 2
    page = boss.post(f"{place}/withdraw/", {"list": "clients"}, follow=True)
    assert said(page) == ["The invitation is withdrawn; its link is dead."]
    page = boss.post(f"{place}/resend/", {"list": "clients"}, follow=True)
    assert said(page) == [f"The invitation of {newcomer} was withdrawn; invite them anew."]
    assert len(letters) == 2


def test_members_invite_clients_of_their_customers(
    company: Company, letters: list[Any], newcomer: str
) -> None:
    ben = signed_in(company.member_email)
    page = ben.get(f"/o/{company.slug}/people/invite/").content.decode()
    assert 'value="client"' in page and 'value="admin"' not in page
    told = {"emails": newcomer, "role": "client", "account": "C1", "language": "en"}
    page = ben.post(f"/o/{company.slug}/people/invite/", told, follow=True)
    assert said(page) == [f"{newcomer} is invited."]
    told["account"] = "C2"
    assert ben.post(f"/o/{company.slug}/people/invite/", told).status_code == 400
    told = {"emails": newcomer, "role": "admin", "language": "en"}
    assert ben.post(f"/o/{company.slug}/people/invite/", told).status_code == 400
    assert len(letters) == 1
    assert (
        signed_in(company.client_email).get(f"/o/{company.slug}/people/invite/").status_code == 404
    )


def _gone(company: Company, person: int) -> Any:
    from duebook.visibility.viewer import Viewer

    return Viewer(company.org_id, person, "client")


def _now() -> datetime:
    return datetime.now(UTC)
