"""A ledger of the model, told to an organisation as its sources would tell it.

What files cannot say, a person does: adjustments are voided and disputes of a part are opened
by hand.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from duebook.ledger import posting
from duebook.visibility.seeing import raw, seeing
from tests.ledger.books import Books
from tests.model import Alloc, Dispute, Doc, Ledger
from tests.strategies import DECIMALS, TODAY

INTAKE = {
    "debit_adjustment": "adjustments",
    "credit_adjustment": "adjustments",
    "receipt": "payments",
    "gi_ir": "payments",
}
NEVER_COUNTED = {
    "invoices": ("draft", "cancelled", "void"),
    "payments": ("pending", "frozen", "terminated", "void"),
}
Row = dict[str, Any]
Files = dict[str, list[Row]]


def intake(doc: Doc) -> str:
    return INTAKE.get(doc.kind, "invoices")


def loadable(ledger: Ledger) -> Ledger:
    """Without adjustments that never counted: their files know no status."""
    gone = {doc.key for doc in ledger.docs if doc.never_counted and intake(doc) == "adjustments"}
    allocs = [a for a in ledger.allocs if a.source not in gone and a.charge not in gone]
    return Ledger([doc for doc in ledger.docs if doc.key not in gone], allocs)


def accounts_of(ledger: Ledger) -> list[str]:
    return sorted({doc.account for doc in ledger.docs})


class Telling:
    """`chance` decides between ways of saying the same."""

    def __init__(self, books: Books, ledger: Ledger, chance: Random) -> None:
        self.books, self.ledger, self.chance = books, ledger, chance
        self.returned = {doc.key for doc in ledger.docs if self._comes_back(doc)}
        self.flagged = {doc.key: d for doc in ledger.docs if (d := self._flag(doc)) is not None}
        self.never = {doc.key: self._never(doc) for doc in ledger.docs if doc.never_counted}

    def tell(self) -> None:
        """First all documents, then day by day what became of them."""
        results = self.books.loads_all(self.first())
        assert not any(result.invalid for result in results), results
        for day, docs in sorted(self._later().items()):
            files: Files = defaultdict(list)
            for doc in docs:
                files[intake(doc)].append(self.row(doc, day))
            results = self.books.loads_all(files, as_at=day)
            assert all(set(result.counts) == {"changed"} for result in results), results
        self._by_hand()

    def first(self) -> Files:
        """One file per kind. Payments that bounced may lie beside their return."""
        files: Files = defaultdict(list)
        for doc in self.ledger.docs:
            files[intake(doc)].append(self.row(doc, None))
            if doc.key in self.returned:
                minus = {"amount": money(-doc.amount, doc.currency), "date": doc.void_on}
                files["payments"].append({**self.row(doc, None), **minus, "status": "settled"})
        for alloc in self.ledger.allocs:
            files["allocations"].append(self.allocation(alloc))
        return files

    def allocation(self, alloc: Alloc) -> Row:
        (kind, source), (_, charge) = alloc.source, alloc.charge
        amount = money(alloc.amount, self.ledger.by_key[alloc.charge].currency)
        row = {"source_number": source, "invoice_number": charge, "date": alloc.on}
        return {**row, "amount": amount, "source_kind": self.chance.choice((kind, ""))}

    def row(self, doc: Doc, day: date | None) -> Row:
        """The document as its source has it on `day`; None is before anything became of it."""
        amount = money(doc.amount, doc.currency)
        row: Row = {"account_number": doc.account, "currency": doc.currency, "amount": amount}
        match intake(doc):
            case "adjustments":
                kind = doc.kind.removesuffix("_adjustment")
                return row | {
                    "adjustment_number": doc.number,
                    "date": doc.issue,
                    "due_date": doc.due or "",
                    "kind": kind,
                }
            case "payments":
                row |= {"payment_number": doc.number, "date": doc.issue, "kind": doc.kind}
                return row | {"status": self._status(doc, day, otherwise="settled")}
        row |= {"invoice_number": doc.number, "issue_date": doc.issue, "due_date": doc.due or ""}
        row |= {"kind": doc.kind, "status": self._status(doc, day, otherwise="sent")}
        if doc.kind == "credit_invoice" and doc.number > "5":  # the same by its sign
            row |= {"kind": "invoice", "amount": money(-doc.amount, doc.currency)}
        flag = self.flagged.get(doc.key)
        resolved = flag and flag.resolved and day and day >= flag.resolved
        return row | {"disputed": "yes" if flag and not resolved else "no"}

    def _status(self, doc: Doc, day: date | None, *, otherwise: str) -> str:
        if doc.never_counted:
            return self.never[doc.key]
        told = doc.void_on and doc.key not in self.returned and day and day >= doc.void_on
        return "void" if told else otherwise

    def _never(self, doc: Doc) -> str:
        return self.chance.choice(NEVER_COUNTED[intake(doc)])

    def _comes_back(self, doc: Doc) -> bool:
        voided = doc.void_on is not None and not doc.never_counted
        return voided and intake(doc) == "payments" and self.chance.random() < 0.5

    def _flag(self, doc: Doc) -> Dispute | None:
        """A dispute that the flag of a file can tell: of the whole, from the issue date on."""
        for each in doc.disputes:
            opened_with_it = each.opened == doc.issue and each.amount is None
            if opened_with_it and (each.resolved is None or each.resolved <= TODAY):
                return each
        return None

    def _later(self) -> dict[date, list[Doc]]:
        days: dict[date, dict[str, Doc]] = defaultdict(dict)
        for doc in self.ledger.docs:
            if doc.never_counted or intake(doc) == "adjustments":
                continue
            if doc.void_on and doc.key not in self.returned:
                days[doc.void_on][f"{doc.key}"] = doc
            if (flag := self.flagged.get(doc.key)) and flag.resolved:
                days[flag.resolved][f"{doc.key}"] = doc
        return {day: list(docs.values()) for day, docs in days.items()}

    def _by_hand(self) -> None:
        connection = raw()
        with self.books.console():
            for doc in self.ledger.docs:
                if doc.void_on and intake(doc) == "adjustments":
                    connection.execute(VOID, [doc.void_on, doc.kind, doc.number])
                for each in doc.disputes:
                    if each is not self.flagged.get(doc.key):
                        facts = [each.opened, each.resolved, each.amount, doc.kind, doc.number]
                        connection.execute(DISPUTE, facts)
        derive_all(self.books)


def derive_all(books: Books) -> None:
    """What a person's action does at its end."""
    with seeing(books.viewer(books.admin_email)):
        customers = {row[0] for row in raw().execute("SELECT id FROM ar.customer")}
        posting.derive(raw(), org_id=books.org_id, customers=customers, run_id=None)


VOID = "UPDATE ar.document SET state = 'void', void_on = %s WHERE kind = %s AND number = %s"
DISPUTE = """
    INSERT INTO ar.dispute
        (org_id, customer_id, document_id, opened_on, resolved_on, amount, origin)
    SELECT org_id, customer_id, id, %s, %s, %s, 'person' FROM ar.document
    WHERE kind = %s AND number = %s AND settles_id IS NULL
"""


def money(amount: int, currency: str) -> str:
    return str(major(amount, currency))


def major(amount: int, currency: str) -> Decimal:
    return Decimal(amount).scaleb(-DECIMALS[currency])
