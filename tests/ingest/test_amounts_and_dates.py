"""Cells become exact values, or the sentence says what to correct."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duebook.ingest.cells import Wrong, amount_parser, without_decimal
from duebook.ingest.dates import NotADate, date_parser
from duebook.ledger.currency import UnknownCurrency, exponent

plain = amount_parser()


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("0", "0"),
        ("-0.00", "0"),
        ("1234.50", "1234.5"),
        ("12.5000", "12.5"),
        ("007", "7"),
        (".5", "0.5"),
        ("5.", "5"),
        (".00", "0"),
        ("+3", "3"),
        ("-3", "-3"),
        ("\u22123", "-3"),
        ("100.00-", "-100"),
        ("(100.25)", "-100.25"),
        ("- 100", "-100"),
        ("999999999999999.999999999999", "999999999999999.999999999999"),
        ("0000000000000000001.000000000000000000", "1"),
    ],
)
def test_amounts_are_exact(text, amount):
    assert str(plain(text)) == str(Decimal(amount))


@pytest.mark.parametrize(
    "text",
    [
        *("NaN", "Infinity", "-inf", "1e400", "1E3", "1_000", "1,234.50", "1,5", "$5", "5 USD"),
        *(".", "-", "--5", "-(5)", "1.2.3", "٣", "²", "1000000000000000", "0.1234567890123"),
        *("abc", "1" * 9999),
    ],
)
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(Wrong) as refused:
        plain(text)
    assert str(refused.value).endswith(".")


@pytest.mark.parametrize(
    ("decimal", "thousands", "text", "amount"),
    [
        (".", ",", "1,234,567.50", "1234567.5"),
        (".", ",", "-12,345", "-12345"),
        (".", ",", "12,34,567.00", "1234567"),
        (",", ".", "1.234,5", "1234.5"),
        (",", "", "1234,50", "1234.5"),
        (",", " ", "1\u202f234\u00a0567,5", "1234567.5"),
        (".", "'", "1'234.5", "1234.5"),
    ],
)
def test_a_mapping_names_the_marks(decimal, thousands, text, amount):
    assert amount_parser(decimal=decimal, thousands=thousands)(text) == Decimal(amount)


@pytest.mark.parametrize(
    ("decimal", "thousands", "text"),
    [
        (".", ",", "1,5"),
        (".", ",", "1,23"),
        (".", ",", ",123"),
        (".", ",", "1234,567"),
        (".", ",", "1.234,5"),
        (",", ".", "1.5"),
        (",", "", "1.5"),
        (",", "", "1,234,567"),
    ],
)
def test_a_mark_in_an_odd_place_is_not_guessed_at(decimal, thousands, text):
    with pytest.raises(Wrong):
        amount_parser(decimal=decimal, thousands=thousands)(text)


def test_floats_keep_all_their_decimals_where_the_mapping_rounds():
    text = "0.00499999999999999989"
    assert amount_parser(rounded=True)(text) == Decimal(text)
    with pytest.raises(Wrong, match="half_up"):
        plain(text)


@given(st.decimals(min_value=-(10**15) + 1, max_value=10**15 - 1, places=12))
def test_every_plain_number_reads_as_itself(amount):
    assert plain(format(amount, "f")) == amount


@given(st.integers(0, 10**15 - 1), st.integers(0, 99))
def test_grouped_numbers_read_as_the_ungrouped(whole, cents):
    grouped = amount_parser(thousands=",")
    assert grouped(f"{whole:,}.{cents:02d}") == plain(f"{whole}.{cents:02d}")


@given(st.text(), st.sampled_from([(".", ""), (".", ","), (",", "."), (",", " ")]))
def test_any_text_is_an_amount_or_refused(text, marks):
    try:
        amount = amount_parser(decimal=marks[0], thousands=marks[1])(text)
    except Wrong:
        return
    assert amount.is_finite() and abs(amount) < 10**15


@pytest.mark.parametrize(
    ("form", "text", "day"),
    [
        ("M/D/YYYY", "1/2/2013", date(2013, 1, 2)),
        ("M/D/YYYY", "01/02/2013", date(2013, 1, 2)),
        ("DD.MM.YYYY", "02.01.2013", date(2013, 1, 2)),
        ("YYYYMMDD", "20190924.0", date(2019, 9, 24)),
        ("YYYY-MM-DD", "2019-07-01 00:00:00", date(2019, 7, 1)),
        ("YYYY-MM-DD", "2026-01-31T23:30:00.123-08:00", date(2026, 1, 31)),
        ("YYYY-MM-DD", "2026-01-31T23:30:00Z", date(2026, 1, 31)),
        ("D-MMM-YY", "2-jan-13", date(2013, 1, 2)),
        ("D-MMM-YY", "2-SEP-69", date(1969, 9, 2)),
        ("MMMM D, YYYY", "September 5, 2019", date(2019, 9, 5)),
        ("M/D/YYYY", "1/2/2013 4:05 PM", date(2013, 1, 2)),
        ("YYYY-MM-DD", "1900-01-01", date(1900, 1, 1)),
        ("YYYY-MM-DD", "2200-12-31", date(2200, 12, 31)),
    ],
)
def test_dates_are_read_as_written(form, text, day):
    assert date_parser([form])(text) == day


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2026-02-31", "no such day"),
        ("2026-13-01", "no such day"),
        ("1899-12-31", "between 1900 and 2200"),
        ("2201-01-01", "between 1900 and 2200"),
        ("31.12.2025", "YYYY-MM-DD"),
        ("2026-1-5", "YYYY-MM-DD"),
        ("٢٠٢٦-٠١-٠١", "YYYY-MM-DD"),
        ("2026-01-01 or so", "YYYY-MM-DD"),
        ("1" * 100_000, "YYYY-MM-DD"),
    ],
)
def test_impossible_dates_are_refused(text, said):
    with pytest.raises(NotADate, match=said):
        date_parser(["YYYY-MM-DD"])(text)


def test_the_first_format_that_fits_is_taken():
    parse = date_parser(["M/D/YYYY", "D/M/YYYY"])
    assert (parse("2/3/2026"), parse("13/3/2026")) == (date(2026, 2, 3), date(2026, 3, 13))


@pytest.mark.parametrize("form", ["", "YYYY", "YYYY-MM", "%Y-%m-%d", "DDMYYYY", "MM/DD/YYYY/YY"])
def test_formats_without_sense_are_refused(form):
    with pytest.raises(NotADate, match="not a date format"):
        date_parser([form])


def test_ids_that_were_numbers_lose_their_decimal():
    ids = ["1930553925.0", "0012.00", "CCU013", "12.5", "A.0", ""]
    assert list(map(without_decimal, ids)) == ["1930553925", "0012", "CCU013", "12.5", "A.0", ""]
    with pytest.raises(Wrong, match="lost digits"):
        without_decimal("1.930554e+09")


def test_currencies_know_their_decimals():
    assert [exponent(code) for code in ("USD", "JPY", "KWD", "CLF")] == [2, 0, 3, 4]
    for code in ("XAU", "XXX", "usd", "DEM", ""):
        with pytest.raises(UnknownCurrency):
            exponent(code)
