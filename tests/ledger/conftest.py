from __future__ import annotations

import pytest

from tests.ledger.books import Books


@pytest.fixture
def books(server: None) -> Books:
    """An organisation with one account, A, on 30 June 2026."""
    return Books(accounts=["A"])
