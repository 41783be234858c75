"""Real sign-ins at the embedded server; letters stay in memory."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest
from django.core import mail
from django.test import Client, override_settings

from duebook.web.account import evenly
from tests.account.doing import Browser

_hosts = itertools.count(1)


@pytest.fixture(autouse=True)
def letters(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[mail.EmailMessage]]:
    """What was sent in this test. Nobody waits for even answers but the test that asks for them."""
    monkeypatch.setattr(evenly, "SECONDS", 0.0)
    mail.outbox = []
    with override_settings(EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend"):
        yield mail.outbox


@pytest.fixture
def fresh() -> Callable[..., Browser]:
    """A browser at an address of its own, so that no test counts another's tries."""

    def made(address: str = "", **headers: str) -> Browser:
        number = next(_hosts)
        own = address or f"198.{18 + number // 65536}.{number // 256 % 256}.{number % 256}"
        said = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"} | headers
        return Browser(Client(REMOTE_ADDR=own, SERVER_NAME="localhost", headers=said))

    return made


@pytest.fixture
def browser_at(fresh: Callable[..., Browser]) -> Browser:
    return fresh()
