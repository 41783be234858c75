"""The platform's pages and the band of a visit in a real browser: wide, on a phone, in Hebrew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from duebook.visibility.seeing import seeing
from duebook.web.platform.visit import Visit, visit_of
from tests.browser import chromium, grave_findings, overflow, page_at, serving
from tests.platform.browsing import Browser, Owner
from tests.world import World

WIDTHS = (1440, 390)


@pytest.fixture(scope="module")
def browser() -> Iterator[Chromium]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def place(server: None, browser: Chromium) -> Iterator[tuple[str, World, Owner]]:
    with serving() as address:
        yield address, World(), Owner()


@contextmanager
def sitting(
    chromium: Chromium, address: str, seat: Browser, path: str, **how: Any
) -> Iterator[Page]:
    """A page as somebody signed in sees it. The session comes from the test's own client."""
    with page_at(chromium, f"{address}/account/login/", **how) as page:
        key = seat.client.cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": key, "url": address}])
        page.goto(address + path)
        yield page


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", ["en", "he"])
def test_pages_are_readable_and_fit(
    browser: Chromium, place: tuple[str, World, Owner], width: int, language: str
) -> None:
    address, world, owner = place
    seat, slug, number = owner.browser(), world.acme.slug, owner.login.pk
    first = f"/platform/organisations/{slug}/"
    with sitting(browser, address, seat, first, width=width, language=language) as page:
        for path in (
            first,
            "/platform/organisations/",
            "/platform/organisations/new/",
            f"{first}suspend/",
            "/platform/people/",
            f"/platform/people/{number}/",
            f"/platform/people/{number}/bar/",
            "/platform/health/",
        ):
            page.goto(address + path)
            assert overflow(page) <= 0, path
            assert grave_findings(page) == [], path


@pytest.mark.parametrize("width", WIDTHS)
def test_the_band_stays_in_sight_and_leaves_with_one_click(
    browser: Chromium, place: tuple[str, World, Owner], width: int
) -> None:
    address, world, owner = place
    row = {"account_number": "C1", "issue_date": "2026-01-01", "due_date": "2026-03-31"}
    numbers = [f"N-{width}-{number}" for number in range(40)]
    world.acme.loads("invoices", [{**row, "invoice_number": n, "amount": "1"} for n in numbers])
    path = f"/o/{world.acme.slug}/invoices/?bucket=days_91_plus"
    with sitting(
        browser, address, owner.browser(), "/platform/organisations/", width=width
    ) as page:
        page.goto(f"{address}/platform/organisations/{world.acme.slug}/")
        page.get_by_label("Why do you enter?").fill("Ticket 4711")
        page.get_by_role("button", name="Enter").click()
        page.wait_for_url(f"**/o/{world.acme.slug}/customers/**")
        page.goto(address + path)
        band = page.locator(".visiting")
        expect(band).to_contain_text("Odette Vance, owner of the platform, is inside Acme")
        page.locator("#main").evaluate("each => each.scrollTo(0, 99999)")
        page.evaluate("window.scrollTo(0, 99999)")
        box = band.bounding_box()
        assert box
        assert (box["x"], box["y"], box["width"]) == (0, 0, width)
        assert box["height"] < 100
        assert overflow(page) <= 0
        assert grave_findings(page) == []
        frame = page.evaluate("getComputedStyle(document.body, '::after').borderInlineEndWidth")
        assert frame == "4px"
        page.get_by_role("button", name="Leave").click()
        page.wait_for_url(f"**/platform/organisations/{world.acme.slug}/")
        expect(page.get_by_text("You have left Acme")).to_be_visible()
        assert page.locator(".visiting").count() == 0
        assert page.goto(address + path).status == 404  # type: ignore[union-attr]


def test_without_script_one_enters_and_leaves_too(
    browser: Chromium, place: tuple[str, World, Owner]
) -> None:
    address, world, owner = place
    first = f"/platform/organisations/{world.zenith.slug}/"
    with sitting(browser, address, owner.browser(), first, script=False) as page:
        page.get_by_label("Why do you enter?").fill("Ticket 4711")
        page.get_by_role("button", name="Enter").click()
        expect(page.locator(".visiting")).to_contain_text("is inside Zenith")
        page.get_by_role("button", name="Leave").click()
        expect(page.locator("h1")).to_have_text("Zenith")


def test_clients_pages_have_room_for_the_band(world: World, owner: Owner) -> None:
    """An operator who is shown a client's page is still visiting."""
    request: Any = RequestFactory().get(f"/o/{world.acme.slug}/")
    request.session = {"visiting": world.acme.slug, "visiting_name": "Acme"}
    request.user = SimpleNamespace(name="", pk=1, is_authenticated=True, __str__=lambda _: "o@d")
    request.person_name, request.looking = "Odette Vance", None
    seen = request.organisation = SimpleNamespace(slug=world.acme.slug, name="Acme", timezone="UTC")
    with seeing(world.acme.viewer(world.acme.client_email)):
        html = render_to_string("portal/page.html", {"organisation": seen}, request=request)
    assert '<aside class="visiting"' in html


def test_a_visit_belongs_to_addresses_of_its_organisation_alone() -> None:
    request: Any = RequestFactory().get("/o/acme/people/")
    request.user = SimpleNamespace(name="Odette Vance")
    assert visit_of(request) is None
    request.session = {}
    assert visit_of(request) is None
    request.session = {"visiting": "acme"}
    assert visit_of(request) == Visit("acme", "acme", "Odette Vance")
    for path in ("/o/acme2/people/", "/o/", "/platform/people/", "/"):
        request.path = path
        assert visit_of(request) is None
