"""The client's pages in Chromium: desktop and phone, light and dark, in operator mode, with axe."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from django.test import override_settings
from playwright.sync_api import Browser, Page

from tests.browser import chromium, grave_findings, overflow, serving
from tests.people.conftest import customer, rows, signed_in
from tests.world import Company


@dataclass(frozen=True)
class Scene:
    """What the browser needs, looked up before it runs: no database is asked beside it."""

    slug: str
    account: int
    item: int
    sessions: dict[str, str]


@pytest.fixture(scope="module")
def scene(server: None) -> Scene:
    company = Company("seen", today=date(2026, 6, 30))
    for at in range(12):
        number, amount = f"INV-{at}", f"{1000 + at}.50"
        company.owes(amount, due=f"2026-{at % 6 + 1:02}-15", number=number, currency="USD")
    company.owes("40.00", due="2026-07-31", number="DISPUTED", disputed="yes", currency="EUR")
    sent = {"account_number": "C1", "shipment_number": "DN-1", "shipped_date": "2026-06-20"}
    kept = {"account_number": "C1", "item": "4x4-240", "quantity": "120", "date": "2026-06-30"}
    company.loads_all({"shipments": [sent], "inventory": [kept]})
    query = "SELECT id FROM ar.document WHERE org_id = %s AND number = 'INV-1'"
    return Scene(
        company.slug,
        customer(company, "C1"),
        int(rows(query, company.org_id)[0][0]),
        {
            who: signed_in(f"{who}@{company.slug}.example").cookies["sessionid"].value
            for who in ("client", "admin")
        },
    )


@pytest.fixture(scope="module")
def at() -> Iterator[str]:
    with override_settings(ALLOWED_HOSTS=["*"]), serving() as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.mark.browser
@pytest.mark.parametrize(("width", "dark"), [(1440, True), (390, False)])
def test_pages_read_well_for_everybody(
    scene: Scene, at: str, browser: Browser, width: int, dark: bool
) -> None:
    page = _signed_in(browser, at, scene.sessions["client"], width=width, dark=dark)
    for place in (
        "",
        "billing/",
        f"billing/{scene.item}/",
        "billing/?figure=total",
        "statement/",
        "statement/?kind=activity",
        "orders/",
        "deliveries/",
        "stock/",
        "?as_of=2026-05-31",
    ):
        page.goto(f"{at}/o/{scene.slug}/{place}")
        assert grave_findings(page) == [], place
        assert overflow(page) <= 0, place


@pytest.mark.browser
@pytest.mark.parametrize("width", [1440, 390])
def test_operator_mode_is_seen_also_when_scrolled(
    scene: Scene, at: str, browser: Browser, width: int
) -> None:
    page = _signed_in(browser, at, scene.sessions["admin"], width=width)
    page.goto(f"{at}/o/{scene.slug}/customers/{scene.account}/client-view/")
    page.evaluate("scrollTo(0, 600)")
    band = page.get_by_role("complementary", name="Operator mode")
    assert band.is_visible()
    assert (band.bounding_box() or {"y": 9})["y"] == 0
    assert grave_findings(page) == []
    assert overflow(page) <= 0
    assert page.locator("form[method=post]").count() == 0
    page.get_by_role("link", name="Invoices", exact=True).click()
    assert band.is_visible()
    band.get_by_role("link", name="Back to the account").click()
    page.wait_for_url(f"**/customers/{scene.account}/")


def _signed_in(browser: Browser, at: str, session: str, *, width: int, dark: bool = False) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light"
    )
    context.add_cookies([{"name": "sessionid", "value": session, "url": at}])
    return context.new_page()
