from __future__ import annotations

import itertools

import pytest

from duebook.visibility.viewer import Viewer
from tests.ledger.books import Books

_numbers = itertools.count(1)


class House(Books):
    """A is the member's and the client's, B nobody's; it is 30 June 2026."""

    def __init__(self) -> None:
        super().__init__(accounts=["A", "B"], owned=["A"], spoken_for=["A"])

    @property
    def client_viewer(self) -> Viewer:
        return self.viewer(self.client_email)

    @property
    def member_viewer(self) -> Viewer:
        return self.viewer(self.member_email)

    @property
    def admin_viewer(self) -> Viewer:
        return self.viewer(self.admin_email)

    def billed(self, amount: str = "100.00", **more: str) -> int:
        """The id of a new invoice of A."""
        number = more.pop("number", f"N{next(_numbers)}")
        self.invoice(number, amount, **more)
        return self.document(number)

    def document(self, number: str) -> int:
        stated = self.asks("SELECT id, number FROM ar.document WHERE settles_id IS NULL")
        (found,) = [each for each, known in stated if known == number]
        return int(found)


@pytest.fixture
def house(server: None) -> House:
    return House()
