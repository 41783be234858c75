"""How figures look: money, counts, days and dates, written by the rules of the active language.

Every template may use these without loading them. CLDR's rules come through Babel, looked up once
per language and currency: writing a page of amounts must not cost more than fetching it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import get_decimal_symbol, get_group_symbol
from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, ngettext, to_locale

from duebook.web import drawing, words

register = template.Library()
register.simple_tag(drawing.icon)
register.simple_tag(drawing.mark)
register.simple_tag(drawing.aging_bar)
register.simple_tag(drawing.portal_bar)
register.simple_tag(drawing.age_key)
register.simple_tag(drawing.sparkline)
register.filter("age_class", drawing.age_class)
register.filter("word", words.word)

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"
# CLDR's medium date for English is American; the product writes the day first.
DAY_PATTERNS = {"en": "d MMM y"}


@register.filter
def money(amount: Decimal, currency: str = "") -> SafeString:
    """An amount with the decimals it came with; zero is 0.00. For totals, panels, the portal."""
    return writer(_locale(), currency).figure(amount)


@register.filter
def taken(amount: Decimal, currency: str = "") -> SafeString:
    """An amount that is taken off, such as a credit on a client's page: written negative."""
    return money(-amount if amount else amount, currency)


@register.filter
def listed(amount: Decimal, currency: str = "") -> SafeString:
    """An amount on an operator's list: zero is a dash, read aloud as "zero"."""
    write = writer(_locale(), currency)
    return write.figure(amount) if amount else write.nothing


@register.simple_tag
def drill(amount: Decimal, currency: str, address: str, bucket: str) -> SafeString:
    """A listed amount that links to the documents it is the sum of. A zero has none."""
    write = writer(_locale(), currency)
    if not amount:
        return write.nothing
    separator = "&amp;" if "?" in address else "?"
    link = f"{escape(address)}{separator}bucket={escape(bucket)}"
    return SafeString(f'<a href="{link}">{write.figure(amount)}</a>')


@register.filter
def plain_money(amount: Decimal, currency: str = "") -> str:
    """An amount as plain text with its currency, for titles and sentences."""
    return writer(_locale(), currency).full(amount)


@register.filter
def past_due(row: drawing.Aged) -> Decimal:
    """What is past due of a row, without what is disputed."""
    return row.days_1_30 + row.days_31_60 + row.days_61_90 + row.days_91_plus


@register.filter
def count(number: int) -> str:
    return writer(_locale(), "").text(Decimal(number))


@register.filter
def days(number: Decimal) -> SafeString:
    """Weighted days on an operator's list, one decimal; the title has what the files have."""
    write = writer(_locale(), "")
    if not number:
        return write.nothing
    rounded = write.text(number.quantize(Decimal("0.1"), ROUND_HALF_UP))
    return SafeString(f'<bdi dir="ltr" class="figure" title="{write.text(number)}">{rounded}</bdi>')


@register.filter
def lateness(days_past_due: int) -> str:
    """In words how late an invoice is. Due today is not late."""
    if days_past_due > 0:
        number = count(days_past_due)
        return ngettext("%(days)s day late", "%(days)s days late", days_past_due) % {"days": number}
    if days_past_due == 0:
        return gettext("due today")
    number = count(-days_past_due)
    return ngettext("in %(days)s day", "in %(days)s days", -days_past_due) % {"days": number}


@register.filter
def day(value: date) -> str:
    """20 Nov 2026"""
    return _day(value, _locale())


@register.filter
def month(value: date) -> str:
    """Nov 2026"""
    return _month(value, _locale())


@dataclass(frozen=True)
class Writer:
    """Writes amounts of one currency in one language."""

    text: Callable[[Decimal], str]
    decimal_mark: str
    code: str
    nothing: SafeString

    def full(self, amount: Decimal) -> str:
        return f"{self.text(amount)} {self.code}" if self.code else self.text(amount)

    def figure(self, amount: Decimal) -> SafeString:
        text = self.text(amount)
        whole, mark, decimals = text.partition(self.decimal_mark)
        style = "figure credit" if text[0] == MINUS else "figure"
        title = f' title="{text} {self.code}"' if self.code else ""
        code = f'<span class="sr"> {self.code}</span>' if self.code else ""
        dec = f'<span class="dec">{mark}{decimals}</span>' if mark else ""
        return SafeString(f'<bdi dir="ltr" class="{style}"{title}>{whole}{dec}{code}</bdi>')


@cache
def writer(locale: str, currency: str) -> Writer:
    """The writer for one language and currency, its marks looked up once."""
    zero = escape(gettext("zero"))
    nothing = f'<span class="figure zero"><span aria-hidden="true">{DASH}</span>'
    return Writer(
        text=_number_format(locale),
        decimal_mark=get_decimal_symbol(locale),
        code=escape(currency),
        nothing=SafeString(f'{nothing}<span class="sr">{zero}</span></span>'),
    )


@cache
def _number_format(locale: str) -> Callable[[Decimal], str]:
    """Writes a number with the decimals it has, grouped as the locale groups."""
    group, mark = get_group_symbol(locale), get_decimal_symbol(locale)
    first, rest = Locale.parse(locale).decimal_formats[None].grouping
    in_threes = (first, rest) == (3, 3)

    def text(amount: Decimal) -> str:
        # Without the sign of a negative zero, which would be read as a credit.
        whole, _, decimals = f"{abs(amount):,f}".partition(".")
        if not in_threes:
            whole = _grouped(whole.replace(",", ""), first=first, rest=rest)
        whole = whole.replace(",", group)
        sign = MINUS if amount < 0 else ""
        return f"{sign}{whole}{mark}{decimals}" if decimals else f"{sign}{whole}"

    return text


def _grouped(digits: str, *, first: int, rest: int) -> str:
    head, groups = digits[:-first], [digits[-first:]]
    while head:
        head, groups = head[:-rest], [head[-rest:], *groups]
    return ",".join(groups)


@lru_cache(maxsize=4096)
def _day(value: date, locale: str) -> str:
    return format_date(value, DAY_PATTERNS.get(locale, "medium"), locale=locale)


@lru_cache(maxsize=512)
def _month(value: date, locale: str) -> str:
    return format_skeleton("yMMM", value, locale=locale)


def _locale() -> str:
    return to_locale(get_language() or "en")
