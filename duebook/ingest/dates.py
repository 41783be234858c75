"""Dates as sources write them, by formats such as "M/D/YYYY"."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import pairwise

YEARS = range(1900, 2201)
# Year first: no country writes these another way round.
PLAIN_FORMATS = ("YYYY-MM-DD", "YYYYMMDD", "YYYY/MM/DD")

_MONTHS = (
    "january february march april may june july august september october november december"
).split()
_TOKENS = {
    "YYYY": r"(?P<year>\d{4})",
    "YY": r"(?P<year>\d{2})",
    "MMMM": r"(?P<month>[a-z]{3,9})",
    "MMM": r"(?P<month>[a-z]{3,4})\.?",
    "MM": r"(?P<month>\d{2})",
    "M": r"(?P<month>\d{1,2})",
    "DD": r"(?P<day>\d{2})",
    "D": r"(?P<day>\d{1,2})",
}
_TOKEN = re.compile("YYYY|YY|MMMM|MMM|MM|M|DD|D|[a-zA-Z]+|[^a-zA-Z]+")
# A time of day and a zone may follow: the date stays as written, never shifted by the zone.
_TIME = (
    r"(?:[t ]\s*\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?"
    r"\s*(?:[ap]\.?m\.?)?\s*(?:z|utc|gmt|[+-]\d{2}:?\d{2})?)?"
)


class NotADate(Exception):
    """The message is one sentence that says what is wrong and what to write."""


def date_format(text: str) -> re.Pattern[str]:
    """The pattern of a format. NotADate when it names no day, month and year."""
    tokens = _TOKEN.findall(text)
    pattern = ""
    for token in tokens:
        if token[0].isalpha() and token not in _TOKENS:
            raise NotADate(f'"{text}" is not a date format: write one such as "DD.MM.YYYY".')
        pattern += _TOKENS.get(token) or re.escape(token)
    parts = sorted(token[0] for token in tokens if token in _TOKENS)
    if parts != ["D", "M", "Y"] or _runs_together(tokens):
        raise NotADate(f'"{text}" is not a date format: write one such as "DD.MM.YYYY".')
    # Spreadsheets turn 20190924 into a number and write it as 20190924.0.
    tail = r"(?:\.0+)?" if all(token in _TOKENS for token in tokens) else ""
    return re.compile(pattern + tail + _TIME, re.IGNORECASE | re.ASCII)


def _runs_together(tokens: Sequence[str]) -> bool:
    """A one-or-two-digit part beside another part: 1112020 could be two days."""
    loose = {"M", "D"}
    return any(
        a in _TOKENS and b in _TOKENS and not loose.isdisjoint((a, b)) for a, b in pairwise(tokens)
    )


def date_parser(formats: Sequence[str]) -> Callable[[str], date]:
    """Reads a date by the first format that fits. NotADate otherwise."""
    patterns = [date_format(each) for each in formats]
    shown = " or ".join(formats)

    def parse(text: str) -> date:
        impossible = False
        if len(text) <= 64:
            for pattern in patterns:
                if found := pattern.fullmatch(text):
                    if day := _day(found):
                        return day
                    impossible = True
        if impossible:
            raise NotADate("There is no such day in the calendar: correct the date.")
        raise NotADate(f"This is not a date written as {shown}: correct it, or name its format.")

    return parse


def _day(found: re.Match[str]) -> date | None:
    year = found["year"]
    # As POSIX has it: 69 to 99 are of the last century.
    century = 0 if len(year) == 4 else 1900 if int(year) >= 69 else 2000
    month = _month(found["month"])
    try:
        day = date(century + int(year), month, int(found["day"]))
    except ValueError:
        return None
    if day.year not in YEARS:
        raise NotADate(f"The year is not between {YEARS[0]} and {YEARS[-1]}: correct the date.")
    return day


def _month(text: str) -> int:
    """The month's number, from digits or its English name; 0 when it is none."""
    if text.isdecimal():
        return int(text)
    word = "sep" if text.casefold() == "sept" else text.casefold()
    return next((at for at, name in enumerate(_MONTHS, 1) if word in (name, name[:3])), 0)


def serial_day(number: str, system: str) -> date | None:
    """The day that a spreadsheet counts so, from the year 1900 or 1904 on.

    None when no day of the years that may be is counted so; 20260131 is not, for example.
    """
    whole = number.partition(".")[0]
    if not whole.isdecimal() or not 0 < (count := int(whole)) <= 110_000:
        return None
    if system == "1904":
        return date(1904, 1, 1) + timedelta(count)
    # Spreadsheets count a 29 February 1900 that never was.
    return (
        date(1899, 12, 31) + timedelta(count)
        if count < 60
        else date(1899, 12, 30) + timedelta(count)
    )
