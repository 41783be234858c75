"""One cell becomes one value, or says in a sentence why it cannot. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TypeVar

from duebook.ingest.dates import NotADate, date_parser
from duebook.ingest.kinds import NUMBER, Field
from duebook.ledger.currency import UnknownCurrency, exponent

DIGITS_LIMIT = 15  # before the decimal mark
DECIMALS_LIMIT = 12
ROUNDED_DECIMALS_LIMIT = 40  # what floats print; rounding needs them all
DAYS_LIMIT = 3_650
REMEMBERED = 65_536

Value = str | date | Decimal | int | bool
_T = TypeVar("_T")

_DIGITS_LOST = (
    "Scientific notation may have lost digits: format the column as a number and export it again."
)
_SPACES = "\u00a0\u202f\u2009"
_BOOLS = {"yes": True, "y": True, "true": True, "t": True, "1": True}
_BOOLS |= {"no": False, "n": False, "false": False, "f": False, "0": False}


# What programs write where they have no value. Where a text is expected it may be one.
NULL_WORDS = frozenset("null (null) n/a #n/a na none nil nan nat <na> \\n - -- – —".split())
# In a column of amounts a dash often is a zero, so there it stays a question.
# NaN comes from a calculation that went wrong.
AMOUNT_NULL_WORDS = NULL_WORDS - frozenset("- -- – — nan nat".split())
NO_DAYS = frozenset("00.00.0000 00/00/0000 00000000 0000-00-00".split())


class Wrong(Exception):
    """The value cannot be taken. The message is a sentence: what is wrong and what to do.

    `at` is the position of the cell when it is not the one that was being read.
    """

    def __init__(self, message: str, *, at: int = -1) -> None:
        super().__init__(message)
        self.at = at


class Remembered(dict[str, _T]):
    """Answers a text once and remembers it; as a dict, because a hit must cost nothing.

    Words that mean nothing are answered each time, for they are counted.
    """

    def __init__(self, answer: Callable[[str], _T]) -> None:
        super().__init__()
        self.answer = answer

    def __missing__(self, text: str) -> _T:
        value = self.answer(text)
        if len(self) >= REMEMBERED:
            self.clear()
        if len(text) <= NUMBER and not is_null_word(text):
            self[text] = value
        return value


def is_null_word(text: str) -> bool:
    word = text.strip().casefold()
    return word in NULL_WORDS or word in NO_DAYS


def parser(
    field: Field, *, formats: tuple[str, ...], amounts: Callable[[str], Decimal]
) -> Callable[[str], Value]:
    """Reads a trimmed text that is not empty as the field's type. Wrong otherwise."""
    match field.type:
        case "text":
            return text_parser(longest=field.longest)
        case "amount" | "quantity":
            return _not_negative(amounts) if field.not_negative else amounts
        case "date":
            return _date_parser(formats)
        case "int":
            return _days
        case "bool":
            return _yes_or_no
        case "currency":
            return _currency
        case "code":
            return _code_parser(field)


def text_parser(*, longest: int) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if len(text) > longest:
            raise Wrong(f"The text is longer than {longest:,} characters: shorten it.")
        return text

    return parse


def amount_parser(
    *,
    decimal: str = ".",
    thousands: str = "",
    rounded: bool = False,
    symbols: tuple[str, ...] = (),
) -> Callable[[str], Decimal]:
    """Reads a number exactly and drops the zeros at the end of its decimals.

    The short way serves nearly every cell; the long one knows signs, brackets and grouping.
    """
    limit = ROUNDED_DECIMALS_LIMIT if rounded else DECIMALS_LIMIT
    bare = _without(symbols)

    def parse(text: str) -> Decimal:
        # The NUL, no digit, keeps a foreign "." from passing as the decimal mark.
        plain = text if decimal == "." else text.replace(".", "\0").replace(decimal, ".")
        is_short = len(text) <= DECIMALS_LIMIT and plain.isascii()
        if not (is_short and plain.replace(".", "", 1).isdigit()):
            plain = _number(bare(text), decimal=decimal, thousands=thousands, decimals_limit=limit)
        elif "." in plain:
            plain = plain.rstrip("0").rstrip(".") or "0"
        return Decimal(plain)

    return parse


def _without(symbols: tuple[str, ...]) -> Callable[[str], str]:
    """Takes currency signs off, which stand at either end, inside of the number's own sign."""
    if not symbols:
        return lambda text: text
    sign = "|".join(re.escape(each) for each in sorted(symbols, key=len, reverse=True))
    pattern = re.compile(
        rf"([-+\u2212(\s]*)(?:{sign})?\s*([-+\u2212]?[^-+()\u2212]*?)\s*"
        rf"([-+\u2212]?)\s*(?:{sign})?([-+\u2212)\s]*)",
        re.IGNORECASE,
    )

    def bare(text: str) -> str:
        found = pattern.fullmatch(text) if len(text) <= NUMBER else None
        return "".join(found.groups()).strip() if found else text

    return bare


def _not_negative(amounts: Callable[[str], Decimal]) -> Callable[[str], Decimal]:
    def parse(text: str) -> Decimal:
        if (amount := amounts(text)) < 0:
            raise Wrong("This must not be negative: write the amount without a minus.")
        return amount

    return parse


def _number(text: str, *, decimal: str, thousands: str, decimals_limit: int) -> str:
    """The number in plain notation."""
    body, is_negative = _unsigned(text if len(text) <= NUMBER else "")
    whole, _, part = body.partition(decimal)
    whole = _ungrouped(whole, thousands) if thousands else whole
    if not (whole + part).isdigit() or not (whole + part).isascii():
        raise Wrong(_not_a_number(body, decimal=decimal))
    whole, part = whole.lstrip("0") or "0", part.rstrip("0")
    if len(whole) > DIGITS_LIMIT:
        raise Wrong(f"The number has more than {DIGITS_LIMIT} digits: correct it.")
    if len(part) > decimals_limit:
        raise Wrong(
            f"The number has more than {decimals_limit} decimals: correct it, "
            'or let a mapping round (round = "half_up").'
        )
    plain = f"{whole}.{part}" if part else whole
    return "-" + plain if is_negative and plain != "0" else plain


def _unsigned(text: str) -> tuple[str, bool]:
    """Without its sign, and whether that is minus: -100, 100-, (100)."""
    text = text.replace("\u2212", "-")
    if text[:1] == "(" and text[-1:] == ")":
        return text[1:-1].strip(), True
    if text[:1] in ("+", "-"):
        return text[1:].strip(), text[0] == "-"
    if text[-1:] in ("+", "-"):
        return text[:-1].strip(), text[-1] == "-"
    return text, False


def _ungrouped(whole: str, mark: str) -> str:
    """Without thousands marks. They must stand where they can: 1,5 is not fifteen."""
    if mark == " ":
        for space in _SPACES:
            whole = whole.replace(space, " ")
    first, *others = whole.split(mark)
    # Groups of two before the last are how India counts.
    fits = 1 <= len(first) <= 3 and all(len(group) in (2, 3) for group in others)
    if others and not (fits and len(others[-1]) == 3):
        raise Wrong(f'The thousands mark "{mark}" stands in an odd place: correct the number.')
    return first + "".join(others)


def _not_a_number(body: str, *, decimal: str) -> str:
    mantissa, e, power = body.casefold().partition("e")
    if e and mantissa[:1].isdigit() and power[-1:].isdigit():
        return _DIGITS_LOST
    return (
        f'This is not a number: write digits with "{decimal}" as decimal mark and nothing else, '
        "or name the marks used in a mapping."
    )


def _date_parser(formats: tuple[str, ...]) -> Callable[[str], date]:
    parse = date_parser(formats)

    def parse_or_wrong(text: str) -> date:
        try:
            return parse(text)
        except NotADate as trouble:
            raise Wrong(str(trouble)) from None

    return parse_or_wrong


def _days(text: str) -> int:
    digits = without_decimal(text)
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 9 or int(digits) > DAYS_LIMIT:
        raise Wrong(f"This is not a number of days from 0 to {DAYS_LIMIT:,}: write one such as 30.")
    return int(digits)


def _yes_or_no(text: str) -> bool:
    try:
        return _BOOLS[text.casefold()]
    except KeyError:
        raise Wrong("This is neither yes nor no: write yes, no, true, false, 1 or 0.") from None


def _currency(text: str) -> str:
    code = text.upper()
    try:
        exponent(code)
    except UnknownCurrency:
        raise Wrong("Unknown currency: write an ISO 4217 code such as USD.") from None
    return code


def _code_parser(field: Field) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if code := field.code(text):
            return code
        raise Wrong(f"Unknown {field.name}: write one of {', '.join(field.choices)}.")

    return parse


def without_decimal(text: str) -> str:
    """An id that went through a spreadsheet as a number: 1930553925.0 is 1930553925."""
    whole, mark, part = text.partition(".")
    if mark and whole.isdigit() and not part.strip("0"):
        return whole
    if "e+" in text.casefold() and text.casefold().replace("e+", "").replace(".", "").isdigit():
        raise Wrong(_DIGITS_LOST)
    return text


def refuse_unstorable(value: Value | None) -> None:
    if not isinstance(value, str):
        return
    if "\0" in value:
        raise Wrong("The text holds a NUL character, which is no text: take it out.")
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        raise Wrong("The text is damaged, its bytes are no characters: save the file as UTF-8.")
