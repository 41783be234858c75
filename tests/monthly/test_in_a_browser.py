"""The report in a real browser, in English and in Hebrew: order, back, a cell, both themes."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect

from tests.browser import chromium, grave_findings, overflow
from tests.people.conftest import signed_in
from tests.people.test_in_a_browser import address as address
from tests.people.test_in_a_browser import window
from tests.world import Company


@pytest.fixture(scope="module")
def screen() -> Iterator[Chromium]:
    with chromium() as browser:
        yield browser


@pytest.mark.browser
@pytest.mark.parametrize(("size", "language"), [("desktop", "en"), ("phone", "he")])
def test_whose_debt_is_rising(
    screen: Chromium, address: str, company: Company, size: str, language: str
) -> None:
    nora = signed_in(company.admin_email)
    with window(screen, address, size, person=nora) as page:
        page.context.add_cookies([{"name": "django_language", "value": language, "url": address}])
        page.goto(f"{address}/o/{company.slug}/monthly/")
        rows = page.locator("table.monthly tbody tr")
        expect(rows).to_have_count(3)
        expect(page.locator("svg.chart")).to_have_count(1)
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
            assert grave_findings(page) == []
        if size == "phone":
            assert overflow(page) <= 0
            assert page.evaluate("document.documentElement.dir") == "rtl"
            places = page.locator("svg.chart circle")
            first, last = (places.nth(at).bounding_box() for at in (0, -1))
            assert first and last and first["x"] > last["x"]  # time runs from right to left
            page.get_by_role("link", name="First").click()
        else:
            page.locator("thead th.month a").last.click()
            expect(page).to_have_url(re.compile("sort=-month_12"))
            page.locator("thead th.month a").last.click()
            expect(page).to_have_url(re.compile("sort=month_12"))
            expect(rows.first).to_contain_text("First")
            page.go_back()
            expect(page).to_have_url(re.compile("sort=-month_12"))
            page.locator("a[role=switch]").focus()
            page.keyboard.press("Space")
            expect(rows).to_have_count(2)
            expect(page.locator("#totals")).to_contain_text("2 customers")
            page.locator("h1").click()
            page.keyboard.press("j")
            expect(page.locator("tr.cursor")).to_have_count(1)
            rows.filter(has_text="First").locator("td.cell a").last.click()
            expect(page.locator(".tie-out")).to_contain_text("add up to the cell")
            assert grave_findings(page) == []
            page.get_by_role("link", name="First").click()
        expect(page.locator("h1")).to_have_text("First")
        expect(page.locator("svg.chart")).to_have_count(2)
        assert grave_findings(page) == []
        assert overflow(page) <= 0
