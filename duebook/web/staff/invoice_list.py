"""The documents behind a figure, ready to be shown: as many as can be read, the sum of all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from duebook.reports.invoices import InvoiceRow

SHOWN = 500  # more than anybody reads; the sums are of all


@dataclass(frozen=True)
class Sum:
    """What the documents of one currency add up to."""

    currency: str
    documents: int
    amount: Decimal
    balance: Decimal
    disputed: Decimal
    figure: Decimal


@dataclass(frozen=True)
class InvoiceList:
    rows: Sequence[InvoiceRow]
    sums: Sequence[Sum]
    count: int

    @classmethod
    def of(cls, rows: Sequence[InvoiceRow], *, bucket: str) -> Self:
        """`rows` in the order given; `bucket` is the column whose part each row states."""
        by_currency: dict[str, list[InvoiceRow]] = defaultdict(list)
        for row in rows:
            by_currency[row.currency].append(row)
        sums = [_sum(each, bucket=bucket) for _, each in sorted(by_currency.items())]
        return cls(rows=rows[:SHOWN], sums=sums, count=len(rows))


def _sum(rows: Sequence[InvoiceRow], *, bucket: str) -> Sum:
    parts = [row.bucket_amount if bucket else row.balance for row in rows]
    return Sum(
        currency=rows[0].currency,
        documents=len(rows),
        amount=sum((row.amount for row in rows), Decimal(0)),
        balance=sum((row.balance for row in rows), Decimal(0)),
        disputed=sum((row.disputed for row in rows), Decimal(0)),
        figure=sum(parts, Decimal(0)),
    )
