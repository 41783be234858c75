"""The words people read for the codes that files and URLs use."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

COLUMNS = {
    "current": _("Current"),
    "days_0_30": _("0–30 days"),
    "days_1_30": _("1–30 days"),
    "days_31_60": _("31–60 days"),
    "days_61_90": _("61–90 days"),
    "days_91_plus": _("91 days and more"),
    "days_90_plus": _("90+ days"),
    "disputed": _("Disputed"),
    "invoices": _("Invoices"),
    "total": _("Total invoices"),
    "debit_adjustments": _("Debit adjustments"),
    "unapplied_credits": _("Unapplied credits"),
    "outstanding": _("Outstanding"),
}
STATES = {
    "draft": pgettext_lazy("state of an invoice", "Draft"),
    "sent": pgettext_lazy("state of an invoice", "Sent"),
    "void": pgettext_lazy("state of an invoice", "Void"),
    "cancelled": pgettext_lazy("state of an invoice", "Cancelled"),
    "paid": pgettext_lazy("state of an invoice", "Paid"),
    "disputed": pgettext_lazy("state of an invoice", "Disputed"),
    "overdue": pgettext_lazy("state of an invoice", "Overdue"),
    "resolved": pgettext_lazy("state of an invoice", "Resolved"),
    "open": pgettext_lazy("state of an invoice", "Open"),
    "partially_paid": pgettext_lazy("state of an invoice", "Partially paid"),
}
KINDS = {
    "invoice": _("Invoice"),
    "receipt_tax_invoice": _("Invoice and receipt"),
    "debit_adjustment": _("Debit adjustment"),
    "credit_invoice": _("Credit note"),
    "credit_adjustment": _("Credit adjustment"),
    "receipt": _("Receipt"),
    "gi_ir": _("Goods receipt"),
}
WORDS = {**COLUMNS, **STATES, **KINDS}


def word(code: str) -> str:
    """The reader's word for a code; an organisation's own code reads as it is."""
    return str(WORDS.get(code, code.replace("_", " ")))
