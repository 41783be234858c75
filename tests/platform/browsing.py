"""Browsers at the platform's pages, and the owners who sit before them.

browser = owner.browser()
browser.enters(world.acme, "Ticket 1")
assert "First" in browser.reads(f"/o/{world.acme.slug}/aging/")
"""

from __future__ import annotations

import itertools
import re
from html import unescape
from typing import Any

from django.test import Client

from duebook.database.migrate import connect
from duebook.visibility.models import Login
from duebook.visibility.organisations import PLATFORM, make_login
from duebook.visibility.platform import set_owner
from duebook.visibility.second_factor import ADDED
from duebook.visibility.viewer import Viewer
from tests.world import PASSWORD, Company

BLOCKS = "title|h1|h2|p|div|li|dt|dd|td|th|a|button|option|label"
_numbers = itertools.count(1)


class Browser:
    """Signed in, unless nobody is named; `proved` with a second factor."""

    def __init__(self, login: Login | None = None, *, proved: bool = True, **said: str) -> None:
        self.client = Client(headers={"host": "localhost"}, raise_request_exception=False)
        if login:
            self.client.force_login(login)
        for key, value in said.items():
            self.says(key, value)
        if login and proved:
            self.says(ADDED, True)

    def says(self, key: str, value: object) -> None:
        session = self.client.session
        session[key] = value
        session.save()

    def said(self, key: str) -> object:
        return self.client.session.get(key)

    def gets(self, path: str, **query: str) -> Any:
        return self.client.get(path, query)

    def posts(self, path: str, **fields: str) -> Any:
        return self.client.post(path, fields)

    def reads(self, path: str, *, status: int = 200, **query: str) -> str:
        """What a page says, without its tags."""
        answer = self.gets(path, **query)
        assert answer.status_code == status, (path, answer.status_code, answer.headers)
        return words(answer)

    def enters(self, company: Company, reason: str = "A ticket") -> None:
        answer = self.posts(f"/platform/organisations/{company.slug}/enter/", reason=reason)
        assert (answer.status_code, answer["Location"]) == (302, f"/o/{company.slug}/customers/")

    def leaves(self) -> None:
        assert self.posts("/platform/leave/").status_code == 302


class Owner:
    """An owner of the platform with a login."""

    def __init__(self, name: str = "Odette Vance") -> None:
        self.email = f"owner{next(_numbers)}@duebook.example"
        self.login, _ = make_login(self.email, name=name, password=PASSWORD)
        set_owner(PLATFORM, self.login.pk, owner=True)

    @property
    def viewer(self) -> Viewer:
        return Viewer(0, self.login.pk, "platform")

    def browser(self) -> Browser:
        return Browser(self.login)

    def inside(self, company: Company) -> Viewer:
        """What the owner is there after entering."""
        return Viewer(company.org_id, self.login.pk, "admin")


def words(answer: Any) -> str:
    text = re.sub(r"<(script|style)\b.*?</\1>", "", answer.content.decode(), flags=re.DOTALL)
    text = re.sub(rf"</?(?:{BLOCKS})\b[^>]*>", " ", text)
    return " ".join(unescape(re.sub(r"<[^>]+>", "", text)).split())


def login_of(email: str) -> Login:
    return Login.objects.get(email=email)


def trail(company: Company) -> list[tuple[int, str, dict[str, Any]]]:
    """Who did what, oldest first, as the migrator sees it."""
    query = "SELECT person_id, action, detail FROM ar.audit_event WHERE org_id = %s ORDER BY id"
    with connect() as own:
        return own.execute(query, [company.org_id]).fetchall()  # type: ignore[return-value]


def only_owners(*owners: Owner) -> None:
    """Nobody else owns the platform for the rest of the test."""
    ids = [0, *(owner.login.pk for owner in owners)]
    with connect() as own:
        own.execute("UPDATE ar.platform_person SET active = person_id = ANY (%s)", [ids])
