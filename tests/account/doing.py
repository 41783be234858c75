"""What people do at the door, in a few words."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from html import unescape
from typing import Any, cast

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import connection
from django.http import HttpResponse
from django.test import Client

from duebook.visibility.models import Login, OrganisationRecord
from duebook.visibility.organisations import PLATFORM
from duebook.visibility.seeing import raw, seeing
from tests.world import PASSWORD, Company


class SlowerArgon(Argon2PasswordHasher):
    time_cost, memory_cost, parallelism = 2, 8192, 1


NEW_PASSWORD = "seven green umbrellas, folded"


@dataclass
class Browser:
    client: Client

    def get(self, path: str, **more: Any) -> HttpResponse:
        return cast(HttpResponse, self.client.get(path, **more))

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> HttpResponse:
        return cast(HttpResponse, self.client.post(path, data or {}, **more))

    def try_to_sign_in(self, email: str, password: str = PASSWORD, **more: Any) -> HttpResponse:
        return self.post("/account/login/", {"login": email, "password": password, **more})

    def sign_in(self, email: str, password: str = PASSWORD) -> None:
        answer = self.try_to_sign_in(email, password)
        assert answer.status_code == 302, text(answer)
        assert self.is_in, answer["Location"]

    @property
    def is_in(self) -> bool:
        return self.get("/account/").status_code == 200

    def add_app(self) -> str:
        """Set up an app for codes; its secret."""
        page = self.get("/account/second-factor/app/")
        assert page.status_code == 200, (page.status_code, page.headers)
        secret = re.search(r"<code>([A-Z2-7=]+)</code>", page.content.decode())
        assert secret
        answer = self.post("/account/second-factor/app/", {"code": code(secret[1])})
        assert answer.status_code == 302, text(answer)
        return secret[1]


def code(secret: str, *, steps: int = 0) -> str:
    """What the app shows now, or some half minutes from now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps)))


def later() -> None:
    """All counts are over."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE door.cache SET expires = now() - interval '1 second'")


def text(answer: HttpResponse) -> str:
    """The words of a page."""
    page = answer.content.decode()
    found = re.search(r"<main[^>]*>(.*)</main>", page, re.DOTALL)
    main = found[1] if found else page
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def link(letter: Any) -> str:
    """The path of the link in a letter."""
    found = re.search(r"https?://[^/\s]+(/account/\S+)", letter.body)
    assert found, letter.body
    return found[1]


def trail(company: Company, email: str, *, of: str = "") -> list[tuple[str, dict[str, Any]]]:
    """The person's entries in the organisation's trail, oldest first."""
    login = login_of(email)
    with company.admin():
        rows = raw().execute(
            "SELECT action, detail FROM ar.audit_event WHERE org_id = %s AND person_id = %s"
            " ORDER BY id",
            [company.org_id, login.pk],
        )
        return [(action, json.loads(detail)) for action, detail in rows.fetchall() if of in action]


def login_of(email: str) -> Login:
    return Login.objects.get(email__iexact=email)


def ask_for_second_factor(company: Company, *, asked: bool = True) -> None:
    """The organisation lets nobody in without one."""
    with seeing(PLATFORM):
        OrganisationRecord.objects.filter(slug=company.slug).update(second_factor=asked)
