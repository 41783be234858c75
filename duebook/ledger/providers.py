"""Who moves a payment's money. So far people say what became of it: the provider `manual`."""

from __future__ import annotations

from typing import Protocol

from django.utils.translation import gettext as _

from duebook.visibility.organisations import Refused


class Provider(Protocol):
    """What a way of paying has to tell. A card processor would be another."""

    name: str

    def may_move(self, state: str, wanted: str) -> None:
        """Raises Refused when people may not say themselves that a payment went there."""

    def moves(self, state: str) -> tuple[str, ...]:
        """Where people may take a payment of that state, the usual one first."""


class Manual:
    """Money comes outside Duebook; an operator who has seen it says so."""

    name = "manual"
    MOVES = {
        "pending": ("settled", "frozen", "terminated"),
        "frozen": ("pending", "settled", "terminated"),
        "settled": ("disputed", "terminated"),
        "disputed": ("settled", "terminated"),
        "terminated": (),
    }

    def may_move(self, state: str, wanted: str) -> None:
        if wanted not in self.moves(state):
            said = _("The payment's state has changed meanwhile: look at it again.")
            raise Refused(said)

    def moves(self, state: str) -> tuple[str, ...]:
        return self.MOVES.get(state, ())


PROVIDERS: dict[str, Provider] = {"manual": Manual()}


def provider_of(name: str) -> Provider:
    return PROVIDERS[name]
