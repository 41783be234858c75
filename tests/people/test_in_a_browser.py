"""In a real browser: from inviting somebody to their being signed in; pages everybody can use."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from duebook.post.letter import Letter
from duebook.visibility import sharing, teams
from duebook.visibility.organisations import add_person
from duebook.visibility.seeing import seeing
from tests.browser import chromium, grave_findings, overflow, serving
from tests.people.conftest import LINK, Browser, customer, owners, rows, signed_in
from tests.world import PASSWORD, Company

SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
GOOD = "violet anchors hum slowly"


@pytest.fixture(scope="module")
def address(server: None) -> Iterator[str]:
    with serving() as where:
        yield where


@pytest.fixture(scope="module")
def screen() -> Iterator[Chromium]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def house(server: None, screen: Chromium) -> Company:
    """With a team, a share, an invitation and somebody of two organisations."""
    company = Company("house", today=date(2026, 6, 30))
    other = Company("other", today=date(2026, 6, 30))
    add_person(company.admin_email, slug=other.slug, role="admin", accounts=[])
    admin = company.viewer(company.admin_email)
    member = company.viewer(company.member_email)
    with seeing(admin):
        team = teams.create_team(admin, "Late payers")
        teams.add_to_team(admin, team, member.person_id)
        sharing.share(admin, [customer(company, "C2")], team, at=datetime.now(UTC))
    return company


@contextmanager
def window(
    screen: Chromium, address: str, size: str, *, person: Browser | None = None, **more: bool
) -> Iterator[Page]:
    """A window of its own, perhaps of somebody who has signed in; nothing may go wrong in it."""
    width, height = SIZES[size]
    context = screen.new_context(
        viewport={"width": width, "height": height}, java_script_enabled=more.get("script", True)
    )
    context.add_cookies([{"name": "django_language", "value": "en", "url": address}])
    if person:
        session = person.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("response", lambda answer: complaints.extend([answer.url] * (answer.status >= 500)))
    try:
        yield page
        assert complaints == []
    finally:
        context.close()


def secret_for(address: str) -> str:
    """What the letter in the outbox says, unsealed."""
    query = "SELECT sealed FROM door.letter WHERE recipient = %s ORDER BY id DESC LIMIT 1"
    letter = email.message_from_bytes(
        Letter.from_sealed(rows(query, address)[0][0]).content, policy=email.policy.default
    )
    body = letter.get_body()
    assert body
    found = LINK.search(body.get_content())
    assert found
    return found[1]


@pytest.mark.browser
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_from_the_invitation_to_being_in(
    screen: Chromium, address: str, house: Company, newcomer: str, size: str, script: bool
) -> None:
    with window(screen, address, size, script=script) as page:
        page.goto(f"{address}/account/login/")
        page.fill("input[name=login]", house.admin_email)
        page.fill("input[name=password]", PASSWORD)
        page.click("form.entry button")
        page.goto(f"{address}/o/{house.slug}/people/")
        page.click("a:has-text('Invite')")
        page.fill("textarea[name=emails]", newcomer)
        page.click("text=Send invitations")
        expect(page.locator(".toast")).to_have_text(f"{newcomer} is invited.")
        expect(page.locator("#invited")).to_contain_text(newcomer)
    with window(screen, address, size, script=script) as page:
        page.goto(f"{address}/invitation/{secret_for(newcomer)}/")
        expect(page.locator("h1")).to_have_text("Join House")
        assert grave_findings(page) == [] if script else True
        assert overflow(page) <= 0 if script else True
        page.fill("input[name=name]", "Maya Lindqvist")
        page.fill("input[name=password]", GOOD)
        page.check("input[name=terms]")
        page.click("text=Accept and sign in")
        page.wait_for_url(f"**/o/{house.slug}/customers/")
        expect(page.locator("h1")).to_have_text("Customers")


@pytest.mark.browser
@pytest.mark.parametrize("size", SIZES)
def test_no_page_learns_the_secret(
    screen: Chromium, address: str, house: Company, newcomer: str, size: str
) -> None:
    _invite(house, newcomer)
    secret = secret_for(newcomer)
    with window(screen, address, size) as page:
        told: list[str] = []
        page.on("request", lambda request: told.append(request.headers.get("referer", "")))
        page.goto(f"{address}/invitation/{secret}/")
        page.click("text=Decline this invitation")
        page.click("button:has-text('Decline')")
        expect(page.locator("h1")).to_have_text("You have declined")
        assert len(told) > 5
        assert [each for each in told if secret in each] == []


@pytest.mark.browser
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    "path",
    [
        "people/",
        "people/clients/",
        "people/invite/",
        "people/teams/",
        "people/teams/{team}/",
        "people/teams/{team}/delete/",
        "people/access/",
        "people/access/{customer}/",
        "people/{person}/",
        "people/{person}/deactivate/",
        "people/{client}/",
    ],
)
def test_pages_can_be_read_by_everybody(
    screen: Chromium, address: str, house: Company, size: str, path: str
) -> None:
    team = rows("SELECT id FROM ar.team WHERE org_id = %s", house.org_id)[0][0]
    path = path.format(
        team=team,
        customer=customer(house, "C1"),
        person=house.viewer(house.member_email).person_id,
        client=house.viewer(house.client_email).person_id,
    )
    with window(screen, address, size, person=signed_in(house.admin_email)) as page:
        answer = page.goto(f"{address}/o/{house.slug}/{path}")
        assert answer and answer.status == 200
        assert grave_findings(page) == []
        assert overflow(page) <= 0


@pytest.mark.browser
def test_the_switcher_works_by_keyboard(screen: Chromium, address: str, house: Company) -> None:
    with window(screen, address, "desktop", person=signed_in(house.admin_email)) as page:
        page.goto(f"{address}/o/{house.slug}/people/teams/")
        page.focus("details.organisation summary")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        expect(page.locator(":focus")).to_have_text("Other")
        page.keyboard.press("Enter")
        page.wait_for_url("**/o/other-*/people/teams/")
        expect(page.locator("details.organisation summary")).to_contain_text("Other")


@pytest.mark.browser
def test_two_tabs_each_in_an_organisation(screen: Chromium, address: str, house: Company) -> None:
    """Forms sent in turn from two tabs of one browser land where each tab is."""
    with window(screen, address, "desktop", person=signed_in(house.admin_email)) as first:
        first.goto(f"{address}/o/{house.slug}/people/teams/")
        second = first.context.new_page()
        second.goto(first.url)
        second.click("details.organisation summary")
        second.click("details.organisation a:has-text('Other')")
        second.wait_for_url("**/o/other-*/people/teams/")
        for tab, name in ((first, "Mine"), (second, "Theirs"), (first, "Again"), (second, "Too")):
            tab.goto(tab.url.partition("/teams/")[0] + "/teams/")
            tab.fill("input[name=name]", name)
            tab.click("text=Create")
            expect(tab.locator("h1")).to_have_text(name)
        query = "SELECT name FROM ar.team WHERE org_id = %s AND name <> 'Late payers' ORDER BY id"
        assert [row[0] for row in rows(query, house.org_id)] == ["Mine", "Again"]


@pytest.mark.browser
@pytest.mark.parametrize("size", SIZES)
def test_many_customers_by_one_box(
    screen: Chromium, address: str, house: Company, size: str
) -> None:
    before = owners(house)
    with window(screen, address, size, person=signed_in(house.admin_email)) as page:
        page.goto(f"{address}/o/{house.slug}/people/access/")
        if size == "desktop":
            page.check("input[data-all]")
        else:
            for box in page.locator("tbody input.check").all():
                box.check()
        assert page.locator("tbody input.check:checked").count() == 3
        page.locator("tbody input.check").first.uncheck()
        assert page.evaluate("document.querySelector('[data-all]').indeterminate")
        page.select_option("select[name=act]", "assign")
        page.select_option("select[name=who]", label=house.admin_email)
        page.click("text=Apply")
        expect(page.locator(".done")).to_contain_text("2 customers are assigned to")
        assert owners(house) == {**before, "C2": house.admin_email, "C3": house.admin_email}
        page.click("text=Undo")
        expect(page.locator(".toast")).to_have_text("Taken back for 2 customers.")
    assert owners(house) == before


@pytest.mark.browser
def test_results_appear_as_one_types(screen: Chromium, address: str, house: Company) -> None:
    with window(screen, address, "desktop", person=signed_in(house.admin_email)) as page:
        page.goto(f"{address}/o/{house.slug}/people/access/?owner=none")
        expect(page.locator(".count")).to_have_text("2 customers")
        page.locator("#search-words").press_sequentially("thi")
        expect(page.locator(".count")).to_have_text("1 customer")
        assert "owner=none" in page.url and "q=thi" in page.url


def _invite(company: Company, newcomer: str) -> None:
    told = {"emails": newcomer, "role": "member", "language": "en"}
    answer = signed_in(company.admin_email).post(f"/o/{company.slug}/people/invite/", told)
    assert answer.status_code == 302
