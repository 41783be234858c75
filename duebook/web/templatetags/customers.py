"""The colour of an invoice's age, and whom a note mentions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString

from duebook.reports.monthly_drill import OrderLine
from duebook.web.customers.rows import rows

register = template.Library()
register.simple_tag(rows)
ENDS = ((0, "current"), (30, "days_1_30"), (60, "days_31_60"), (90, "days_61_90"))


@register.filter
def age_of(days_past_due: int | None, balance: Decimal) -> str:
    """The age that an invoice's balance is counted in; none when it is settled."""
    if days_past_due is None or not balance:
        return ""
    return next((age for end, age in ENDS if days_past_due <= end), "days_91_plus")


@register.filter
def of_order(orders: Mapping[int, OrderLine], order: int) -> OrderLine | None:
    """What is left of an order that is open."""
    return orders.get(order)


@register.filter
def mentioning(body: str, names: Sequence[str]) -> SafeString:
    """The words of a note, line by line, with the colleagues it mentions set apart."""
    said = str(escape(body))
    if names:
        called = "|".join(re.escape(str(escape(name))) for name in names)
        said = re.sub(rf"(@(?:{called}))(?!\w)", r"<strong>\1</strong>", said, flags=re.IGNORECASE)
    return SafeString("<br>".join(said.splitlines()))
