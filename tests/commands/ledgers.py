"""Two published ledgers, their answers, and the few lines of plain Python that give the same."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from pathlib import Path

ZERO = Decimal(0)
AGES = ("current", "days_1_30", "days_31_60", "days_61_90", "days_91_plus")
Account = tuple[str, str]
Figures = dict[str, Decimal]


@dataclass(frozen=True)
class Item:
    account: str
    name: str
    number: str
    currency: str
    issued: date
    due: date
    amount: Decimal
    disputed: bool
    cleared: date | None

    def is_open(self, on: date) -> bool:
        return self.issued <= on and (self.cleared is None or self.cleared > on)


@dataclass(frozen=True)
class Published:
    """A ledger in the folder of outside data; `answers` begin the names of its expected files."""

    slug: str
    source: str
    mapping: str
    answers: str
    as_of: date
    item: Callable[[dict[str, str]], Item]

    def path(self, data: Path) -> Path:
        return data / self.source

    def expected(self, data: Path, kind: str) -> Path:
        return data / "expected" / f"{self.answers}_{self.as_of}_{kind}"

    def items(self, data: Path) -> list[Item]:
        """Rows that repeat an earlier one in every column count once."""
        with self.path(data).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        return [self.item(dict(row)) for row in dict.fromkeys(tuple(row.items()) for row in rows)]


def _ibm(row: dict[str, str]) -> Item:
    issued, due, cleared = (
        datetime.strptime(row[name], "%m/%d/%Y").date()  # noqa: DTZ007
        for name in ("InvoiceDate", "DueDate", "SettledDate")
    )
    amount, disputed = Decimal(row["InvoiceAmount"]), row["Disputed"] == "Yes"
    account, number = row["customerID"], row["invoiceNumber"]
    return Item(account, "", number, "USD", issued, due, amount, disputed, cleared)


def _highradius(row: dict[str, str]) -> Item:
    return Item(
        account=row["cust_number"],
        name=row["name_customer"].strip(),
        number=row["doc_id"].removesuffix(".0"),
        currency=row["invoice_currency"],
        issued=date.fromisoformat(row["posting_date"]),
        due=date.fromisoformat(row["due_in_date"].removesuffix(".0")),
        amount=Decimal(row["total_open_amount"]),
        disputed=False,
        cleared=date.fromisoformat(row["clear_date"][:10]) if row["clear_date"] else None,
    )


LEDGERS = {
    "ibm": Published(
        slug="ibm",
        source="ibm/WA_Fn-UseC_-Accounts-Receivable.csv",
        mapping="ibm.toml",
        answers="ibm/ibm",
        as_of=date(2012, 9, 30),
        item=_ibm,
    ),
    "highradius": Published(
        slug="highradius",
        source="highradius/highradius_ledger_60pct.csv",
        mapping="highradius.toml",
        answers="highradius_60pct/highradius",
        as_of=date(2019, 6, 30),
        item=_highradius,
    ),
}


@dataclass(frozen=True)
class Book:
    """The items of a ledger, added up the plain way."""

    items: list[Item]

    def aging(self, as_of: date, *, basis: str) -> dict[Account, Figures]:
        """Per account and currency: ages without disputed, disputed, total, weighted average."""
        found: dict[Account, Figures] = defaultdict(lambda: defaultdict(Decimal))
        for item in self.items:
            if item.is_open(as_of):
                figures = found[item.account, item.currency]
                age = (as_of - (item.due if basis == "due" else item.issued)).days
                figures["disputed" if item.disputed else _age(age)] += item.amount
                figures["total"] += item.amount
                figures["weight"] += item.amount * max((as_of - item.due).days, 0)
        for figures in found.values():
            figures["average"] = rounded(figures["weight"] / figures["total"])
        return found

    @cached_property
    def names(self) -> dict[str, str]:
        """The spelling on the latest document; equally dated, the most frequent of all, then the
        first of the alphabet. Without any, the number.
        """
        spelt: dict[str, list[Item]] = defaultdict(list)
        for item in self.items:
            spelt[item.account].append(item)
        return {number: _spelling(items) or number for number, items in spelt.items()}

    def days(self) -> Iterator[date]:
        """The days on which anything happens."""
        for item in self.items:
            yield from (item.issued, item.due, item.cleared or item.due)


def _age(days: int) -> str:
    return AGES[0 if days <= 0 else min((days + 29) // 30, 4)]


def _spelling(items: list[Item]) -> str:
    named = [item for item in items if item.name]
    latest = max((item.issued for item in named), default=date.min)
    often = Counter(item.name for item in named)
    names = {item.name for item in named if item.issued == latest}
    return min(names, key=lambda name: (-often[name], name), default="")


def rounded(average: Decimal) -> Decimal:
    return average.quantize(Decimal("0.0001"), ROUND_HALF_UP)
