"""How one field's text becomes its value, with all that the mapping says about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from duebook.ingest.cells import (
    AMOUNT_NULL_WORDS,
    NO_DAYS,
    NULL_WORDS,
    Remembered,
    Value,
    Wrong,
    amount_parser,
    is_null_word,
    parser,
    without_decimal,
)
from duebook.ingest.dates import YEARS, serial_day
from duebook.ingest.feeds import Bound, Feed, Mapping
from duebook.ingest.kinds import Field
from duebook.ingest.rows import Day, Exact, Typed

Read = Callable[[str], Value | None]
Note = Callable[[str], None]

# Few different texts fill many rows of these.
_REPEATING = {"date", "bool", "code", "currency", "int"}


def readers(bound: Bound, *, note: Note) -> dict[str, Read]:
    """By field, for those that columns feed. `note` hears of oddities that are let pass."""
    amounts = amounts_of(bound.mapping)
    fed = (feed for feed in bound.feeds if feed.positions)
    return {feed.field.name: _reader(bound, feed, amounts=amounts, note=note) for feed in fed}


def amounts_of(mapping: Mapping) -> Callable[[str], Decimal]:
    """One memory for all amounts of a row: what is outstanding is mostly the amount or nothing."""
    parse = amount_parser(
        decimal=mapping.decimal,
        thousands=mapping.thousands,
        rounded=mapping.round_half_up,
        symbols=mapping.symbols,
    )
    return Remembered(parse).__getitem__


def _reader(bound: Bound, feed: Feed, *, amounts: Callable[[str], Decimal], note: Note) -> Read:
    mapping, column = bound.mapping, feed.column
    formats = column.formats or mapping.date_formats
    without = _missing(feed)
    parse = _lenient(feed, parser(feed.field, formats=formats, amounts=amounts), without, note)
    is_plain = not (mapping.nulls or column.translate or column.strip_decimal or column.prefix)
    if is_plain:
        read = _plain_reader(parse, without=without)
    else:
        read = _full_reader(feed, parse, nulls=mapping.nulls, without=without, note=note)
    if feed.field.type in _REPEATING:
        read = Remembered(read).__getitem__
    if not bound.typed:
        return read
    exact = amount_parser(rounded=mapping.round_half_up)
    return _typed_reader(feed.field, read, exact=exact, typed=bound.typed)


def _lenient(
    feed: Feed,
    parse: Callable[[str], Value],
    without: Callable[[], Value | None],
    note: Note,
) -> Read:
    """Words that mean nothing are an empty cell where the value would be refused otherwise."""
    name, kind = feed.field.name, feed.field.type
    if kind == "text":
        return parse
    words = AMOUNT_NULL_WORDS if kind in ("amount", "quantity") else NULL_WORDS
    words = words | NO_DAYS if kind == "date" else words

    def read(text: str) -> Value | None:
        try:
            return parse(text)
        except Wrong:
            if text.casefold() not in words:
                raise
        value = without()
        note(f'"{text}" read as an empty cell in {feed.label or name}')
        return value

    return read


def _typed_reader(
    field: Field, read: Read, *, exact: Callable[[str], Decimal], typed: Typed
) -> Read:
    """Numbers and days that the file holds as such need no marks and no formats."""

    def amount(cell: str) -> Value | None:
        if type(cell) is not Exact:
            return read(cell)
        if (value := exact(cell)) < 0 and field.not_negative:
            return read(cell)  # which says so
        return value

    def day(cell: str) -> Value | None:
        if type(cell) is Day:
            value = date.fromisoformat(cell[:10])
            if value.year not in YEARS:
                raise Wrong(
                    f"The year is not between {YEARS[0]} and {YEARS[-1]}: correct the date."
                )
            return value
        # A spreadsheet's day whose cell has lost its format.
        if type(cell) is Exact and typed != "json" and (counted := serial_day(cell, typed)):
            return counted
        return read(cell)

    match field.type:
        case "amount" | "quantity":
            return amount
        case "date":
            return day
    return read


def joined_text(feed: Feed, cells: list[str], *, nulls: frozenset[str]) -> str:
    """The texts of several columns as one; empty ones leave no separator behind."""
    texts = (cells[position].strip() for position in feed.positions)
    return feed.column.join.join(text for text in texts if text and text.casefold() not in nulls)


def _missing(feed: Feed) -> Callable[[], Value | None]:
    """What an empty cell stands for."""
    default, name = feed.default, feed.field.name

    def required() -> Value | None:
        raise Wrong(f"The {name.replace('_', ' ')} is missing: fill it in.")

    return required if feed.field.required and default is None else lambda: default


def _plain_reader(parse: Read, *, without: Callable[[], Value | None]) -> Read:
    def read(cell: str) -> Value | None:
        text = cell.strip()
        return parse(text) if text else without()

    return read


def _full_reader(
    feed: Feed,
    parse: Read,
    *,
    nulls: frozenset[str],
    without: Callable[[], Value | None],
    note: Note,
) -> Read:
    translate, prefix = feed.column.translate, feed.column.prefix
    strips = feed.column.strip_decimal
    said = f"read as an empty cell in {feed.label or feed.field.name}"

    def read(cell: str) -> Value | None:
        text = cell.strip()
        word = text.casefold()
        if word in nulls:
            if is_null_word(text):
                note(f'"{text}" {said}')
            text = ""
        text = translate.get(word, text)
        text = without_decimal(text) if strips else text
        return parse(prefix + text) if text else without()

    return read
