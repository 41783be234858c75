"""One story at the list in a real browser: search, order, back, keys, an account; both themes."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect

from duebook.web.customers import views
from tests.browser import chromium, grave_findings, overflow
from tests.people.conftest import customer, signed_in
from tests.people.test_in_a_browser import address as address
from tests.people.test_in_a_browser import window
from tests.world import Company


@pytest.fixture(scope="module")
def screen() -> Iterator[Chromium]:
    with chromium() as browser:
        yield browser


@pytest.mark.browser
@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_morning_at_the_list(screen: Chromium, address: str, company: Company, size: str) -> None:
    nora = signed_in(company.admin_email)
    with window(screen, address, size, person=nora) as page:
        page.goto(f"{address}/o/{company.slug}/customers/")
        rows = page.locator("#customers tbody tr")
        expect(rows).to_have_count(4)
        expect(page.locator("#totals")).to_contain_text("Total of 4 accounts")
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
            assert grave_findings(page) == []
        assert overflow(page) <= 0

        page.locator("h1").click()
        page.keyboard.press("/")
        page.keyboard.type("osterlund")
        expect(rows).to_have_count(1)
        expect(page).to_have_url(re.compile("q=osterlund"))
        expect(page.locator("#matching")).to_have_text("1 account matches")
        page.locator("#search-words").fill("")
        expect(rows).to_have_count(4)

        if size == "desktop":
            page.get_by_role("link", name="Outstanding").click()
            expect(page).to_have_url(re.compile("sort=-outstanding_amount"))
            page.get_by_role("link", name="Outstanding").click()
            expect(page).to_have_url(re.compile("sort=outstanding_amount"))
            page.go_back()
            expect(page).to_have_url(re.compile("sort=-outstanding_amount"))
            expect(rows.first).to_contain_text("C1")
            page.locator("h1").click()
            page.keyboard.press("j")
            page.keyboard.press("j")
            expect(rows.nth(1)).to_have_class("cursor")
            page.keyboard.press("k")
            page.keyboard.press("Enter")
        else:
            page.get_by_role("link", name="First").click()
        expect(page.locator("#beside h1")).to_have_text("First")
        expect(page.locator(".htmx-request")).to_have_count(0)
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
            assert grave_findings(page) == []
        assert overflow(page) <= 0


@pytest.mark.browser
def test_the_rows_that_a_key_did_not_bring_follow(
    screen: Chromium, address: str, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "FIRST", 1)
    nora = signed_in(company.admin_email)
    with window(screen, address, "desktop", person=nora) as page:
        page.goto(f"{address}/o/{company.slug}/customers/?sort=account_name&currency=USD")
        rows = page.locator("#customers tbody tr")
        expect(rows).to_have_count(4)
        whole = rows.evaluate_all("rows => rows.map(row => row.id)")
        with page.expect_response(re.compile("q=c")) as answer:
            page.locator("#search-words").press_sequentially("c")
        assert answer.value.text().count('<tr id="row-') == 1
        expect(page.locator("tbody[data-begun]")).to_have_count(0)
        found = rows.evaluate_all("rows => rows.map(row => row.id)")
        page.reload()
        assert len(found) > 1
        assert rows.evaluate_all("rows => rows.map(row => row.id)") == found
        page.locator("#search-words").fill("")
        expect(rows).to_have_count(4)
        assert rows.evaluate_all("rows => rows.map(row => row.id)") == whole
        page.goto(f"{address}/o/{company.slug}/customers/{whole[0].removeprefix('row-')}/")
        page.locator("#search-words").press_sequentially("c")
        expect(rows).to_have_count(len(found))
        rows.first.locator("input[name=customer]").check()
        expect(page.locator("#bulk [data-selected]")).to_have_text("1")


@pytest.mark.browser
def test_an_account_beside_the_list(
    screen: Chromium, address: str, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It follows the keys over the list's pages; the address holds it, and back closes it."""
    monkeypatch.setattr(views, "ROWS", 2)
    nora = signed_in(company.admin_email)
    home = f"{address}/o/{company.slug}/customers/?sort=account_name"
    with window(screen, address, "desktop", person=nora) as page:
        page.goto(home)
        rows, beside = page.locator("#customers tbody tr"), page.locator("#beside")
        name, opened = beside.locator("h1"), page.locator("#customers tr.opened")
        expect(beside).to_be_hidden()
        page.locator("h1").click()
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        expect(name).to_have_text("First")
        expect(beside).to_be_focused()
        expect(opened).to_contain_text("C1")
        page.keyboard.press("j")
        expect(name).to_have_text("Österlund & <b>")
        page.keyboard.press("j")  # the page is turned
        expect(name).to_have_text("Pending")
        expect(opened).to_contain_text("P-5")
        expect(page).to_have_url(re.compile("after=.*&open="))
        there = page.url
        beside.locator("[data-next]").click()
        expect(name).to_have_text("Second")
        page.keyboard.press("k")
        expect(page).to_have_url(there)
        page.keyboard.press("Escape")
        expect(beside).to_be_hidden()
        expect(rows.first.locator("a").first).to_be_focused()
        page.go_back()
        expect(name).to_have_text("Pending")
        page.goto(there)  # as sent to somebody
        expect(name).to_have_text("Pending")
        expect(beside.get_by_role("link", name="Open page")).to_have_attribute(
            "href", re.compile(r"/customers/\d+/\?")
        )
        page.get_by_role("link", name="Outstanding").click()  # another order, no account
        expect(page).to_have_url(re.compile("sort=-outstanding_amount$"))
        expect(beside).to_be_hidden()


@pytest.mark.browser
def test_an_account_beside_the_list_that_is_not_for_the_reader(
    screen: Chromium, address: str, company: Company
) -> None:
    """A list sent with an account open to somebody who does not see that one: the panel says so."""
    ben, nobodys = signed_in(company.member_email), customer(company, "P-5")
    seen = f"{address}/o/{company.slug}/customers/"
    with window(screen, address, "desktop", person=ben) as page:
        page.goto(f"{seen}?open={nobodys}")
        beside = page.locator("#beside")
        expect(beside.get_by_text("the page is not for you")).to_be_visible()
        expect(beside.locator(".loading")).to_be_hidden()
        expect(page.locator("#trouble")).to_be_hidden()
        assert grave_findings(page) == []
        page.locator("h1").first.click()
        page.keyboard.press("Escape")
        expect(beside).to_be_hidden()
        page.locator("#customers a[data-open]").first.click()
        expect(beside.locator("h1")).to_be_visible()
        expect(beside.get_by_text("the page is not for you")).to_be_hidden()


@pytest.mark.browser
def test_a_note_from_the_tabs_of_an_account(
    screen: Chromium, address: str, company: Company
) -> None:
    nora = signed_in(company.admin_email)
    with window(screen, address, "desktop", person=nora) as page:
        page.goto(f"{address}/o/{company.slug}/customers/{customer(company, 'C1')}/")
        tabs = page.locator("nav.tabs")
        tabs.get_by_role("link", name="Credit Adjustments").click()
        expect(page).to_have_url(re.compile("tab=credits"))
        expect(page.locator("#account-sums")).to_contain_text("40.00")
        page.go_back()
        expect(page.locator("#account-sums")).to_contain_text("138.00")

        tabs.get_by_role("link", name="Notes").click()
        field = page.get_by_label("Note for colleagues")
        field.click()
        page.keyboard.type(f"Pays on Friday, says @{company.member_email[:3]}")
        offered = page.get_by_role("option", name=company.member_email)
        expect(offered).to_have_attribute("aria-selected", "true")
        page.keyboard.press("Enter")
        expect(offered).to_be_hidden()
        page.get_by_role("button", name="Add note").click()
        note = page.locator("ol.notes > li").filter(has_text="Pays on Friday")
        expect(note).to_have_count(1)
        note.get_by_role("button", name="Remove").click()
        expect(note).to_have_count(0)
        page.get_by_role("button", name="Undo").click()
        expect(note).to_have_count(1)
        for tab in ("Activity", "Who sees it", "Orders", "Payments", "Notes"):
            tabs.get_by_role("link", name=tab).click()
            expect(tabs.locator("[aria-current=page]")).to_contain_text(tab)
            for theme in ("light", "dark"):
                page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
                assert grave_findings(page) == [], tab
            assert overflow(page) <= 0
