"""Hands for tests about people: browsers without a screen, letters as they were written."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage as Message
from html import unescape
from typing import Any

import pytest
from django.core import mail
from django.test import Client, override_settings

from duebook.database.migrate import connect
from duebook.visibility.models import Login
from duebook.visibility.seeing import raw, seeing
from tests.world import Company

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LINK = re.compile(r"/invitation/([A-Za-z0-9_-]{43})/")


@pytest.fixture
def newcomer() -> str:
    """An address that nobody has a login for."""
    return f"maya{next(_numbers)}@new.example"


_numbers = itertools.count(1)


@pytest.fixture
def letters() -> Iterator[list[Message]]:
    """What is written while the test runs."""
    backend = "django.core.mail.backends.locmem.EmailBackend"
    with override_settings(EMAIL_BACKEND=backend):
        mail.outbox = []
        yield mail.outbox  # type: ignore[misc]  # Django's own messages


@pytest.fixture
def company(server: None) -> Company:
    from datetime import date

    return Company("house", today=date(2026, 6, 30))


class Browser(Client):
    """A browser without a screen, at the address the server goes by."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, SERVER_NAME="localhost")

    def get(self, *asked: Any, **more: Any) -> Any:
        return super().get(*asked, **more)

    def post(self, *asked: Any, **more: Any) -> Any:
        return super().post(*asked, **more)


def signed_in(email: str) -> Browser:
    """A browser in which somebody has signed in."""
    browser = Browser()
    browser.force_login(Login.objects.get(email__iexact=email))
    return browser


def secret_in(letter: Any) -> str:
    """The secret of the link in a letter."""
    found = LINK.search(letter.body)
    assert found, letter.body
    return found[1]


def said(response: Any) -> list[str]:
    """The messages of a page that was answered, those of trouble too."""
    found = re.findall(
        r'class="(?:toast|strip danger)".*?</svg><(?:span|div)>(.*?)</(?:span|div)></div>',
        response.content.decode(),
        re.DOTALL,
    )
    return [unescape(re.sub(r"<[^>]+>", " ", each)) for each in found]


def wrong(response: Any) -> list[str]:
    """What a form complains of."""
    found = re.findall(
        r'<(?:span|p) class="(?:wrong|problem)"[^>]*>(.*?)</', response.content.decode()
    )
    return [unescape(each) for each in found]


def rows(query: str, *values: Any) -> list[tuple[Any, ...]]:
    """What there is, as the migrator sees it; also inside somebody's seeing()."""
    with connect() as own:
        return own.execute(query, values).fetchall()  # type: ignore[call-overload, no-any-return]


def trail(company: Company, action: str) -> list[dict[str, Any]]:
    """The details of all entries of one kind, oldest first."""
    query = "SELECT detail FROM ar.audit_event WHERE org_id = %s AND action = %s ORDER BY id"
    return [row[0] for row in rows(query, company.org_id, action)]


def seen_by(company: Company, email: str) -> list[str]:
    """The account numbers that somebody sees."""
    with seeing(company.viewer(email)):
        query = "SELECT account_number FROM ar.customer ORDER BY 1"
        return [row[0] for row in raw().execute(query).fetchall()]


def customer(company: Company, number: str) -> int:
    query = "SELECT id FROM ar.customer WHERE org_id = %s AND account_number = %s"
    return int(rows(query, company.org_id, number)[0][0])


def owners(company: Company) -> dict[str, str | None]:
    """Account number -> the owner's address; the access rows must say the same."""
    query = """
        SELECT c.account_number, p.email, i.owner_id,
               ARRAY(SELECT a.principal_id FROM ar.customer_access a WHERE a.org_id = c.org_id
                     AND a.customer_id = c.id AND a.reason = 'owner')
        FROM ar.customer c
        LEFT JOIN ar.customer_internal i ON i.org_id = c.org_id AND i.customer_id = c.id
        LEFT JOIN ar.person p ON p.org_id = c.org_id AND p.id = i.owner_id
        WHERE c.org_id = %s ORDER BY 1"""
    found = rows(query, company.org_id)
    for _number, _email, owner, access in found:
        assert access == ([owner] if owner else [])
    return {number: email for number, email, _owner, _access in found}
