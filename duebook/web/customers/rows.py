"""Rows of the list, written out: fifty with a dozen figures each must not cost more than to find.

A template goes through hundreds of nodes for a row. Here all that rows have in common is worked
out once a page, and each row is one text.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from html import escape

from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from duebook.web import words
from duebook.web.customers.shown import Line
from duebook.web.drawing import aging_bar, mark
from duebook.web.templatetags.figures import Writer, days, writer

# Figures that lead to the documents they are the sum of: class, field, and what the link asks for.
SUMS = (
    ("c-invoices", "current_amount", "tab=invoices&amp;age=current"),
    ("c-invoices", "past_due_amount", "tab=invoices&amp;age=past_due"),
    ("c-adjustments", "debit_adjustment_amount", "tab=debits"),
    ("c-adjustments", "credit_adjustment_amount", "tab=credits"),
)
LATE = (
    ("c-late", "d1_30_amount", "tab=invoices&amp;age=d1_30"),
    ("c-late", "d31_60_amount", "tab=invoices&amp;age=d31_60"),
    ("c-late", "d61_90_amount", "tab=invoices&amp;age=d61_90"),
    ("c-late", "d91_plus_amount", "tab=invoices&amp;age=d91_plus"),
)


def rows(lines: Iterable[Line], currency: Writer) -> SafeString:
    """The body of the list's table, its amounts in one currency."""
    write = _Rows(currency)
    return SafeString("\n".join(map(write.row, lines)))


class _Rows:
    def __init__(self, currency: Writer) -> None:
        self.currency = currency
        self.bare = writer(get_language(), "")
        self.bands = {band: escape(str(said)) for band, said in words.BANDS.items()}
        self.badges = {
            kind: f'<span class="badge {kind}">{mark(kind)}<span>{escape(str(said))}</span></span>'
            for kind, said in words.BADGES.items()
        }
        self.badges[""] = ""
        self.states = {
            "Active": f'<span class="meta">{escape(_("Active"))}</span>',
            "Inactive": f'<span class="meta inactive">{escape(_("Inactive"))}</span>',
        }
        self.select, self.past_due = _("Select %(name)s"), _("past due %(amount)s")

    def row(self, line: Line) -> str:
        row, href = line.row, escape(line.href)
        name, number = escape(row.account_name), row.customer_id
        badges = self.badges[line.badge] + (self.badges["disputed"] if row.disputed_amount else "")
        select = escape(self.select) % {"name": name}
        return (
            f'<tr id="row-{number}"><th class="who" scope="row">'
            f'<label class="pick"><input class="check" type="checkbox" name="customer"'
            f' value="{number}" form="bulk"><span class="sr">{select}</span></label>'
            f'<span class="name" dir="auto"><a href="{href}" title="{name}"'
            f' data-open="{number}">{name}</a></span>'
            f'<span class="meta"><bdi>{escape(row.account_number)}</bdi>{badges}</span></th>'
            f'<td class="c-type"><span class="type" dir="auto">'
            f"{escape(words.account_type(row.account_type))}</span>{self.states[row.account_status]}</td>"
            f'<td class="c-priority"><a href="{href}#why"><span class="priority {line.band}">'
            f'<span class="score">{self.currency.text(row.collection_priority)}</span>'
            f"{self.bands[line.band]}</span></a></td>"
            f'<td class="n lead"><a href="{href}">{self._listed(row.outstanding_amount)}</a>'
            f"{self._late(row.past_due_amount)}</td>"
            f"{self._sums(line, SUMS)}"
            f'<td class="n c-days">{days(row.weighted_avg_days_overdue)}</td>'
            f'<td class="ages c-ages">{aging_bar(line.ages)}</td>'
            f"{self._sums(line, LATE)}</tr>"
        )

    def _sums(self, line: Line, columns: Iterable[tuple[str, str, str]]) -> str:
        asking = f"{escape(line.href)}{'&amp;' if '?' in line.href else '?'}"
        cells = []
        for style, field, made_of in columns:
            amount: Decimal = getattr(line.row, field)
            figure = self._listed(amount)
            if amount:
                figure = f'<a href="{asking}{made_of}#account-tabs">{figure}</a>'
            cells.append(f'<td class="n {style}">{figure}</td>')
        return "".join(cells)

    def _listed(self, amount: Decimal) -> str:
        return self.currency.figure(amount) if amount else self.currency.nothing

    def _late(self, amount: Decimal) -> str:
        """What a phone says under the outstanding, where there is no room for columns."""
        if not amount:
            return ""
        said = escape(self.past_due) % {"amount": self.bare.figure(amount)}
        return f'<span class="phone-only">{said}</span>'
