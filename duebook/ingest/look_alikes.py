"""Rows that look like others: sent twice under another number, or an account spelled anew.

Nothing is refused because of it; a person should look.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal

from duebook.ledger.posting import Batch, text

HERE = Path(__file__).parent
SHOWN_MAX = 100
FRESH_MAX, KNOWN_MAX, COMPARED_MAX = 5_000, 20_000, 200_000  # accounts, and pairs of names
# How companies are, not who: none of it tells two apart.
FORMS = frozenset(
    "ab ag as bv co company corp corporation gmbh inc incorporated kg limited llc llp ltd mbh nv"
    " oy plc pty sa sarl sl spa srl the und and".split()
)


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


def look(batch: Batch, shape: str) -> LookAlikes:
    """Among the resolved rows of a file of documents or accounts, before they are posted."""
    found = LookAlikes()
    if shape == "document":
        found = _documents(batch)
    if shape in ("document", "account"):
        every = list(_accounts(batch))
        found = replace(found, accounts=every[:SHOWN_MAX], account_count=len(every))
    return found


def _documents(batch: Batch) -> LookAlikes:
    asked = {"org": batch.org_id, "most": SHOWN_MAX}
    rows = batch.connection.execute(text(HERE / "look_alike_documents.sql"), asked).fetchall()
    count = rows[0][-1] if rows else 0
    return LookAlikes([LookAlikeDocument(*row[:-1]) for row in rows], document_count=count)


def _accounts(batch: Batch) -> Iterator[LookAlikeAccount]:
    """Each new account at most once. Names that begin otherwise are not compared."""
    asked = {"org": batch.org_id, "fresh_most": FRESH_MAX, "known_most": KNOWN_MAX}
    rows = batch.connection.execute(text(HERE / "look_alike_accounts.sql"), asked).fetchall()
    same: dict[str, tuple[str, str]] = {}
    near: dict[str, list[str]] = defaultdict(list)  # keys by how they begin
    compared = 0
    for is_fresh, number, name in sorted(rows, key=lambda row: (row[0], row[1])):
        key = name_key(name)
        if not key:
            continue
        if key in same:
            if is_fresh:
                yield LookAlikeAccount(number, name, *same[key], "same name")
            continue
        if is_fresh and compared < COMPARED_MAX:
            compared += len(near[key[:3]])
            found = next((other for other in near[key[:3]] if is_near(key, other)), None)
            if found:
                yield LookAlikeAccount(number, name, *same[found], "nearly the same name")
        same[key] = number, name
        near[key[:3]].append(key)


def name_key(name: str) -> str:
    """What is left of a name without case, accents, marks and the form of the company."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    words = "".join(
        each if each.isalnum() else "" if unicodedata.combining(each) or each in ".'" else " "
        for each in plain
    ).split()
    return "".join(word for word in words if word not in FORMS) or "".join(words)


def is_near(one: str, other: str) -> bool:
    """Whether a letter was added, left out or mistyped, or two were swapped, in a name of six or
    more. Numbers are told apart by one digit.
    """
    if min(len(one), len(other)) < 6 or abs(len(one) - len(other)) > 1 or one == other:
        return False
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if start is None:
        return not (one + other)[-1].isdigit()
    a, b = one[start:], other[start:]
    swapped = a[:2] == b[1::-1] and a[2:] == b[2:]
    mistyped = a[1:] == b[1:] or a[1:] == b or a == b[1:]
    return (swapped or mistyped) and not (a[0].isdigit() or b[0].isdigit())
