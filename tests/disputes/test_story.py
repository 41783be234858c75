"""In a real browser: a client disputes with a file, an operator answers, notes and credits."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from duebook.database.migrate import connect
from duebook.jobs.tasks import run
from duebook.post.letter import Letter
from tests.browser import chromium, grave_findings, overflow, serving
from tests.people.conftest import signed_in
from tests.world import Company

SIZES = {"desktop": (1440, 900), "phone": (390, 844)}


@pytest.fixture(scope="module")
def address(server: None) -> Iterator[str]:
    with serving() as where:
        yield where


@pytest.fixture(scope="module")
def screen() -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, chromium() as browser:
        # Playwright keeps a loop running in this thread; the database is asked beside it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield browser


@contextmanager
def window(screen: Browser, address: str, size: str, company: Company, who: str) -> Iterator[Page]:
    width, height = SIZES[size]
    context = screen.new_context(viewport={"width": width, "height": height})
    person = signed_in(getattr(company, f"{who}_email"))
    session = person.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
    page = context.new_page()
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.on("response", lambda answer: broken.extend([answer.url] * (answer.status >= 500)))
    try:
        yield page
        assert broken == []
        assert grave_findings(page) == []
        if size == "phone":
            assert overflow(page) <= 0
    finally:
        context.close()


@pytest.mark.parametrize("size", SIZES)
def test_from_a_dispute_to_its_credit(
    address: str, screen: Browser, size: str, tmp_path: Path
) -> None:
    company = Company("story", today=date(2026, 6, 30))
    company.owes("100.00", due="2026-06-10", number="INV-1")
    place = f"{address}/o/{company.slug}"
    photo = tmp_path / "boxes.png"
    photo.write_bytes(b"\x89PNG\r\n\x1a\n and so on")

    with window(screen, address, size, company, "client") as page:
        page.goto(f"{place}/billing/")
        page.get_by_role("link", name="INV-1").first.click()
        page.get_by_role("link", name="Dispute this invoice").click()
        page.get_by_label("an amount of it").check()
        page.get_by_label("Amount", exact=True).fill("40.00")
        page.get_by_label("Reason").select_option("damaged")
        page.get_by_label("What happened").fill("Two boxes were wet.")
        page.get_by_label("Files").set_input_files(photo)
        assert grave_findings(page) == []
        page.get_by_role("button", name="Raise the dispute").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("INV-1")
        expect(page.get_by_text("boxes.png")).to_be_visible()
        thread = page.url
        page.goto(f"{place}/")
        expect(page.get_by_text("In dispute:").first).to_contain_text("40.00")

    with window(screen, address, size, company, "member") as page:
        page.goto(f"{place}/disputes/")
        expect(page.locator(".badge-count").first).to_have_text("1")
        assert grave_findings(page) == []
        page.locator("tbody a", has_text="INV-1").click()
        page.get_by_label("Internal note").fill("They always say so.")
        page.get_by_role("button", name="Keep the note").click()
        page.get_by_label("Words for the client").fill("We are sorry.")
        page.get_by_role("button", name="Send the answer").click()
        page.get_by_label("Outcome").select_option("credited")
        page.get_by_label("Reason, for the client").fill("Two boxes credited.")
        page.get_by_role("button", name="Close and tell the client").click()
        expect(page.locator(".case-state").first).to_have_text("Credited")

    with window(screen, address, size, company, "client") as page:
        page.goto(thread)
        expect(page.get_by_text("Two boxes credited.")).to_be_visible()
        expect(page.get_by_text("We are sorry.")).to_be_visible()
        assert "They always say so." not in page.content()
        page.goto(f"{place}/")
        assert "In dispute:" not in page.content()
        expect(page.locator("main")).to_contain_text("60.00")

    letters = told(company)
    assert [to for to, _text in letters] == [
        company.member_email,  # it is their account: raised
        company.client_email,  # answered
        company.client_email,  # credited
    ]
    assert all(thread.removeprefix(address) in text for _to, text in letters)
    assert not any(
        said in text for _to, text in letters for said in ("wet", "sorry", "always", "boxes")
    )


def told(company: Company) -> list[tuple[str, str]]:
    """The letters that the worker writes: to whom, and what they say."""
    query = "SELECT id FROM ar.job WHERE org_id = %s AND task LIKE 'tell%%' ORDER BY id"
    with connect() as own:
        jobs = [int(str(row[0])) for row in own.execute(query, [company.org_id])]
        own.execute("DELETE FROM door.letter")
        for job in jobs:
            run(job)
        kept = own.execute("SELECT sealed FROM door.letter ORDER BY id").fetchall()
    found = []
    for (content,) in kept:
        assert isinstance(content, bytes)
        letter = Letter.from_sealed(content)
        message = email.message_from_bytes(letter.content, policy=email.policy.default)
        body = message.get_body()
        assert body is not None
        found.append((letter.recipients[0], f"{message['Subject']}\n{body.get_content()}"))
    return found
