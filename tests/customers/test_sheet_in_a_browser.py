"""The list as one works with it in a real browser: heads, filters and search together, back and
forward, two tabs, and the file of what stands there.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect
from python_calamine import CalamineWorkbook

from duebook.jobs.worker import work
from tests.customers.conftest import Sheet, amount, sheet_of
from tests.customers.test_identities import IN_FILE
from tests.customers.test_identities import company as company
from tests.customers.test_in_a_browser import screen as screen
from tests.people.conftest import signed_in
from tests.people.test_in_a_browser import address as address
from tests.people.test_in_a_browser import window
from tests.world import Company

pytestmark = pytest.mark.browser
CENT = Decimal("0.01")
SELECTED = "#bulk [data-selected]"
# Of each head: its cell of the sheet, and what is compared of it.
HEADS: dict[str, tuple[str, Callable[[str], Any]]] = {
    "Account Name": ("name", lambda said: said.replace("Ère", "Ere").partition(" A-")[0]),
    "Account Type": ("type", lambda said: said.partition(" ")[0]),
    "Priority": ("priority", lambda said: Decimal(said.partition(" ")[0])),
    "Outstanding": ("outstanding", amount),
    "Current": ("current", amount),
    "Past Due": ("past_due", amount),
    "Debit": ("debit", amount),
    "Credit": ("credit", amount),
    "Wtd. Avg. Days Overdue": ("days", lambda said: amount(said.partition(" ")[0])),
    "1–30": ("d1_30", amount),
    "31–60": ("d31_60", amount),
    "61–90": ("d61_90", amount),
    "91+": ("d91_plus", amount),
}


def home(address: str, company: Company, query: str = "") -> str:
    return f"{address}/o/{company.slug}/customers/{query}"


def sheet(page: Page) -> Sheet:
    expect(page.locator("#main.htmx-request, #search.htmx-request")).to_have_count(0)
    return sheet_of(page.content())


def test_every_head_sorts_and_reverses(screen: Chromium, address: str, company: Company) -> None:
    with window(screen, address, "desktop", person=signed_in(company.admin_email)) as page:
        page.goto(home(address, company))
        every = sorted(sheet(page).numbers)
        assert len(every) > 15
        for head, (cell, value) in HEADS.items():
            ways = set()
            for _click in range(2):
                before = page.url
                page.locator("#customers thead").get_by_role("link", name=head, exact=True).click()
                page.wait_for_url(lambda url, before=before: url != before)  # type: ignore[misc]
                by = page.locator("#customers thead th[aria-sort]")
                expect(by).to_contain_text(head)
                way = by.get_attribute("aria-sort")
                shown = sheet(page)
                values = [value(row[cell]) for row in shown.rows]
                assert values == sorted(values, reverse=way == "descending"), (head, way)
                assert sorted(shown.numbers) == every
                ways.add(way)
            assert ways == {"ascending", "descending"}, head


def test_filters_search_and_order_go_together(
    screen: Chromium, address: str, company: Company
) -> None:
    with window(screen, address, "desktop", person=signed_in(company.admin_email)) as page:
        page.goto(home(address, company, "?sort=account_name"))
        whole = sheet(page)
        page.locator("summary", has_text="Status").click()
        page.get_by_role("link", name="Inactive", exact=True).click()
        expect(page).to_have_url(re.compile("status=Inactive"))
        idle = sheet(page)
        assert 0 < len(idle.rows) < len(whole.rows)
        page.locator("#search-words").press_sequentially("trading")
        expect(page).to_have_url(re.compile("q=trading"))
        found = sheet(page)
        wanted = [row for row in idle.rows if "Trading" in row["name"]]
        assert found.rows == wanted and 0 < len(wanted) < len(idle.rows)
        # What else the page says follows: the sums, and wherever one can go from here.
        expect(page.locator("#matching")).to_contain_text(f"{len(wanted)} account")
        expect(page.locator("#totals .lead")).to_have_text(
            re.compile(f"{sum(amount(row['outstanding']) for row in wanted):,.2f}")
        )
        for kept in ("form.order", "#bulk"):
            expect(page.locator(f"{kept} input[name=q]")).to_have_value("trading")
        expect(page.locator("#bulk")).to_have_attribute("data-question", re.compile("q=trading"))
        page.locator("#customers thead").get_by_role("link", name="Past Due", exact=True).click()
        expect(page).to_have_url(re.compile(r"(?=.*q=trading)(?=.*status=Inactive)(?=.*-past_due)"))
        assert sorted(sheet(page).numbers) == sorted(found.numbers)

        page.go_back()
        expect(page).to_have_url(re.compile("sort=account_name"))
        expect(page.locator("#search-words")).to_have_value("trading")
        assert sheet(page).numbers == found.numbers
        page.go_back()  # typing left no trace of its own
        expect(page).to_have_url(re.compile(r"\?sort=account_name$"))
        expect(page.locator("#search-words")).to_have_value("")
        assert sheet(page).numbers == whole.numbers
        page.go_forward()
        expect(page).to_have_url(re.compile("q=trading"))
        assert sheet(page).numbers == found.numbers
        page.locator("#search-words").fill("nobody")
        expect(page.get_by_text("No account matches.")).to_be_visible()
        page.locator("#search-words").fill("trading")
        expect(page.locator("#customers tbody tr")).to_have_count(len(wanted))


def test_folded_away_a_line_of_the_figures_remains(
    screen: Chromium, address: str, company: Company
) -> None:
    with window(screen, address, "desktop", person=signed_in(company.admin_email)) as page:
        page.goto(home(address, company))
        figures = page.locator("#figures")
        page.wait_for_load_state("networkidle")  # the figures come, and then the changes in them
        expect(figures.locator(".ages-line")).to_be_visible()
        height = figures.evaluate("each => each.offsetHeight")
        page.get_by_role("button", name="Hide figures").click()
        expect(page.get_by_role("button", name="Show figures")).to_be_visible()
        page.reload()  # remembered
        for name in ("Past Due Invoices", "Net AR Amount"):
            expect(figures.get_by_text(name)).to_be_visible()
        expect(figures.locator(".ages-line")).to_be_hidden()
        assert figures.evaluate("each => each.offsetHeight") < min(60, height / 2)


def test_two_tabs_keep_to_themselves(screen: Chromium, address: str, company: Company) -> None:
    with window(screen, address, "desktop", person=signed_in(company.admin_email)) as first:
        first.goto(home(address, company, "?sort=account_name"))
        second = first.context.new_page()
        second.goto(home(address, company, "?sort=-outstanding_amount"))
        for page, ticks in ((first, 3), (second, 5)):
            for n in range(ticks):
                page.locator('#customers tbody input[name="customer"]').nth(n).click()
        for page, ticks in ((first, 3), (second, 5)):
            page.reload()
            expect(page.locator(SELECTED)).to_have_text(str(ticks))
        for page, ticks in ((first, 3), (second, 5)):
            owed = sum(amount(row["outstanding"]) for row in sheet(page).rows[:ticks])
            expect(page.locator("#bulk [data-selected-sums]")).to_contain_text(f"{owed:,.2f} USD")
        second.locator("#search-words").fill("trading")
        expect(second).to_have_url(re.compile("q=trading"))
        expect(first).to_have_url(re.compile(r"\?sort=account_name$"))
        # What is done to the selection of one leaves the other's.
        second.locator("#bulk button[value=note]").click()
        second.locator("textarea[name=body]").fill("Called on Monday")
        second.get_by_role("button", name=re.compile("Add .*5 accounts")).click()
        expect(second.locator(".strip.done, .toast")).not_to_have_count(0)
        expect(second.locator("#bulk")).to_be_hidden()
        first.reload()
        expect(first.locator(SELECTED)).to_have_text("3")


def test_the_file_of_the_view_is_the_screen(
    screen: Chromium, address: str, company: Company
) -> None:
    with window(screen, address, "desktop", person=signed_in(company.admin_email)) as page:
        page.goto(home(address, company, "?status=Active&sort=-past_due_amount"))
        page.locator("#search-words").press_sequentially("trading")
        expect(page).to_have_url(re.compile("q=trading"))
        shown = sheet(page)
        expect(page.locator("form.order input[name=q]")).to_have_value("trading")
        page.locator("form.order button[value=xlsx]").click()
        worker = threading.Thread(target=work, kwargs={"wait": False})
        worker.start()  # in this thread a loop of the browser is running
        worker.join()
        with page.expect_download() as download:
            page.locator("a[href$='/file/']").first.click()
        book = CalamineWorkbook.from_path(Path(download.value.path()))
        head, *rows = book.get_sheet_by_index(0).to_python()
        *lines, total = [dict(zip(head, row, strict=True)) for row in rows]
        assert [line["account_number"] for line in lines] == shown.numbers
        for cell, column in IN_FILE.items():
            said = [Decimal(str(line[column])).quantize(CENT) for line in lines]
            assert said == [amount(row[cell]) for row in shown.rows], column
            assert Decimal(str(total[column])).quantize(CENT) == sum(said), column
