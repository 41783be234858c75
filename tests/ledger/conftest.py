"""How many random ledgers are tried: a few dozen, or many with HYPOTHESIS_PROFILE=thorough."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

from tests.ledger.books import Books

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
settings.register_profile("few", deadline=None, max_examples=40, suppress_health_check=SLOW)
settings.register_profile("thorough", deadline=None, max_examples=1500, suppress_health_check=SLOW)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "few"))


@pytest.fixture
def books(server: None) -> Books:
    """An organisation with one account, A, on 30 June 2026."""
    return Books(accounts=["A"])
