"""The sample files as plain rows and as ledgers of the model."""

from __future__ import annotations

import csv
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from duebook.demo.generator import SampleOrganisation
from tests.model import Alloc, Dispute, Doc, Ledger, Row

TODAY = date(2026, 3, 31)
DECIMALS = {"USD": 2, "EUR": 2, "ILS": 2, "JPY": 0}
STORED_KINDS = {"debit": "debit_adjustment", "credit": "credit_adjustment"}
COLUMNS = {
    "accounts": "account_number,name,account_type,status,currency,credit_limit,net_terms_days,"
    "contact_name,contact_email,parent_account_number,owner_email",
    "invoices": "account_number,invoice_number,issue_date,amount,kind,due_date,currency,"
    "outstanding_amount,settled_date,status,disputed,dispute_reason,discount_amount,"
    "discount_date,order_number,account_name",
    "adjustments": "account_number,adjustment_number,kind,amount,date,outstanding_amount,"
    "due_date,currency,reason,invoice_number",
    "payments": "account_number,payment_number,amount,date,kind,currency,method,status",
    "allocations": "source_number,invoice_number,amount,date,source_kind,account_number",
    "orders": "account_number,order_number,order_date,amount,kind,currency,due_date,status,"
    "closed_date",
    "order_links": "order_number,invoice_number,amount",
    "invoice_lines": "invoice_number,line_number,description,amount,quantity,unit_price,status,"
    "source_reference",
    "shipments": "account_number,shipment_number,shipped_date,order_number,expected_date,"
    "delivered_date,carrier",
    "inventory": "account_number,item,quantity,date,description",
    "reminders": "invoice_number,date,level,method",
}

Cells = dict[str, str]


@dataclass
class Sample:
    organisation: SampleOrganisation
    paths: list[Path]
    rows: dict[str, list[Cells]]
    docs: dict[str, Doc]  # by number: none is used twice
    allocs: list[Alloc]
    aging: dict[tuple[str, str], Row]
    open: list[Doc]


def read(organisation: SampleOrganisation, paths: list[Path]) -> Sample:
    rows = {}
    for path in paths:
        with path.open(encoding="utf-8", newline="") as file:
            rows[path.stem] = list(csv.DictReader(file))
    docs = documents(rows)
    allocs = []
    for cells in rows["allocations"]:
        source, charge = docs[cells["source_number"]], docs[cells["invoice_number"]]
        assert (cells["source_kind"], cells["account_number"]) == (source.kind, source.account)
        amount = minor(cells["amount"], charge.currency)
        allocs.append(Alloc(source.key, charge.key, amount, day(cells["date"])))
    sample = Sample(organisation, paths, rows, docs, allocs, {}, [])
    for ledger in ledgers(sample):
        sample.aging |= ledger.aging(TODAY)
        sample.open += [item.doc for item in ledger.invoices(TODAY)]
    return sample


def documents(rows: dict[str, list[Cells]]) -> dict[str, Doc]:
    found = []
    for cells in rows["invoices"]:
        found.append(document(cells, cells["invoice_number"], cells["issue_date"]))
        if cells["disputed"]:
            found[-1].disputes.append(Dispute(found[-1].issue))
    for cells in rows["adjustments"]:
        found.append(document(cells, cells["adjustment_number"], cells["date"]))
    for cells in rows["payments"]:
        found.append(document(cells, cells["payment_number"], cells["date"]))
    by_number = {doc.number: doc for doc in found}
    assert len(by_number) == len(found)
    return by_number


def document(cells: Cells, number: str, on: str) -> Doc:
    return Doc(
        account=cells["account_number"],
        kind=STORED_KINDS.get(cells["kind"], cells["kind"]),
        number=number,
        issue=day(on),
        due=day(cells["due_date"]) if cells.get("due_date") else None,
        currency=cells["currency"],
        amount=minor(cells["amount"], cells["currency"]),
        never_counted=cells.get("status", "") in ("draft", "void", "cancelled"),
    )


def ledgers(sample: Sample) -> list[Ledger]:
    """One for each account: the model is slow, and accounts do not touch each other."""
    docs, allocs = defaultdict(list), defaultdict(list)
    owner = {doc.key: doc.account for doc in sample.docs.values()}
    for doc in sample.docs.values():
        docs[doc.account].append(doc)
    for alloc in sample.allocs:
        assert owner[alloc.source] == owner[alloc.charge]
        allocs[owner[alloc.source]].append(alloc)
    return [Ledger(docs[account], allocs[account]) for account in docs]


def day(text: str) -> date:
    return date.fromisoformat(text)


def minor(text: str, currency: str) -> int:
    """Also checks that the file gives exactly the decimals of the currency."""
    assert len(text.partition(".")[2]) == DECIMALS[currency]
    return int(Decimal(text).scaleb(DECIMALS[currency]))
