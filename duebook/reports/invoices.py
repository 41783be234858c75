"""The open items behind an aging figure; their parts add up to it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from duebook.reports.aging import USUAL, Edges, named
from duebook.reports.rows import customer_of, records, rows

# The amounts of the aging, operators' and clients', and the age buckets each one is made of.
FIGURES: dict[str, tuple[str, ...]] = {
    "current": ("current",),
    "days_1_30": ("days_1_30",),
    "days_31_60": ("days_31_60",),
    "days_61_90": ("days_61_90",),
    "days_91_plus": ("days_91_plus",),
    "days_0_30": ("current", "days_1_30"),
    "days_90_plus": ("days_91_plus",),
    "disputed": (),
    "unapplied_credits": (),
    "debit_adjustments": (),
    "invoices": (),
    "total": (),
    "outstanding": (),
}


@dataclass(frozen=True)
class InvoiceRow:
    """An open item on a day. `bucket_amount` is its part of the figure asked for.

    `days_past_due` counts from the due date whatever the basis of the buckets; None where nothing
    is due (credits and receipts).
    """

    document_id: int
    account_number: str
    account_name: str
    invoice_number: str
    kind: str
    issue_date: date
    due_date: date | None
    currency: str
    amount: Decimal
    balance: Decimal
    disputed: Decimal
    days_past_due: int | None
    bucket: str
    status: str
    bucket_amount: Decimal


@dataclass(frozen=True)
class InvoiceTotal:
    """What all documents of one currency add up to, on whatever page they are."""

    currency: str
    documents: int
    amount: Decimal
    balance: Decimal
    disputed: Decimal
    bucket_amount: Decimal


@dataclass(frozen=True)
class InvoicePage:
    """Some rows in the order of the whole list, and the totals of all of it."""

    rows: list[InvoiceRow]
    totals: list[InvoiceTotal]
    count: int
    page: int
    pages: int


def invoices(
    *,
    as_of: date,
    basis: str = "due",
    edges: Edges = USUAL,
    account: str = "",
    currency: str = "",
    bucket: str = "",
) -> list[InvoiceRow]:
    """What makes up a figure of the aging on `as_of`; without one, every open invoice.

    The figure is the one of an aging with the same basis and edges.
    Raises KeyError for a figure that the aging does not have.
    """
    customer = customer_of(account) if account else None
    if account and customer is None:
        return []
    question = {"as_of": as_of, "basis": basis, "customer": customer, "currency": currency}
    return rows(InvoiceRow, "invoices.sql", **question, **named(edges), **_figure(bucket))


def invoices_page(
    *,
    as_of: date,
    basis: str = "due",
    edges: Edges = USUAL,
    customer_id: int | None = None,
    currency: str = "",
    bucket: str = "",
    page: int = 1,
    size: int = 100,
) -> InvoicePage:
    """One page of the same list. A page past the last one shows the last one."""
    found = records(
        "invoices_page.sql",
        as_of=as_of,
        basis=basis,
        customer=customer_id,
        currency=currency,
        size=size,
        after=(page - 1) * size,
        **named(edges),
        **_figure(bucket),
    )
    lines = [InvoiceRow(*each[1:-1]) for each in found if each[0] is not None]
    totals = [
        InvoiceTotal(each[8], each[16], each[9], each[10], each[11], each[15])
        for each in found
        if each[0] is None
    ]
    count = sum(total.documents for total in totals)
    pages = max(1, math.ceil(count / size))
    if page > pages:
        return invoices_page(
            as_of=as_of,
            basis=basis,
            edges=edges,
            customer_id=customer_id,
            currency=currency,
            bucket=bucket,
            page=pages,
            size=size,
        )
    return InvoicePage(lines, totals, count=count, page=page, pages=pages)


def _figure(bucket: str) -> dict[str, object]:
    """The figure asked for as the parameters of the .sql files."""
    figure = bucket or "invoices"
    asked = "invoices" if figure == "total" else figure
    return {"figure": asked, "buckets": list(FIGURES[figure])}
