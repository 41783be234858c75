"""What the values of a column prove about how they are written: which part of a date is the day,
which mark of an amount the decimal one. What they leave open stays open.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from duebook.ingest.cells import is_null_word
from duebook.ingest.dates import PLAIN_FORMATS, NotADate, date_parser, serial_day
from duebook.ingest.rows import Day, Exact

_TIME = r"(?:[T ]\s*\d{1,2}:\d{2}.{0,40})?"
_PARTS = re.compile(rf"(\d{{1,2}})([./ -])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_TIME}", re.ASCII)
_YEAR_FIRST = re.compile(rf"\d{{4}}([./-])\d{{1,2}}\1\d{{1,2}}{_TIME}", re.ASCII)
_EIGHT = re.compile(r"(\d{2})(\d{2})(\d{4})(?:\.0+)?", re.ASCII)
_WORD = re.compile(r"[^\W\d_]{3,10}")
_NAMED = re.compile(rf"[^\W_][\w ./,-]{{4,30}}?{_TIME}")


class Seen(NamedTuple):
    """A value and the line it stands on."""

    line: int
    text: str


@dataclass
class Family:
    """Dates of digits in one shape, whose first two parts may be day and month or the reverse."""

    separator: str
    year: str  # YYYY or YY
    either: Seen | None = None
    day_first: Seen | None = None
    month_first: Seen | None = None
    firsts: set[int] = field(default_factory=set)
    lasts: set[int] = field(default_factory=set)

    def format(self, *, day_first: bool) -> str:
        day, month = ("D", "M") if self.separator else ("DD", "MM")
        parts = (day, month, self.year) if day_first else (month, day, self.year)
        return self.separator.join(parts)

    @property
    def formats(self) -> tuple[str, str]:
        return self.format(day_first=True), self.format(day_first=False)

    @property
    def contradicts_itself(self) -> bool:
        return self.day_first is not None and self.month_first is not None

    @property
    def may_begin_with_year(self) -> bool:
        """26.01.31: what stands last changes like a day, what stands first like a year."""
        is_short = self.year == "YY" and max(self.lasts, default=0) <= 31
        return is_short and len(self.lasts) > max(2, 2 * len(self.firsts))

    @property
    def order(self) -> bool | None:
        """Whether the day comes first; None while no value tells."""
        if self.contradicts_itself:
            return None
        if self.day_first or self.month_first:
            return self.day_first is not None
        # Nowhere in the world does the month come first where dots part the date.
        return True if self.separator == "." else None


@dataclass
class DateEvidence:
    """What the dates of one column look like."""

    clear: Counter[str] = field(default_factory=Counter)  # by formats that leave nothing open
    families: dict[tuple[str, str], Family] = field(default_factory=dict)
    days_to_12: int = 0  # of the clear dates
    days_beyond_12: int = 0
    in_families: int = 0
    typed: int = 0
    serials: int = 0  # numbers that a spreadsheet may mean as days
    other: int = 0
    empty: int = 0

    def add(self, line: int, cell: str) -> None:
        if type(cell) is Day:
            self.typed += 1
            self._count_day(int(cell[8:10]))
        elif type(cell) is Exact and not _EIGHT.fullmatch(cell):
            is_count = cell.isdigit() and serial_day(cell, "1900") is not None
            self.serials += is_count
            self.other += not is_count
        elif not (text := cell.strip()) or is_null_word(text):
            self.empty += 1
        elif found := clear_format(text):
            self.clear[found[0]] += 1
            self._count_day(found[1])
        elif parts := _date_parts(text):
            self._add_parts(Seen(line, text), *parts)
        else:
            self.other += 1

    def _count_day(self, day: int) -> None:
        self.days_to_12 += day <= 12
        self.days_beyond_12 += day > 12

    def _add_parts(
        self, seen: Seen, first: int, separator: str, second: int, year: str, last: int
    ) -> None:
        family = self.families.setdefault((separator, year), Family(separator, year))
        self.in_families += 1
        family.firsts.add(first)
        family.lasts.add(last)
        if first > 12:
            family.day_first = family.day_first or seen
        elif second > 12:
            family.month_first = family.month_first or seen
        elif first != second:
            family.either = family.either or seen

    @property
    def count(self) -> int:
        return sum(self.clear.values()) + self.typed + self.serials + self.in_families

    @property
    def is_open(self) -> bool:
        """Whether more values could tell more."""
        return bool(self.families)

    def swapped_in_part(self) -> Family | None:
        """A family that has lost every date with a day up to 12 to the clear ones.

        A spreadsheet of the wrong country takes what it can for dates, day and month exchanged,
        and leaves the rest as text.
        """
        for family in self.families.values():
            decided = family.day_first or family.month_first
            if decided and not family.either and self.days_to_12 and not self.days_beyond_12:
                return family
        return None


@lru_cache(maxsize=20_000)
def clear_format(text: str) -> tuple[str, int] | None:
    """The format of a date that can be read in one way only, and its day."""
    if len(text) > 64 or not text[0].isalnum():
        return None
    candidates: list[str] = []
    if text[:4].isdecimal():
        found = _YEAR_FIRST.fullmatch(text)
        candidates = [f"YYYY{found[1]}M{found[1]}D"] if found else ["YYYYMMDD"]
        candidates = [each for each in PLAIN_FORMATS if found] + candidates
    elif (word := _WORD.search(text)) and _NAMED.fullmatch(text):
        candidates = _named_formats(text, word)
    for each in candidates:
        try:
            return each, date_parser([each])(text).day
        except NotADate:
            continue
    return None


def _named_formats(text: str, word: re.Match[str]) -> list[str]:
    """Formats with the month's name: 31-Jan-26, January 31, 2026."""
    month = "MMM" if len(word[0]) <= 4 or text[word.end() :][:1] == "." else "MMMM"
    before, after = text[: word.start()], text[word.end() :]
    after = after.removeprefix(".") if month == "MMM" else after
    if any(letter.isdigit() for letter in before):
        day = re.sub(r"\d+", "D", before, count=1)
        rest = re.sub(r"^(\D*)(\d{4}|\d{2}).*", lambda m: m[1] + "Y" * len(m[2]), after)
        return [day + month + rest]
    rest = re.sub(
        r"^(\D*)\d{1,2}(\D+)(\d{4}|\d{2}).*", lambda m: m[1] + "D" + m[2] + "Y" * len(m[3]), after
    )
    return [before + month + rest]


def _date_parts(text: str) -> tuple[int, str, int, str, int] | None:
    if found := _PARTS.fullmatch(text):
        first, second, year = int(found[1]), int(found[3]), "Y" * len(found[4])
        separator, last = found[2], int(found[4])
    elif found := _EIGHT.fullmatch(text):
        first, second, year, separator = int(found[1]), int(found[2]), "YYYY", ""
        last = int(found[3])
        if not 1900 <= int(found[3]) <= 2200:
            return None
    else:
        return None
    if not (1 <= min(first, second) <= 12 and 1 <= max(first, second) <= 31):
        return None
    return first, separator, second, year, last


_SIGNS = "-+()\u2212 \t"
_SPACES = " \u00a0\u202f\u2009"
_SYMBOLS = (
    "$ US$ USD C$ CA$ CAD A$ AU$ AUD € EUR £ GBP ¥ JP¥ JPY ₪ ILS NIS ₹ INR CHF Fr. kr zł R$ ₽ ₩ ₺"
)
_CURRENCY_OF = {"€": "EUR", "£": "GBP", "₪": "ILS", "NIS": "ILS", "₹": "INR", "zł": "PLN"}
_CURRENCY_OF |= {"R$": "BRL", "¥": "", "₽": "RUB", "₩": "KRW", "₺": "TRY"}
_CURRENCY_OF |= {"US$": "USD", "C$": "CAD", "CA$": "CAD", "A$": "AUD", "AU$": "AUD", "JP¥": "JPY"}
_BESIDE = re.compile(
    "|".join(re.escape(each) for each in sorted(_SYMBOLS.split(), key=len, reverse=True)),
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[\d][\d.,'\u2019 \u00a0\u202f\u2009]*|[.,]\d+", re.ASCII)


@dataclass
class AmountEvidence:
    """What the amounts of one column look like."""

    numbers: int = 0
    typed: int = 0
    other: int = 0
    empty: int = 0
    negative: int = 0
    with_decimals: int = 0
    decimal: dict[str, Seen] = field(default_factory=dict)  # mark -> where it is proved
    thousands: dict[str, Seen] = field(default_factory=dict)
    either: dict[str, Seen] = field(default_factory=dict)  # "," of 1,234
    # Of those, one whose third digit would be a third decimal.
    third_decimal: dict[str, Seen] = field(default_factory=dict)
    symbols: dict[str, Seen] = field(default_factory=dict)

    def add(self, line: int, cell: str) -> None:
        text = cell.strip()
        if type(cell) is Exact:
            self.typed += 1
            self.negative += text.startswith("-")
            self.with_decimals += "." in text
        elif not text or is_null_word(text):
            self.empty += 1
        elif len(text) <= 60 and (number := self._bare(Seen(line, text))):
            self.numbers += 1
            self.negative += text[0] in "-(\u2212" or text[-1] in "-)\u2212" or "-" in text[:3]
            self._judge(Seen(line, text), number)
        else:
            self.other += 1

    @property
    def count(self) -> int:
        return self.numbers + self.typed

    @property
    def is_open(self) -> bool:
        return bool(self.either or self.decimal or self.thousands)

    def _bare(self, seen: Seen) -> str:
        text = seen.text.strip(_SIGNS)
        if not _NUMBER.fullmatch(text):
            found = _BESIDE.match(text) or _BESIDE.search(text)
            if not found or (found.start() and found.end() < len(text)):
                return ""
            rest = (text[: found.start()] + text[found.end() :]).strip(_SIGNS + _SPACES)
            if not _NUMBER.fullmatch(rest):
                return ""
            self.symbols.setdefault(found[0], seen)
            text = rest
        return text

    def _judge(self, seen: Seen, number: str) -> None:
        for space in _SPACES:
            number = number.replace(space, " ")
        marks = [letter for letter in number if not letter.isdigit()]
        if not marks:
            return
        for mark in {*marks} & set(" '\u2019"):
            self.thousands.setdefault(mark, seen)
        points = [mark for mark in marks if mark in ".,"]
        if not points:
            return
        last = points[-1]
        if len({*points}) == 2:
            self.thousands.setdefault(points[0], seen)
            self._decimal(last, seen)
        elif len(points) > 1:
            self.thousands.setdefault(last, seen)
        else:
            self._judge_one(last, seen, number, grouped=len(marks) > 1)

    def _judge_one(self, mark: str, seen: Seen, number: str, *, grouped: bool) -> None:
        whole, _, part = number.partition(mark)
        if grouped or len(part) != 3 or len(whole) > 3 or whole in ("", "0") or whole[0] == "0":
            self._decimal(mark, seen)
            return
        self.either.setdefault(mark, seen)
        if part[-1] != "0":
            self.third_decimal.setdefault(mark, seen)

    def _decimal(self, mark: str, seen: Seen) -> None:
        self.with_decimals += 1
        self.decimal.setdefault(mark, seen)


def currency_of(symbol: str) -> str:
    """The currency a sign stands for, where it stands for one only."""
    if (
        len(symbol) == 3
        and symbol.isascii()
        and symbol.isalpha()
        and symbol.upper() not in ("NIS",)
    ):
        return symbol.upper()
    return _CURRENCY_OF.get(symbol, _CURRENCY_OF.get(symbol.upper(), ""))
