"""Which formats and marks a file's values prove, or the sentence that says what stays open."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from duebook.ingest.dates import PLAIN_FORMATS
from duebook.ingest.evidence import Family, Seen
from duebook.ingest.profile import Profile
from duebook.ledger.currency import UnknownCurrency, exponent

_OTHER = {",": ".", ".": ","}


@dataclass
class Decided:
    """`doubts` are whole sentences; while there are any, nothing may be loaded."""

    doubts: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)


@dataclass
class Dates(Decided):
    """By position of the column: the formats its dates are in, none where the plain ones do."""

    formats: dict[int, tuple[str, ...]] = field(default_factory=dict)

    @property
    def together(self) -> tuple[str, ...]:
        """One list for the whole file; () when columns contradict each other in it."""
        every = dict.fromkeys(each for formats in self.formats.values() for each in formats)
        for one in every:
            if _swapped(one) != one and _swapped(one) in every:
                return ()
        return tuple(every)


@dataclass
class Marks(Decided):
    """The marks of amounts."""

    decimal: str = "."
    thousands: str = ""


def dates(columns: Sequence[Profile], *, file: str, stated: Sequence[str] = ()) -> Dates:
    """`stated` formats count where no value tells."""
    found = Dates()
    orders = {
        order
        for column in columns
        for family in column.dates.families.values()
        if (order := family.order) is not None
    }
    for column in columns:
        formats = _clear(column)
        for family in column.dates.families.values():
            order = _order(family, orders, stated)
            if order is None and not family.either and not family.contradicts_itself:
                order = True  # 5/5/2026 is the same either way.
            if doubt := _doubt(column, family, order, file=file):
                found.doubts.append(doubt)
            elif order is not None:
                formats.append(family.format(day_first=order))
                found.reasons.append(_why(family, order, column))
        if formats:
            found.formats[column.position] = tuple(formats)
    return found


def _clear(column: Profile) -> list[str]:
    formats = list(column.dates.clear)
    # Where May is short, January will not be.
    formats += [_other_length(each) for each in formats if "MMM" in each]
    formats = list(dict.fromkeys(formats))
    if any(each in PLAIN_FORMATS for each in formats):
        # Beside a plain format the others of its kind cost nothing.
        others = [each for each in formats if each not in PLAIN_FORMATS]
        return [each for each in PLAIN_FORMATS if each in formats] + others
    return formats


def _other_length(format_: str) -> str:
    return format_.replace("MMMM", "MMM") if "MMMM" in format_ else format_.replace("MMM", "MMMM")


def _order(family: Family, orders: set[bool], stated: Sequence[str]) -> bool | None:
    if family.order is not None or family.contradicts_itself:
        return family.order
    for day_first in (True, False):
        if family.format(day_first=day_first) in map(_loose, stated):
            return day_first
    return next(iter(orders)) if len(orders) == 1 else None


def _loose(format_: str) -> str:
    return format_.replace("DD", "D").replace("MM", "M") if "MMM" not in format_ else format_


def _doubt(column: Profile, family: Family, order: bool | None, *, file: str) -> str:
    one, other = family.formats
    remedy = f'write date_formats = ["{one}"] or ["{other}"] in a mapping'
    if family.contradicts_itself:
        assert family.day_first and family.month_first
        return (
            f'{file}, line {family.day_first.line}, {column.name}: "{family.day_first.text}" has '
            f'the day first, but "{family.month_first.text}" on line {family.month_first.line} has '
            f"the month first: correct the file so that all are alike, or {remedy}."
        )
    if family.may_begin_with_year:
        seen = family.either or family.day_first or family.month_first
        assert seen
        return (
            f'{file}, line {seen.line}, {column.name}: "{seen.text}" may begin with the year: '
            "write its date_formats in a mapping."
        )
    if column.dates.swapped_in_part() is family:
        seen = family.day_first or family.month_first
        assert seen
        return (
            f'{file}, line {seen.line}, {column.name}: "{seen.text}" is written otherwise than the '
            "dates whose day could be a month, as if a spreadsheet had exchanged day and month in "
            f"those: export the file anew, or {remedy}."
        )
    if order is None:
        seen = family.either
        assert seen
        return (
            f'{file}, line {seen.line}, {column.name}: "{seen.text}" may be day and month or month '
            f"and day, and no other date of the file tells: {remedy}."
        )
    return ""


def _why(family: Family, order: bool, column: Profile) -> str:
    proof = family.day_first or family.month_first
    shape = family.format(day_first=order)
    if proof:
        return f'{column.name} {shape} because of "{proof.text}" on line {proof.line}'
    return f"{column.name} {shape}"


def _swapped(format_: str) -> str:
    return format_.translate(str.maketrans("DM", "MD")) if "MMM" not in format_ else format_


def marks(columns: Sequence[Profile], *, file: str, currencies: Iterable[str]) -> Marks:
    """The marks that the amounts of all columns agree on."""
    found = Marks()
    decimal = _proofs(columns, "decimal")
    thousands = _proofs(columns, "thousands")
    for mark in (",", "."):
        if mark in thousands:
            decimal.setdefault(_OTHER[mark], thousands[mark])
    either = _proofs(columns, "either")
    if len(decimal) > 1:
        found.doubts.append(_both(decimal, file=file))
    elif decimal:
        found.decimal = next(iter(decimal))
        spaced = next((mark for mark in thousands if mark not in ",."), "")
        found.thousands = spaced or _OTHER[found.decimal]
        column, seen = decimal[found.decimal]
        found.reasons.append(f'"{seen.text}" on line {seen.line} of {column.name}')
    elif len(either) > 1:
        found.doubts.append(_both(either, file=file))
    elif either:
        _settle_either(found, columns, either, file=file, currencies=currencies)
    elif thousands:
        found.thousands = next(iter(thousands))
    return found


def _settle_either(
    found: Marks,
    columns: Sequence[Profile],
    either: Mapping[str, tuple[Profile, Seen]],
    *,
    file: str,
    currencies: Iterable[str],
) -> None:
    """1,234 alone: a decimal mark only where the currency has three decimals."""
    mark, (column, seen) = next(iter(either.items()))
    third = _proofs(columns, "third_decimal")
    decimals = [_exponent(code) for code in currencies]
    if third and decimals and max(decimals) < 3:
        found.thousands, found.decimal = mark, _OTHER[mark]
        _, proof = third[mark]
        found.reasons.append(f'"{proof.text}" on line {proof.line} would have three decimals')
        return
    other = _OTHER[mark]
    found.doubts.append(
        f'{file}, line {seen.line}, {column.name}: the mark in "{seen.text}" may part thousands '
        "or decimals, and no other amount tells: write in a mapping "
        f'decimal = "{other}" and thousands = "{mark}", or the reverse.'
    )


def _both(proofs: Mapping[str, tuple[Profile, Seen]], *, file: str) -> str:
    (one, first), (other, second) = list(proofs.values())[:2]
    return (
        f'{file}, line {first.line}, {one.name}: "{first.text}" and "{second.text}" on line '
        f"{second.line} of {other.name} have different decimal marks: write all amounts alike, "
        "or name decimal and thousands in a mapping."
    )


def _proofs(columns: Sequence[Profile], kind: str) -> dict[str, tuple[Profile, Seen]]:
    """By mark: where it is first seen so."""
    found: dict[str, tuple[Profile, Seen]] = {}
    for column in columns:
        for mark, seen in getattr(column.amounts, kind).items():
            found.setdefault(mark, (column, seen))
    return found


def _exponent(code: str) -> int:
    try:
        return exponent(code)
    except UnknownCurrency:
        return 3
