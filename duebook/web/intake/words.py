"""What people read for the codes of imports."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from duebook.web.words import word

KINDS = {
    "accounts": _("Accounts"),
    "invoices": _("Invoices"),
    "invoice_lines": _("Invoice lines"),
    "adjustments": _("Adjustments"),
    "payments": _("Payments"),
    "allocations": _("Allocations"),
    "orders": _("Orders"),
    "order_links": _("Links of orders to invoices"),
    "shipments": _("Shipments"),
    "inventory": _("Stock"),
    "reminders": _("Reminders"),
}
# What a kind of file is for, for somebody who has one.
ABOUT = {
    "accounts": _("Who your customers are: number, name, terms, contact."),
    "invoices": _(
        "Invoices and credit notes, with what is still open of them if your source says it."
    ),
    "invoice_lines": _("What each invoice is made of."),
    "adjustments": _("Debits and credits that are no invoices."),
    "payments": _("Money that came in."),
    "allocations": _("Which payment or credit pays which invoice."),
    "orders": _("What is ordered and not yet invoiced."),
    "order_links": _("Which order an invoice is of."),
    "shipments": _("What was sent to your customers, and whether it has arrived."),
    "reminders": _("When customers were reminded of which invoice."),
    "inventory": _("How much of an item there is for a customer, by day."),
}
# In the order in which they are counted. They add up to the rows of the file.
ACTIONS = {
    "new": pgettext_lazy("rows of a file", "New"),
    "changed": pgettext_lazy("rows of a file", "Changed"),
    "unchanged": pgettext_lazy("rows of a file", "Unchanged"),
    "repeated": pgettext_lazy("rows of a file", "Repeated"),
    "stale": pgettext_lazy("rows of a file", "Stale"),
    "skipped": pgettext_lazy("rows of a file", "Skipped"),
    "invalid": pgettext_lazy("rows of a file", "Invalid"),
}
MEANINGS = {
    "new": _("not here before"),
    "changed": _("earlier versions are kept"),
    "unchanged": _("nothing is written"),
    "repeated": _("counted once"),
    "stale": _("older than what is here"),
    "skipped": _("left out on purpose"),
    "invalid": _("left out, listed below"),
}
SOURCES = {
    "file": _("File"),
    "sync": _("Push API"),
    "connector": _("Connector"),
}
STATES = {
    "loaded": _("Loaded"),
    "undone": _("Undone"),
    "invalid": _("With invalid rows"),
}


def kind(code: str) -> str:
    return str(KINDS.get(code, code))


def source(code: str) -> str:
    return str(SOURCES.get(code, code))


def code(value: str) -> str:
    """One of the codes that a field may have."""
    return word(value)
