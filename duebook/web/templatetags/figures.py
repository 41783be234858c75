"""How figures look: money, counts, days and dates, written by the rules of the active language.

Every template may use these without loading them. CLDR's rules come through Babel, looked up once
per language and currency: writing a page of amounts must not cost more than fetching it.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

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
register.simple_tag(drawing.swatch)
register.simple_tag(drawing.sparkline)
register.simple_tag(drawing.month_bars)
register.simple_tag(drawing.point_bar)
register.simple_tag(drawing.share_bar)
register.filter("word", words.word)
register.filter("column", words.column)
register.filter("span", words.span)
register.filter("account_type", words.account_type)
register.filter("badge", words.badge)
register.filter("band", words.band)

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"
# CLDR's medium date for English is American; the product writes the day first.
DAY_PATTERNS = {"en": "d MMM y"}


@register.filter
def money(amount: Decimal, currency: str | Writer = "") -> SafeString:
    """An amount with the decimals it came with; zero is 0.00. For totals, panels, the portal."""
    return _writer(currency).figure(amount)


@register.filter
def taken(amount: Decimal, currency: str | Writer = "") -> SafeString:
    """An amount that is taken off, such as a credit on a client's page: written negative."""
    return money(-amount if amount else amount, currency)


@register.filter
def listed(amount: Decimal, currency: str | Writer = "") -> SafeString:
    """An amount on an operator's list: zero is a dash, read aloud as "zero"."""
    write = _writer(currency)
    return write.figure(amount) if amount else write.nothing


@register.simple_tag
def drill(amount: Decimal, currency: str | Writer, address: str, bucket: str) -> SafeString:
    """A listed amount that links to the documents it is the sum of. A zero has none."""
    write = _writer(currency)
    if not amount:
        return write.nothing
    separator = "&amp;" if "?" in address else "?"
    link = f"{escape(address)}{separator}bucket={escape(bucket)}"
    return SafeString(f'<a href="{link}">{write.figure(amount)}</a>')


@register.filter
def plain_money(amount: Decimal, currency: str = "") -> str:
    """An amount as plain text with its currency, for titles and sentences."""
    return _writer(currency).full(amount)


@register.filter
def past_due(row: drawing.Aged) -> Decimal:
    """What is past due of a row, without what is disputed."""
    return row.days_1_30 + row.days_31_60 + row.days_61_90 + row.days_91_plus


@register.filter
def in_currency(code: str) -> Writer:
    """A currency for many amounts: a table asks for the reader's language once, not per cell."""
    return writer(get_language(), code)


@register.filter
def count(number: int) -> str:
    return _writer("").text(Decimal(number))


@register.filter
def days(number: Decimal) -> SafeString:
    """Weighted days on an operator's list, one decimal; the title has what the files have."""
    write = _writer("")
    if not number:
        return write.nothing
    rounded = write.text(number.quantize(Decimal("0.1"), ROUND_HALF_UP))
    return SafeString(f'<bdi dir="ltr" class="figure" title="{write.text(number)}">{rounded}</bdi>')


@register.filter
def percent(number: Decimal) -> SafeString:
    """12.4%"""
    return SafeString(f'<bdi dir="ltr">{_writer("").text(number)}%</bdi>')


@register.filter
def changed(number: Decimal) -> SafeString:
    """+12.4%: a change always carries its sign."""
    sign = "+" if number > 0 else ""
    return SafeString(f'<bdi dir="ltr">{sign}{_writer("").text(number)}%</bdi>')


@register.filter
def signed(number: Decimal) -> SafeString:
    """+1.2: a change in points always carries its sign."""
    sign = "+" if number > 0 else ""
    return SafeString(f'<bdi dir="ltr">{sign}{_writer("").text(number)}</bdi>')


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


@register.filter
def month_letter(value: date) -> str:
    """N: a month where there is room for no more."""
    return format_date(value, "LLLLL", locale=_locale())


@register.filter
def moment(at: datetime, zone: str) -> SafeString:
    """20 Nov 2026, 14:05 UTC+2, in a time zone."""
    return _moment(at.astimezone(ZoneInfo(zone)), "%H:%M")


@register.filter
def day_in(at: datetime, zone: str) -> str:
    """The day of a moment in a time zone: 20 Nov 2026."""
    return day(at.astimezone(ZoneInfo(zone)).date())


@register.filter
def exact_moment(at: datetime, zone: str) -> SafeString:
    """20 Nov 2026, 14:05:09 UTC+2, in a time zone."""
    return _moment(at.astimezone(ZoneInfo(zone)), "%H:%M:%S")


def _moment(local: datetime, form: str) -> SafeString:
    offset = local.strftime("%z")
    hours, minutes = int(offset[:3]), offset[3:5]
    away = f"{hours:+d}{'' if minutes == '00' else ':' + minutes}" if int(offset) else ""
    said = f'{day(local.date())}, <bdi dir="ltr">{local:{form}} UTC{away}</bdi>'
    return SafeString(f'<time datetime="{local.isoformat()}">{said}</time>')


class Writer:
    """Writes amounts of one currency in one language, everything looked up beforehand."""

    def __init__(self, locale: str, currency: str) -> None:
        self._group, self._mark = get_group_symbol(locale), get_decimal_symbol(locale)
        self._sizes = Locale.parse(locale).decimal_formats[None].grouping
        self._in_threes = self._sizes == (3, 3)
        self.code = currency
        code = escape(currency)
        self._code = f'<span class="sr"> {code}</span>' if code else ""
        self._title = f' {code}"' if code else ""
        zero = escape(gettext("zero"))
        self.nothing = SafeString(
            f'<span class="figure zero"><span aria-hidden="true">{DASH}</span>'
            f'<span class="sr">{zero}</span></span>'
        )

    def __str__(self) -> str:
        return self.code

    def text(self, amount: Decimal) -> str:
        whole, decimals = self._parts(amount)
        return whole + decimals

    def full(self, amount: Decimal) -> str:
        return f"{self.text(amount)} {self.code}" if self.code else self.text(amount)

    def figure(self, amount: Decimal) -> SafeString:
        whole, decimals = self._parts(amount)
        style = "figure credit" if whole[0] == MINUS else "figure"
        title = f' title="{whole}{decimals}{self._title}' if self._title else ""
        dec = f'<span class="dec">{decimals}</span>' if decimals else ""
        return SafeString(f'<bdi dir="ltr" class="{style}"{title}>{whole}{dec}{self._code}</bdi>')

    def _parts(self, amount: Decimal) -> tuple[str, str]:
        """Sign and whole part, grouped as the locale groups; mark and decimals, as they came."""
        whole, _, decimals = f"{amount:,f}".partition(".")
        if not self._in_threes:
            whole = _regrouped(whole, *self._sizes)
        if self._group != ",":
            whole = whole.replace(",", self._group)
        if whole[0] == "-":
            # A negative zero has no sign: it would be read as a credit.
            whole = (MINUS if amount else "") + whole[1:]
        return whole, self._mark + decimals if decimals else ""


@cache
def writer(language: str | None, currency: str) -> Writer:
    """The writer for a language and a currency, made once."""
    return Writer(to_locale(language or "en"), currency)


def _writer(currency: str | Writer) -> Writer:
    return currency if isinstance(currency, Writer) else writer(get_language(), currency)


def _regrouped(whole: str, first: int, rest: int) -> str:
    """1,234,567 -> 12,34,567 for a language that groups by three and then by two."""
    sign = "-" if whole[0] == "-" else ""
    return sign + _grouped(whole.lstrip("-").replace(",", ""), first=first, rest=rest)


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
