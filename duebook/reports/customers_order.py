"""The order of the customers' list, and where a page of it begins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, LiteralString

Keys = dict[str, Any]  # key_0, key_1 ...: what one row is sorted by

# What each column is sorted by. Those of `c` belong to the account itself and need it joined.
AMOUNTS: dict[str, LiteralString] = {
    "outstanding_amount": "a.outstanding",
    "net_ar_amount": "a.outstanding",
    "outstanding_invoice_amount": "(a.current_amount + a.past_due_amount)",
    "current_amount": "a.current_amount",
    "past_due_amount": "a.past_due_amount",
    "d1_30_amount": "a.d1_30_amount",
    "d31_60_amount": "a.d31_60_amount",
    "d61_90_amount": "a.d61_90_amount",
    "d91_plus_amount": "a.d91_plus_amount",
    "debit_adjustment_amount": "a.debit_amount",
    "credit_adjustment_amount": "a.credit_amount",
    "statement_amount": "a.statement_amount",
    "discount_amount": "a.discount_amount",
    "credit_limit": "COALESCE(m.credit_limit, -1)",
}
OTHERS: dict[str, LiteralString] = {
    "account_number": "b.account_number",
    "account_name": "a.sort_name",
    "account_type": "a.account_type",
    "account_status": "(NOT a.is_active)",  # Active comes first
    "contact_name": "b.contact_name",
    "contact_email": "b.contact_email",
    "currency": "a.currency",
    "collection_priority": "a.score",
    "collection_priority_band": "a.score",
    "outstanding_invoice_count": "(a.current_count + a.past_due_count)",
    "current_count": "a.current_count",
    "past_due_count": "a.past_due_count",
    "d1_30_count": "a.d1_30_count",
    "d31_60_count": "a.d31_60_count",
    "d61_90_count": "a.d61_90_count",
    "d91_plus_count": "a.d91_plus_count",
    "weighted_avg_days_overdue": "a.days_overdue",
    "oldest_due_date": "COALESCE(a.oldest_due_date, '9999-12-31')",
    "debit_adjustment_count": "a.debit_count",
    "credit_adjustment_count": "a.credit_count",
}
SORTS = (*OTHERS, *AMOUNTS)
ACCOUNT: LiteralString = "JOIN ar.customer b ON b.org_id = %(org)s AND b.id = a.customer_id"
INTERNAL: LiteralString = (
    "LEFT JOIN ar.customer_internal m ON m.org_id = %(org)s AND m.customer_id = a.customer_id"
)
# Columns in which most accounts have nothing, each with an index of the others.
SPARSE: frozenset[LiteralString] = frozenset(
    (
        "a.current_amount",
        "a.past_due_amount",
        "a.debit_amount",
        "a.credit_amount",
        "a.days_overdue",
        "a.d1_30_amount",
        "a.d31_60_amount",
        "a.d61_90_amount",
        "a.d91_plus_amount",
    )
)
TYPES: LiteralString = "a.account_type"
Key = tuple[LiteralString, bool]  # an expression, and whether the largest comes first


@dataclass(frozen=True)
class Stretch:
    """Rows that follow each other in the list: a condition for them, and one for those of them
    that come after the keys. `type` is the account type of all of them, if it is one.
    """

    condition: LiteralString
    after: LiteralString
    type: str = ""


@dataclass(frozen=True)
class Order:
    """The keys of a sort, from the first that counts to the one that decides between all rows."""

    parts: tuple[Key, ...]

    @property
    def text(self) -> LiteralString:
        return ", ".join([f"{part} DESC" if down else part for part, down in self.parts])

    @property
    def keys(self) -> LiteralString:
        return ", ".join([part for part, _ in self.parts])

    @property
    def named_keys(self) -> LiteralString:
        """The keys as columns: key_0, key_1 ..."""
        return ", ".join([f"{part} AS key_{at}" for at, (part, _) in enumerate(self.parts)])

    @property
    def joined(self) -> LiteralString:
        """What must stand beside ar.customer_aging for the keys."""
        own = ACCOUNT if "b." in self.keys else ""
        return own + (f" {INTERNAL}" if "m." in self.keys else "")

    def beside(self, joined: LiteralString) -> LiteralString:
        """The same, with what a filter needs beside it."""
        return self.joined if joined in self.joined else f"{joined} {self.joined}"

    def stretches(self, keys: Keys | None, types: Callable[[], list[str]]) -> list[Stretch]:
        """The sorted rows from one on, cut where another index goes on with the same order.

        An index gives rows with something in a column in its order, another those with nothing in
        the order of what they owe. `types`: the account types there are in the currency that is
        asked for, in their order.
        """
        (part, down), (_, next_down) = self.parts[:2]
        begins = keys["key_0"] if keys else None
        if part == TYPES:
            found = types()[:: -1 if down else 1]
            kept = found[found.index(begins) :] if begins in found else found
            in_types = [
                Stretch(f"a.is_sorted AND {TYPES} = %(type)s", self._within(each, keys), each)
                for each in kept
            ]
            return in_types or [Stretch("a.is_sorted", self.after(keys))]
        signs: list[tuple[LiteralString, int]] = []
        if part in SPARSE:
            signs = [("= 0", 0), ("<> 0", 1)]
        elif part == "a.score" and down != next_down:
            signs = [("= 0", 0), ("> 0", 1)]
        elif part == "a.outstanding" and down == next_down:
            signs = [("< 0", -1), ("= 0", 0), ("> 0", 1)]
        if not signs:
            return [Stretch("a.is_sorted", self.after(keys))]
        here = None if begins is None else (begins > 0) - (begins < 0)
        return [
            Stretch(
                f"a.is_sorted AND {part} {said}",
                self.after(keys) if sign else self._within(0, keys),
            )
            for said, sign in (signs[::-1] if down else signs)
            if here is None or (sign <= here if down else sign >= here)
        ]

    def _within(self, value: object, keys: Keys | None) -> LiteralString:
        """What comes after keys among rows that all have this value in the first part: then the
        second is the one by which an index can be entered.
        """
        return self.after(keys, start=1) if keys and keys["key_0"] == value else "true"

    def reversed(self) -> Order:
        return replace(self, parts=tuple((part, not down) for part, down in self.parts))

    def after(self, keys: Keys | None, *, start: int = 0) -> LiteralString:
        """The condition for rows that come after the one with these keys; all, without one.

        `start`: how many parts are alike in all rows.
        """
        if keys is None:
            return "true"
        said: LiteralString = "false"
        for number, (part, down) in reversed([*enumerate(self.parts)][start:]):
            sign: LiteralString = "<" if down else ">"
            key = f"%(key_{number})s"
            said = f"{part} {sign} {key} OR ({part} = {key} AND ({said}))"
        # The first key alone says the same less exactly, but an index can be entered by it.
        first, down = self.parts[start]
        bound: LiteralString = "<=" if down else ">="
        return f"{first} {bound} %(key_{start})s AND ({said})"


def order_of(sort: str, *, currency: str = "") -> Order:
    """The order that a sort means: ties by outstanding, the largest first, then name and id.

    Over several currencies amounts are grouped by currency. Raises KeyError for no column.
    """
    column, down = sort.removeprefix("-"), sort.startswith("-")
    part = AMOUNTS[column] if column in AMOUNTS else OTHERS[column]
    grouped: tuple[Key, ...] = ()
    if column in AMOUNTS and not currency:
        grouped = (("a.currency", False),)
    ties: tuple[Key, ...] = (
        ("a.outstanding", True),
        ("a.sort_name", False),
        ("a.customer_id", False),
        ("a.currency", False),
    )
    parts = (*grouped, (part, down), *ties)
    seen = dict.fromkeys(each for each, _ in parts)  # a key again decides nothing
    return Order(tuple((each, next(d for e, d in parts if e == each)) for each in seen))
