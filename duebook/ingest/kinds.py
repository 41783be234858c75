"""The kinds of file Duebook takes in, and the fields of each: data, no rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

FieldType = Literal["text", "date", "amount", "quantity", "int", "bool", "code", "currency"]

NUMBER, NAME, REASON = 200, 500, 2000  # The longest text each sort of field may hold.


@dataclass(frozen=True, slots=True)
class Field:
    """One value of a row. An amount is money; a quantity (a unit price too) is a plain number."""

    name: str
    type: FieldType
    required: bool = False
    choices: tuple[str, ...] = ()
    # Other spellings of the choices that sources use.
    aliases: Mapping[str, str] = field(default_factory=dict, compare=False)
    longest: int = NUMBER
    not_negative: bool = False

    def code(self, text: str) -> str | None:
        """The choice meant, whatever its case, spaces and hyphens; None when it is none."""
        word = "_".join(text.casefold().replace("-", " ").replace("_", " ").split())
        return word if word in self.choices else self.aliases.get(word)


@dataclass(frozen=True, slots=True)
class Kind:
    name: str
    load_order: int
    fields: tuple[Field, ...]
    # Rows whose amount is zero say nothing: skipped and counted, not invalid.
    skips_zero: bool = False
    slots: Mapping[str, int] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        names = {each.name: slot for slot, each in enumerate(self.fields)}
        object.__setattr__(self, "slots", names)

    @property
    def required(self) -> frozenset[str]:
        return frozenset(each.name for each in self.fields if each.required)


def _text(name: str, longest: int = NUMBER) -> Field:
    return Field(name.rstrip("*"), "text", name.endswith("*"), longest=longest)


def _of(type_: FieldType, name: str) -> Field:
    return Field(name.rstrip("*"), type_, name.endswith("*"))


def _code(name: str, choices: str, **aliases: str) -> Field:
    """`choices` are the stored codes; each keyword is a code with its other spellings."""
    spelled = {alias: code for code, words in aliases.items() for alias in words.split()}
    return Field(name.rstrip("*"), "code", name.endswith("*"), tuple(choices.split()), spelled)


_COMMON = (_text("external_id"), _text("source_version"))

_ACCOUNTS = (
    _text("account_number*"),
    _text("name*", NAME),
    _text("account_type"),
    _code("status", "active inactive", active="open enabled", inactive="closed disabled blocked"),
    _of("currency", "currency"),
    Field("credit_limit", "amount", not_negative=True),
    _of("int", "net_terms_days"),
    _text("contact_name", NAME),
    _text("contact_email", NAME),
    _text("parent_account_number"),
    _text("owner_email", NAME),
    *_COMMON,
)

_INVOICES = (
    _text("account_number*"),
    _text("invoice_number*"),
    _of("date", "issue_date*"),
    _of("amount", "amount*"),
    _code(
        "kind",
        "invoice receipt_tax_invoice credit_invoice",
        credit_invoice="credit_note credit_memo",
    ),
    _of("date", "due_date"),
    _of("currency", "currency"),
    _of("amount", "outstanding_amount"),
    _of("date", "settled_date"),
    _code(
        "status",
        "sent draft paid partially_paid void cancelled",
        sent="open unpaid overdue past_due posted",
        paid="settled cleared fully_paid paid_in_full",
        partially_paid="partly_paid partial part_paid",
        void="voided",
        cancelled="canceled",
    ),
    _of("bool", "disputed"),
    _text("dispute_reason", REASON),
    _of("amount", "discount_amount"),
    _of("date", "discount_date"),
    _text("order_number"),
    _text("account_name", NAME),
    *_COMMON,
)

_INVOICE_LINES = (
    _text("invoice_number*"),
    _text("line_number*"),
    _text("description*", REASON),
    _of("amount", "amount*"),
    _of("quantity", "quantity"),
    _of("quantity", "unit_price"),
    _text("status"),
    _text("source_reference"),
    *_COMMON,
)

_ADJUSTMENTS = (
    _text("account_number*"),
    _text("adjustment_number*"),
    _code("kind*", "debit credit", debit="debit_adjustment", credit="credit_adjustment"),
    _of("amount", "amount*"),
    _of("date", "date*"),
    _of("amount", "outstanding_amount"),
    _of("date", "due_date"),
    _of("currency", "currency"),
    _text("reason", REASON),
    _text("invoice_number"),
    *_COMMON,
)

_PAYMENTS = (
    _text("account_number*"),
    _text("payment_number*"),
    _of("amount", "amount*"),
    _of("date", "date*"),
    _code("kind", "receipt gi_ir", receipt="payment", gi_ir="gi/ir"),
    _of("currency", "currency"),
    _text("method"),
    _code(
        "status",
        "settled pending frozen terminated disputed void",
        settled="cleared posted received completed paid",
        void="voided bounced returned reversed",
        terminated="cancelled canceled failed",
    ),
    *_COMMON,
)

_ALLOCATIONS = (
    _text("source_number*"),
    _text("invoice_number*"),
    _of("amount", "amount*"),
    _of("date", "date*"),
    _code(
        "source_kind",
        "receipt gi_ir credit_invoice credit_adjustment payment credit",
        gi_ir="gi/ir",
        credit_invoice="credit_note credit_memo",
    ),
    _text("account_number"),
    *_COMMON,
)

_ORDERS = (
    _text("account_number*"),
    _text("order_number*"),
    _of("date", "order_date*"),
    _of("amount", "amount*"),
    _code(
        "kind",
        "detail_orders purchase_orders",
        detail_orders="detail_order",
        purchase_orders="purchase_order",
    ),
    _of("currency", "currency"),
    _of("date", "due_date"),
    _code(
        "status",
        "open closed cancelled",
        closed="complete completed",
        cancelled="canceled void voided",
    ),
    _of("date", "closed_date"),
    *_COMMON,
)

_ORDER_LINKS = (
    _text("order_number*"),
    _text("invoice_number*"),
    _of("amount", "amount"),
    *_COMMON,
)

_SHIPMENTS = (
    _text("account_number*"),
    _text("shipment_number*"),
    _of("date", "shipped_date*"),
    _text("order_number"),
    _of("date", "expected_date"),
    _of("date", "delivered_date"),
    _code(
        "status",
        "shipped delivered cancelled",
        shipped="sent dispatched in_transit on_the_way out_for_delivery open",
        delivered="arrived received complete completed",
        cancelled="canceled void voided",
    ),
    _text("carrier"),
    _text("tracking_number"),
    *_COMMON,
)

_INVENTORY = (
    _text("account_number*"),
    _text("item*"),
    _of("quantity", "quantity*"),
    _of("date", "date*"),
    _text("description", REASON),
    _text("unit"),
    *_COMMON,
)

_REMINDERS = (
    _text("invoice_number*"),
    _of("date", "date*"),
    _of("int", "level"),
    _text("method"),
    *_COMMON,
)

# In load order: whatever a row refers to is loaded before it.
KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("accounts", 0, _ACCOUNTS),
        Kind("invoices", 1, _INVOICES, skips_zero=True),
        Kind("adjustments", 2, _ADJUSTMENTS, skips_zero=True),
        Kind("payments", 3, _PAYMENTS, skips_zero=True),
        Kind("orders", 4, _ORDERS, skips_zero=True),
        Kind("invoice_lines", 5, _INVOICE_LINES),
        Kind("allocations", 6, _ALLOCATIONS, skips_zero=True),
        Kind("order_links", 7, _ORDER_LINKS, skips_zero=True),
        Kind("shipments", 8, _SHIPMENTS),
        Kind("inventory", 9, _INVENTORY),
        Kind("reminders", 10, _REMINDERS),
    )
}
