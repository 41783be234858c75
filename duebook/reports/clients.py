"""What clients read of themselves: their documents and payments, and how their debt developed.

Whose these are is nobody's argument: the rows are those of the viewer of the open transaction.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, LiteralString

from duebook.reports.aging import USUAL, Edges, days, portal_aging
from duebook.reports.rows import joined_by_hashing, kept_of_few, kept_rows, organisation, query
from duebook.visibility.seeing import kept, raw

# The figures that a client's aging drills into; buckets by their days, the others by name.
BUCKETS = ("days_0_30", "days_31_60", "days_61_90", "days_90_plus")
FIGURES = (
    *BUCKETS,
    "not_yet_due",
    "disputed",
    "total",
    "debit_adjustments",
    "unapplied_credits",
    "outstanding",
)
STATES = ("sent", "overdue", "disputed", "resolved", "paid", "void")
ORDERS: Mapping[str, tuple[LiteralString, LiteralString]] = {  # the expression, and its type
    "number": ("i.number", "text"),
    "date": ("i.issue_date", "date"),
    "due_date": ("i.due_on", "date"),
    "amount": ("i.amount", "bigint"),
    "balance": ("i.balance", "bigint"),
}
USUAL_ORDER = "-due_date"
PLACED: LiteralString = "d.id = ANY ((SELECT ids FROM place)::bigint[])"


@dataclass(frozen=True)
class ClientAccount:
    """An account that a client speaks for."""

    id: int
    account_number: str
    name: str
    currency: str


@dataclass(frozen=True)
class Question:
    """Which documents. `figure` is one of FIGURES (what adds up to it) or empty: all invoices.

    `least` and `most` bound the gross amount, in major units.
    """

    as_of: date
    basis: str = "due"
    edges: Edges = USUAL
    customer_id: int | None = None
    currency: str = ""
    figure: str = ""
    states: tuple[str, ...] = ()
    issued_from: date | None = None
    issued_to: date | None = None
    due_from: date | None = None
    due_to: date | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    number: str = ""


@dataclass(frozen=True)
class ClientItem:
    """A document on a client's list. `part` is its share of the figure asked for, signed.

    `lines` counts its line items by the source's own status; `key` is its place in the order.
    """

    id: int
    customer_id: int
    account_number: str
    account_name: str
    number: str
    kind: str
    document_class: str
    issue_date: date
    due_date: date | None
    currency: str
    amount: Decimal
    balance: Decimal
    disputed: Decimal
    part: Decimal
    days_past_due: int | None
    state: str
    origin: str
    lines: dict[str, int]
    key: str


@dataclass(frozen=True)
class ClientSum:
    """What all documents of one currency come to, on whatever page they are."""

    currency: str
    documents: int
    amount: Decimal
    balance: Decimal
    part: Decimal


@dataclass(frozen=True)
class ClientPage:
    """`sums` is None where they were left out."""

    rows: list[ClientItem]
    sums: list[ClientSum] | None
    has_more: bool = False
    sort: str = field(default=USUAL_ORDER)

    @property
    def count(self) -> int:
        return sum(each.documents for each in self.sums or [])


@dataclass(frozen=True)
class Paid:
    """Payments since the first of January, in one currency."""

    currency: str
    amount: Decimal
    payments: int
    last_on: date


@dataclass(frozen=True)
class ClientMonth:
    """What was owed in one currency at the end of a day."""

    currency: str
    at: date
    owed: Decimal


@dataclass(frozen=True)
class Year:
    """Both by currency. Months are in order, the last one is the day itself."""

    paid: Mapping[str, Paid]
    months: Mapping[str, list[ClientMonth]]


@dataclass(frozen=True)
class _Moved:
    """A month in one currency: what moved the debt, and what was paid of it since January."""

    currency: str
    at: date
    moved: Decimal
    paid: Decimal
    payments: int
    last_on: date | None


@dataclass(frozen=True)
class Movement:
    """What changed an account's debt on a day; signed."""

    id: int
    at: date
    number: str
    kind: str
    document_class: str
    is_void: bool
    origin: str
    due_date: date | None
    amount: Decimal


@dataclass(frozen=True)
class DisputeState:
    """A dispute of a document; `amount` None: the whole balance."""

    opened_on: date
    ended_on: date | None
    amount: Decimal | None
    reason: str


def accounts() -> list[ClientAccount]:
    """By name."""
    return kept_rows(ClientAccount, "client_accounts.sql")


def documents(
    asked: Question,
    *,
    sort: str = USUAL_ORDER,
    after: str = "",
    size: int | None = 50,
    summed: bool = True,
) -> ClientPage:
    """Some documents in order, those after the key of a row, and the sums of all that match.

    `sort` is one of ORDERS, `-` before it reverses. Without `summed` the sums are left out. Raises
    KeyError for another order, and ValueError for a key that is none.
    """
    expression, kind = ORDERS[sort.removeprefix("-")]
    way: LiteralString = "DESC" if sort.startswith("-") else "ASC"
    beyond: LiteralString = "<" if sort.startswith("-") else ">"
    named: dict[str, Any] = {**_named(asked), "size": None if size is None else size + 1}
    later: LiteralString = "true"
    if after:
        value, _, id = after.rpartition("~")
        named |= {"key": _typed(value, kind), "key_id": _typed(id, "bigint")}
        later = f"({expression}, i.id) {beyond} (%(key)s::{kind}, %(key_id)s::bigint)"
    is_plain = not asked.figure and not asked.states and expression != "i.balance"
    text = _placed(
        query("client_page.sql"),
        found=query("client_plain.sql") if is_plain else _found(),
        shown=_placed(query("client_items.sql"), which=PLACED),
        order=f"{expression} {way}, i.id {way}",
        key=f"{expression}::text",
        after=later,
    )
    # A page is of a few of them, and found by its place; a file has thousands.
    is_found_alone = is_plain and asked.customer_id is None and size is not None
    with nullcontext() if is_found_alone else joined_by_hashing():
        lines = [_item(each) for each in raw().execute(**kept_of_few(text), params=named)]
    shown = lines if size is None else lines[:size]
    sums = document_sums(asked) if summed else None
    return ClientPage(shown, sums, has_more=len(shown) < len(lines), sort=sort)


def document_sums(asked: Question) -> list[ClientSum]:
    """What all documents that match come to, by currency."""
    text = _placed(query("client_sums.sql"), found=_found())
    with joined_by_hashing():
        return [
            ClientSum(*each) for each in raw().execute(**kept_of_few(text), params=_named(asked))
        ]


def month_ends(as_of: date) -> list[date]:
    """The eleven month ends before a day, and the day itself."""
    ends = [as_of]
    for _month in range(11):
        ends.append(ends[-1].replace(day=1) - timedelta(days=1))
    return ends[::-1]


def year(*, as_of: date, owed: Mapping[str, Decimal], customer_id: int | None = None) -> Year:
    """What was paid since the first of January, and what was owed at the last twelve month ends.

    `owed` is what is owed on that day, by currency; from there it goes back by what moved it.
    """
    ends, new_year = month_ends(as_of), as_of.replace(month=1, day=1)
    found = kept_rows(
        _Moved,
        "client_year.sql",
        as_of=as_of,
        days=ends,
        since=min(ends[0] + timedelta(days=1), new_year),
        new_year=new_year,
        customer=customer_id,
    )
    currencies = dict.fromkeys([*owed, *(each.currency for each in found)])
    moved = {(each.currency, each.at): each.moved for each in found}
    months: dict[str, list[ClientMonth]] = {}
    for currency in currencies:
        left = owed.get(currency, Decimal(0))
        months[currency] = []
        for end in reversed(ends):
            months[currency].insert(0, ClientMonth(currency, end, left))
            left -= moved.get((currency, end), Decimal(0))
    paid = (_paid(each, [at for at in found if at.currency == each]) for each in currencies)
    return Year({each.currency: each for each in paid if each}, months)


def activity(
    customer_id: int, *, currency: str, since: date, until: date
) -> tuple[Decimal, list[Movement]]:
    """What was owed before `since`, and what moved it until `until`, oldest first."""
    named = {"customer": customer_id, "currency": currency, "since": since, "until": until}
    moved = kept_rows(Movement, "client_activity.sql", **named)
    aged = portal_aging(as_of=until, customer_id=customer_id)
    owed = sum((each.outstanding for each in aged if each.currency == currency), Decimal(0))
    return owed - sum((each.amount for each in moved), Decimal(0)), moved


def disputes_of(document: int, *, as_of: date) -> list[DisputeState]:
    """The disputes of a document, the newest first."""
    return kept_rows(DisputeState, "client_disputes.sql", document=document, as_of=as_of)


def customer_of_document(document: int) -> int | None:
    """Whose a document is; None when there is none that the viewer may see, or it is an order's.

    It is looked for among the client's own, not by its key: a document of somebody else would have
    to be read to be refused, and that takes longer than to find none.
    """
    text: LiteralString = (
        "SELECT customer_id FROM ar.document WHERE org_id = %s AND id + 0 = %s"
        " AND class <> 'order' AND state <> 'cancelled'"
    )
    found = raw().execute(**kept(text), params=[organisation(), document]).fetchone()
    return int(found[0]) if found else None


def _named(asked: Question) -> dict[str, Any]:
    figure = "invoices" if asked.figure == "total" else asked.figure
    first, last = days(figure, asked.edges) if figure in BUCKETS else (None, None)
    return {
        "org": organisation(),
        "as_of": asked.as_of,
        "basis": asked.basis,
        "customer": asked.customer_id,
        "currency": asked.currency,
        "figure": figure,
        "only_open": bool(figure or asked.states) and not {"paid", "void"} & {*asked.states},
        "first_day": -(10**9) if first is None else first,
        "last_day": 10**9 if last is None else last,
        "states": list(asked.states) or None,
        "issued_from": asked.issued_from,
        "issued_to": asked.issued_to,
        "due_from": asked.due_from,
        "due_to": asked.due_to,
        "least": asked.least,
        "most": asked.most,
        "number": asked.number,
    }


def _typed(value: str, kind: str) -> object:
    """Raises ValueError."""
    if kind == "date":
        return date.fromisoformat(value)
    if kind == "bigint":
        number = int(value)
        if abs(number) >= 2**63:
            raise ValueError(value)
        return number
    return value


def _paid(currency: str, moved: Sequence[_Moved]) -> Paid | None:
    last_on = max((each.last_on for each in moved if each.last_on), default=None)
    if last_on is None:
        return None
    amount = sum((each.paid for each in moved), Decimal(0))
    return Paid(currency, amount, sum(each.payments for each in moved), last_on)


def _found() -> LiteralString:
    """The documents that are asked for, whatever tells which they are."""
    return _placed(query("client_found.sql"), which="true")


def _placed(text: LiteralString, **parts: LiteralString) -> LiteralString:
    for name, part in parts.items():
        text = text.replace(f"[{name}]", part)
    return text


def _item(found: Sequence[Any]) -> ClientItem:
    *told, lines, key = found
    return ClientItem(*(*told, json.loads(lines or "{}"), f"{key}~{found[0]}"))
