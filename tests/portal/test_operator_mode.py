"""Operator mode on pages: opened and recorded once, named, read only, one way back."""

from __future__ import annotations

import re
from datetime import date

import pytest

from duebook.visibility.seeing import raw
from tests.people.conftest import customer, rows, signed_in, trail
from tests.world import Company


@pytest.fixture(scope="module")
def company(server: None) -> Company:
    company = Company("acme", today=date(2026, 6, 30))
    company.owes("100.00", due="2026-03-31", account="C1", number="INV-C1")
    company.owes("777.77", due="2026-03-31", account="C2", number="INV-C2")
    return company


def test_staff_see_the_clients_page_and_are_named(company: Company) -> None:
    browser, first = signed_in(company.member_email), customer(company, "C1")
    opened = browser.get(_client_view(company, first), follow=True)
    mine = signed_in(company.client_email).get(f"/o/{company.slug}/")
    assert opened.status_code == 200
    assert _figures(opened) == _figures(mine)
    band = opened.content.decode().partition("</aside>")[0]
    assert "Operator mode." in band
    assert company.member_email in band
    assert "First" in band
    assert "777.77" not in opened.content.decode()


def test_one_entry_for_each_opening_and_none_for_clicks(company: Company) -> None:
    browser, second = signed_in(company.admin_email), customer(company, "C2")
    before = len(trail(company, "client view opened"))
    browser.get(_client_view(company, second))
    for _again in range(3):
        assert browser.get(_front(company, second)).status_code == 200
    entries = trail(company, "client view opened")[before:]
    assert entries == [{"customer": second}]


def test_an_address_that_was_not_opened_is_opened_first(company: Company) -> None:
    """A bookmark, or another session: it stands in the trail all the same."""
    browser, first = signed_in(company.admin_email), customer(company, "C1")
    before = len(trail(company, "client view opened"))
    wanted = f"{_front(company, first)}?as_of=2026-05-31"
    came = browser.get(wanted, follow=True)
    assert came.redirect_chain[-1][0] == wanted
    assert len(trail(company, "client view opened")) == before + 1


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("http://localhost/o/{slug}/customers/?q=first", "/o/{slug}/customers/?q=first"),
        ("http://elsewhere.example/o/{slug}/customers/", "/o/{slug}/customers/{id}/"),
        ("http://localhost/o/other/customers/", "/o/{slug}/customers/{id}/"),
        ("http://localhost/o/{slug}/as-client/1/", "/o/{slug}/customers/{id}/"),
        ("", "/o/{slug}/customers/{id}/"),
    ],
)
def test_one_click_leads_back_to_where_one_came_from(
    company: Company, referer: str, back: str
) -> None:
    browser, first = signed_in(company.admin_email), customer(company, "C1")
    named = {"slug": company.slug, "id": first}
    page = browser.get(
        _client_view(company, first), follow=True, headers={"referer": referer.format(**named)}
    )
    way = re.search(r'<a class="button" href="([^"]+)">', page.content.decode())
    assert way
    assert way[1] == back.format(**named)


@pytest.mark.parametrize("to", ["https://elsewhere.example/", "//elsewhere.example", "/o/x/", ""])
def test_opening_leads_nowhere_else(company: Company, to: str) -> None:
    browser, first = signed_in(company.admin_email), customer(company, "C1")
    came = browser.get(_client_view(company, first), {"to": to})
    assert came["Location"] == _front(company, first)


def test_nothing_is_written_there(company: Company) -> None:
    browser, first = signed_in(company.admin_email), customer(company, "C1")
    browser.get(_client_view(company, first))
    for method in ("post", "put", "patch", "delete"):
        assert getattr(browser, method)(_front(company, first)).status_code == 405
    assert rows("SELECT FROM ar.export WHERE org_id = %s", company.org_id) == []


def test_what_one_may_not_see_is_not_there(company: Company) -> None:
    """For a member somebody else's account, for a client all of it."""
    second, foreign = customer(company, "C2"), 987_654_321
    member, client = signed_in(company.member_email), signed_in(company.client_email)
    pages = {
        (who, each): browser.get(_front(company, each), follow=True)
        for who, browser in (("member", member), ("client", client))
        for each in (second, foreign)
    }
    assert {answer.status_code for answer in pages.values()} == {404}
    assert len({answer.content for (who, _), answer in pages.items() if who == "member"}) == 1
    assert len({answer.content for (who, _), answer in pages.items() if who == "client"}) == 1


def test_a_membership_that_ends_ends_it(company: Company) -> None:
    first = customer(company, "C1")
    browser = signed_in(company.member_email)
    assert browser.get(_client_view(company, first), follow=True).status_code == 200
    with company.admin():
        person = company.viewer(company.member_email).person_id
        raw().execute("DELETE FROM ar.customer_access WHERE principal_id = %s", [person])
    assert browser.get(_front(company, first)).status_code == 404


def _client_view(company: Company, account: int) -> str:
    return f"/o/{company.slug}/customers/{account}/client-view/"


def _front(company: Company, account: int) -> str:
    return f"/o/{company.slug}/as-client/{account}/"


def _figures(page: object) -> list[str]:
    html = page.content.decode()  # type: ignore[attr-defined]
    return re.findall(r'class="figure[^"]*"[^>]*>(.*?)</bdi>', html)
