"""Dates as sources write them, by formats such as "M/D/YYYY"."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import pairwise

YEARS = range(1900, 2201)
# Year first: no country writes these another way round.
PLAIN_FORMATS = ("YYYY-MM-DD", "YYYYMMDD", "YYYY/MM/DD")

# English, German, Spanish, French, Hebrew; short forms are how those languages shorten them.
_MONTHS = (
    "january jan januar jän jänner enero ene janvier janv ינואר ינו",
    "february feb februar febrero février févr fév פברואר פבר",
    "march mar märz mrz mär marzo mars מרץ מרס",
    "april apr abril abr avril avr אפריל אפר",
    "may mai mayo מאי",
    "june jun juni junio juin יוני יונ",
    "july jul juli julio juillet juil יולי יול",
    "august aug agosto ago août aoû אוגוסט אוג",
    "september sep sept septiembre set septembre ספטמבר ספט",
    "october oct oktober okt octubre octobre אוקטובר אוק",
    "november nov noviembre novembre נובמבר נוב",
    "december dec dezember dez diciembre dic décembre déc דצמבר דצמ",
)
_MONTH_OF = {name: at for at, names in enumerate(_MONTHS, 1) for name in names.split()}
_TOKENS = {
    "YYYY": r"(?P<year>[0-9]{4})",
    "YY": r"(?P<year>[0-9]{2})",
    "MMMM": r"(?P<month>[^\W\d_]{3,10})",
    "MMM": r"(?P<month>[^\W\d_]{3,5})\.?",
    "MM": r"(?P<month>[0-9]{2})",
    "M": r"(?P<month>[0-9]{1,2})",
    "DD": r"(?P<day>[0-9]{2})",
    "D": r"(?P<day>[0-9]{1,2})",
}
_TOKEN = re.compile("YYYY|YY|MMMM|MMM|MM|M|DD|D|[a-zA-Z]+|[^a-zA-Z]+")
# A time of day and a zone may follow: the date stays as written, never shifted by the zone.
_TIME = (
    r"(?:[t ]\s*[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?"
    r"\s*(?:[ap]\.?m\.?)?\s*(?:z|utc|gmt|[+-][0-9]{2}:?[0-9]{2})?)?"
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
    return re.compile(pattern + tail + _TIME, re.IGNORECASE)


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
    """The month's number, from digits or its name in one of five languages; 0 when it is none."""
    if text.isdecimal():
        return int(text)
    word = unicodedata.normalize("NFC", text).casefold()
    # Hebrew puts "in" before the month's name.
    return _MONTH_OF.get(word) or _MONTH_OF.get(word.removeprefix("ב"), 0)


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
