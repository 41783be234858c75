"""One account: who it is, what it was billed and paid, document by document, as of a day."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, LiteralString

from duebook.reports.rows import organisation, query, records, rows
from duebook.visibility.seeing import raw

# The tabs, and the statuses that documents have there. What is void or a draft counts on no figure.
PARTS: dict[str, tuple[str, ...]] = {
    "invoices": ("open", "partially_paid", "paid", "void", "draft"),
    "debits": ("open", "partially_paid", "paid", "void", "draft"),
    "credits": ("open", "partly_applied", "applied", "void", "draft"),
    "payments": ("open", "partly_applied", "applied", "void", "draft"),
    "orders": ("open", "closed", "void", "draft"),
}
ORDERS: dict[str, LiteralString] = {
    "number": "i.number",
    "date": "i.issue_date",
    "due_date": "i.due_date",
    "amount": "i.amount",
    "balance": "i.balance",
    "status": "i.status",
    "kind": "i.kind",
}
USUAL_ORDER = {"invoices": "due_date", "debits": "due_date"}  # else the newest first


@dataclass(frozen=True)
class Account:
    """Who an account is. `shared_with` names people and teams, as far as the viewer sees them."""

    id: int
    account_number: str
    name: str
    account_type: str
    active: bool
    contact_name: str
    contact_email: str
    parent_number: str
    net_terms_days: int
    owner_name: str | None
    shared_with: Sequence[str]


@dataclass(frozen=True)
class Item:
    """A document on a tab. `balance` is what is left of it; `lines` counts its line items by the
    source's own status; `days_past_due` is None where nothing is due.
    """

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
    days_past_due: int | None
    disputed: Decimal | None
    lines: dict[str, int]


@dataclass(frozen=True)
class Sum:
    """What the documents of one class and status come to, on whatever page they are."""

    document_class: str
    status: str
    documents: int
    amount: Decimal
    balance: Decimal


@dataclass(frozen=True)
class ItemPage:
    """Some documents in order, and the sums of all of the tab by status."""

    rows: list[Item]
    sums: list[Sum]
    statuses: tuple[str, ...]
    page: int
    pages: int
    chosen: Sum = field(default=Sum("", "", 0, Decimal(0), Decimal(0)))


@dataclass(frozen=True)
class Document:
    """A document as its own page shows it."""

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
    void_on: date | None
    currency: str
    order_number: str | None
    discount_amount: Decimal | None
    discount_date: date | None


@dataclass(frozen=True)
class LineItem:
    """A line; its status and reference are the source's own words."""

    line_number: str
    description: str
    quantity: Decimal | None
    unit_price: Decimal | None
    amount: Decimal
    status: str
    source_reference: str


@dataclass(frozen=True)
class Applied:
    """What counts between two documents from a day on."""

    id: int
    number: str
    kind: str
    document_class: str
    origin: str
    effective_on: date
    amount: Decimal


@dataclass(frozen=True)
class MonthEnd:
    """What was owed at the end of a day."""

    at: date
    owed: Decimal


def account(customer: int) -> Account | None:
    """None when there is no such account that the viewer may see."""
    return next(iter(rows(Account, "account.sql", customer=customer)), None)


def currencies(customer: int) -> list[str]:
    """What an account has documents in, and its own."""
    return [row[0] for row in records("account_currencies.sql", customer=customer)]


def items(
    customer: int,
    *,
    part: str,
    currency: str,
    as_of: date,
    statuses: tuple[str, ...] = (),
    sort: str = "",
    page: int = 1,
    size: int = 50,
) -> ItemPage:
    """One page of a tab; without statuses all but what is void or a draft.

    `sort` is one of ORDERS, `-` before it reverses. Raises KeyError for a part or a column that
    there is not. A page past the last one shows the last one.
    """
    chosen = statuses or tuple(each for each in PARTS[part] if each not in ("void", "draft"))
    text = query("account_page.sql").replace("[order]", _order(part, sort))
    named = {
        "org": organisation(),
        "customer": customer,
        "part": part,
        "currency": currency,
        "as_of": as_of,
        "statuses": list(chosen),
        "after": (max(page, 1) - 1) * size,
        "size": size,
    }
    found = raw().execute(text, named).fetchall()
    sums = [Sum(each[4], each[9], each[-1], each[7], each[8]) for each in found if each[0] is None]
    whole = _added([each for each in sums if each.status in chosen])
    pages = max(1, math.ceil(whole.documents / size))
    if page > pages:
        return items(
            customer,
            part=part,
            currency=currency,
            as_of=as_of,
            statuses=statuses,
            sort=sort,
            page=pages,
            size=size,
        )
    shown = [_item(each) for each in found if each[0] is not None]
    return ItemPage(shown, sums, chosen, max(page, 1), pages, whole)


def _item(found: tuple[Any, ...]) -> Item:
    """Without its place before and the count behind; the line items come as JSON."""
    *told, lines = found[1:-1]
    return Item(*(*told, json.loads(lines or "{}")))


def document(customer: int, document: int, *, as_of: date) -> Document | None:
    """A document of this account; None when it has none such on that day."""
    query = "SELECT currency, class, ages FROM ar.document WHERE org_id = %s AND id = %s"
    known = raw().execute(query, [organisation(), document]).fetchone()
    if known is None:
        return None
    currency, kind, ages = known
    charge = "invoices" if ages else "debits"
    part = {"charge": charge, "credit": "credits", "receipt": "payments"}.get(kind, "orders")
    named = {"customer": customer, "document": document, "part": part, "currency": currency}
    found = records("account_document.sql", **named, as_of=as_of)
    return Document(*found[0]) if found else None


def lines(customer: int, document: int) -> list[LineItem]:
    """The line items of a document."""
    return rows(LineItem, "account_lines.sql", customer=customer, document=document)


def applied(customer: int, document: int, *, as_of: date) -> list[Applied]:
    """What settles a charge, or what a credit or receipt is applied to, on a day."""
    found = records("account_applied.sql", customer=customer, document=document, as_of=as_of)
    return [Applied(*each) for each in found]


def owed(customer: int, *, currency: str, days: Sequence[date]) -> list[MonthEnd]:
    """What was outstanding at the end of each day; of today, the list's own figure."""
    named = {"customer": customer, "currency": currency, "days": list(days)}
    return rows(MonthEnd, "account_months.sql", **named)


def _order(part: str, sort: str) -> LiteralString:
    """Ties by number and id, so that no row is on two pages."""
    sort = sort or USUAL_ORDER.get(part, "-date")
    way: LiteralString = "DESC" if sort.startswith("-") else "ASC"
    section: LiteralString = "i.class, i.kind, " if part == "credits" else ""
    return f"{section}{ORDERS[sort.removeprefix('-')]} {way} NULLS LAST, i.number, i.id"


def _added(sums: Sequence[Sum]) -> Sum:
    nothing = Decimal(0)
    return Sum(
        "",
        "",
        sum(each.documents for each in sums),
        sum((each.amount for each in sums), nothing),
        sum((each.balance for each in sums), nothing),
    )
