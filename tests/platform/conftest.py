from __future__ import annotations

from datetime import date

import pytest

from tests.platform.browsing import Owner
from tests.world import Company, World


class Place(World):
    """Acme and Zenith as everywhere, each made when a test first speaks of it."""

    def __init__(self) -> None:
        pass

    def __getattr__(self, name: str) -> Company:
        if name not in ("acme", "zenith"):
            raise AttributeError(name)
        made = Company(name, today=date(2026, 6, 30))
        setattr(self, name, made)
        return made


@pytest.fixture
def world(server: None) -> World:
    return Place()


@pytest.fixture
def owner(server: None) -> Owner:
    """Somebody who owns the platform and belongs to no organisation."""
    return Owner()


@pytest.fixture
def rival(server: None) -> Owner:
    """Another one."""
    return Owner()
