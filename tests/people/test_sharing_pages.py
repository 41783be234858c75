"""The pages on which customers are shared out."""

from __future__ import annotations

from typing import Any

import pytest

from duebook.reports import access as reports
from duebook.reports.access import Filter
from duebook.visibility import sharing, teams
from duebook.visibility.seeing import seeing
from tests.people.conftest import customer, owners, rows, said, seen_by, signed_in, trail, wrong
from tests.people.sharing import NOW, admin_of, ids, worker
from tests.world import Company


def test_the_list_filters(company: Company) -> None:
    _zoe, zoe_id = worker(company, "zoe")
    admin = admin_of(company)
    with seeing(admin):
        team = teams.create_team(admin, "Hotels")
        sharing.share(admin, ids(company, "C2"), team, at=NOW)
        sharing.share(admin, ids(company, "C3"), zoe_id, at=NOW)

        def numbers(chosen: Filter) -> list[str]:
            return [row.account_number for row in reports.customers(chosen).rows]

        member = company.viewer(company.member_email).person_id
        assert numbers(Filter()) == ["C1", "C2", "C3"]
        assert numbers(Filter(search="SECÓND")) == ["C2"]
        assert numbers(Filter(search="100%")) == []
        assert numbers(Filter(owner=member)) == ["C1"]
        assert numbers(Filter(unowned=True)) == ["C2", "C3"]
        assert numbers(Filter(shared=team)) == ["C2"]
        assert numbers(Filter(shared=zoe_id)) == ["C3"]
        assert numbers(Filter(unowned=True, search="third")) == ["C3"]
        (row,) = reports.customers(Filter(shared=team)).rows
        assert (row.owner, row.people, row.teams) == (None, [], ["Hotels"])


def test_ticked_rows_are_assigned_and_taken_back(company: Company) -> None:
    zoe, zoe_id = worker(company, "zoe")
    boss = signed_in(company.admin_email)
    place = f"/o/{company.slug}/people/access/"
    told = {"scope": "ticked", "customer": ids(company, "C2", "C3"), "act": "assign", "who": zoe_id}
    page = boss.post(f"{place}change/", {**told, "owner": "none"}, follow=True)
    assert page.status_code == 200
    assert page.redirect_chain[0][0].startswith(f"{place}?owner=none&done=")
    text = page.content.decode()
    assert "2 customers are assigned to <bdi>Zoe</bdi>." in text
    assert owners(company) == {"C1": company.member_email, "C2": zoe, "C3": zoe}
    change = text.partition("/people/access/undo/")[2].partition("/")[0]
    page = boss.post(f"{place}undo/{change}/", {"owner": "none"}, follow=True)
    assert said(page) == ["Taken back for 2 customers."]
    assert owners(company) == {"C1": company.member_email, "C2": None, "C3": None}


def test_all_that_match_is_asked_about_first(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    from duebook.web.people import access as views

    monkeypatch.setattr(views, "SURE_FROM", 2)
    boss = signed_in(company.admin_email)
    admin = admin_of(company)
    place = f"/o/{company.slug}/people/access/change/"
    told: dict[str, Any] = {
        "scope": "all",
        "owner": "none",
        "act": "assign",
        "who": admin.person_id,
    }
    question = boss.post(place, told)
    assert question.status_code == 200
    assert f"Assign 2 customers to <bdi>{company.admin_email}</bdi>?" in question.content.decode()
    assert owners(company)["C2"] is None
    boss.post(place, {**told, "sure": "1"})
    assert owners(company) == {
        "C1": company.member_email,
        "C2": company.admin_email,
        "C3": company.admin_email,
    }
    assert trail(company, "owner assigned")[0]["filter"] == {"unowned": True}


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"act": "assign", "who": "none"}, "Tick the customers, or choose all that match."),
        ({"customer": "C1", "act": "share", "who": "none"}, "Choose a person or a team."),
        ({"customer": "C1", "act": "assign", "who": "team"}, "A team owns no customers;"),
        ({"customer": "C1", "act": "share", "who": ""}, "This field is required."),
        ({"customer": "C1", "act": "steal", "who": "none"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_done_is_said_there(
    company: Company, told: dict[str, Any], sentence: str
) -> None:
    admin = admin_of(company)
    with seeing(admin):
        team = teams.create_team(admin, "Hotels")
    told = dict(told)
    if told["who"] == "team":
        told["who"] = team
    if "customer" in told:
        told["customer"] = ids(company, told["customer"])
    answer = signed_in(company.admin_email).post(
        f"/o/{company.slug}/people/access/change/", {"scope": "ticked", **told}
    )
    assert answer.status_code == 400
    assert any(each.startswith(sentence) for each in wrong(answer))
    assert owners(company)["C1"] == company.member_email


@pytest.mark.parametrize("query", ["owner=x", "shared=-1", "page=0", "owner=99999999999999999999"])
def test_an_unclear_address_is_answered_with_what_to_do(company: Company, query: str) -> None:
    answer = signed_in(company.admin_email).get(f"/o/{company.slug}/people/access/?{query}")
    assert answer.status_code == 400
    assert "This address is unclear" in answer.content.decode()


def test_one_customers_page(company: Company) -> None:
    other = Company("customers", today=company.today)
    boss = signed_in(company.admin_email)
    first = customer(company, "C1")
    page = boss.get(f"/o/{company.slug}/people/access/{first}/").content.decode()
    assert "Owns it" in page and "Admins see every customer" in page
    assert "Client: speaks for this account" in page
    for nobody in (customer(other, "C1"), 10**15):
        assert boss.get(f"/o/{company.slug}/people/access/{nobody}/").status_code == 404
    told = {"scope": "ticked", "customer": first, "one": first, "act": "assign", "who": "none"}
    page = boss.post(f"/o/{company.slug}/people/access/change/", told, follow=True)
    assert page.redirect_chain[0][0].startswith(f"/o/{company.slug}/people/access/{first}/?done=")
    assert "1 customer has no owner now." in page.content.decode()
    assert "Nobody owns this customer." in page.content.decode()
    answer = boss.post(
        f"/o/{company.slug}/people/access/change/", {**told, "act": "share", "who": "none"}
    )
    assert (answer.status_code, wrong(answer)) == (400, ["Choose a person or a team."])
    page = boss.post(f"/o/{company.slug}/people/access/change/", told, follow=True)
    assert said(page) == ["Nothing changed: it is so already."]


def test_a_team_from_beginning_to_end(company: Company) -> None:
    zoe, zoe_id = worker(company, "zoe")
    boss = signed_in(company.admin_email)
    place = f"/o/{company.slug}/people/teams/"
    answer = boss.post(place, {"name": "  Late   payers "})
    team = int(answer["Location"].rstrip("/").rsplit("/", 1)[1])
    page = boss.post(f"{place}{team}/add/", {"person": zoe_id}, follow=True)
    assert said(page) == ["Now in Late payers."]
    with seeing(admin_of(company)):
        sharing.share(admin_of(company), ids(company, "C2"), team, at=NOW)
    assert seen_by(company, zoe) == ["C2"]
    page = boss.get(place).content.decode()
    assert "Late payers" in page and "Zoe" in page and f"?shared={team}" in page
    assert boss.post(f"{place}{team}/", {"name": "Hotels"}).status_code == 302
    question = boss.get(f"{place}{team}/delete/").content.decode()
    assert "The sharing of 1 customer with this team ends." in question
    assert "1 person sees them no longer" in question
    page = boss.post(f"{place}{team}/delete/", follow=True)
    assert said(page) == ["The team Hotels is deleted."]
    assert seen_by(company, zoe) == []
    assert boss.get(f"{place}{team}/").status_code == 404
    left = "SELECT count(*) FROM ar.customer_access WHERE org_id = %s AND principal_id = %s"
    assert rows(left, company.org_id, team) == [(0,)]
    assert trail(company, "team renamed") == [
        {"team": team, "before": {"name": "Late payers"}, "after": {"name": "Hotels"}}
    ]
    assert trail(company, "team deleted") == [
        {
            "team": team,
            "before": {"name": "Hotels", "members": [zoe_id], "customers": 1},
            "after": None,
        }
    ]


def test_teams_are_told_apart(company: Company) -> None:
    other = Company("teams", today=company.today)
    _zoe, zoe_id = worker(company, "zoe")
    boss = signed_in(company.admin_email)
    place = f"/o/{company.slug}/people/teams/"
    assert boss.post(place, {"name": "Hotels"}).status_code == 302
    answer = boss.post(place, {"name": "hotels"})
    assert (answer.status_code, wrong(answer)) == (
        400,
        ["There is a team called hotels already; choose another."],
    )
    assert boss.post(place, {"name": " "}).status_code == 400
    assert wrong(boss.post(place, {"name": "x" * 81})) == [
        "A team's name has 80 letters at most; write a shorter one."
    ]
    assert (
        signed_in(other.admin_email)
        .post(f"/o/{other.slug}/people/teams/", {"name": "Hotels"})
        .status_code
        == 302
    )
    admin = admin_of(company)
    with seeing(admin):
        team = teams.create_team(admin, "Two")
    for path in ("", "delete/"):
        theirs = signed_in(other.admin_email).get(f"/o/{other.slug}/people/teams/{team}/{path}")
        assert theirs.status_code == 404
    client = company.viewer(company.client_email).person_id
    page = boss.post(f"{place}{team}/add/", {"person": client}, follow=True)
    assert said(page) == ["Choose somebody who works here and is active: an admin or a member."]
    boss.post(f"{place}{team}/add/", {"person": zoe_id}, follow=True)
    page = boss.post(f"{place}{team}/add/", {"person": zoe_id}, follow=True)
    assert said(page) == ["Zoe is in this team already."]
    page = boss.post(f"{place}{team}/remove/{zoe_id}/", follow=True)
    assert said(page) == ["No longer in Two."]
    page = boss.post(f"{place}{team}/remove/{zoe_id}/", follow=True)
    assert said(page) == ["This person is not in the team; load the page again."]
