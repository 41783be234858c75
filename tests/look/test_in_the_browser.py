"""Pages in a browser: both themes, a phone, without JavaScript."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings
from playwright.sync_api import Browser, expect

from tests.browser import MIDDLEWARE, chromium, grave_findings, overflow, page_at, serving


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def site(answers: list[dict[str, Any]]) -> Iterator[str]:
    with override_settings(DEBUG=True, MIDDLEWARE=MIDDLEWARE), serving() as address:
        yield address


PLACES = ("/styleguide/", "/o/halden/aging/?as_of=2026-09-30", "/o/client/")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("language", ["en", "he"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_pages_have_no_grave_barrier(
    browser: Browser, site: str, place: str, language: str, dark: bool
) -> None:
    with page_at(browser, site + place, language=language, dark=dark) as page:
        assert page.get_attribute("html", "dir") == ("rtl" if language == "he" else "ltr")
        assert grave_findings(page) == []


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("language", ["en", "he"])
def test_nothing_overflows_on_a_phone(
    browser: Browser, site: str, place: str, language: str
) -> None:
    with page_at(browser, site + place, width=390, language=language) as page:
        assert overflow(page) <= 0
        assert grave_findings(page) == []


def test_both_themes_stand_beside_each_other(browser: Browser, site: str) -> None:
    paper = "section => getComputedStyle(section).backgroundColor"
    for dark in (False, True):
        with page_at(browser, f"{site}/styleguide/", dark=dark) as page:
            found = [page.locator(f"[data-theme={t}]").evaluate(paper) for t in ("light", "dark")]
            assert found == ["rgb(255, 255, 255)", "rgb(18, 26, 26)"]
            assert page.evaluate("document.fonts.check('13px \"IBM Plex Sans Variable\"')")


def test_searching_and_choosing_need_no_new_page(browser: Browser, site: str) -> None:
    with page_at(browser, f"{site}/o/halden/aging/") as page:
        page.evaluate("window.stayed = true")
        page.keyboard.press("/")
        page.keyboard.type("C-2")
        expect(page.locator("#main tbody tr")).to_have_count(1)
        expect(page).to_have_url(re.compile(r"\?q=C-2$"))
        expect(page.locator("#announcer")).to_have_text("1 row")
        page.get_by_role("link", name="Invoice date").click()
        expect(page).to_have_url(re.compile(r"basis=invoice"))
        page.locator("#as-of summary").click()
        page.locator("#as-of-day").fill("2026-09-30")
        page.get_by_role("button", name="Show this day").click()
        expect(page.locator("#strip")).to_contain_text("30 Sep 2026")
        for part in ("q=C-2", "basis=invoice", "as_of=2026-09-30"):
            assert part in page.url
        page.locator("#strip").get_by_role("link", name="Back to today").click()
        expect(page.locator("#strip")).to_be_empty()


def test_everything_works_without_javascript(browser: Browser, site: str) -> None:
    with page_at(browser, f"{site}/o/halden/aging/?basis=invoice", script=False) as page:
        page.locator("#search-words").fill("C-2")
        page.locator("#search-words").press("Enter")
        expect(page.locator("#main tbody tr")).to_have_count(1)
        page.locator("#as-of summary").click()
        page.locator("#as-of-day").fill("2026-09-30")
        page.get_by_role("button", name="Show this day").click()
        expect(page.locator("#strip")).to_contain_text("30 Sep 2026")
        for part in ("q=C-2", "basis=invoice"):
            assert part in page.url
