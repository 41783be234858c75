"""The same ledger as different programs write it."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from duebook.ingest.check import checker
from duebook.ingest.kinds import KINDS
from duebook.ingest.opening import open_files

DATES: dict[str, Callable[[dt.date], Any]] = {
    "iso": dt.date.isoformat,
    "compact": lambda day: f"{day:%Y%m%d}",
    "moment": lambda day: f"{day.isoformat()}T10:00:00.123456789Z",
    "german": lambda day: f"{day:%d.%m.%Y}",
    "us": lambda day: f"{day.month}/{day.day}/{day.year}",
    "british": lambda day: f"{day:%d/%m/%Y}",
    "dashes": lambda day: f"{day:%d-%m-%Y}",
    "short": lambda day: f"{day:%m/%d/%y}",
    "named": lambda day: f"{day.day} {day:%b} {day.year}",
    "joined": lambda day: f"{day:%d-%b-%y}",
    "long": lambda day: f"{day:%B} {day.day}, {day.year}",
}


def _grouped(amount: Decimal, thousands: str, decimal: str) -> str:
    text = f"{amount:,.2f}".replace(",", "\0").replace(".", decimal)
    return text.replace("\0", thousands)


AMOUNTS: dict[str, Callable[[Decimal], Any]] = {
    "plain": lambda amount: f"{amount:.2f}",
    "four": lambda amount: f"{amount:.4f}",
    "english": lambda amount: _grouped(amount, ",", "."),
    "german": lambda amount: _grouped(amount, ".", ","),
    "french": lambda amount: _grouped(amount, "\u202f", ","),
    "swiss": lambda amount: _grouped(amount, "'", "."),
    "sap": lambda amount: _grouped(abs(amount), ".", ",") + ("-" if amount < 0 else ""),
    "brackets": lambda amount: f"({abs(amount):,.2f})" if amount < 0 else f"{amount:,.2f}",
    "dollars": lambda amount: ("-" if amount < 0 else "") + f"${abs(amount):,.2f}",
    "euros": lambda amount: _grouped(amount, ".", ",") + " €",
}


@dataclass(frozen=True)
class Invoice:
    """A fact. Credits are negative here, whatever a program makes of them."""

    account: str
    name: str
    number: str
    issued: dt.date
    due: dt.date
    amount: Decimal
    open: Decimal
    currency: str = "EUR"


@dataclass(frozen=True)
class Way:
    """How a program writes days, amounts and files."""

    day: Callable[[dt.date], Any]
    amount: Callable[[Decimal], Any]
    separator: str = ","
    encoding: str = "utf-8"


Table = tuple[list[str], list[list[Any]]]
Dialect = Callable[[Sequence[Invoice], Way], Table]


def _said(i: Invoice, way: Way) -> dict[str, Any]:
    """Everything a program may say of an invoice, by what a column is for."""
    is_credit, is_paid = i.amount < 0, not i.open
    signed = {"amount": i.amount, "open": i.open, "paid": i.amount - i.open, "half": i.amount / 2}
    return {
        "": "",
        "account": i.account,
        "name": i.name,
        "number": i.number,
        "r": ("R" if is_credit else "") + f"INV/{i.number}",
        "company": "1000",
        "year": str(i.issued.year),
        "issued": way.day(i.issued),
        "due": way.day(i.due),
        "days": str((i.due - i.issued).days),
        "zero": "0",
        "never": "00000000",
        "currency": i.currency,
        "sh": "H" if is_credit else "S",
        "type": "DG" if is_credit else "RV",
        "memo": "Credit Memo" if is_credit else "Invoice",
        "note": "Sales credit note" if is_credit else "Sales invoice",
        "awaiting": "Paid" if is_paid else "Awaiting Payment",
        "posted": "Posted",
        "overdue": "Return" if is_credit else "Paid" if is_paid else "Overdue",
        **{name: way.amount(value) for name, value in signed.items()},
        **{f"+{name}": way.amount(abs(value)) for name, value in signed.items()},
    }


def _of(columns: str) -> Dialect:
    """Columns as "Name=what it says", parted by bars."""
    pairs = [each.rpartition("=")[::2] for each in columns.split("|")]

    def table(ledger: Sequence[Invoice], way: Way) -> Table:
        rows = [[_said(each, way)[key] for _, key in pairs] for each in ledger]
        return [name for name, _ in pairs], rows

    return table


own = _of(
    "account_number=account|account_name=name|invoice_number=number|issue_date=issued"
    "|due_date=due|currency=currency|amount=amount|outstanding_amount=open"
)
german = _of(
    "Kunden-Nr.=account|Kundenname=name|Rechnungsnr.=number|Rechnungsdatum=issued|Fällig am=due"
    "|Währung=currency|Betrag=amount|Offen=open|MwSt.=half"
)
bilingual = _of(
    "Invoice No / מספר חשבונית=number|Customer ID / מספר לקוח=account"
    "|Customer Name / שם לקוח=name|Invoice Date / תאריך חשבונית=issued|Due Date / תאריך פירעון=due"
    "|Amount / סכום=amount|Balance / יתרה=open|Currency / מטבע=currency"
)
spanish = _of(
    "Nº factura=number|Código cliente=account|Razón social=name|Fecha factura=issued"
    "|Vencimiento=due|Importe=amount|Pendiente=open|Moneda=currency"
)
french = _of(
    "N° facture=number|Code client=account|Nom client=name|Date facture=issued"
    "|Date d'échéance=due|Montant TTC=amount|Réglé=paid|Devise=currency"
)
sap = _of(
    "BUKRS=company|KUNNR=account|NAME1=name|BELNR=number|GJAHR=year|BLART=type|BUDAT=issued"
    "|BLDAT=issued|ZFBDT=issued|ZTERM=type|ZBD1T=zero|ZBD2T=days|ZBD3T=zero|SHKZG=sh"
    "|WRBTR=+open|WAERS=currency|AUGDT=never"
)
_fbl5n = _of(
    "Customer=account|Name 1=name|Document Number=number|Document Type=type"
    "|Document Date=issued|Net due date=due|Amount in doc. curr.=open|Document currency=currency"
)
_xero = _of(
    "*ContactName=account|EmailAddress=|*InvoiceNumber=number|Reference=|*InvoiceDate=issued"
    "|*DueDate=due|Total=amount|TaxTotal=half|InvoiceAmountPaid=paid|InvoiceAmountDue=open"
    "|Description=|LineAmount=half|Currency=currency|Type=note|Status=awaiting"
)
odoo = _of(
    "Number=r|Invoice Partner Display Name=account|Invoice/Bill Date=issued|Due Date=due"
    "|Tax Excluded=+half|Total=+amount|Amount Due=+open|Currency=currency|Payment Status=awaiting"
    "|Status=posted"
)
_erpnext = _of(
    "ID=number|Customer=account|Customer Name=name|Posting Date=issued|Due Date=due"
    "|Grand Total=amount|Outstanding Amount=open|Currency=currency|Status=overdue"
)
_aging = _of(
    "Date=issued|Transaction type=memo|Num=number|Customer full name=account|Due date=due"
    "|Amount=amount|Open balance=open"
)
_open = _of("=|Date=issued|Transaction type=memo|Num=number|Terms=|Due date=due|Open balance=open")


def erpnext(ledger: Sequence[Invoice], way: Way) -> Table:
    """With the items of each invoice, of which all but the first stand below it."""
    header, rows = _erpnext(ledger, way)
    more = [*[""] * len(header), "Second item", way.amount(Decimal(1))]
    items = [[*row, "First item", way.amount(Decimal(2))] for row in rows]
    return [*header, "Item (Items)", "Amount (Items)"], [
        each for row in items for each in (row, more)
    ]


def fbl5n(ledger: Sequence[Invoice], way: Way) -> Table:
    header, rows = _fbl5n(ledger, way)
    total = way.amount(sum((each.open for each in ledger), Decimal()))
    return header, [*rows, ["Total", "", "", "", "", "", total, ""]]


def xero(ledger: Sequence[Invoice], way: Way) -> Table:
    """A row for each line, and each invoice has two."""
    header, rows = _xero(ledger, way)
    at = header.index("Description")
    return header, [
        [*row[:at], line, *row[at + 1 :]] for row in rows for line in ("First line", "Second line")
    ]


def quickbooks(ledger: Sequence[Invoice], way: Way) -> Table:
    """Titles above, and groups with headings and totals."""
    half, total = max(1, len(ledger) // 2), way.amount(Decimal("99.5"))
    rows: list[list[Any]] = []
    for group, part in (("91 or more days past due", ledger[:half]), ("Current", ledger[half:])):
        rows += [[group], *_aging(part, way)[1]]
        rows.append([f"Total for {group}", "", "", "", "", total])
    header, _ = _aging([], way)
    titles = [["Acme Inc"], ["As of June 30, 2026"]]
    return ["A/R Aging Detail Report"], [*titles, header, *rows, ["TOTAL", *[""] * 4, total, total]]


def open_invoices(ledger: Sequence[Invoice], way: Way) -> Table:
    """Customers are headings, in a column without a name."""
    rows: list[list[Any]] = []
    for account in dict.fromkeys(each.account for each in ledger):
        part = [each for each in ledger if each.account == account]
        rows += [[account], *_open(part, way)[1]]
        rows.append([f"Total for {account}", *[""] * 5, way.amount(Decimal("99.5"))])
    return _open([], way)[0], rows


def write_csv(path: Path, table: Table, way: Way) -> Path:
    header, rows = table
    width = max(map(len, [header, *rows]))
    with path.open("w", encoding=way.encoding, newline="") as file:
        lines = [header, *rows]
        if len(way.separator) > 1:
            file.write("\r\n".join(way.separator.join(_padded(line, width)) for line in lines))
        else:
            writer = csv.writer(file, delimiter=way.separator)
            writer.writerows(_padded(line, width) for line in lines)
    return path


def _padded(line: Sequence[Any], width: int) -> list[str]:
    return [*map(str, line), *[""] * (width - len(line))]


def write_xlsx(path: Path, table: Table, way: Way) -> Path:
    header, rows = table
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False})
    sheet = book.add_worksheet()
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    for at, line in enumerate([header, *rows]):
        for column, value in enumerate(line):
            if isinstance(value, dt.date):
                sheet.write_datetime(at, column, value, day)
            elif isinstance(value, Decimal):
                sheet.write_number(at, column, float(value))
            elif value:
                sheet.write_string(at, column, value)
    book.close()
    return path


def write_json(path: Path, table: Table, way: Way) -> Path:
    header, rows = table
    made = [
        {k: float(v) if isinstance(v, Decimal) else v for k, v in zip(header, row, strict=False)}
        for row in rows
    ]
    path.write_text(json.dumps(made, default=str), encoding="utf-8")
    return path


Fact = tuple[str, str, dt.date, dt.date | None, Decimal, Decimal, str | None]


def facts(path: Path, *, currency: str = "EUR") -> dict[str, Fact]:
    """What Duebook makes of a file: by number, with credits negative and closed items at zero."""
    [file] = open_files(path, currency=currency)
    slots = {name: slot + 2 for name, slot in KINDS["invoices"].slots.items()}
    found: dict[str, Fact] = {}
    for row in map(checker(file.bound), file.source):
        if not isinstance(row, tuple):
            assert type(row).__name__ == "Skipped", row
            continue
        value = {name: row[slot] for name, slot in slots.items()}
        amount, still = value["amount"], value["outstanding_amount"]
        still = amount if still is None else still
        if value["kind"] == "credit_invoice":
            amount, still = -abs(amount), -abs(still)
        found[value["invoice_number"]] = (
            value["account_number"], value["account_name"] or "", value["issue_date"],
            value["due_date"], amount, still, value["currency"] or currency,
        )  # fmt: skip
    return found
