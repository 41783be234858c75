"""In a real browser, from the letter that invites a clerk to the statement she files: she sees
what is open, disputes an invoice, is answered, is credited, and downloads what is left.
"""

from __future__ import annotations

import email
import email.policy
import io
import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from duebook.database.migrate import connect
from duebook.jobs.tasks import run
from duebook.post.letter import Letter
from tests.browser import chromium, grave_findings, overflow, serving
from tests.people.conftest import LINK, customer, rows, signed_in
from tests.world import Company

SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
NEW_PASSWORD = "violet anchors hum slowly"
_clerks = itertools.count(1)


@pytest.fixture(scope="module")
def address(server: None) -> Iterator[str]:
    with serving() as where:
        yield where


@pytest.fixture(scope="module")
def screen() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@contextmanager
def window(screen: Browser, address: str, size: str, who: str = "") -> Iterator[Page]:
    """Of somebody who has signed in, or of nobody; nothing may go wrong in it."""
    width, height = SIZES[size]
    context = screen.new_context(viewport={"width": width, "height": height})
    cookies = {"django_language": "en"}
    if who:
        cookies["sessionid"] = signed_in(who).cookies["sessionid"].value
    context.add_cookies([{"name": n, "value": v, "url": address} for n, v in cookies.items()])
    page = context.new_page()
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.on("response", lambda answer: broken.extend([answer.url] * (answer.status >= 500)))
    try:
        yield page
        _reads_well(page)
        assert broken == []
    finally:
        context.close()


@pytest.mark.browser
@pytest.mark.parametrize("size", SIZES)
def test_from_the_invitation_to_the_statement(
    address: str, screen: Browser, size: str, tmp_path: Path
) -> None:
    company = Company("story", today=date(2026, 6, 30))
    company.owes("100.00", due="2026-05-20", number="INV-1")  # 41 days late
    company.owes("250.00", due="2026-07-31", number="INV-2")
    company.owes("777.77", due="2026-05-20", number="OTHER", account="C2")
    clerk = f"clerk{next(_clerks)}@story.example"
    place = f"{address}/o/{company.slug}"

    with window(screen, address, size, company.member_email) as page:
        _invites(page, place, customer(company, "C1"), clerk)
    with window(screen, address, size) as page:
        page.goto(f"{address}/invitation/{secret_for(clerk)}/")
        _accepts(page, place)
        _reads_her_aging(page)
        thread = _disputes(page, tmp_path)
        assert _figures(page, place) == {"31–60": "60.00", "Disputed": "40.00", "You owe": "350.00"}
    with window(screen, address, size, company.member_email) as page:
        _answers(page, place)
    with window(screen, address, size, clerk) as page:
        _sees_the_outcome(page, thread)
        assert _figures(page, place) == {"31–60": "60.00", "Disputed": "0.00", "You owe": "310.00"}
        _reads_well(page)
        said = _statement(page)
    assert "You owe 310.00 USD." in said
    assert "First (C1)" in said and "As of 30 Jun 2026" in said
    assert re.search(r"INV-1\D.*20 May 2026.*41 days late.*100\.00.*60\.00", said)
    assert re.search(r"INV-2\D.*31 Jul 2026.*250\.00.*250\.00", said)
    assert "OTHER" not in said and "777.77" not in said and "They always say so" not in said

    letters = told(company)
    assert [to for to, _text in letters] == [
        company.member_email,  # it is their account: raised
        clerk,  # answered
        clerk,  # credited
    ]
    assert all(thread.removeprefix(address) in text for _to, text in letters)
    assert not any(
        said in text for _to, text in letters for said in ("wet", "sorry", "always", "boxes")
    )


def _invites(page: Page, place: str, account: int, clerk: str) -> None:
    page.goto(f"{place}/customers/{account}/?tab=people")
    page.locator("summary", has_text="Invite").click()
    contacts = page.locator("#contacts")
    contacts.get_by_label("E-mail address").fill(clerk)
    contacts.get_by_role("button", name="Send invitation").click()
    expect(page.locator(".toast")).to_have_text(f"{clerk} is invited.")
    expect(page.locator("#contacts tr", has_text=clerk)).to_contain_text("Pending")


def _accepts(page: Page, place: str) -> None:
    expect(page.locator("h1")).to_have_text("Join Story")
    _reads_well(page)
    page.get_by_label("Your name").fill("Maya Lindqvist")
    page.locator("input[name=password]").fill(NEW_PASSWORD)
    page.locator("input[name=terms]").check()
    page.get_by_role("button", name="Accept and sign in").click()
    page.wait_for_url(f"{place}/")


def _reads_her_aging(page: Page) -> None:
    """From what is owed to the bucket, from the bucket to the invoice."""
    expect(page.locator(".sentence").first).to_contain_text("350.00")
    seen = page.inner_text("body")
    assert "OTHER" not in seen and "777" not in seen
    _reads_well(page)
    page.locator("table.debt a", has_text="100.00").first.click()
    expect(page.locator("tbody tr")).to_have_count(1)
    _reads_well(page)
    page.get_by_role("link", name="INV-1").first.click()
    expect(page.locator("h1")).to_contain_text("INV-1")
    _reads_well(page)


def _disputes(page: Page, folder: Path) -> str:
    """A part of the invoice, with a photo; the address of the conversation."""
    photo = folder / "boxes.png"
    photo.write_bytes(b"\x89PNG\r\n\x1a\n and so on")
    page.get_by_role("link", name="Dispute this invoice").click()
    page.get_by_label("an amount of it").check()
    page.get_by_label("Amount", exact=True).fill("40.00")
    page.get_by_label("Reason").select_option("damaged")
    page.get_by_label("What happened").fill("Two boxes were wet.")
    page.get_by_label("Files").set_input_files(photo)
    _reads_well(page)
    page.get_by_role("button", name="Raise the dispute").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("INV-1")
    expect(page.get_by_text("boxes.png")).to_be_visible()
    expect(page.get_by_label("Your answer")).to_be_visible()
    _reads_well(page)
    return page.url


def _answers(page: Page, place: str) -> None:
    """Found in the inbox, read with its file, noted for the house, answered, credited."""
    page.goto(f"{place}/disputes/")
    expect(page.locator(".badge-count").first).to_have_text("1")
    _reads_well(page)
    page.locator("tbody a", has_text="INV-1").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="boxes.png").click()
    assert download.value.path().read_bytes().endswith(b"and so on")
    page.get_by_label("Internal note").fill("They always say so.")
    page.get_by_role("button", name="Keep the note").click()
    page.get_by_label("Words for the client").fill("We are sorry.")
    page.get_by_role("button", name="Send the answer").click()
    page.get_by_label("Outcome").select_option("credited")
    page.get_by_label("Reason, for the client").fill("Two boxes credited.")
    page.get_by_role("button", name="Close and tell the client").click()
    expect(page.locator(".case-state").first).to_have_text("Credited")


def _sees_the_outcome(page: Page, thread: str) -> None:
    page.goto(thread)
    expect(page.locator(".case-state").first).to_have_text("Credited")
    expect(page.get_by_text("Two boxes credited.")).to_be_visible()
    expect(page.get_by_text("We are sorry.")).to_be_visible()
    assert "They always say so." not in page.content()
    _reads_well(page)


def _figures(page: Page, place: str) -> dict[str, str]:
    """Some of the aging's one row."""
    page.goto(f"{place}/")
    names = [each.strip() for each in page.locator("table.debt thead th").all_text_contents()]
    cells = page.locator("table.debt tbody tr").locator("th, td")
    found = {}
    for at, name in enumerate(names):
        amounts = re.findall(r"\d[\d,]*\.\d\d", cells.nth(at).inner_text())
        found[name] = amounts[0] if amounts else "0.00"
    wanted = ("31–60", "Disputed", "You owe")
    return {each: next(found[name] for name in found if each in name) for each in wanted}


def _statement(page: Page) -> str:
    """The text of the PDF that the first page leads to."""
    page.locator(".answer").get_by_role("link", name="Statement").click()
    _reads_well(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Statement PDF").click()
    assert download.value.suggested_filename == "statement-2026-06-30.pdf"
    reader = PdfReader(io.BytesIO(download.value.path().read_bytes()))
    return re.sub(r"\s+", " ", " ".join(each.extract_text() for each in reader.pages))


def _reads_well(page: Page) -> None:
    assert grave_findings(page) == [], page.url
    assert overflow(page) <= 0, page.url


def secret_for(clerk: str) -> str:
    """Of the link in the letter that waits for them."""
    query = "SELECT sealed FROM door.letter WHERE recipient = %s ORDER BY id DESC LIMIT 1"
    found = LINK.search(_written(rows(query, clerk)[0][0])[1])
    assert found
    return found[1]


def told(company: Company) -> list[tuple[str, str]]:
    """The letters that the worker writes: to whom, and what they say."""
    query = "SELECT id FROM ar.job WHERE org_id = %s AND task LIKE 'tell%%' ORDER BY id"
    with connect() as own:
        jobs = [int(str(row[0])) for row in own.execute(query, [company.org_id])]
        own.execute("DELETE FROM door.letter")
        for job in jobs:
            run(job)
        kept = own.execute("SELECT sealed FROM door.letter ORDER BY id").fetchall()
    return [_written(content) for (content,) in kept]


def _written(sealed: object) -> tuple[str, str]:
    assert isinstance(sealed, bytes)
    letter = Letter.from_sealed(sealed)
    message = email.message_from_bytes(letter.content, policy=email.policy.default)
    body = message.get_body()
    assert body is not None
    return letter.recipients[0], f"{message['Subject']}\n{body.get_content()}"
