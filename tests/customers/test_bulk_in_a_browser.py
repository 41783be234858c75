"""Five hundred accounts are invited in a real browser: selection, letters, outcomes; no barrier."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.test import override_settings
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from duebook.database.migrate import connect
from duebook.jobs.worker import work
from duebook.visibility.organisations import add_person
from tests.browser import chromium, grave_findings, overflow
from tests.customers.conftest import TODAY
from tests.people.conftest import signed_in
from tests.people.test_in_a_browser import address as address
from tests.people.test_in_a_browser import window
from tests.post.servers import mail_server
from tests.world import PASSWORD, Company

ALL, WITHOUT_ADDRESS, ACCEPTED = 500, 20, 30
SELECTED = "#bulk [data-selected]"


@pytest.fixture(scope="module")
def screen() -> Iterator[Chromium]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def crowd(server: None) -> Company:
    """500 accounts named Crowd: the first 20 have no e-mail, the last 30 are accepted."""
    company = Company("crowd", today=TODAY)
    company.loads(
        "accounts",
        [
            {
                "account_number": f"K{n:03}",
                "name": f"Crowd {n:03}",
                "contact_email": f"pay{n}@crowd.example" if n > WITHOUT_ADDRESS else "",
            }
            for n in range(1, ALL + 1)
        ],
    )
    numbers = [f"K{n:03}" for n in range(ALL - ACCEPTED + 1, ALL + 1)]
    add_person(
        f"all@{company.slug}.example",
        slug=company.slug,
        role="client",
        accounts=numbers,
        password=PASSWORD,
    )
    with connect() as own:
        own.execute("DELETE FROM queue.procrastinate_jobs")
        own.execute("DELETE FROM door.letter")
    return company


def the_worker() -> None:
    """In a thread of its own: the browser has an event loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(work, wait=False).result()


def free_of_barriers(page: Page) -> None:
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
        assert grave_findings(page) == []
    assert overflow(page) <= 0


@pytest.mark.browser
def test_five_hundred_are_invited(screen: Chromium, address: str, crowd: Company) -> None:
    nora = signed_in(crowd.admin_email)
    with window(screen, address, "desktop", person=nora) as page:
        page.goto(f"{address}/o/{crowd.slug}/customers/?q=crowd&sort=account_name")
        boxes = page.locator('#customers tbody input[name="customer"]')
        expect(page.locator("#matching")).to_have_text("500 accounts match")
        expect(page.locator("#bulk")).to_be_hidden()

        boxes.nth(1).click()
        boxes.nth(4).click(modifiers=["Shift"])
        expect(page.locator(SELECTED)).to_have_text("4")
        page.locator("h1").click()
        page.keyboard.press("j")
        page.keyboard.press("x")
        expect(page.locator(SELECTED)).to_have_text("5")
        free_of_barriers(page)

        page.get_by_role("link", name="Next").first.click()  # the selection goes along
        expect(page.locator("#customers")).to_contain_text("Crowd 051")
        expect(page.locator(SELECTED)).to_have_text("5")
        expect(page.locator("#bulk [data-elsewhere]")).to_contain_text("5")
        page.locator("input[data-select-page]").click()
        expect(page.locator(SELECTED)).to_have_text("55")
        page.reload()
        expect(page.locator(SELECTED)).to_have_text("55")
        page.get_by_role("button", name="Clear").click()
        expect(page.locator("#bulk")).to_be_hidden()

        boxes.first.click()
        page.get_by_role("button", name="Select all that match").click()
        expect(page.locator(SELECTED)).to_have_text("500")
        page.get_by_role("button", name="Invite", exact=True).click()
        expect(page.locator("h1")).to_have_text("Invite")
        free_of_barriers(page)
        page.get_by_role("button", name="Invite 500 accounts").click()
        expect(page.locator("progress")).to_be_visible()
        expect(page.locator("#act")).to_contain_text("0 of 500")

        with mail_server() as post, override_settings(DELIVERY=post.address):
            the_worker()  # the page asks by itself how far it is
            expect(page.locator(".outcome-line")).to_contain_text("450 accounts were sent")
            expect(page.locator(".outcome-line")).to_contain_text("50 were skipped")
            the_worker()
        expect(page.get_by_role("link", name="No contact e-mail")).to_contain_text("20")
        expect(page.get_by_role("link", name="Accepted already")).to_contain_text("30")
        free_of_barriers(page)
        got = sorted(each for _, addresses in post.envelopes for each in addresses)
        meant = range(WITHOUT_ADDRESS + 1, ALL - ACCEPTED + 1)
        assert got == sorted(f"pay{n}@crowd.example" for n in meant)
        assert len(got) == ALL - WITHOUT_ADDRESS - ACCEPTED

        page.goto(f"{address}/o/{crowd.slug}/customers/?invitation=Pending")
        expect(page.locator("#matching")).to_have_text("450 accounts match")
        expect(page.locator("#bulk")).to_be_hidden()  # what was acted on is selected no more
        page.goto(f"{address}/o/{crowd.slug}/customers/?q=crowd&as_of=2026-06-01")
        boxes.first.click()
        expect(page.locator("#bulk button[value=csv]")).to_be_visible()
        expect(page.locator("#bulk button[value=invite]")).to_have_count(0)


@pytest.mark.browser
def test_accounts_are_selected_on_a_phone(screen: Chromium, address: str, crowd: Company) -> None:
    nora = signed_in(crowd.admin_email)
    with window(screen, address, "phone", person=nora) as page:
        page.goto(f"{address}/o/{crowd.slug}/customers/?q=crowd")
        page.locator('#customers tbody input[name="customer"]').nth(2).click()
        expect(page.locator(SELECTED)).to_have_text("1")
        free_of_barriers(page)
