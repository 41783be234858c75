"""Several words on one thing in one call: which of them is the last.

The higher version is; of equal versions, the deletion. Where a version is missing, a deletion and
a row count in their order. Rows that contradict each other without versions are no question of
order: they are refused like those of a file.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from duebook.ingest.kinds import Kind

# What a row is known by where it has no external id.
NUMBERS: dict[str, tuple[str, ...]] = {
    "accounts": ("account_number",),
    "invoices": ("invoice_number", "kind"),
    "invoice_lines": ("invoice_number", "line_number"),
    "adjustments": ("adjustment_number", "kind"),
    "payments": ("payment_number", "kind"),
    "allocations": ("source_number", "invoice_number", "date"),
    "orders": ("order_number", "kind"),
    "order_links": ("order_number", "invoice_number"),
    "shipments": ("shipment_number",),
    "inventory": ("account_number", "item", "date"),
    "reminders": ("invoice_number", "date"),
}


@dataclass(frozen=True)
class _Word:
    line: int
    version: str
    deleted: bool

    def is_before(self, other: _Word) -> bool:
        if self.version == other.version:
            return other.deleted and not self.deleted
        return is_older(self.version, other.version)


class Versions:
    """The words of a call, by what they are about."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.words: dict[Hashable, list[_Word]] = defaultdict(list)

    def count(self, line: int, row: Mapping[str, Any], *, deleted: bool) -> None:
        if key := self._key(row):
            self.words[key].append(_Word(line, _text(row, "source_version"), deleted))

    def _key(self, row: Mapping[str, Any]) -> Hashable | None:
        """None for a row that does not say what it is about."""
        amount = _text(row, "amount")
        is_negative = "-" in amount or "(" in amount or "\u2212" in amount
        if external_id := _text(row, "external_id"):
            # The return of a payment may name the payment by its own key.
            return external_id, is_negative and self.kind.name == "payments"
        numbers = [_text(row, name) for name in NUMBERS[self.kind.name]]
        return (*numbers, is_negative) if numbers[0] else None

    def overtaken(self) -> set[int]:
        """The lines on which another of the same call has a later word."""
        found: set[int] = set()
        for words in self.words.values():
            if len(words) > 1:
                found |= _overtaken(words)
        return found


def _overtaken(words: list[_Word]) -> set[int]:
    if all(word.version for word in words):
        last = words[0]
        for word in words[1:]:
            last = word if last.is_before(word) else last
        return {word.line for word in words if word.is_before(last)}
    if any(word.deleted for word in words):
        return {word.line for word in words if word.deleted != words[-1].deleted}
    return set()


def is_older(told: str, stored: str) -> bool:
    """Whole numbers by their worth, anything else as text: as pg_temp.is_older compares."""
    if all(each.isascii() and each.isdecimal() for each in (told, stored)):
        mine, other = told.lstrip("0"), stored.lstrip("0")
        return (len(mine), mine) < (len(other), other)
    return told < stored


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return value.strip() if isinstance(value, str) else ""
