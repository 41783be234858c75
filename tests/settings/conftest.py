"""An organisation, and browsers without a screen in which its people have signed in."""

from __future__ import annotations

import html
import re
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from duebook.visibility.models import Login
from duebook.visibility.organisation_settings import NAMES, settings_of
from duebook.visibility.seeing import raw, seeing
from duebook.web.settings.form import packed, shown
from tests.world import Company


@pytest.fixture
def company(server: None) -> Company:
    return Company("house", today=date(2026, 6, 30))


class Browser(Client):
    """Where a person of a company stands; `path` is below its address."""

    def __init__(self, company: Company, email: str) -> None:
        super().__init__(SERVER_NAME="localhost")
        self.company, self.root = company, f"/o/{company.slug}/"
        self.force_login(
            Login.objects.get(email__iexact=email),
            backend="allauth.account.auth_backends.AuthenticationBackend",
        )

    def sees(self, path: str, **query: Any) -> str:
        answer = self.get(self.root + path, data=query)
        assert answer.status_code == 200, answer.content
        return readable(answer)

    def sends(self, path: str, **data: Any) -> Any:
        return self.post(self.root + path, data=data)

    def page(self) -> dict[str, Any]:
        """What the settings page would send if nobody changed anything."""
        viewer = self.company.viewer(self.company.admin_email)
        with seeing(viewer):
            now = settings_of(viewer)
        fields = {name: value for name, value in shown(now).items() if value is not False}
        return {**fields, "was": packed(now)}

    def saves(self, **changed: Any) -> Any:
        """Save a page that was opened just now, with some fields changed; None clears a box."""
        told = {**self.page(), **changed}
        return self.sends("settings/", **{n: v for n, v in told.items() if v is not None})


@pytest.fixture
def nora(company: Company) -> Browser:
    """An admin."""
    return Browser(company, company.admin_email)


def readable(answer: Any) -> str:
    """What a page says to the eye, without its tags."""
    text = re.sub(r'<span class="sr">[^<]*</span>', "", answer.content.decode())
    text = re.sub(r'</?bdi[^>]*>|<span class="dec">', "", text)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))


class _Form(HTMLParser):
    """What a browser would send of the page's form: the settings' one is the last with `was`."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.inside, self.choice = False, ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = told.get("action", "").endswith("/settings/")
        if not self.inside:
            return
        if tag == "select":
            self.choice = told["name"]
        elif tag == "option" and "selected" in told:
            self.found[self.choice] = told["value"]
        elif tag == "input" and (told.get("type") != "checkbox" or "checked" in told):
            self.found[told["name"]] = told.get("value", "")


def filled_in(answer: Any) -> dict[str, str]:
    """The form of a page as it came: sending it is pressing its button."""
    parser = _Form()
    parser.feed(answer.content.decode())
    return parser.found


def of(company: Company, name: str) -> Any:
    """A setting as it is stored."""
    assert name in NAMES
    viewer = company.viewer(company.admin_email)
    with seeing(viewer):
        return getattr(settings_of(viewer), name)


def trail(company: Company, action: str) -> list[dict[str, Any]]:
    """What the entries of an action say, oldest first."""
    import json

    query = "SELECT detail::text FROM ar.audit_event WHERE action = %s ORDER BY id"
    with seeing(company.viewer(company.admin_email)):
        return [json.loads(row[0]) for row in raw().execute(query, [action])]
