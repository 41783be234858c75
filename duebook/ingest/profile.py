"""What the values of each column look like: a sample of the rows, then all where that says more."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice

from duebook.ingest.cells import is_null_word
from duebook.ingest.evidence import AmountEvidence, DateEvidence, currency_of
from duebook.ingest.names import word
from duebook.ingest.rows import Source, SourceRow
from duebook.ledger.currency import UnknownCurrency, exponent

SAMPLE = 1_000
CELLS = 60_000  # looked at in all: fewer rows where there are many columns
WORDS = 60
REMEMBERED = 50_000
_YES_NO = frozenset(("yes", "no", "y", "n", "true", "false", "t", "f", "1", "0"))
# As programs write them; a person may be called Null.
_NULLS = frozenset(("NULL", "(null)", "(NULL)", "\\N", "NaN", "nan", "NaT", "<NA>", "#N/A"))


@dataclass
class Profile:
    """One column: its name, where it stands, and what was seen in it."""

    position: int
    name: str
    dates: DateEvidence = field(default_factory=DateEvidence)
    amounts: AmountEvidence = field(default_factory=AmountEvidence)
    words: Counter[str] = field(default_factory=Counter)  # the first sixty different ones
    nulls: Counter[str] = field(default_factory=Counter)
    filled: int = 0
    currencies: int = 0
    floats: int = 0
    longest: int = 0
    seen: set[str] = field(default_factory=set)
    usual: re.Pattern[str] | None = None  # amounts written as those before prove nothing new

    def add(self, line: int, cell: str) -> None:
        self.dates.add(line, cell)
        self.amounts.add(line, cell)
        text = cell.strip()
        if not text:
            return
        if text in _NULLS:
            self.nulls[text] += 1
        if is_null_word(text):
            return
        self.filled += 1
        self.longest = max(self.longest, len(text))
        self.currencies += is_currency(text)
        whole, mark, part = text.partition(".")
        self.floats += bool(mark) and type(cell) is str and part == "0" and whole.isdecimal()
        if text in self.words or len(self.words) < WORDS:
            self.words[text] += 1

    def add_more(self, line: int, cell: str) -> None:
        """Beyond the sample only what could change a decision."""
        if cell in self.seen and type(cell) is str:
            return
        if self.usual and self.usual.fullmatch(cell):
            return
        if len(self.seen) < REMEMBERED:
            self.seen.add(cell)
        if self.dates.is_open:
            self.dates.add(line, cell)
        if self.amounts.is_open:
            self.amounts.add(line, cell)

    def fits(self, type_: str, *, longest: int) -> float:
        """How much of the column is of a field's type, from 0 to 1; 1 for an empty one."""
        if not self.filled:
            return 1.0
        match type_:
            case "date":
                return self.dates.count / self.filled
            case "amount" | "quantity":
                return self.amounts.count / self.filled
            case "currency":
                known = self.currencies + sum(
                    count for text, count in self.words.items() if symbol_currency(text)
                )
                return known / self.filled
            case "int":
                return min(self.amounts.count, self.filled) / self.filled
            case "bool":
                known = sum(
                    count
                    for text, count in self.words.items()
                    if text.casefold() in _YES_NO or word("bool", text)
                )
                return known / self.filled
            case "code":
                # Sorts and states are few, whatever they are called.
                return 1.0 if len(self.words) <= 30 else 0.0
        is_day = self.dates.typed + self.dates.in_families == self.filled
        return 0.0 if self.longest > longest or is_day else 1.0


def profiles(source: Source, *, rows: Sequence[SourceRow]) -> list[Profile]:
    """One of each column that has a name or anything in it."""
    found = [Profile(at, name) for at, name in enumerate(source.header)]
    for row in rows:
        if row.trouble:
            continue
        for profile, cell in zip(found, row.cells, strict=False):
            if profile.position not in row.faults:
                profile.add(row.line, cell)
    return found


def sample(source: Source) -> list[SourceRow]:
    """The first rows: a thousand, or fewer where they are wide."""
    return list(islice(source, max(50, min(SAMPLE, CELLS // max(len(source.header), 1)))))


def complete(source: Source, asked: Iterable[Profile], *, after: int) -> None:
    """Look at every row below a line for the columns that leave something open."""
    wanted = list(asked)
    if not wanted:
        return
    for profile in wanted:
        profile.usual = _usual(profile.amounts)
    for row in source:
        if row.line <= after or row.trouble:
            continue
        for profile in wanted:
            if profile.position < len(row.cells):
                profile.add_more(row.line, row.cells[profile.position])


def _usual(amounts: AmountEvidence) -> re.Pattern[str] | None:
    """Amounts with the decimal mark that is proved, and the other for thousands."""
    if len(amounts.decimal) != 1:
        return None
    decimal = next(iter(amounts.decimal))
    thousands = "," if decimal == "." else "."
    whole = rf"(?:\d+|\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+)"
    return re.compile(rf"-?{whole}(?:{re.escape(decimal)}\d{{1,2}})?", re.ASCII)


def same_values(one: Profile, other: Profile, rows: Iterable[SourceRow]) -> bool:
    """Whether two columns say the same in every row, spelling of numbers aside."""
    return all(
        _value(row, one) == _value(row, other)
        for row in rows
        if not row.trouble and max(one.position, other.position) < len(row.cells)
    )


def _value(row: SourceRow, profile: Profile) -> str:
    text = row.cells[profile.position].strip()
    return text.rstrip("0").rstrip(".,") if "." in text or "," in text else text


def is_currency(text: str) -> bool:
    if len(text) != 3:
        return False
    try:
        exponent(text.upper())
    except UnknownCurrency:
        return False
    return True


def symbol_currency(text: str) -> str:
    """The currency that a sign such as € is the only one of."""
    return "" if is_currency(text) else currency_of(text)
