"""The pages of exports as people see them: the list looks for itself, and needs no script."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from duebook.jobs.worker import work
from duebook.visibility.models import Login
from tests import browser as browsing
from tests.world import Company

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(server: None) -> Iterator[str]:
    with browsing.serving() as found:
        yield found.replace("127.0.0.1", "localhost")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browsing.chromium() as found:
        yield found


def desk(chromium: Browser, address: str, email: str, **options: object) -> BrowserContext:
    """Signed in."""
    client = Client()
    client.force_login(Login.objects.get(email=email))
    context = chromium.new_context(**options)  # type: ignore[arg-type]
    session = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
    return context


def the_worker_works() -> None:
    """Elsewhere: here a loop of the browser is running."""
    thread = threading.Thread(target=work, kwargs={"wait": False})
    thread.start()
    thread.join()


def content(page: Page) -> bytes:
    with page.expect_download() as download:
        page.click("a[href$='/file/']")
    return Path(download.value.path()).read_bytes()


@pytest.mark.parametrize("script", [True, False])
def test_a_file_is_ordered_and_fetched(
    chromium: Browser, address: str, acme: Company, script: bool
) -> None:
    with desk(chromium, address, acme.admin_email, java_script_enabled=script) as context:
        page = context.new_page()
        page.goto(f"{address}/o/{acme.slug}/aging/?q=sec")
        page.click("form.order button[value=csv]")
        page.wait_for_selector(".how.waiting")
        the_worker_works()
        if not script:
            page.click("text=Look again")
        page.wait_for_selector(".how.ready")
        assert page.locator("[hx-trigger]").count() == 0  # it has stopped asking
        assert b"C2,Second" in content(page)
        assert b"C1,First" not in content(page)
        page.click("button:has-text('Delete')")
        page.wait_for_selector("text=No file yet.")


@pytest.mark.parametrize("width", [390, 1440])
def test_the_pages_are_well_made(
    chromium: Browser, address: str, acme: Company, width: int
) -> None:
    for email, path in ((acme.admin_email, "aging/"), (acme.client_email, "")):
        size = {"width": width, "height": 844}
        with desk(chromium, address, email, viewport=size) as context:
            page = context.new_page()
            page.goto(f"{address}/o/{acme.slug}/{path}")
            if path:  # a client's own files are there at once
                page.click("form.order button[value=xlsx]")
                the_worker_works()
            for each in (f"/o/{acme.slug}/exports/", "/account/organisation/"):
                page.goto(f"{address}{each}")
                assert browsing.overflow(page) <= 0
                assert browsing.grave_findings(page) == []
    with desk(chromium, address, acme.admin_email, viewport=size) as context:
        page = context.new_page()
        page.goto(f"{address}/o/{acme.slug}/settings/sign-in/")
        assert browsing.overflow(page) <= 0
        assert browsing.grave_findings(page) == []
