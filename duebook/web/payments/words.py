"""Announced payments in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from duebook.reports.portal_payments import Candidate
from duebook.web.templatetags.figures import day, writer

STATES: dict[str, str | Promise] = {
    "pending": pgettext_lazy("a payment", "Pending"),
    "settled": pgettext_lazy("a payment", "Settled"),
    "frozen": pgettext_lazy("a payment", "Frozen"),
    "terminated": pgettext_lazy("a payment", "Terminated"),
    "disputed": pgettext_lazy("a payment", "Disputed"),
}
# What an operator does to bring it there.
MOVES: dict[str, str | Promise] = {
    "settled": _("Confirm: the money has come"),
    "frozen": _("Put on hold"),
    "pending": _("Release"),
    "terminated": _("Refuse or end"),
    "disputed": _("Called back by the bank"),
}
METHODS: dict[str, str | Promise] = {
    "bank_transfer": _("Bank transfer"),
    "check": _("Check"),
    "card": _("Card"),
    "cash": pgettext_lazy("a way to pay", "Cash"),
    "direct_debit": _("Direct debit"),
    "other": _("Another way"),
}
ACTS: dict[str, str | Promise] = {
    "announced": _("Announced"),
    "amended": _("Amended"),
    "matched": _("Received"),
    **STATES,
}


def candidate(receipt: Candidate) -> str:
    """A receipt to choose: its number, day and amount."""
    amount = writer(get_language(), receipt.currency).text(receipt.amount)
    number, money = ltr(receipt.number), ltr(f"{amount} {receipt.currency}")
    return f"{number} · {day(receipt.on)} · {money}"


def ltr(words: str) -> str:
    """A code or a figure within words of a language that is written from the right."""
    return f"\u2066{words}\u2069"
