"""What Tryton's receivable lines mean here: documents, and what of which is applied to which. Pure.

Every posted line of a receivable account becomes one document, so that what an account owes is the
same in both, to the cent: a line of an invoice's own move the invoice (one per instalment) or the
credit note, any other credit a payment or, where no money moved, a credit adjustment, any other
debit a debit adjustment. Only a cancelled invoice and its counter-entry come to nothing: void.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

Row = dict[str, str]
# Journals whose entries are no money that came in.
NO_MONEY = frozenset({"general", "revenue", "expense", "write-off", "situation"})


@dataclass(frozen=True)
class Line:
    """A posted line of a receivable account. `amount` is what it adds to the debt; `group` the
    lines that were reconciled with it.
    """

    id: int
    move: int
    move_number: str
    party: int
    amount: Decimal
    currency: str
    is_foreign: bool
    dated: date
    due: date | None
    group: int | None
    journal: str
    journal_type: str
    version: datetime


@dataclass(frozen=True)
class Invoice:
    """A customer's invoice or credit note. `moves` are its own; `counter` cancelled it."""

    id: int
    number: str
    dated: date
    is_cancelled: bool
    moves: frozenset[int]
    counter: int | None
    paid_by: frozenset[int]  # lines that were added as payments
    version: datetime


@dataclass
class Facts:
    """Lines and the invoices they belong to, whole: with every line of their groups."""

    lines: Mapping[int, Line]
    invoices: Sequence[Invoice]
    accounts: Mapping[int, str]  # party -> account number
    years: bool = False  # the year stands before invoice numbers
    owner: dict[int, Invoice] = field(init=False)  # move -> its invoice
    countered: set[int] = field(init=False)  # moves that only cancel an invoice

    def __post_init__(self) -> None:
        self.owner = {move: each for each in self.invoices for move in each.moves}
        counters = {each.counter for each in self.invoices if each.counter and each.is_cancelled}
        self.countered = {move for move in counters if move not in self.owner}

    def rows(self) -> dict[str, list[Row]]:
        """By kind: invoices, adjustments, payments."""
        found: dict[str, list[Row]] = {"invoices": [], "adjustments": [], "payments": []}
        for line in self._documents():
            kind, row = self._document(line)
            found[kind].append(row)
        return found

    def allocations(self) -> list[Row]:
        """What credits settle, oldest first: the lines reconciled together, then part payments."""
        groups: dict[object, list[Line]] = defaultdict(list)
        for line in self._documents():
            if not self._is_void(line):
                if line.group is not None:
                    groups[line.group, line.currency].append(line)
                elif invoice := self.owner.get(line.move):
                    groups["paid", invoice.id, line.currency].append(line)
        for invoice in self.invoices:
            for paid in map(self.lines.get, sorted(invoice.paid_by)):
                if paid and paid.group is None and paid.move not in invoice.moves:
                    groups["paid", invoice.id, paid.currency].append(paid)
        return [row for lines in groups.values() for row in self._applied(lines)]

    def sources(self) -> set[str]:
        """The numbers of everything that may be applied."""
        return {self.number(line) for line in self._documents() if line.amount < 0}

    def number(self, line: Line) -> str:
        invoice = self.owner.get(line.move)
        if invoice is None:
            return f"{line.move_number}-{line.id}"
        number = f"{invoice.dated.year}-{invoice.number}" if self.years else invoice.number
        own = sorted(self._of(invoice), key=lambda each: (each.due or each.dated, each.id))
        return number if len(own) == 1 else f"{number}/{1 + own.index(line)}"

    def _documents(self) -> Iterable[Line]:
        """In a group of several currencies, lines in the company's own are gains and losses of
        exchange: nobody owes them.
        """
        foreign = {line.group for line in self.lines.values() if line.group and line.is_foreign}
        for line in self.lines.values():
            is_difference = line.group in foreign and not line.is_foreign
            if line.amount and line.move not in self.countered and not is_difference:
                yield line

    def _of(self, invoice: Invoice) -> list[Line]:
        return [line for line in self.lines.values() if line.move in invoice.moves and line.amount]

    def _is_void(self, line: Line) -> bool:
        """Cancelled by an entry of its own. A credit note that cancels stands, and settles it."""
        invoice = self.owner.get(line.move)
        return bool(invoice and invoice.is_cancelled and invoice.counter in self.countered)

    def _document(self, line: Line) -> tuple[str, Row]:
        invoice = self.owner.get(line.move)
        version = max(line.version, invoice.version) if invoice else line.version
        row = {
            "account_number": self.accounts[line.party],
            "currency": line.currency,
            "external_id": str(line.id),
            "source_version": _version(version),
        }
        if invoice:
            return "invoices", row | {
                "invoice_number": self.number(line),
                "issue_date": invoice.dated.isoformat(),
                "due_date": (line.due or invoice.dated).isoformat(),
                "amount": str(line.amount),
                "kind": "invoice" if line.amount > 0 else "credit_invoice",
                "status": "void" if self._is_void(line) else "sent",
            }
        if line.amount < 0 and line.journal_type not in NO_MONEY:
            return "payments", row | {
                "payment_number": self.number(line),
                "date": line.dated.isoformat(),
                "amount": str(-line.amount),
                "method": line.journal,
            }
        return "adjustments", row | {
            "adjustment_number": self.number(line),
            "kind": "debit" if line.amount > 0 else "credit",
            "date": line.dated.isoformat(),
            "due_date": line.due.isoformat() if line.due and line.amount > 0 else "",
            "amount": str(abs(line.amount)),
            "reason": line.journal,
        }

    def _applied(self, lines: Sequence[Line]) -> Iterable[Row]:
        """Credits to debits, oldest first. Each pair is known by its two lines."""
        debits = [[line, line.amount] for line in sorted(lines, key=_age) if line.amount > 0]
        for source in sorted(lines, key=_age):
            left = -source.amount
            for pair in debits:
                charge, open_amount = pair
                assert isinstance(charge, Line)
                assert isinstance(open_amount, Decimal)
                part = min(left, open_amount)
                if part > 0:
                    left, pair[1] = left - part, open_amount - part
                    yield self._allocation(source, charge, part)

    def _allocation(self, source: Line, charge: Line, amount: Decimal) -> Row:
        kind, _ = self._document(source)
        return {
            "source_number": self.number(source),
            "source_kind": {"invoices": "credit_invoice", "payments": "receipt"}.get(
                kind, "credit_adjustment"
            ),
            "invoice_number": self.number(charge),
            "date": max(source.dated, charge.dated).isoformat(),
            "amount": str(amount),
            "external_id": f"{source.id}-{charge.id}",
            "source_version": _version(source.version),
        }


def _age(line: Line) -> tuple[date, int]:
    return line.due or line.dated, line.id


def _version(at: datetime) -> str:
    """A whole number that grows with time: microseconds."""
    return at.strftime("%Y%m%d%H%M%S%f")
