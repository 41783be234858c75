"""How one field's text becomes its value, with all that the mapping says about it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from duebook.ingest.cells import Remembered, Value, Wrong, amount_parser, parser, without_decimal
from duebook.ingest.feeds import Bound, Feed, Mapping

Read = Callable[[str], Value | None]

# Few different texts fill many rows of these.
_REPEATING = {"date", "bool", "code", "currency", "int"}


def readers(bound: Bound) -> dict[str, Read]:
    """By field, for those that columns feed."""
    mapping = bound.mapping
    parse = amount_parser(
        decimal=mapping.decimal, thousands=mapping.thousands, rounded=mapping.round_half_up
    )
    # One memory for all amounts of a row: what is outstanding is mostly the amount or nothing.
    amounts = Remembered(parse).__getitem__
    fed = (feed for feed in bound.feeds if feed.positions)
    return {feed.field.name: _reader(mapping, feed, amounts=amounts) for feed in fed}


def _reader(mapping: Mapping, feed: Feed, *, amounts: Callable[[str], Decimal]) -> Read:
    column = feed.column
    formats = column.formats or mapping.date_formats
    parse = parser(feed.field, formats=formats, amounts=amounts)
    without = _missing(feed)
    is_plain = not (mapping.nulls or column.translate or column.strip_decimal or column.prefix)
    if is_plain:
        read = _plain_reader(parse, without=without)
    else:
        read = _full_reader(feed, parse, nulls=mapping.nulls, without=without)
    return Remembered(read).__getitem__ if feed.field.type in _REPEATING else read


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


def _plain_reader(parse: Callable[[str], Value], *, without: Callable[[], Value | None]) -> Read:
    def read(cell: str) -> Value | None:
        text = cell.strip()
        return parse(text) if text else without()

    return read


def _full_reader(
    feed: Feed,
    parse: Callable[[str], Value],
    *,
    nulls: frozenset[str],
    without: Callable[[], Value | None],
) -> Read:
    translate, prefix = feed.column.translate, feed.column.prefix
    strips = feed.column.strip_decimal

    def read(cell: str) -> Value | None:
        text = cell.strip()
        word = text.casefold()
        text = "" if word in nulls else text
        text = translate.get(word, text)
        text = without_decimal(text) if strips else text
        return parse(prefix + text) if text else without()

    return read
