"""Acts on the accounts selected: without script, by form; the real queue does what is ordered."""

from __future__ import annotations

import csv
import io
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from duebook.jobs.worker import work
from tests.customers.conftest import TODAY, listed, text
from tests.jobs.pages import Desk
from tests.people.conftest import Browser, customer, owners, rows, said, signed_in, trail
from tests.world import Company


@pytest.fixture(scope="module")
def house(server: None) -> Company:
    """C1 to C3 and three more, two of whom can be written to; Grete owes most."""
    company = Company("many", today=TODAY)
    company.loads(
        "accounts",
        [
            {"account_number": "D1", "name": "Grete Alder", "contact_email": "d1@clients.example"},
            {"account_number": "D2", "name": "Grove Alder", "contact_email": "d2@clients.example"},
            {"account_number": "D3", "name": "=Grim Alder"},
        ],
    )
    company.owes("90.00", due="2026-03-31", account="D1")
    company.owes("20.00", due="2026-03-31", account="D2")
    return company


@pytest.fixture
def boss(house: Company) -> Browser:
    return signed_in(house.admin_email)


def act(browser: Browser, company: Company, name: str, **more: Any) -> Any:
    return browser.post(f"/o/{company.slug}/customers/bulk/", {"act": name, **more})


def ids(company: Company, *numbers: str) -> list[int]:
    return [customer(company, number) for number in numbers]


def test_the_list_has_a_box_for_each_row_and_acts_below(house: Company, boss: Browser) -> None:
    sheet = listed(boss, house)
    assert sheet.html.count('name="customer"') == len(sheet.rows) == 6
    for value in ("invite", "resend", "assign", "share", "unshare", "note", "csv", "xlsx"):
        assert f'name="act" value="{value}"' in sheet.html
    member = signed_in(house.member_email)
    mine = listed(member, house).html
    assert 'value="invite"' in mine and 'value="assign"' not in mine
    past = listed(boss, house, "?as_of=2026-06-01").html
    assert 'value="csv"' in past and 'value="invite"' not in past


def owed(browser: Browser, company: Company, **more: Any) -> str:
    answer = browser.post(f"/o/{company.slug}/customers/selected/", more)
    assert answer.status_code == 200
    return text(answer.content.decode())


def test_the_selection_says_what_it_owes(house: Company, boss: Browser) -> None:
    both = ",".join(map(str, ids(house, "D1", "D2")))
    assert owed(boss, house, customers=both) == "Outstanding 110.00 USD"
    assert owed(boss, house, q="alder", all="1") == "Outstanding 110.00 USD"
    but = str(customer(house, "D2"))
    assert owed(boss, house, q="alder", all="1", but=but) == "Outstanding 90.00 USD"
    assert owed(signed_in(house.member_email), house, customers=both) == ""  # sees neither
    assert owed(boss, house) == ""


def test_one_is_asked_and_then_it_is_done(house: Company, boss: Browser) -> None:
    asked = act(boss, house, "invite", q="alder", all="1")
    assert asked.status_code == 200
    assert "Invite 3 accounts" in asked.content.decode()
    assert rows("SELECT count(*) FROM ar.bulk_act WHERE org_id = %s", house.org_id) == [(0,)]

    answer = act(boss, house, "invite", q="alder", all="1", sure="1", language="en", role="view")
    assert answer.status_code == 302
    page = boss.get(answer["Location"]).content.decode()
    assert "0 of 3" in page and "every 1s" in page
    work(wait=False)
    page = boss.get(answer["Location"]).content.decode()
    assert "2 accounts were sent their invitation" in page and "1 was skipped" in page
    assert "every 1s" not in page
    assert "No contact e-mail" in page
    (told,) = trail(house, "invitations ordered")
    assert (told["count"], told["filter"]) == (3, {"currency": "USD", "search": "alder"})

    badges = {row["number"]: row for row in listed(boss, house, "?invitation=Pending").rows}
    assert set(badges) == {"D1", "D2"}  # at once
    outcome = boss.get(answer["Location"] + "?outcome=skipped&reason=no_email").content.decode()
    assert "=Grim" in outcome and "Grete" not in outcome
    file = boss.get(answer["Location"] + "outcomes.csv").content.decode()
    found = {row["account_number"]: row for row in csv.DictReader(io.StringIO(file))}
    assert found["D3"]["account_name"] == "'=Grim Alder"
    assert (found["D3"]["outcome"], found["D3"]["reason"]) == ("Skipped", "No contact e-mail")
    assert (found["D1"]["outcome"], found["D1"]["email"]) == ("Sent", "d1@clients.example")


def test_owners_are_given_and_taken_back(house: Company, boss: Browser) -> None:
    before = owners(house)
    member = house.viewer(house.member_email).person_id
    answer = act(boss, house, "assign", customer=ids(house, "D1", "D2"), sure="1", who=str(member))
    change = parse_qs(urlsplit(answer["Location"]).query)["done"][0]
    page = boss.get(answer["Location"]).content.decode()
    assert "2 customers are assigned to" in page
    assert {n for n, owner in owners(house).items() if owner == house.member_email} == {
        "C1",
        "D1",
        "D2",
    }
    back = boss.post(f"/o/{house.slug}/customers/bulk/undo/{change}/", follow=True)
    assert said(back) == ["Taken back for 2 customers."]
    assert owners(house) == before


def test_sharing_and_notes(house: Company, boss: Browser) -> None:
    member = str(house.viewer(house.member_email).person_id)
    those = ",".join(map(str, ids(house, "D1", "D3")))
    act(boss, house, "share", customers=those, sure="1", who=member)
    assert listed(signed_in(house.member_email), house, "?q=alder").numbers == ["D1", "D3"]
    answer = act(
        boss,
        house,
        "note",
        all="1",
        q="alder",
        but=str(customer(house, "D2")),
        sure="1",
        body="Call before noon.",
    )
    assert said(boss.get(answer["Location"])) == ["A note was added to 2 accounts."]
    page = boss.get(answer["Location"]).content.decode()
    assert "Your note stands on 2 accounts" in page
    found = re.search(r'action="([^"]*/bulk/notes/\d+/undo/)"', page)
    assert found
    answer_to_other = signed_in(house.member_email).post(found[1])
    assert answer_to_other.status_code == 302
    assert "Your note stands on 2 accounts" in boss.get(answer["Location"]).content.decode()
    back = boss.post(found[1])
    assert said(boss.get(back["Location"])) == ["The note was taken back from 2 accounts."]
    assert "Your note stands" not in boss.get(answer["Location"]).content.decode()
    act(boss, house, "unshare", customers=those, sure="1", who=member)
    assert listed(signed_in(house.member_email), house, "?q=alder").numbers == []


def test_a_file_of_the_selection_is_exactly_it_in_the_lists_order(
    house: Company, boss: Browser
) -> None:
    for how, expected in (
        ({"customers": ",".join(map(str, ids(house, "D3", "D2", "D1")))}, ["D1", "D2", "D3"]),
        ({"all": "1", "but": str(customer(house, "D1"))}, ["D2", "C1", "C2", "C3", "D3"]),
    ):
        desk = Desk(house, house.admin_email)
        for address in desk.files():
            desk.client.post(address.replace("/file/", "/delete/"))
        answer = act(boss, house, "csv", sort="-outstanding_amount", **how)
        assert answer.status_code == 302
        work(wait=False)
        found = list(csv.DictReader(io.StringIO(desk.fetched().decode())))
        assert sorted(row["account_number"] for row in found) == sorted(expected)
        screen = listed(boss, house, "?sort=-outstanding_amount").numbers
        assert [row["account_number"] for row in found] == [n for n in screen if n in expected]


def test_what_cannot_be_done_is_said(house: Company, boss: Browser) -> None:
    nothing = act(boss, house, "invite")
    assert said(boss.get(nothing["Location"])) == [
        "Nothing is selected; tick the accounts that are meant."
    ]
    those = {"customer": ids(house, "D1")}
    assert act(boss, house, "invite", as_of="2026-06-01", **those).status_code == 400
    assert act(boss, house, "burn", **those).status_code == 400
    assert act(boss, house, "assign", sure="1", who="", **those).status_code == 400
    assert act(signed_in(house.member_email), house, "assign", **those).status_code == 400
    other = Company("elsewhere", today=TODAY)
    foreign = act(boss, house, "invite", customer=ids(other, "C1"))
    assert said(boss.get(foreign["Location"])) == [
        "Nothing is selected; tick the accounts that are meant."
    ]
    assert act(signed_in(house.client_email), house, "invite", **those).status_code == 404


def test_each_account_has_its_outcome(house: Company, boss: Browser) -> None:
    member = str(house.viewer(house.member_email).person_id)

    def outcomes(address: str) -> list[tuple[str, str, str]]:
        (page,) = re.findall(r'href="([^"]*/acts/\d+/)"', boss.get(address).content.decode())
        file = boss.get(f"{page}outcomes.csv").content.decode()
        rows = csv.DictReader(io.StringIO(file))
        return [(row["account_number"], row["outcome"], row["reason"]) for row in rows]

    those = ids(house, "D1", "D2", "D3")
    act(boss, house, "share", customer=those[:1], sure="1", who=member)
    answer = act(boss, house, "share", customer=those, sure="1", who=member)
    skipped = ("D1", "Skipped", "Shared with them already")
    assert outcomes(answer["Location"]) == [
        ("D3", "Done", ""),
        skipped,
        ("D2", "Done", ""),
    ]
    answer = act(boss, house, "note", customer=those, sure="1", body="Call.")
    assert {each[1] for each in outcomes(answer["Location"])} == {"Done"}
    act(boss, house, "unshare", customer=those[:2], sure="1", who=member)
    answer = act(boss, house, "unshare", customer=those, sure="1", who=member)
    assert [each[1:] for each in outcomes(answer["Location"])] == [
        ("Done", ""),
        ("Skipped", "Not shared with them"),
        ("Skipped", "Not shared with them"),
    ]
    again = act(boss, house, "unshare", customer=those, sure="1", who=member)
    page = text(boss.get(again["Location"]).content.decode())
    assert "Stop sharing 3 accounts with" in page and "Done for 0 accounts" in page
    assert "3 were skipped" in page
    assert (
        "Stop sharing 3 accounts" in boss.get(f"/o/{house.slug}/customers/acts/").content.decode()
    )
