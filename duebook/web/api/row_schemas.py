"""The rows of each kind as JSON Schema: what the description of the API says a program may send.

Made from the kinds of file themselves, so that neither can say what the other does not.
"""

from __future__ import annotations

from typing import Any

from duebook.ingest.kinds import KINDS, Field, Kind
from duebook.ingest.versions import NUMBERS

Schema = dict[str, Any]

KIND_WORDS = {
    "accounts": "Accounts: whom the organisation bills.",
    "invoices": "Invoices and credit notes. A negative amount is a credit note.",
    "adjustments": "Debit and credit adjustments.",
    "payments": "Payments. A negative amount returns the payment of the same number.",
    "orders": "Sales orders.",
    "invoice_lines": "Lines of invoices that are known.",
    "allocations": "Which payment or credit pays which invoice. Both must be known.",
    "order_links": "Which invoice came from which order. Both must be known.",
    "shipments": "What was sent to accounts that are known. Clients see their own.",
    "reminders": "When a customer was reminded of an invoice that is known.",
    "inventory": "How much of an item there was for an account on a day. Clients see their own.",
}
FIELD_WORDS = {
    "account_number": "The account's number, as text: leading zeros count",
    "name": "The account's name",
    "account_type": "Cash, Credit, System or a word of your own",
    "currency": "ISO 4217; the account's, else the organisation's, if left out",
    "credit_limit": "In the account's currency; null for none",
    "net_terms_days": "Days from issue to due date, for documents without one",
    "contact_name": "Whom to ask there",
    "contact_email": "Where invitations go",
    "parent_account_number": "The account that this one belongs to",
    "owner_email": "The colleague who looks after the account",
    "invoice_number": "The invoice's number, as text",
    "issue_date": "The day of the document",
    "due_date": "Issue date and net terms, if left out",
    "amount": "In major units of the currency, exactly",
    "outstanding_amount": "What is left of it according to the source, from 0 to the amount",
    "settled_date": "Since when it is settled according to the source; null: it is not",
    "disputed": "Whether the customer disputes it",
    "dispute_reason": "Why",
    "discount_amount": "What may be taken off for paying early",
    "discount_date": "The last day for that",
    "order_number": "The order's number, as text",
    "account_name": "The account's name as the document spells it",
    "line_number": "The line's number in its invoice, as text",
    "description": "What was sold",
    "quantity": "How many",
    "unit_price": "What one costs",
    "source_reference": "Where the line comes from in the source",
    "adjustment_number": "The adjustment's number, as text",
    "date": "The day of it",
    "reason": "Why",
    "payment_number": "The payment's number, as text",
    "method": "How it was paid",
    "source_number": "The number of the payment or credit",
    "source_kind": "What the source is, where its number alone does not tell",
    "order_date": "The day of the order",
    "closed_date": "Since when it is closed",
    "shipment_number": "The shipment's number, as text",
    "shipped_date": "The day it was sent",
    "expected_date": "The day it is to arrive",
    "delivered_date": "The day it arrived; null: it has not",
    "carrier": "Who carries it",
    "tracking_number": "What the carrier knows it by",
    "level": "Which reminder it is: 1, 2, 3; the dunning level",
    "item": "The item's number, as text",
    "unit": "What the quantity counts",
    "kind": "What sort of document",
    "status": "Its state",
    "external_id": "The source's own key: the row is known by it, whatever its numbers become",
    "source_version": "Grows with each change in the source: an older one never overwrites a newer",
}
DELETED = "True: it is gone in the source"
AMOUNT_PATTERN = r"^-?[0-9]{1,15}(\.[0-9]{1,12})?$"
EXAMPLES: dict[str, Schema] = {
    "accounts": {"account_number": "00100", "name": "Acme GmbH", "currency": "EUR"},
    "invoices": {
        "account_number": "00100",
        "invoice_number": "2026-0001",
        "issue_date": "2026-01-31",
        "due_date": "2026-03-02",
        "amount": "1190.00",
        "currency": "EUR",
    },
    "adjustments": {
        "account_number": "00100",
        "adjustment_number": "ADJ-7",
        "kind": "credit",
        "amount": "25.00",
        "date": "2026-02-20",
    },
    "payments": {
        "account_number": "00100",
        "payment_number": "PAY-31",
        "amount": "1000.00",
        "date": "2026-02-28",
    },
    "orders": {
        "account_number": "00100",
        "order_number": "SO-9",
        "order_date": "2026-01-10",
        "amount": "1190.00",
    },
    "invoice_lines": {
        "invoice_number": "2026-0001",
        "line_number": "10",
        "description": "Timber 4x4",
        "amount": "1190.00",
    },
    "allocations": {
        "source_number": "PAY-31",
        "invoice_number": "2026-0001",
        "amount": "1000.00",
        "date": "2026-02-28",
    },
    "order_links": {
        "order_number": "SO-9",
        "invoice_number": "2026-0001",
        "amount": "1190.00",
    },
    "shipments": {
        "account_number": "00100",
        "shipment_number": "DN-77",
        "shipped_date": "2026-01-20",
        "order_number": "SO-9",
    },
    "inventory": {
        "account_number": "00100",
        "item": "4x4-240",
        "quantity": "120",
        "date": "2026-01-31",
    },
    "reminders": {"invoice_number": "2026-0001", "date": "2026-03-20", "level": 1},
}


def title(kind: str) -> str:
    """The kind as names of types are written: InvoiceLines."""
    return "".join(word.capitalize() for word in kind.split("_"))


def schemas() -> dict[str, Schema]:
    """By name: of each kind its row, and what says that one is gone."""
    made: dict[str, Schema] = {}
    for kind in KINDS.values():
        made[f"{title(kind.name)}Row"] = _row(kind)
        made[f"{title(kind.name)}Deletion"] = _deletion(kind)
    return made


def any_row(kind: str) -> Schema:
    names = (f"{title(kind)}Row", f"{title(kind)}Deletion")
    return {"anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in names]}


def example(kind: str) -> Schema:
    told = {"external_id": f"{kind}-1", "source_version": "1"}
    return {**EXAMPLES[kind], **told}


def _row(kind: Kind) -> Schema:
    properties = {each.name: _field(each) for each in kind.fields}
    properties["deleted"] = {"enum": [False, None], "description": DELETED}
    return {
        "type": "object",
        "title": f"{title(kind.name)}Row",
        "description": (
            "A field that is left out stays as it is known, null empties it. Without an"
            " external_id the row is known by its numbers."
        ),
        "required": [each.name for each in kind.fields if each.required],
        "properties": properties,
        "additionalProperties": False,
        "examples": [example(kind.name)],
    }


def _deletion(kind: Kind) -> Schema:
    names = NUMBERS[kind.name]
    numbers = [name for name in names if name not in ("kind", "date")]
    properties = {each.name: _nullable(_field(each)) for each in kind.fields}
    properties["deleted"] = {"const": True, "type": "boolean", "description": DELETED}
    return {
        "type": "object",
        "title": f"{title(kind.name)}Deletion",
        "description": (
            f"It is gone in the source, and named by its external_id or by {' and '.join(numbers)}."
            " Other fields are passed over."
        ),
        "required": ["deleted"],
        "anyOf": [{"required": ["external_id"]}, {"required": numbers}],
        "properties": properties,
        "additionalProperties": False,
        "examples": [{"external_id": f"{kind.name}-1", "deleted": True, "source_version": "2"}],
    }


def _field(field: Field) -> Schema:
    made: Schema = {**_type(field), "description": _words(field)}
    return made if field.required else _nullable(made)


def _words(field: Field) -> str:
    return FIELD_WORDS[field.name]


def _type(field: Field) -> Schema:
    match field.type:
        case "amount" | "quantity":
            return {"type": ["string", "number"], "pattern": AMOUNT_PATTERN}
        case "date":
            return {"type": "string", "format": "date"}
        case "int":
            return {"type": "integer", "minimum": 0, "maximum": 3650}
        case "bool":
            return {"type": "boolean"}
        case "code":
            return {"type": "string", "enum": [*field.choices]}
        case "currency":
            return {"type": "string", "pattern": "^[A-Z]{3}$"}
        case _:
            least = {"minLength": 1} if field.required else {}
            return {"type": "string", **least, "maxLength": field.longest}


def _nullable(schema: Schema) -> Schema:
    """Of JSON Schema 2020-12, as OpenAPI 3.1 has it."""
    types = schema["type"]
    types = [types] if isinstance(types, str) else types
    made = {**schema, "type": [*dict.fromkeys([*types, "null"])]}
    if "enum" in made:
        made["enum"] = [*dict.fromkeys([*made["enum"], None])]
    return made
