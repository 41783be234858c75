"""The interactive description is served from here alone, under the strict rules of every page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import chromium, serving


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.mark.browser
def test_it_works_without_the_network_and_without_a_complaint(
    server: None, browser: Browser
) -> None:
    with serving() as address:
        page = browser.new_page()
        complaints: list[str] = []
        asked: list[str] = []
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        answer = page.goto(f"{address}/api/v1/docs")
        expect(page.get_by_text("/api/v1/invoices")).to_be_visible()
        assert answer
        assert "'unsafe-inline'" not in answer.headers["content-security-policy"]
        page.close()
    assert complaints == []
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
