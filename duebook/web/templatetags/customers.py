"""How the documents of an account are grouped, and the colour of their age."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from duebook.reports.account import Item

register = template.Library()
CREDITS: dict[str, str | Promise] = {
    "credit_adjustment": _("Credit adjustments"),
    "credit_invoice": _("Credit notes"),
    "on account": _("On account"),
}
ENDS = ((0, "current"), (30, "days_1_30"), (60, "days_31_60"), (90, "days_61_90"))


@dataclass(frozen=True)
class Section:
    """Rows under a name of their own; without one on most tabs."""

    name: str | Promise
    rows: list[Item]


@register.filter
def sections(rows: Sequence[Item], tab: str) -> list[Section]:
    """Credits by what they are; other tabs are of one piece."""
    if tab != "credits":
        return [Section("", list(rows))]
    return list(_sections(rows))


@register.filter
def age_of(days_past_due: int | None, balance: Decimal) -> str:
    """The age that an invoice's balance is counted in; none when it is settled."""
    if days_past_due is None or not balance:
        return ""
    return next((age for end, age in ENDS if days_past_due <= end), "days_91_plus")


def _sections(rows: Sequence[Item]) -> Iterator[Section]:
    for name, found in groupby(rows, key=_section):
        yield Section(CREDITS[name], list(found))


def _section(row: Item) -> str:
    return "on account" if row.document_class == "receipt" or row.kind not in CREDITS else row.kind
