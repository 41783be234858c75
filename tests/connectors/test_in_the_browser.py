"""A folder is connected, a file is dropped, and what it says is owed: in a browser, to the end."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect

from duebook.jobs.polls import order_due
from duebook.jobs.worker import work
from tests.browser import chromium, grave_findings, overflow
from tests.connectors.test_folder import drop
from tests.ledger.books import Books
from tests.settings.conftest import Browser
from tests.settings.test_in_the_browser import WIDER, opened


@pytest.fixture(scope="module")
def started() -> Iterator[Chromium]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def nora(books: Books) -> Browser:
    """An admin."""
    return Browser(books, books.admin_email)


@pytest.mark.browser
def test_what_is_dropped_into_a_folder_is_owed(
    books: Books, nora: Browser, inbox: Path, started: Chromium
) -> None:
    with opened(started, nora) as (page, root):
        page.goto(root + "connections/")
        page.get_by_role("link", name="Folder of files").click()
        page.get_by_label("Name", exact=True).fill("Drop box")
        page.get_by_role("button", name="Connect").click()
        expect(page.get_by_text("It is connected")).to_be_visible()

        drop(inbox, "may.csv", "A,1,2026-05-01,100.00")
        _works()
        expect(page.get_by_text("Works")).to_be_visible()  # the page asks itself
        page.goto(root + "aging/")
        expect(page.get_by_role("row", name="Name A")).to_contain_text("100.00")
        expect(page.locator("#freshness summary")).to_contain_text("Data as of")
        page.locator("#freshness summary").click()
        expect(page.locator("#freshness .sheet")).to_contain_text("Drop box")

        (inbox / "what.csv").write_text("what,is,this\n1,2,3\n")
        page.goto(root + "connections/")
        page.locator("#main summary", has_text="More").click()
        page.get_by_role("button", name="Ask now").click()
        _works()
        expect(page.get_by_text("Failing")).to_be_visible()
        expect(page.get_by_text("what.csv does not tell")).to_be_visible()
        page.goto(root + "aging/")
        expect(page.locator("#freshness.late")).to_be_visible()


@pytest.mark.browser
@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
def test_pages_have_no_grave_barrier_and_fit(
    books: Books, nora: Browser, inbox: Path, started: Chromium, width: int, dark: bool
) -> None:
    told = {"name": "A box with a long name " * 3, "folder": "", "every_minutes": "15"}
    nora.sends("connections/new/folder/", **told)
    (inbox / "what.csv").write_text("what,is,this\n1,2,3\n")
    _works()
    with opened(started, nora, width=width, dark=dark) as (page, root):
        for path in ("connections/", "connections/new/folder/", "connections/new/tryton/"):
            page.goto(root + path)
            assert overflow(page) <= 0, path
            assert page.evaluate(WIDER) <= 0, path
            assert grave_findings(page) == [], path


def _works() -> None:
    """What the worker does when it looks; in a thread, because Playwright's loop runs in this."""
    order_due()
    with ThreadPoolExecutor(1) as other:
        other.submit(work, wait=False).result()
