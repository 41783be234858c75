from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from duebook.outside import asking
from tests.sign_in_elsewhere import elsewhere
from tests.sign_in_elsewhere.elsewhere import Browser, Provider
from tests.world import World

os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # the provider of the tests speaks http


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """The provider of the tests may be slow, where the whole machine is."""
    for name in ("CONNECT_SECONDS", "READ_SECONDS", "ALL_SECONDS"):
        monkeypatch.setattr(asking, name, 60.0)


@pytest.fixture(scope="session")
def listening() -> Iterator[Provider]:
    with elsewhere.provider() as found:
        yield found


@pytest.fixture
def provider(listening: Provider, world: World) -> Provider:
    """Knows Acme's admin, member and client by their addresses; Acme trusts it."""
    listening.asked.clear()
    listening.overrides.clear()
    for who in ("admin", "member", "client"):
        address = f"{who}@{world.acme.slug}.example"
        listening.knows(f"{who}-{world.acme.slug}", email=address, email_verified=True)
    elsewhere.trusts(world.acme, listening)
    return listening


@pytest.fixture
def browser() -> Browser:
    return Browser()
