"""Rows of an aging, made up."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

from hypothesis import strategies as st

from duebook.reports.aging import AgingPage, AgingRow, AgingTotal, PortalRow
from duebook.reports.invoices import InvoiceRow
from duebook.web import tie_out


def amounts(decimals: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(
        min_value=Decimal(-(10**12)),
        max_value=Decimal(10**12),
        places=decimals,
        allow_nan=False,
        allow_infinity=False,
    )


def readable(html: str) -> str:
    return re.sub(r"<[^>]+>", "", re.sub(r'<span class="sr">[^<]*</span>', "", html))


def row(number: str = "C-1", **changed: Any) -> AgingRow:
    """100 current + 30 late + 20 disputed = 150; 150 + 5 - 15 = 140."""
    amounts = {
        "current": "100.00",
        "days_1_30": "30.00",
        "days_31_60": "0.00",
        "days_61_90": "0.00",
        "days_91_plus": "0.00",
        "disputed": "20.00",
        "unapplied_credits": "15.00",
        "outstanding": "140.00",
        "debit_adjustments": "5.00",
        "invoices": "150.00",
    }
    values = {name: Decimal(amount) for name, amount in {**amounts, **changed}.items()}
    return AgingRow(
        customer_id=int(number[2:]),
        account_number=number,
        account_name=f"Account {number}",
        currency="USD",
        weighted_avg_days_overdue=Decimal("12.5000"),
        not_yet_due=Decimal("100.00"),
        **values,
    )


def aging_of(*rows: AgingRow) -> AgingPage:
    total = SimpleNamespace(currency="USD", accounts=len(rows))
    for name in tie_out.SUMMED:
        setattr(total, name, sum((getattr(each, name) for each in rows), Decimal(0)))
    total.weighted_avg_days_overdue = Decimal("12.5000")
    total.not_yet_due = Decimal("0.00")
    totals = [cast(AgingTotal, total)] if rows else []
    return AgingPage(rows=list(rows), totals=totals, count=len(rows), page=1, pages=1)


def owed() -> PortalRow:
    """53 up to 30 days, 31 of it not yet due; 100 in all, 4 unapplied."""
    amounts = {
        "not_yet_due": "31",
        "days_0_30": "53",
        "days_31_60": "12",
        "days_61_90": "10",
        "days_90_plus": "5",
        "disputed": "20",
        "total": "100",
        "debit_adjustments": "0",
        "unapplied_credits": "4",
        "outstanding": "96",
    }
    values: dict[str, Any] = {
        name: Decimal(amount).quantize(Decimal("0.01")) for name, amount in amounts.items()
    }
    return PortalRow(
        customer_id=1,
        account_number="C-1",
        account_name="Castellane Hotels",
        currency="USD",
        **values,
    )


def document(number: str, part: str, *, kind: str = "invoice") -> InvoiceRow:
    return InvoiceRow(
        document_id=1,
        account_number="C-1",
        account_name="Account C-1",
        invoice_number=number,
        kind=kind,
        issue_date=date(2026, 10, 1),
        due_date=date(2026, 11, 1) if kind == "invoice" else None,
        currency="USD",
        amount=Decimal("100.00"),
        balance=Decimal(part),
        disputed=Decimal("0.00"),
        days_past_due=19 if kind == "invoice" else None,
        bucket="days_1_30" if kind == "invoice" else "unapplied_credits",
        status="overdue",
        bucket_amount=Decimal(part),
    )
