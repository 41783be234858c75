"""What a history is made of: papers, their lines, allocations and orders."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from duebook.demo.accounts import Account

# Paper kinds, as stored. Charges are owed; the others take from what is owed.
INVOICE = "invoice"
CASH_INVOICE = "receipt_tax_invoice"
CREDIT_NOTE = "credit_invoice"
DEBIT = "debit_adjustment"
CREDIT = "credit_adjustment"
RECEIPT = "receipt"
OFFSET = "gi_ir"


@dataclass(slots=True)
class Line:
    description: str
    quantity: int
    price: int
    status: str
    reference: str


@dataclass(slots=True, eq=False)
class Paper:
    """A document. `left` is what is not yet allocated, all dates considered."""

    account: Account
    kind: str
    currency: str
    on: date
    amount: int
    due: date | None = None
    number: str = ""
    status: str = ""
    method: str = ""
    reason: str = ""
    about: Paper | None = None
    lines: list[Line] = field(default_factory=list)
    discount: int = 0
    discount_until: date | None = None
    disputed: bool = False
    left: int = 0

    def __post_init__(self) -> None:
        self.left = self.amount

    @property
    def is_live(self) -> bool:
        return self.status in ("", "sent")


@dataclass(slots=True)
class Allocation:
    source: Paper
    charge: Paper
    amount: int
    on: date


@dataclass(slots=True)
class Order:
    account: Account
    kind: str
    currency: str
    on: date
    due: date
    amount: int
    status: str = "open"
    closed_on: date | None = None
    number: str = ""
    invoices: list[Paper] = field(default_factory=list)


@dataclass(slots=True)
class Shipment:
    order: Order
    on: date
    expected: date
    arrived: date | None
    carrier: str = ""
    number: str = ""


@dataclass(slots=True)
class Stock:
    """How much of an item there is for an account on a day."""

    account: Account
    item: str
    name: str
    quantity: int
    on: date


@dataclass(slots=True)
class Reminder:
    invoice: Paper
    on: date
    level: int
    method: str


@dataclass(slots=True)
class History:
    papers: list[Paper] = field(default_factory=list)
    allocations: list[Allocation] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    shipments: list[Shipment] = field(default_factory=list)
    stock: list[Stock] = field(default_factory=list)
    reminders: list[Reminder] = field(default_factory=list)

    def add(self, paper: Paper) -> Paper:
        self.papers.append(paper)
        return paper

    def apply(self, source: Paper, charge: Paper, amount: int, on: date) -> None:
        """At most what is left on either side, and not before either of them."""
        part = min(amount, source.left, charge.left)
        if part <= 0:
            return
        source.left -= part
        charge.left -= part
        self.allocations.append(Allocation(source, charge, part, max(on, source.on, charge.on)))
