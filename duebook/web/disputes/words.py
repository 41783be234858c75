"""What disputes are about and where they stand, in words."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# The product's own reasons; an organisation may drop some and add words of its own.
REASONS: dict[str, str | Promise] = {
    "wrong_price": _("Wrong price"),
    "wrong_quantity": _("Wrong quantity"),
    "not_received": _("Not received"),
    "damaged": _("Damaged or defective"),
    "billed_twice": _("Billed twice"),
    "already_paid": _("Already paid"),
    "not_ordered": _("Not ordered"),
    "other": _("Something else"),
}
STATES: dict[str, str | Promise] = {
    "open": _("Waits for an answer"),
    "answered": _("Answered"),
    "flagged": _("Flagged by the books"),
    "closed": pgettext_lazy("a dispute", "Closed"),
}
# The same as the client sees it.
STATES_FOR_CLIENTS: dict[str, str | Promise] = {
    "open": _("We look into it"),
    "answered": _("Answered: your turn"),
    "flagged": pgettext_lazy("a dispute", "Open"),
    "closed": pgettext_lazy("a dispute", "Closed"),
}
OUTCOMES: dict[str, str | Promise] = {
    "stands": _("The invoice stands"),
    "credited": _("Credited"),
    "reissued": _("Reissued"),
    "voided": pgettext_lazy("outcome of a dispute", "Voided"),
    "withdrawn": _("Withdrawn"),
    "settled": _("The invoice was settled"),
}


def reason_word(reason: str) -> str:
    """A reason in words: the product's own are translated, the others stand as written."""
    return str(REASONS.get(reason, reason)) or str(REASONS["other"])


def reasons_written(words: str) -> list[str]:
    """The reasons of a text with one on each line; the product's own words become their codes."""
    known = {str(word).casefold(): code for code, word in REASONS.items()}
    lines = (line.strip()[:80] for line in words.splitlines())
    return [*dict.fromkeys(known.get(line.casefold(), line) for line in lines if line)]


def reasons_shown(reasons: Iterable[str]) -> str:
    """One on each line."""
    return "\n".join(reason_word(each) for each in reasons)
