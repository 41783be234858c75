"""The accounts before and after one in the customers' list, wherever in it that is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from duebook.reports.customers import Asked, CustomerRow, keys_of, meant_by, placed, types
from duebook.reports.customers_filter import Filter
from duebook.reports.customers_order import Keys, Order, order_of
from duebook.reports.rows import organisation, query, sees_all
from duebook.rollups.days import must_be_there
from duebook.visibility.seeing import raw


@dataclass(frozen=True)
class Position:
    """Where a row stands in the list, from 1, and how many rows the list has."""

    place: int
    of: int


def position(asked: Asked, row: CustomerRow, *, at: datetime) -> Position | None:
    """Where a row stands in the list of `asked`; None when it is not one of its rows.

    It counts every row of the list. Raises NotReady, and KeyError for a column that cannot be
    sorted by.
    """
    must_be_there(organisation(), asked.as_of, scored=True)
    order, meant = order_of(asked.sort, currency=asked.currency), meant_by(asked, at=at)
    keys = keys_of(order, asked, row.key)
    text = placed(
        query("customers_position.sql"),
        before=order.reversed().after(keys),
        joined=order.beside(meant.joined),
        asked=meant.text,
    )
    own = {"customer": row.customer_id, "own": row.currency}
    named = {**meant.named, **(keys or {}), **own, "as_of": asked.as_of, "org": organisation()}
    found = raw().execute(text, named).fetchone()
    return Position(found[0] + 1, found[1]) if found and found[2] else None


def around(asked: Asked, row: CustomerRow, *, at: datetime) -> tuple[int | None, int | None]:
    """The customers above and below a row in the list of `asked`; None at its ends.

    The row itself need not match. For who sees all each is one step in an index; others' rows are
    put in order. `at` is when invitations are judged. Raises NotReady, and KeyError for a column
    that cannot be sorted by.
    """
    is_sorted = must_be_there(organisation(), asked.as_of, scored=True).is_sorted
    order = order_of(asked.sort, currency=asked.currency)
    meant = meant_by(asked, at=at)
    if not (sees_all() and is_sorted):
        return _between(order, asked, meant, row)
    keys = keys_of(order, asked, row.key)
    above = _beside(order.reversed(), asked, meant, keys) if keys else None
    return above, _beside(order, asked, meant, keys) if keys else None


def _beside(order: Order, asked: Asked, meant: Filter, keys: Keys | None) -> int | None:
    for stretch in order.stretches(keys, partial(types, asked)):
        text = placed(
            query("customers_beside.sql"),
            joined=order.beside(meant.joined),
            asked=meant.text,
            stretch=stretch.condition,
            after=stretch.after,
            order=order.text,
        )
        named = {**meant.named, **(keys or {}), "type": stretch.type, "as_of": asked.as_of}
        for found in raw().execute(text, {**named, "org": organisation()}):
            return int(found[0])
    return None


def _between(
    order: Order, asked: Asked, meant: Filter, row: CustomerRow
) -> tuple[int | None, int | None]:
    text = placed(
        query("customers_between.sql"),
        joined=order.beside(meant.joined),
        asked=meant.text,
        order=order.text,
    )
    own = {"customer": row.customer_id, "own": row.currency}
    named = {**meant.named, **own, "as_of": asked.as_of, "org": organisation()}
    found = raw().execute(text, named).fetchone()
    return (found[0], found[1]) if found else (None, None)
