"""The settings' pages as people meet them: on a phone, in Hebrew, without JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from tests.browser import chromium, grave_findings, overflow, serving
from tests.settings.conftest import Browser, of
from tests.world import Company

WIDER = "(main => main.scrollWidth - main.clientWidth)(document.querySelector('#main'))"
PAGES = ("settings/", "settings/tokens/", "settings/audit/", "settings/audit/verification/")


@pytest.fixture(scope="module")
def started() -> Iterator[Chromium]:
    with chromium() as browser:
        yield browser


@contextmanager
def opened(
    started: Chromium,
    nora: Browser,
    *,
    width: int = 1440,
    language: str = "en",
    dark: bool = False,
    script: bool = True,
) -> Iterator[tuple[Page, str]]:
    """A window in which the admin has signed in, and the organisation's address."""
    with serving() as address:
        window = started.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
        )
        session = nora.cookies[settings.SESSION_COOKIE_NAME].value
        window.add_cookies(
            [
                {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address},
                {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": address},
            ]
        )
        page = window.new_page()
        complaints: list[str] = []
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        yield page, address + nora.root
        window.close()
        assert complaints == []


@pytest.mark.browser
@pytest.mark.parametrize(
    ("width", "language", "dark"), [(1440, "en", False), (390, "en", True), (390, "he", False)]
)
def test_pages_have_no_grave_barrier_and_fit(
    company: Company, nora: Browser, started: Chromium, width: int, language: str, dark: bool
) -> None:
    company.owes("1234567.89", due="2026-05-01")
    nora.sends("settings/tokens/", name="A service " * 6, read="on", life="365")
    nora.saves(name="Halden & Roe", edge_1="15")
    with opened(started, nora, width=width, language=language, dark=dark) as (page, root):
        for path in PAGES:
            page.goto(root + path)
            assert overflow(page) <= 0, path
            assert page.evaluate(WIDER) <= 0, path
            assert grave_findings(page) == [], path


@pytest.mark.browser
@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
def test_a_preview_comes_in_its_place_and_saves_nothing(
    company: Company, nora: Browser, started: Chromium, script: bool
) -> None:
    company.owes("100.00", due="2026-06-10")
    with opened(started, nora, script=script) as (page, root):
        page.goto(root + "settings/")
        page.locator("#id_name").fill("Not saved yet")
        page.locator("#id_edge_1").fill("15")
        page.get_by_role("button", name="Preview").click()
        expect(page.locator("#preview caption")).to_contain_text("Ties out to the cent")
        expect(page.locator("#preview tbody").first).to_contain_text("16–60")
        expect(page.locator("#id_name")).to_have_value("Not saved yet")
        assert ("/preview/" in page.url) is not script
        assert of(company, "name") == "House"
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".toast")).to_contain_text("Saved: Name, Ages end after.")
    assert of(company, "aging_edges") == (15, 60, 90)
