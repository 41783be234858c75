"""Rows that look like others: sent twice under another number, or an account spelled anew.

Nothing is refused because of it; a person should look.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True)
class LookAlikeDocument:
    """A new document like another one of its account: same amount, same date, other number.

    `other_line` when the other stands in the same file, else None.
    """

    line: int
    account_number: str
    number: str
    other_number: str
    other_line: int | None
    day: date
    amount: Decimal
    currency: str


@dataclass(frozen=True)
class LookAlikeAccount:
    """A new account whose name is nearly that of another, in the ledger or in the same file."""

    account_number: str
    name: str
    other_number: str
    other_name: str
    reason: Literal["same name", "nearly the same name"]


@dataclass(frozen=True)
class LookAlikes:
    """`documents` and `accounts` are the first SHOWN_MAX of each."""

    documents: list[LookAlikeDocument] = field(default_factory=list)
    accounts: list[LookAlikeAccount] = field(default_factory=list)
    document_count: int = 0
    account_count: int = 0
