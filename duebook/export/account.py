"""The tabs of an account as files: the documents, order and figures that a tab shows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from operator import itemgetter

from duebook.export.answers import Answer
from duebook.export.listed import Listed, Texts
from duebook.reports import account as accounts
from duebook.reports import account_items as documents
from duebook.reports.account import Account, LineItem, PortalPayment
from duebook.reports.account_items import SECTIONS, TOLD, Tab
from duebook.reports.monthly_drill import OrderLine

WHOSE = ("account_number", "account_name")
COLUMNS = {
    "invoices": (
        "invoice_number kind issue_date due_date currency amount balance status disputed"
        " days_past_due line_item_statuses"
    ),
    "debits": "number kind issue_date due_date currency amount balance status reason",
    "credits": "section kind number issue_date currency amount remaining status reason",
    "payments": "number kind issue_date currency amount on_account status method origin",
    "orders": "order_number kind order_date currency amount status not_invoiced not_paid",
}
# Columns that a tab calls otherwise than the question does.
MEANT = {
    "invoice_number": "number",
    "order_number": "number",
    "order_date": "issue_date",
    "remaining": "balance",
    "on_account": "balance",
}
PAYMENTS = "reference pay_on settled_on currency amount method status announced_by"
LINES = "document_number currency " + " ".join(each.name for each in fields(LineItem))


class NoSuchAccount(Exception):
    """The viewer sees no account of this id, or no such document of it."""


@dataclass(frozen=True)
class AnnouncedRow:
    """A payment through the portal, as its file tells it."""

    account_number: str
    account_name: str
    reference: str
    pay_on: date
    settled_on: date | None
    currency: str
    amount: Decimal
    method: str
    status: str
    announced_by: str | None


@dataclass(frozen=True)
class LineRow(LineItem):
    """A line item, as its file tells it."""

    account_number: str
    account_name: str
    document_number: str
    currency: str


def account_documents(tab: Tab, *, statuses: Sequence[str], sort: str) -> Listed:
    """The documents of a tab with one of these statuses: every one, in the order of its pages.

    Raises NoSuchAccount, and KeyError for a column that cannot be sorted by.
    """
    who = _account(tab.customer)
    columns = [*WHOSE, *COLUMNS[tab.part].split()]
    orders: Mapping[int, OrderLine] = {}
    if tab.part == "orders":
        orders = accounts.open_orders(tab.customer, currency=tab.currency, as_of=tab.as_of)
        tab = Tab(tab.customer, tab.part, tab.currency, tab.as_of, tab.age, list(orders))
    whole = documents.added(documents.sums(tab, statuses=statuses))
    total = {
        "account_number": "Total",
        "currency": tab.currency,
        "amount": whole.amount,
        **dict.fromkeys(("balance", "remaining", "on_account"), whole.balance),
    }
    if set(statuses) == {"open"}:
        total["not_invoiced"] = sum((each.not_invoiced for each in orders.values()), Decimal(0))
        total["not_paid"] = sum((each.not_paid for each in orders.values()), Decimal(0))
    return Listed(
        title=f"{tab.part.capitalize()} {tab.as_of}",
        as_of=tab.as_of,
        columns=columns,
        read=lambda: _rows(tab, columns, orders, statuses=statuses, sort=sort),
        totals=[total] if whole.documents else [],
        about=[
            *_about(who, tab.currency, tab.as_of),
            ("Status", ", ".join(statuses)),
            *([("Age", tab.age)] if tab.age else []),
            ("Sorted by", sort.removeprefix("-") + " descending" * sort.startswith("-") or "usual"),
        ],
        row_count=whole.documents,
        customers=lambda: [tab.customer],
    )


def _rows(
    tab: Tab,
    columns: Sequence[str],
    orders: Mapping[int, OrderLine],
    *,
    statuses: Sequence[str],
    sort: str,
) -> Iterator[Texts]:
    names = [*TOLD, "not_invoiced", "not_paid"]
    picked = itemgetter(*[names.index(MEANT.get(each, each)) for each in columns])
    section = names.index("section")
    for row in documents.texts(tab, statuses=statuses, sort=sort):
        order = orders.get(int(row[0] or 0))
        left = (str(order.not_invoiced), str(order.not_paid)) if order else (None, None)
        told = [*row, *left]
        told[section] = SECTIONS[int(row[section] or 0)]
        yield picked(told)


def announced_payments(customer: int, *, currency: str, as_of: date, until: datetime) -> Answer:
    """What was announced through the portal before a moment. Raises NoSuchAccount."""
    who = _account(customer)
    found = accounts.portal_payments(customer, currency=currency, until=until, limit=None)
    rows = [_announced(who, currency, each) for each in found]
    columns = [*WHOSE, *PAYMENTS.split()]
    about = _about(who, currency, as_of)
    return Answer(f"Portal payments {as_of}", as_of, columns, rows, about=about)


def document_lines(customer: int, document: int, *, as_of: date) -> Answer:
    """The line items of a document. Raises NoSuchAccount."""
    who, found = _account(customer), documents.document(customer, document, as_of=as_of)
    if found is None:
        raise NoSuchAccount
    rows = [
        LineRow(
            **vars(each),
            account_number=who.account_number,
            account_name=who.name,
            document_number=found.number,
            currency=found.currency,
        )
        for each in accounts.lines(customer, document)
    ]
    columns = [*WHOSE, *LINES.split()]
    about = [*_about(who, found.currency, as_of), ("Document", found.number)]
    return Answer(f"Lines {as_of}", as_of, columns, rows, about=about)


def _account(customer: int) -> Account:
    found = accounts.account(customer)
    if found is None:
        raise NoSuchAccount
    return found


def _announced(who: Account, currency: str, each: PortalPayment) -> AnnouncedRow:
    return AnnouncedRow(
        who.account_number,
        who.name,
        each.reference,
        each.pay_on,
        each.settled_on,
        currency,
        each.amount,
        each.method,
        each.state,
        each.announced_by,
    )


def _about(who: Account, currency: str, as_of: date) -> list[tuple[str, str]]:
    return [
        ("Account", f"{who.account_number} {who.name}"),
        ("Figures as of", as_of.isoformat()),
        ("Currency", currency),
    ]
