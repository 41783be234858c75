"""The documents of an account, tab by tab, as of a day: pages of them, and what they add up to.

A page is read by keyset: it begins after a document, or ends before one, so that the hundredth
costs what the first does.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, LiteralString

from duebook.reports.account import open_orders
from duebook.reports.customers_order import Keys, Order
from duebook.reports.rows import Texts, organisation, query, streamed
from duebook.visibility.seeing import kept, raw

# The tabs, and the statuses that documents have there. What is void or a draft counts on no figure.
PARTS: dict[str, tuple[str, ...]] = {
    "invoices": ("open", "partially_paid", "paid", "void", "draft"),
    "debits": ("open", "partially_paid", "paid", "void", "draft"),
    "credits": ("open", "partly_applied", "applied", "void", "draft"),
    "payments": ("open", "partly_applied", "applied", "void", "draft"),
    "orders": ("open", "closed", "void", "draft"),
}
WITH_BALANCE = frozenset({"open", "partially_paid", "partly_applied"})
OF_PART: dict[str, LiteralString] = {
    "invoices": "d.class = 'charge' AND d.ages",
    "debits": "d.class = 'charge' AND NOT d.ages",
    "credits": "(d.class = 'credit' OR d.class = 'receipt' AND b.balance > 0)",
    "payments": "d.class = 'receipt'",
    "orders": "d.class = 'order'",
}
# Invoices by how late they are: the columns of the list.
AGES: dict[str, LiteralString] = {
    "current": "d.due_date >= %(as_of)s::date",
    "past_due": "d.due_date < %(as_of)s::date",
    "d1_30": "%(as_of)s::date - d.due_date BETWEEN 1 AND 30",
    "d31_60": "%(as_of)s::date - d.due_date BETWEEN 31 AND 60",
    "d61_90": "%(as_of)s::date - d.due_date BETWEEN 61 AND 90",
    "d91_plus": "%(as_of)s::date - d.due_date > 90",
}
# What `texts` tells of a document.
TOLD = (
    "id account_number account_name section kind number issue_date due_date currency amount balance"
    " status days_past_due disputed line_item_statuses reason method origin"
).split()
SECTIONS = ("credit adjustments", "credit notes", "on account")  # of credits, in their order
ORDERS: dict[str, LiteralString] = {
    "number": "i.number",
    "date": "i.issue_date",
    "due_date": "COALESCE(i.due_date, 'infinity')",
    "amount": "i.amount",
    "balance": "i.balance",
    "status": "array_position(%(ranks)s::text[], i.status)",
    "kind": "i.section",
}
USUAL_ORDER = {"invoices": "due_date", "debits": "due_date"}  # else the newest first
LARGE = 1000  # documents; from there on adding all of them up is a request of its own


@dataclass(frozen=True)
class Billed:
    """A document as a tab and its own page show it. `balance` is what is left of it."""

    id: int
    number: str
    kind: str
    document_class: str
    issue_date: date
    due_date: date | None
    amount: Decimal
    balance: Decimal
    status: str
    reason: str | None
    method: str | None
    origin: str


@dataclass(frozen=True)
class Item(Billed):
    """A document on a tab. `lines` counts its line items by the source's own status;
    `days_past_due` is None where nothing is due; `section` places a credit in SECTIONS."""

    section: int
    days_past_due: int | None
    disputed: Decimal | None
    lines: dict[str, int]


@dataclass(frozen=True)
class Document(Billed):
    """A document as its own page shows it."""

    void_on: date | None
    currency: str
    order_number: str | None
    discount_amount: Decimal | None
    discount_date: date | None


@dataclass(frozen=True)
class Sum:
    """What the documents of one status, and of one section of the credits, come to."""

    status: str
    section: int
    documents: int
    amount: Decimal
    balance: Decimal


@dataclass(frozen=True)
class ItemPage:
    """Some documents in order; whether there are more at either end."""

    rows: list[Item]
    has_before: bool
    has_after: bool


@dataclass(frozen=True)
class Tab:
    """Which documents of an account: those of a part, in one currency, as of a day; of invoices
    perhaps those of one of AGES. Of orders `open` says which are: see account.open_orders.
    """

    customer: int
    part: str
    currency: str
    as_of: date
    age: str = ""
    open: Sequence[int] = ()

    @property
    def named(self) -> dict[str, Any]:
        return {
            "org": organisation(),
            "customer": self.customer,
            "currency": self.currency,
            "as_of": self.as_of,
            "open": list(self.open),
        }

    def text(self, file: str, *, statuses: Sequence[str] = ()) -> LiteralString:
        """A file with what tells this tab. What has a balance is found by an index of its own."""
        part = OF_PART[self.part]
        if self.part != "orders" and statuses and WITH_BALANCE.issuperset(statuses):
            part = f"{part} AND d.closed_on > %(as_of)s::date"
        if self.age:
            part = f"{part} AND {AGES[self.age]}"
        return query(file).replace("[part]", part)


def items(
    tab: Tab,
    *,
    statuses: Sequence[str],
    sort: str = "",
    after: int | None = None,
    before: int | None = None,
    limit: int = 50,
) -> ItemPage:
    """Documents with one of these statuses: the first, those after a document, or before one.

    `sort` is one of ORDERS, `-` before it reverses. A document that is not there any more begins
    at the start. Raises KeyError for a part or a column that there is not.
    """
    order = order_of(tab.part, sort)
    keys = _keys(tab, order, before or after)
    backwards = before is not None and keys is not None
    walked = order.reversed() if backwards else order
    text = tab.text("account_page.sql", statuses=statuses)
    text = text.replace("[order]", walked.text).replace("[after]", walked.after(keys))
    named = {**tab.named, **(keys or {}), "statuses": list(statuses), "limit": limit + 1}
    told = {**named, "ranks": list(PARTS[tab.part])}
    found = raw().execute(**kept(text), params=told).fetchall()
    rows = [_item(each) for each in found[:limit]]
    more = len(found) > limit
    if backwards:
        return ItemPage(rows[::-1], has_before=more, has_after=True)
    return ItemPage(rows, has_before=keys is not None, has_after=more)


def texts(tab: Tab, *, statuses: Sequence[str], sort: str = "") -> Iterator[Texts]:
    """All documents with one of these statuses, in the order of their pages, for a file: TOLD of
    each as the database writes it. They are read as they are taken.

    Raises KeyError for a part or a column that there is not.
    """
    text = tab.text("account_file.sql", statuses=statuses)
    text = text.replace("[order]", order_of(tab.part, sort).text)
    named = {**tab.named, "statuses": list(statuses), "ranks": list(PARTS[tab.part])}
    return streamed(text, named)


def sums(tab: Tab, *, statuses: Sequence[str] = ()) -> list[Sum]:
    """What all documents of a tab come to, by status; it reads each of them.

    With `statuses` only of those.
    """
    text = tab.text("account_sums.sql", statuses=statuses)
    found = raw().execute(**kept(text), params=tab.named).fetchall()
    every = [Sum(*each) for each in found]
    return [each for each in every if not statuses or each.status in statuses]


def added(of: Sequence[Sum]) -> Sum:
    """Several sums as one."""
    return Sum(
        "",
        0,
        sum(each.documents for each in of),
        sum((each.amount for each in of), Decimal(0)),
        sum((each.balance for each in of), Decimal(0)),
    )


def is_large(customer: int) -> bool:
    """Whether an account has so many documents that a page should not add them all up."""
    query = (
        "SELECT count(*) FROM (SELECT FROM ar.document"
        " WHERE org_id = %s AND customer_id = %s LIMIT %s) AS d"
    )
    row = raw().execute(**kept(query), params=[organisation(), customer, LARGE + 1]).fetchone()
    return row is not None and row[0] > LARGE


def document(customer: int, document: int, *, as_of: date) -> Document | None:
    """A document of this account; None when it has none such on that day."""
    known = raw().execute(
        "SELECT currency, class, ages FROM ar.document"
        " WHERE org_id = %s AND id = %s AND customer_id = %s",
        [organisation(), document, customer],
    )
    row = known.fetchone()
    if row is None:
        return None
    currency, of_class, ages = row
    charge = "invoices" if ages else "debits"
    parts = {"charge": charge, "credit": "credits", "receipt": "payments", "order": "orders"}
    is_order = of_class == "order"
    orders = open_orders(customer, currency=currency, as_of=as_of) if is_order else ()
    tab = Tab(customer, parts[of_class], currency, as_of, open=list(orders))
    found = raw().execute(tab.text("account_document.sql"), {**tab.named, "document": document})
    told = found.fetchone()
    return Document(*told) if told else None


def order_of(part: str, sort: str) -> Order:
    """The order that a sort means, credits within their sections; ties by number and id."""
    sort = sort or USUAL_ORDER.get(part, "-date")
    first: tuple[tuple[LiteralString, bool], ...] = (
        (ORDERS[sort.removeprefix("-")], sort.startswith("-")),
    )
    if part == "credits" and first[0][0] != ORDERS["kind"]:
        first = ((ORDERS["kind"], False), *first)
    ties = tuple((each, False) for each in ("i.number", "i.id") if each != first[-1][0])
    return Order((*first, *ties))


def _keys(tab: Tab, order: Order, document: int | None) -> Keys | None:
    """What a document is sorted by; None when there is none such to be seen."""
    if document is None:
        return None
    text = f"SELECT {order.keys} FROM ({tab.text('account_items.sql')}) AS i WHERE i.id = %(at)s"  # nosec B608
    named = {**tab.named, "at": document, "ranks": list(PARTS[tab.part])}
    row = raw().execute(text, named).fetchone()
    return {f"key_{number}": value for number, value in enumerate(row)} if row else None


def _item(found: tuple[Any, ...]) -> Item:
    """The line items come as JSON."""
    *told, lines = found
    return Item(*(*told, json.loads(lines or "{}")))
