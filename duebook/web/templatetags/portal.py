"""What only the portal's templates use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from duebook.export.pdf import Column, Table
from duebook.reports.aging import Edges, PortalRow
from duebook.reports.clients import ClientItem
from duebook.web.asked import Asked
from duebook.web.drawing import swatch
from duebook.web.portal.addresses import address
from duebook.web.portal.asked import Wanted
from duebook.web.templatetags.figures import writer
from duebook.web.words import column

register = template.Library()
AGES = ("current", "days_1_30", "days_31_60", "days_61_90", "days_91_plus")


@register.simple_tag(takes_context=True)
def client_url(context: dict[str, Any], name: str, *args: object) -> str:
    """Like {% url %}, without the organisation; right in operator mode, too."""
    return address(context["request"], name, *args)


@register.simple_tag(takes_context=True)
def drilled(context: dict[str, Any], row: PortalRow, figure: str) -> SafeString:
    """A figure of the aging, with the way to what adds up to it. A zero has none."""
    amount = getattr(row, figure)
    shown = -amount if amount and figure == "unapplied_credits" else amount
    written = writer(get_language(), row.currency).figure(shown)
    if not amount:
        return written
    query = figure_query(context["asking"], figure, row.currency, row.customer_id)
    way = address(context["request"], "client_invoices") + query
    return format_html('<a href="{}">{}</a>', way, written)


@register.simple_tag
def figure_query(asking: Wanted, figure: str, currency: str, account: int | None) -> str:
    """The documents behind a figure, on the same day and basis."""
    return asking.query_with(figure=figure, currency=currency, account=account or "", sort="")


@register.simple_tag
def account_query(asking: Wanted, account: object) -> str:
    return asking.query_with(account=account, currency="")


@register.simple_tag
def kind_query(asking: Wanted, kind: str) -> str:
    return asking.query_with(kind=kind)


@register.simple_tag
def day_query(asked: Asked) -> str:
    """A page of the same day; today needs no saying."""
    return f"?{urlencode({'as_of': asked.as_of.isoformat()})}" if asked.is_past else ""


@register.simple_tag
def figure_name(figure: str, edges: Edges) -> str:
    if figure == "outstanding":
        return _("You owe")
    return _("Not yet due") if figure == "not_yet_due" else column(figure, edges)


@register.simple_tag
def bill_key(item: ClientItem, edges: Edges) -> SafeString:
    """The colour of an open invoice's age."""
    if not item.balance or item.days_past_due is None:
        return SafeString("")
    if item.state == "disputed":
        return swatch("disputed")
    late = item.days_past_due
    ends = zip(AGES, (0, *edges), strict=False)
    return swatch(next((age for age, end in ends if late <= end), AGES[-1]))


@register.filter
def cells(table: Table) -> list[list[tuple[Column, str]]]:
    """A paper's rows, each cell with its column."""
    return _with_columns(table, table.rows)


@register.filter
def sums(table: Table) -> list[list[tuple[Column, str]]]:
    return _with_columns(table, table.totals)


def _with_columns(table: Table, rows: Sequence[Sequence[str]]) -> list[list[tuple[Column, str]]]:
    return [[*zip(table.columns, row, strict=True)] for row in rows]
