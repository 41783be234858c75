"""Imports as somebody with a browser has them: from the file to the ledger, and back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from duebook.database.migrate import connect
from tests import browser as browsing
from tests.imports.conftest import GERMAN, IN_DOUBT, Desk, the_worker_works

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(server: None) -> Iterator[str]:
    with browsing.serving() as found:
        yield found.replace("127.0.0.1", "localhost")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with browsing.chromium() as found:
        yield found


@contextmanager
def window(
    chromium: Chromium, address: str, desk: Desk, *, script: bool = True, width: int = 1440
) -> Iterator[Page]:
    """Signed in, at the page where files are sent. Nothing may go wrong in its console."""
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, java_script_enabled=script
    )
    session = desk.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": address}])
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{address}{desk.root}imports/")
    yield page
    context.close()
    assert complaints == []


def sends(page: Page, folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")
    page.set_input_files("#files", folder / name)
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/imports/*/**")


@pytest.mark.parametrize("script", [True, False])
def test_from_the_file_to_the_ledger_and_back(
    chromium: Chromium, address: str, desk: Desk, tmp_path: Path, script: bool
) -> None:
    with window(chromium, address, desk, script=script) as page:
        sends(page, tmp_path, "rechnungen.csv", GERMAN)
        expect(page.locator("main")).to_contain_text("You may leave this page")
        the_worker_works()
        if not script:
            page.get_by_role("link", name="Look again").click()
        expect(page.get_by_role("heading", name="Check before loading")).to_be_visible()
        expect(page.locator(".effect tfoot")).to_contain_text("+1,364.50")

        # The mapping is corrected: what is still open comes to the whole amount.
        page.get_by_role("link", name="Change mapping").click()
        page.locator("#t0-f-outstanding_amount").select_option("")
        if script:
            expect(page.locator(".landing thead")).not_to_contain_text("outstanding_amount")
        page.get_by_role("button", name="Check").click()
        the_worker_works()
        if not script:
            page.get_by_role("link", name="Look again").click()
        expect(page.locator(".effect tfoot")).to_contain_text("+1,514.50")

        with page.expect_download() as download:
            page.get_by_role("link", name="Download to correct").click()
        sheet = CalamineWorkbook.from_path(download.value.path()).get_sheet_by_index(0)
        assert sheet.to_python()[1][:4] == ["N-7", "Neue Kundin", "R-3", "31.02.2026"]

        page.get_by_role("button", name="Load 3 changes").click()
        the_worker_works()
        if not script:
            page.get_by_role("link", name="Look again").click()
        expect(page.get_by_role("heading", name="Loaded")).to_be_visible()
        page.get_by_role("link", name="To the customers").click()
        expect(page.locator("main")).to_contain_text("Neue Kundin")

        page.goto(f"{address}{desk.root}imports/history/")
        page.get_by_role("link", name="rechnungen.csv", exact=True).first.click()
        page.get_by_role("button", name="Undo …").click()
        the_worker_works()
        if not script:
            page.get_by_role("link", name="Look again").click()
        expect(page.locator(".effect tfoot")).to_contain_text("−1,514.50")
        page.get_by_role("button", name="Undo it").click()
        the_worker_works()
        if not script:
            page.get_by_role("link", name="Look again").click()
        expect(page.get_by_role("heading", name="Undone")).to_be_visible()
        page.goto(f"{address}{desk.root}aging/")
        expect(page.locator("main")).not_to_contain_text("Neue Kundin")


def test_progress_survives_a_reload_and_goes_on_by_itself(
    chromium: Chromium, address: str, desk: Desk, tmp_path: Path
) -> None:
    with window(chromium, address, desk) as page:
        sends(page, tmp_path, "rechnungen.csv", GERMAN)
        number = page.url.rstrip("/").rsplit("/", 1)[1]
        expect(page.locator("#steps .present")).to_contain_text("waiting for its turn")
        with connect() as own:
            own.execute(
                "UPDATE ar.intake SET began_at = now() - interval '10 s', beat_at = now(),"
                " rows_done = 5000, rows_total = 20000 WHERE id = %s",
                [number],
            )
        present = page.locator("#steps .present")
        expect(present).to_contain_text("5,000 of 20,000 rows")
        expect(present).to_contain_text("a second, about")
        page.reload()
        expect(present).to_contain_text("5,000 of 20,000 rows")
        page.goto(f"{address}{desk.root}aging/")  # one may leave
        page.go_back()
        expect(present).to_contain_text("5,000 of 20,000 rows")
        the_worker_works()
        expect(page.get_by_role("heading", name="Check before loading")).to_be_visible()
        assert page.locator("[hx-trigger='every 1s']").count() == 0  # it has stopped asking


def test_a_question_is_answered_and_the_rows_follow(
    chromium: Chromium, address: str, desk: Desk, tmp_path: Path
) -> None:
    with window(chromium, address, desk) as page:
        sends(page, tmp_path, "zweideutig.csv", IN_DOUBT)
        the_worker_works()
        page.get_by_label("D/M/YYYY: 03/04/2026 = 3 Apr 2026").check()
        expect(page.locator(".landing tbody")).to_contain_text("2026-04-03")
        page.get_by_label("M/D/YYYY: 03/04/2026 = 4 Mar 2026").check()
        expect(page.locator(".landing tbody")).to_contain_text("2026-03-04")
        page.get_by_role("button", name="Check").click()
        the_worker_works()
        expect(page.get_by_role("button", name="Load 2 changes")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1440])
def test_the_pages_are_well_made(
    chromium: Chromium, address: str, desk: Desk, tmp_path: Path, width: int
) -> None:
    desk.loads("rechnungen.csv", GERMAN)
    with window(chromium, address, desk, width=width) as page:
        sends(page, tmp_path, "noch.csv", GERMAN.replace("R-", "S-"))
        the_worker_works()
        checked = page.url
        for each in (
            checked,
            f"{checked}mapping/",
            f"{address}{desk.root}imports/",
            f"{address}{desk.root}imports/history/",
            f"{address}{desk.root}{desk.newest_run()}",
            f"{address}{desk.root}imports/mappings/",
        ):
            page.goto(each)
            assert browsing.overflow(page) <= 0, each
            assert browsing.grave_findings(page) == [], each
