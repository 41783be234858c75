"""Who owes what, by days late, on any day."""

from __future__ import annotations

import math
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from duebook.ledger.posting import plain
from duebook.reports.rows import joined_by_hashing, kept_of_few, organisation, query, records
from duebook.visibility.seeing import raw, seen_by

Edges = tuple[int, int, int]  # the last day of each of the first three columns of what is late
USUAL: Edges = (30, 60, 90)
# After which edge a column of ages begins and at which it ends. -1: the day it is due; 3: never.
AGES: dict[str, tuple[int | None, int]] = {
    "current": (None, -1),
    "days_0_30": (None, 0),
    "days_1_30": (-1, 0),
    "days_31_60": (0, 1),
    "days_61_90": (1, 2),
    "days_91_plus": (2, 3),
    "days_90_plus": (2, 3),
}


@dataclass(frozen=True)
class AgingRow:
    """One account in one currency. Amounts in major units with the currency's decimals.

    Buckets exclude what is disputed; `invoices` is all of them and the disputed part;
    outstanding = invoices + debit_adjustments - unapplied_credits. The four columns of what is
    late go by the names of the usual edges; which days they hold, the edges asked for say.
    """

    customer_id: int
    account_number: str
    account_name: str
    currency: str
    current: Decimal
    days_1_30: Decimal
    days_31_60: Decimal
    days_61_90: Decimal
    days_91_plus: Decimal
    disputed: Decimal
    unapplied_credits: Decimal
    outstanding: Decimal
    weighted_avg_days_overdue: Decimal
    debit_adjustments: Decimal
    invoices: Decimal
    not_yet_due: Decimal


@dataclass(frozen=True)
class AgingTotal:
    """The sum of all rows of one currency, and how many accounts they are."""

    currency: str
    accounts: int
    current: Decimal
    days_1_30: Decimal
    days_31_60: Decimal
    days_61_90: Decimal
    days_91_plus: Decimal
    disputed: Decimal
    unapplied_credits: Decimal
    outstanding: Decimal
    weighted_avg_days_overdue: Decimal
    debit_adjustments: Decimal
    invoices: Decimal
    not_yet_due: Decimal


@dataclass(frozen=True)
class AgingPage:
    """Some rows in account number order, and the totals of all rows that match."""

    rows: list[AgingRow]
    totals: list[AgingTotal]
    count: int
    page: int
    pages: int


@dataclass(frozen=True)
class PortalRow:
    """The same figures as a client reads them: 0-30 holds what is not yet due as well.

    `open_count` documents have something left, `invoice_count` of them are invoices, and of
    `disputed_count` something is disputed; 0 where nobody counted them.
    """

    customer_id: int
    account_number: str
    account_name: str
    currency: str
    not_yet_due: Decimal
    days_0_30: Decimal
    days_31_60: Decimal
    days_61_90: Decimal
    days_90_plus: Decimal
    disputed: Decimal
    total: Decimal
    debit_adjustments: Decimal
    unapplied_credits: Decimal
    outstanding: Decimal
    open_count: int = 0
    invoice_count: int = 0
    disputed_count: int = 0


def aging(
    *, as_of: date, basis: str = "due", edges: Edges = USUAL, customer_id: int | None = None
) -> list[AgingRow]:
    """Every account with anything open, disputed or unapplied on `as_of`, by account number.

    `basis` ages the buckets from the due date (`due`) or the issue date (`invoice`); `edges` are
    the days at which they end. Nothing but the five buckets depends on either.
    """
    asked = aging_page(as_of=as_of, basis=basis, edges=edges, customer_id=customer_id, size=None)
    return asked.rows


def aging_page(
    *,
    as_of: date,
    basis: str = "due",
    edges: Edges = USUAL,
    search: str = "",
    currency: str = "",
    page: int = 1,
    size: int | None = 100,
    customer_id: int | None = None,
) -> AgingPage:
    """One page of the aging and the totals per currency of everything that matches.

    `search` finds parts of names and account numbers, whatever their accents and case. A page
    past the last one shows the last one; a page of size 0 has the totals alone.
    """
    words = plain(search.strip()).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    found = records(
        "aging_page.sql",
        as_of=as_of,
        basis=basis,
        **named(edges),
        customer=customer_id,
        currency=currency,
        search=f"%{words}%" if words else "",
        size=size,
        after=(max(page, 1) - 1) * (size or 0),
    )
    lines = [AgingRow(*each[1:-1]) for each in found if each[0] is not None]
    totals = [AgingTotal(each[4], each[-1], *each[5:-1]) for each in found if each[0] is None]
    count = sum(total.accounts for total in totals)
    pages = max(1, math.ceil(count / size)) if size else 1
    if page > pages:
        return aging_page(
            as_of=as_of,
            basis=basis,
            edges=edges,
            search=search,
            currency=currency,
            page=pages,
            size=size,
            customer_id=customer_id,
        )
    return AgingPage(lines, totals, count=count, page=max(page, 1), pages=pages)


def named(edges: Edges) -> dict[str, int]:
    """The edges as the parameters of the .sql files."""
    return dict(zip(("edge_1", "edge_2", "edge_3"), edges, strict=True))


def portal_aging(
    *, as_of: date, basis: str = "due", edges: Edges = USUAL, customer_id: int | None = None
) -> list[PortalRow]:
    """The aging with a client's buckets: 0-30 is Current and 1-30, 90+ is 91 and more."""
    named_edges = {"basis": basis, **named(edges)}
    with nullcontext() if customer_id is None else joined_by_hashing():
        text = query("portal_aging.sql")
        how = kept_of_few(text) if seen_by().kind == "client" else {"query": text}
        told = {"org": organisation(), "as_of": as_of, "customer": customer_id, **named_edges}
        found = raw().execute(**how, params=told).fetchall()
    return [_counted(portal_row(AgingRow(*each[:-3])), *each[-3:]) for each in found]


def _counted(row: PortalRow, open_: int, invoices: int, disputed: int) -> PortalRow:
    return replace(row, open_count=open_, invoice_count=invoices, disputed_count=disputed)


def portal_total(total: AgingTotal) -> PortalRow:
    """The operators' totals as clients read them; of no account."""
    figures = {name: amount for name, amount in vars(total).items() if name != "accounts"}
    return portal_row(AgingRow(customer_id=0, account_number="", account_name="", **figures))


def portal_row(row: AgingRow) -> PortalRow:
    """An operators' row as a client reads it."""
    return PortalRow(
        customer_id=row.customer_id,
        account_number=row.account_number,
        account_name=row.account_name,
        currency=row.currency,
        not_yet_due=row.not_yet_due,
        days_0_30=row.current + row.days_1_30,
        days_31_60=row.days_31_60,
        days_61_90=row.days_61_90,
        days_90_plus=row.days_91_plus,
        disputed=row.disputed,
        total=row.invoices,
        debit_adjustments=row.debit_adjustments,
        unapplied_credits=row.unapplied_credits,
        outstanding=row.outstanding,
    )


def days(code: str, edges: Edges) -> tuple[int | None, int | None]:
    """The first and the last day of a column; the youngest has no first, the oldest no last."""
    after, until = AGES[code]
    ends = {-1: 0, 0: edges[0], 1: edges[1], 2: edges[2], 3: None}
    begins = None if after is None else ends[after]
    return None if begins is None else begins + 1, ends[until]


def head(code: str, edges: Edges) -> str:
    """What a file calls a column, by the days it holds: days_1_30 as days_1_15."""
    if not code.startswith("days_") or code not in AGES:
        return code
    first, last = days(code, edges)
    if last is None:
        return f"days_{edges[2] + (code == 'days_91_plus')}_plus"
    return f"days_{first or 0}_{last}"
