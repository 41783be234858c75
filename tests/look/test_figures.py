"""How amounts, days, shares and names are written on pages."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from unittest.mock import Mock

import pytest
from babel import Locale
from babel.numbers import format_decimal
from django.utils.translation import override
from hypothesis import given, settings

from duebook.web import context
from duebook.web.templatetags import figures
from tests.look.pages import amounts, readable

LANGUAGES = ("en", "he", "de", "fr", "hi", "ar")


def by_babel(amount: Decimal, language: str, decimals: int) -> str:
    pattern = str(Locale.parse(language).decimal_formats[None].pattern).partition(".")[0]
    pattern += "." + "0" * decimals if decimals else ""
    # The sign is the product's own: a true minus, without marks of direction.
    written = format_decimal(abs(amount), format=pattern, locale=language)
    return ("\N{MINUS SIGN}" if amount < 0 else "") + written


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("currency", "decimals"), [("JPY", 0), ("EUR", 2), ("KWD", 3)])
def test_amounts_are_written_as_cldr_writes_them(
    language: str, currency: str, decimals: int
) -> None:
    @settings(deadline=None)
    @given(amounts(decimals))
    def compared(amount: Decimal) -> None:
        with override(language):
            html = figures.money(amount, currency)
        assert readable(html) == by_babel(amount, language, decimals)

    compared()


def test_an_amount_says_its_currency_and_sets_its_decimals_apart() -> None:
    with override("en"):
        assert figures.money(Decimal("1234.50"), "USD") == (
            '<bdi dir="ltr" class="figure" title="1,234.50 USD">1,234'
            '<span class="dec">.50</span><span class="sr"> USD</span></bdi>'
        )
        assert 'class="figure credit"' in figures.money(Decimal("-0.01"), "USD")
        assert readable(figures.money(Decimal("-0.01"))) == "−0.01"
        assert "<b>" not in figures.money(Decimal(1), "<b>")


def test_zero_is_a_dash_on_lists_and_written_out_elsewhere() -> None:
    with override("en"):
        assert readable(figures.money(Decimal("0.00"))) == "0.00"
        assert readable(figures.money(Decimal("-0.00"))) == "0.00"
        assert '<span class="sr">zero</span>' in figures.listed(Decimal("0.00"), "USD")
        assert readable(figures.listed(Decimal("0.00"), "USD")) == "–"
    with override("he"):
        assert '<span class="sr">אפס</span>' in figures.listed(Decimal("0.00"), "USD")


def test_a_figure_links_to_its_documents() -> None:
    with override("en"):
        link = figures.drill(Decimal("5.00"), "USD", "/o/a/invoices/?account=1&x=%22", "current")
        assert link.startswith('<a href="/o/a/invoices/?account=1&amp;x=%22&amp;bucket=current">')
        assert "<a" not in figures.drill(Decimal("0.00"), "USD", "/o/a/invoices/?account=1", "x")


def test_a_page_of_amounts_asks_once_how_they_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a language writes between digits is looked up for a page, not for each of its cells."""
    asked = Mock(return_value=",")
    monkeypatch.setattr(figures, "get_decimal_symbol", asked)
    figures.writer.cache_clear()
    with override("es"):
        cells = [readable(figures.money(Decimal(n).scaleb(-2), "USD")) for n in range(1, 651)]
    figures.writer.cache_clear()
    assert (cells[0], cells[-1]) == ("0,01", "6,50")
    assert asked.call_count == 1


def test_days_and_dates_in_words() -> None:
    with override("en"):
        assert figures.day(date(2026, 11, 20)) == "20 Nov 2026"
        assert figures.month(date(2026, 11, 1)) == "Nov 2026"
        assert [figures.lateness(n) for n in (143, 1, 0, -1, -8)] == [
            "143 days late",
            "1 day late",
            "due today",
            "in 1 day",
            "in 8 days",
        ]
        assert 'title="60.5500">60.6<' in figures.days(Decimal("60.5500"))
    with override("he"):
        assert figures.day(date(2026, 11, 20)) == "20 בנוב׳ 2026"
        assert [figures.lateness(n) for n in (1, 2, 3)] == [
            "יום אחד באיחור",
            "יומיים באיחור",
            "3 ימים באיחור",
        ]


def test_initials() -> None:
    assert context.initials("Maya van der Lindqvist") == "ML"
    assert context.initials("Cher") == "C"
    assert context.initials("") == ""
