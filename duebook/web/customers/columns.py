"""The columns of the customers' list: their names, and how their heads sort."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from duebook.web.customers.asked import Looking

# What each is sorted by, its name, and the group that its figures add up in.
NAMES: dict[str, str | Promise] = {
    "account_name": _("Account Name"),
    "account_type": _("Account Type"),
    "collection_priority": _("Priority"),
    "outstanding_amount": _("Outstanding"),
    "current_amount": _("Current"),
    "past_due_amount": _("Past Due"),
    "debit_adjustment_amount": _("Debit"),
    "credit_adjustment_amount": _("Credit"),
    "weighted_avg_days_overdue": _("Wtd. Avg. Days Overdue"),
    "d1_30_amount": "1–30",
    "d31_60_amount": "31–60",
    "d61_90_amount": "61–90",
    "d91_plus_amount": "91+",
}
# What may be left out of the sheet, and the words that the column chooser has for it.
OPTIONAL: dict[str, str | Promise] = {
    "type": _("Account Type"),
    "priority": _("Collection Priority"),
    "invoices": _("Invoices (Current, Past Due)"),
    "adjustments": _("Debit and Credit Adjustments"),
    "days": _("Wtd. Avg. Days Overdue"),
    "ages": _("Bar of ages"),
    "late": _("Past due by days late"),
}


@dataclass(frozen=True)
class Head:
    """A head that sorts: where a click leads, and how the list is sorted by it now."""

    name: str | Promise
    href: str
    sorted: str  # ascending, descending or empty


def heads(looking: Looking) -> dict[str, Head]:
    """By the column."""
    return {column: _head(looking, column, name) for column, name in NAMES.items()}


def _head(looking: Looking, column: str, name: str | Promise) -> Head:
    is_by, is_down = looking.sort.removeprefix("-") == column, looking.sort.startswith("-")
    way = ("descending" if is_down else "ascending") if is_by else ""
    return Head(name, looking.sorted_by(column), way)
