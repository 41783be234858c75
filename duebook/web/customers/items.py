"""Rows of a tab of documents, written out: see rows.py."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from duebook.reports.account_items import Item
from duebook.reports.monthly_drill import OrderLine
from duebook.web.customers.tabs import Asking, Head
from duebook.web.drawing import mark, swatch
from duebook.web.templatetags.figures import Writer, count, day, lateness
from duebook.web.words import badge, word

ENDS = ((0, "current"), (30, "days_1_30"), (60, "days_31_60"), (90, "days_61_90"))


def items(
    rows: Iterable[Item],
    heads: Iterable[Head],
    currency: Writer,
    asking: Asking,
    orders: Mapping[int, OrderLine],
    *,
    document: str,
) -> SafeString:
    """Rows of a table of documents with these heads, their amounts in one currency. `document` is
    the address of the page of a document without its id; `orders` what is left of open orders.
    """
    write = _Items(currency, asking, orders, document)
    cells = [write.cells[head.code] for head in heads]
    last = write.last.get(asking.tab, write.reason)
    return SafeString(
        "\n".join(f"<tr>{''.join([cell(row) for cell in cells])}{last(row)}</tr>" for row in rows)
    )


class _Items:
    def __init__(
        self,
        currency: Writer,
        asking: Asking,
        orders: Mapping[int, OrderLine],
        document: str,
    ) -> None:
        self.currency, self.orders = currency, orders
        self.document, self.carried = escape(document), escape(asking.carried)
        self.is_invoices = asking.tab == "invoices"
        self.reported = f' <span class="meta">{escape(_("settled according to source"))}</span>'
        self.amount_too = f'<span class="phone-only">{escape(_("Amount"))}</span> '
        self.not_invoiced = f'<span class="phone-only">{escape(_("Not invoiced"))}</span> '
        self.not_paid = f'<span class="phone-only">{escape(_("Not paid"))}</span> '
        self.without = escape(_("without status"))
        said = escape(badge("disputed"))
        self.disputed = (
            f' <span class="badge disputed" title="{said}">{mark("disputed")}'
            f'<span class="sr">{said}</span></span>'
        )
        self.cells = {
            "number": self.number,
            "amount": self.amount,
            "balance": self.balance,
            "due_date": self.due_date,
            "date": self.date,
            "kind": self.kind,
            "status": self.status,
        }
        self.last = {"invoices": self.lines, "payments": self.method, "orders": self.order}

    def number(self, row: Item) -> str:
        colour = f"{swatch(_age(row))} " if self.is_invoices else ""
        return (
            f'<th scope="row" class="number">{colour}<a hx-boost="false"'
            f' href="{self.document}{row.id}/{self.carried}"><bdi>{escape(row.number)}</bdi></a>'
            f"{self.reported if row.origin == 'reported' else ''}</th>"
        )

    def amount(self, row: Item) -> str:
        named = self.amount_too if row.amount != row.balance else ""
        return f'<td class="n amount">{named}{self.currency.figure(row.amount)}</td>'

    def balance(self, row: Item) -> str:
        return f'<td class="n lead">{self.currency.figure(row.balance)}</td>'

    def due_date(self, row: Item) -> str:
        if not row.due_date:
            return '<td class="date"></td>'
        late = ""
        if self.is_invoices and row.balance and row.days_past_due is not None:
            late = f' <span class="meta">{escape(lateness(row.days_past_due))}</span>'
        return f'<td class="date">{escape(day(row.due_date))}{late}</td>'

    def date(self, row: Item) -> str:
        return f'<td class="date">{escape(day(row.issue_date))}</td>'

    def kind(self, row: Item) -> str:
        return f'<td class="kind">{escape(word(row.kind))}</td>'

    def status(self, row: Item) -> str:
        disputed = self.disputed if row.disputed else ""
        return f'<td class="state-word">{escape(word(row.status))}{disputed}</td>'

    def lines(self, row: Item) -> str:
        counted = [
            f"{count(number)} <bdi>{escape(status) if status else self.without}</bdi>"
            for status, number in row.lines.items()
        ]
        return f'<td class="meta-cell">{", ".join(counted)}</td>'

    def method(self, row: Item) -> str:
        return f'<td class="meta-cell"><bdi>{escape(row.method or "")}</bdi></td>'

    def order(self, row: Item) -> str:
        order = self.orders.get(row.id)
        if order is None:
            return '<td class="n"></td><td class="n"></td>'
        return (
            f'<td class="n">{self.not_invoiced}{self.currency.figure(order.not_invoiced)}</td>'
            f'<td class="n">{self.not_paid}{self.currency.figure(order.not_paid)}</td>'
        )

    def reason(self, row: Item) -> str:
        return f'<td class="meta-cell" dir="auto">{escape(row.reason or "")}</td>'


def document_pages(slug: str, customer: int) -> str:
    """The address of the page of a document of an account, without its id."""
    return reverse("customer_document", args=[slug, customer, 0]).removesuffix("0/")


def _age(row: Item) -> str:
    """The age that an invoice's balance is counted in; none when it is settled."""
    if row.days_past_due is None or not row.balance:
        return ""
    return next((age for end, age in ENDS if row.days_past_due <= end), "days_91_plus")
