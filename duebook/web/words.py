"""The words people read for the codes that files and URLs use."""

from __future__ import annotations

from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from duebook.reports.aging import AGES, Edges, days

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
ACCOUNT_TYPES = {"Cash": _("Cash"), "Credit": _("Credit"), "System": _("System")}
LEFT = {
    "partly_applied": pgettext_lazy("state of a credit", "Partly applied"),
    "applied": pgettext_lazy("state of a credit", "Applied"),
    "closed": pgettext_lazy("state of an order", "Closed"),
    "shipped": pgettext_lazy("state of a shipment", "On the way"),
    "delivered": pgettext_lazy("state of a shipment", "Delivered"),
    "pending": pgettext_lazy("state of a payment", "Pending"),
    "settled": pgettext_lazy("state of a payment", "Settled"),
    "frozen": pgettext_lazy("state of a payment", "Frozen"),
    "terminated": pgettext_lazy("state of a payment", "Terminated"),
    "detail_orders": _("Order"),
    "purchase_orders": _("Purchase order"),
}
BADGES = {  # how far an account is invited, and whether something of it is disputed
    "pending": _("Pending"),
    "accepted": _("Accepted"),
    "declined": _("Declined"),
    "expired": _("Expired"),
    "disputed": _("Disputed"),
}
BANDS = {  # of the collection priority, by their classes
    "act_now": _("Act now"),
    "watch": _("Watch"),
    "on_track": _("On track"),
    "nothing": _("Nothing to do"),
}
WORDS = {**LEFT, **COLUMNS, **STATES, **KINDS}


def word(code: str) -> str:
    """The reader's word for a code; an organisation's own code reads as it is."""
    return str(WORDS.get(code, code.replace("_", " ")))


def badge(kind: str) -> str:
    """The reader's word for a badge."""
    return str(BADGES[kind])


def band(code: str) -> str:
    """The reader's word for a band of the collection priority."""
    return str(BANDS[code])


def account_type(code: str) -> str:
    """The reader's word for a type of account; an organisation's own reads as it is."""
    return str(ACCOUNT_TYPES.get(code, code))


def column(code: str, edges: Edges) -> str:
    """The reader's word for a column of an aging whose ages end at these edges: 1–15 days."""
    if code == "days_90_plus":
        return gettext("%(day)s+ days") % {"day": edges[2]}
    if code == "current" or code not in AGES:
        return word(code)
    first, last = days(code, edges)
    if last is None:
        return gettext("%(day)s days and more") % {"day": first}
    if first == last:
        return ngettext("%(day)s day", "%(day)s days", last) % {"day": last}
    return gettext("%(first)s–%(last)s days") % {"first": first or 0, "last": last}


def span(code: str, edges: Edges) -> str:
    """The days of a column alone, for a head that has said what they are: 1–15, 91+."""
    if code == "days_90_plus":
        return f"{edges[2]}+"
    first, last = days(code, edges)
    if last is None:
        return f"{first}+"
    return f"{first}" if first == last else f"{first or 0}–{last}"
