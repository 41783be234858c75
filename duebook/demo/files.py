"""A history as import files: the generic columns, UTF-8, `.` as mark, ISO dates."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

from duebook.demo.accounts import Account
from duebook.demo.papers import (
    CASH_INVOICE,
    CREDIT,
    CREDIT_NOTE,
    DEBIT,
    INVOICE,
    OFFSET,
    RECEIPT,
    History,
    Order,
    Paper,
    Reminder,
    Shipment,
    Stock,
)

COLUMNS = {
    "accounts": "account_number name account_type status currency credit_limit net_terms_days"
    " contact_name contact_email parent_account_number owner_email",
    "invoices": "account_number invoice_number issue_date amount kind due_date currency"
    " outstanding_amount settled_date status disputed dispute_reason discount_amount"
    " discount_date order_number account_name",
    "adjustments": "account_number adjustment_number kind amount date outstanding_amount"
    " due_date currency reason invoice_number",
    "payments": "account_number payment_number amount date kind currency method status",
    "allocations": "source_number invoice_number amount date source_kind account_number",
    "orders": "account_number order_number order_date amount kind currency due_date status"
    " closed_date",
    "order_links": "order_number invoice_number amount",
    "invoice_lines": "invoice_number line_number description amount quantity unit_price status"
    " source_reference",
    "shipments": "account_number shipment_number shipped_date order_number expected_date"
    " delivered_date carrier",
    "inventory": "account_number item quantity date description",
    "reminders": "invoice_number date level method",
}
DECIMALS = {"JPY": 0}

Row = Sequence[str | int]


def write_files(folder: Path, accounts: list[Account], history: History) -> list[Path]:
    """One file per kind, in an order in which each refers only to what came before."""
    folder.mkdir(parents=True, exist_ok=True)
    papers = history.papers
    rows: dict[str, Iterable[Row]] = {
        "accounts": map(_account, sorted(accounts, key=lambda account: account.number)),
        "invoices": map(_invoice, _of(papers, INVOICE, CASH_INVOICE, CREDIT_NOTE)),
        "adjustments": map(_adjustment, _of(papers, DEBIT, CREDIT)),
        "payments": map(_payment, _of(papers, RECEIPT, OFFSET)),
        "allocations": _allocations(history),
        "orders": map(_order, history.orders),
        "order_links": _links(history.orders),
        "invoice_lines": _lines(_of(papers, INVOICE, CASH_INVOICE)),
        "shipments": map(_shipment, history.shipments),
        "inventory": map(_stock, history.stock),
        "reminders": map(_reminder, history.reminders),
    }
    paths = []
    for kind, columns in COLUMNS.items():
        path = folder / f"{kind}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns.split())
            writer.writerows(rows[kind])
        paths.append(path)
    return paths


def money(minor: int, currency: str) -> str:
    decimals = DECIMALS.get(currency, 2)
    if decimals == 0:
        return str(minor)
    whole, rest = divmod(minor, 10**decimals)
    return f"{whole}.{rest:0{decimals}d}"


def _of(papers: list[Paper], *kinds: str) -> Iterator[Paper]:
    return (paper for paper in papers if paper.kind in kinds)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _account(account: Account) -> Row:
    currency = account.currencies[0]
    return (
        account.number,
        account.name,
        account.type,
        "active" if account.active else "inactive",
        currency,
        money(account.credit_limit, currency) if account.credit_limit else "",
        account.terms,
        account.contact_name,
        account.contact_email,
        account.parent,
        account.owner_email,
    )


def _invoice(paper: Paper) -> Row:
    return (
        paper.account.number,
        paper.number,
        _day(paper.on),
        money(paper.amount, paper.currency),
        paper.kind,
        _day(paper.due),
        paper.currency,
        "",  # what is outstanding and when it was settled follow from payments and allocations
        "",
        paper.status,
        "yes" if paper.disputed else "",
        paper.reason if paper.disputed else "",
        money(paper.discount, paper.currency) if paper.discount else "",
        _day(paper.discount_until) if paper.discount else "",
        "",  # orders are linked with amounts, in their own file
        paper.account.name,
    )


def _adjustment(paper: Paper) -> Row:
    return (
        paper.account.number,
        paper.number,
        "debit" if paper.kind == DEBIT else "credit",
        money(paper.amount, paper.currency),
        _day(paper.on),
        "",
        _day(paper.due),
        paper.currency,
        paper.reason,
        # A credit says what it settles in the allocations, with amount and date.
        paper.about.number if paper.about and paper.kind == DEBIT else "",
    )


def _payment(paper: Paper) -> Row:
    return (
        paper.account.number,
        paper.number,
        money(paper.amount, paper.currency),
        _day(paper.on),
        paper.kind,
        paper.currency,
        paper.method,
        paper.status,
    )


def _allocations(history: History) -> Iterator[Row]:
    for made in history.allocations:
        yield (
            made.source.number,
            made.charge.number,
            money(made.amount, made.charge.currency),
            _day(made.on),
            made.source.kind,
            made.source.account.number,
        )


def _order(order: Order) -> Row:
    return (
        order.account.number,
        order.number,
        _day(order.on),
        money(order.amount, order.currency),
        order.kind,
        order.currency,
        _day(order.due),
        order.status,
        _day(order.closed_on),
    )


def _shipment(sent: Shipment) -> Row:
    return (
        sent.order.account.number,
        sent.number,
        _day(sent.on),
        sent.order.number,
        _day(sent.expected),
        _day(sent.arrived),
        sent.carrier,
    )


def _stock(kept: Stock) -> Row:
    return kept.account.number, kept.item, kept.quantity, _day(kept.on), kept.name


def _reminder(sent: Reminder) -> Row:
    return sent.invoice.number, _day(sent.on), sent.level, sent.method


def _links(orders: list[Order]) -> Iterator[Row]:
    for order in orders:
        for invoice in order.invoices:
            yield order.number, invoice.number, money(invoice.amount, invoice.currency)


def _lines(papers: Iterable[Paper]) -> Iterator[Row]:
    for paper in papers:
        for place, line in enumerate(paper.lines, start=1):
            yield (
                paper.number,
                place,
                line.description,
                money(line.quantity * line.price, paper.currency),
                line.quantity,
                money(line.price, paper.currency),
                line.status,
                line.reference,
            )
