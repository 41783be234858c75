"""The ledger and its aging in plain Python: slow, obvious, and the yardstick for the engine.

It is written from the specification alone and shares no line with `duebook`, so that a
mistake in the one is not a mistake in the other. Everything is a function of a day: the
model keeps no state, and asks again from the facts each time. Money is whole minor units.

How it reads the specification where that leaves room:

- A document counts on D when it is dated on or before D and not voided on or before D. One
  voided on its own date therefore never counts; nor does one that is `never_counted`.
- A document that does not count has balance 0 and nothing unapplied.
- An allocation is in effect from the latest of its own, its source's and its charge's date,
  while both documents count. Only allocations in effect on D are fitted, so one that was
  squeezed out counts again from the day the other one ends.
- Fitting is two passes in one order. First each source gives its allocations their stated
  amounts until it is used up; then each charge takes what was given until it is settled.
  What a charge refuses stays unapplied: it does not pass to the source's next allocation.
- Numbers are ordered as text by code point. Beyond (effective date, source number, charge
  number) come source kind, charge kind, and the order in which they were stated.
- A dispute ends on the earliest of: the day it was resolved, the day the charge is voided,
  and the first day from its opening on which the charge counts and has balance 0 (the
  opening day included). It stays ended when money later goes back. A day is a whole day:
  money that came and went within one day settles nothing.
- Only charges that age can be disputed; debit adjustments have no disputed part.
- Age by basis `invoice` is as_of - issue date, with the same edges; age <= 0 is current.
- A charge that ages must have a due date: finding one is the business of loading.
- Not modelled, because they are documents once loaded: reported settlements, transfers
  between accounts, self-settling receipts, negative amounts. A goods receipt (`gi_ir`) is
  taken to concern its own account.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

AGEING = frozenset({"invoice", "receipt_tax_invoice"})
CHARGES = AGEING | {"debit_adjustment"}
SOURCES = frozenset({"credit_invoice", "credit_adjustment", "receipt", "gi_ir"})
BUCKETS = ("current", "d1_30", "d31_60", "d61_90", "d91_plus")

Key = tuple[str, str]  # (kind, number)
Account = tuple[str, str]  # (account number, currency)


@dataclass(frozen=True)
class Dispute:
    """Of the whole invoice when `amount` is None. `resolved` is the first day without it."""

    opened: date
    resolved: date | None = None
    amount: int | None = None


@dataclass
class Doc:
    account: str
    kind: str
    number: str
    issue: date
    due: date | None
    currency: str
    amount: int
    void_on: date | None = None
    never_counted: bool = False  # draft, cancelled, or first loaded as void
    disputes: list[Dispute] = field(default_factory=list)

    @property
    def key(self) -> Key:
        return self.kind, self.number

    def counts(self, as_of: date) -> bool:
        if self.never_counted or self.issue > as_of:
            return False
        return self.void_on is None or as_of < self.void_on

    @property
    def signed(self) -> int:
        """What the document adds to the debt while it counts."""
        return self.amount if self.kind in CHARGES else -self.amount


@dataclass(frozen=True)
class Alloc:
    source: Key
    charge: Key
    amount: int
    on: date


@dataclass
class Row:
    """One account in one currency. `invoices` = the five buckets + `disputed`."""

    current: int = 0
    d1_30: int = 0
    d31_60: int = 0
    d61_90: int = 0
    d91_plus: int = 0
    disputed: int = 0
    unapplied: int = 0
    debit_adjustments: int = 0
    outstanding: int = 0
    invoices: int = 0
    wado: Decimal = Decimal("0.0000")


@dataclass(frozen=True)
class InvoiceRow:
    """One open charge that ages. `bucket` is where its undisputed part stands."""

    doc: Doc
    balance: int
    disputed: int
    dpd: int
    bucket: str


@dataclass
class Ledger:
    docs: list[Doc]
    allocs: list[Alloc] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.by_key = {doc.key: doc for doc in self.docs}
        _must(len(self.by_key) == len(self.docs), "two documents share a key")
        for doc in self.docs:
            _check_doc(doc)
        for alloc in self.allocs:
            source, charge = self.by_key[alloc.source], self.by_key[alloc.charge]
            _must(source.kind in SOURCES and charge.kind in CHARGES, f"wrong way round: {alloc}")
            _must(source.account == charge.account, f"between two accounts: {alloc}")
            _must(source.currency == charge.currency, f"between two currencies: {alloc}")
            _must(alloc.amount > 0, f"amount not above zero: {alloc}")

    # What is left of each document

    def effective(self, alloc: Alloc) -> date:
        return max(alloc.on, self.by_key[alloc.source].issue, self.by_key[alloc.charge].issue)

    def in_effect(self, alloc: Alloc, as_of: date) -> bool:
        source, charge = self.by_key[alloc.source], self.by_key[alloc.charge]
        return alloc.on <= as_of and source.counts(as_of) and charge.counts(as_of)

    def fitted(self, as_of: date) -> dict[int, int]:
        """The part of each stated allocation that counts on `as_of`, 0 for none of it."""
        order = sorted(
            (i for i, alloc in enumerate(self.allocs) if self.in_effect(alloc, as_of)),
            key=lambda i: (self._rank(self.allocs[i]), i),
        )
        left = {doc.key: doc.amount for doc in self.docs}
        given = dict.fromkeys(range(len(self.allocs)), 0)
        for i in order:
            given[i] = min(self.allocs[i].amount, left[self.allocs[i].source])
            left[self.allocs[i].source] -= given[i]
        taken = dict.fromkeys(given, 0)
        for i in order:
            taken[i] = min(given[i], left[self.allocs[i].charge])
            left[self.allocs[i].charge] -= taken[i]
        return taken

    def _rank(self, alloc: Alloc) -> tuple[date, str, str, str, str]:
        (source_kind, source), (charge_kind, charge) = alloc.source, alloc.charge
        return self.effective(alloc), source, charge, source_kind, charge_kind

    def left(self, as_of: date) -> dict[Key, int]:
        """Balance of each charge and unapplied part of each source; 0 if it does not count."""
        left = {doc.key: doc.amount if doc.counts(as_of) else 0 for doc in self.docs}
        for i, part in self.fitted(as_of).items():
            left[self.allocs[i].source] -= part
            left[self.allocs[i].charge] -= part
        return left

    def balance(self, doc: Doc, as_of: date) -> int:
        _must(doc.kind in CHARGES, f"{doc.kind} has no balance")
        return self.left(as_of)[doc.key]

    def unapplied(self, doc: Doc, as_of: date) -> int:
        _must(doc.kind in SOURCES, f"{doc.kind} is not applied to anything")
        return self.left(as_of)[doc.key]

    # Disputes

    def disputed(self, doc: Doc, as_of: date) -> int:
        """The part of the balance that its disputes take out of its bucket."""
        balance = self.balance(doc, as_of)
        if doc.kind not in AGEING or balance == 0:
            return 0
        open_now = [d for d in doc.disputes if self.is_disputed(doc, d, as_of)]
        return min(balance, sum(balance if d.amount is None else d.amount for d in open_now))

    def is_disputed(self, doc: Doc, dispute: Dispute, as_of: date) -> bool:
        if as_of < dispute.opened or not doc.counts(as_of):
            return False
        if dispute.resolved is not None and dispute.resolved <= as_of:
            return False
        return not self.was_settled(doc, dispute.opened, as_of)

    def was_settled(self, doc: Doc, first: date, last: date) -> bool:
        """Whether the balance was 0 at the close of any day from `first` to `last`."""
        if sum(alloc.amount for alloc in self.allocs if alloc.charge == doc.key) < doc.amount:
            return False  # no day could have settled it
        days = {first, *(day for day in self.days_of_change() if first < day <= last)}
        return any(doc.counts(day) and self.left(day)[doc.key] == 0 for day in days)

    def days_of_change(self) -> set[date]:
        """Between two of these days nothing changes but age."""
        voids = {doc.void_on for doc in self.docs if doc.void_on is not None}
        return voids | {doc.issue for doc in self.docs} | {alloc.on for alloc in self.allocs}

    # Questions

    def invoices(
        self, as_of: date, basis: str = "due", edges: tuple[int, ...] = (30, 60, 90)
    ) -> list[InvoiceRow]:
        """The open charges that age. Days past due are of the due date whatever the basis."""
        left = self.left(as_of)
        return [
            InvoiceRow(
                doc=doc,
                balance=left[doc.key],
                disputed=self.disputed(doc, as_of) if doc.disputes else 0,
                dpd=_age(doc, as_of, "due"),
                bucket=_bucket(_age(doc, as_of, basis), edges),
            )
            for doc in self.docs
            if doc.kind in AGEING and left[doc.key] > 0
        ]

    def aging(
        self, as_of: date, basis: str = "due", edges: tuple[int, ...] = (30, 60, 90)
    ) -> dict[Account, Row]:
        """A row for each account and currency with anything open, disputed or unapplied."""
        rows: dict[Account, Row] = defaultdict(Row)
        weighted: dict[Account, int] = defaultdict(int)
        left = self.left(as_of)
        for item in self.invoices(as_of, basis, edges):
            account = item.doc.account, item.doc.currency
            row = rows[account]
            setattr(row, item.bucket, getattr(row, item.bucket) + item.balance - item.disputed)
            row.disputed += item.disputed
            row.invoices += item.balance
            weighted[account] += item.balance * max(item.dpd, 0)
        for doc in self.docs:
            if doc.kind not in AGEING and left[doc.key] > 0:
                row = rows[doc.account, doc.currency]
                row.debit_adjustments += left[doc.key] if doc.kind in CHARGES else 0
                row.unapplied += left[doc.key] if doc.kind in SOURCES else 0
        for account, row in rows.items():
            row.outstanding = row.invoices + row.debit_adjustments - row.unapplied
            row.wado = four_decimals(weighted[account], row.invoices)
        return dict(rows)

    def owed(self, account: Account, as_of: date) -> int:
        """Charges - credits - receipts that count on `as_of`: no allocation is looked at."""
        return sum(doc.signed for doc in self._docs_of(account) if doc.counts(as_of))

    def net(self, account: Account, first: date, last: date) -> int:
        """What is dated from `first` to `last`, minus what was voided then whatever its date."""
        dated = voided = 0
        for doc in self._docs_of(account):
            dated += doc.signed if first <= doc.issue <= last else 0
            voided += doc.signed if doc.void_on and first <= doc.void_on <= last else 0
        return dated - voided

    def _docs_of(self, account: Account) -> list[Doc]:
        mine = [doc for doc in self.docs if (doc.account, doc.currency) == account]
        return [doc for doc in mine if not doc.never_counted]


def four_decimals(weighted: int, total: int) -> Decimal:
    """weighted / total, half up; 0 of nothing. Whole numbers only, so nothing is rounded twice."""
    if total == 0:
        return Decimal("0.0000")
    return Decimal((20_000 * weighted + total) // (2 * total)).scaleb(-4)


def _bucket(age: int, edges: tuple[int, ...]) -> str:
    return BUCKETS[0 if age <= 0 else 1 + sum(age > edge for edge in edges)]


def _age(doc: Doc, as_of: date, basis: str) -> int:
    start = doc.issue if basis == "invoice" else doc.due
    assert start is not None
    return (as_of - start).days


def _check_doc(doc: Doc) -> None:
    _must(doc.kind in CHARGES | SOURCES, f"{doc.kind} is no ledger document")
    _must(doc.amount > 0, f"amount not above zero: {doc}")
    _must(doc.kind not in AGEING or doc.due is not None, f"no due date: {doc}")
    _must(doc.void_on is None or doc.void_on >= doc.issue, f"void before its date: {doc}")


def _must(holds: bool, otherwise: str) -> None:
    if not holds:
        raise ValueError(otherwise)
