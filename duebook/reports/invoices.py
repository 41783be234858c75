"""The open items behind an aging figure; their parts add up to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from duebook.reports.rows import customer_of, rows

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


def invoices(
    *, as_of: date, basis: str = "due", account: str = "", currency: str = "", bucket: str = ""
) -> list[InvoiceRow]:
    """What makes up a figure of the aging on `as_of`; without one, every open invoice.

    Raises KeyError for a figure that the aging does not have.
    """
    figure = bucket or "invoices"
    customer = customer_of(account) if account else None
    if account and customer is None:
        return []
    return rows(
        InvoiceRow,
        "invoices.sql",
        as_of=as_of,
        basis=basis,
        customer=customer,
        currency=currency,
        figure="invoices" if figure == "total" else figure,
        buckets=list(FIGURES[figure]),
    )
