"""All rows of the customers' list for a file, in its order, as the database writes them.

They are read as they are taken, in the transaction at hand, and are never all here. Columns are
fields of CustomerRow.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from psycopg.sql import SQL, Composable, Composed, Identifier

from duebook.reports.customers import Asked, meant_by, placed
from duebook.reports.customers_order import order_of
from duebook.reports.rows import Texts, copied, organisation, query, streamed
from duebook.rollups.days import must_be_there

INERT = SQL(
    "CASE WHEN left({0}, 1) COLLATE \"C\" = ANY (%(unsafe)s) THEN '''' || {0}"
    " ELSE NULLIF({0}, '') END AS {0}"
)


def texts(asked: Asked, columns: Sequence[str], *, at: datetime) -> Iterator[Texts]:
    """A tuple per row."""
    return streamed(*_question(asked, [Identifier(each) for each in columns], at=at))


def lines(
    asked: Asked,
    columns: Sequence[str],
    *,
    words: Collection[str],
    unsafe: Sequence[str],
    at: datetime,
) -> Iterator[bytes]:
    """Lines of CSV in UTF-8, first the names of the columns. Those that are `words` get an
    apostrophe before what begins with an `unsafe` sign.
    """
    told = [(INERT if each in words else SQL("{0}")).format(Identifier(each)) for each in columns]
    text, named = _question(asked, told, at=at)
    return copied(
        SQL("COPY ({}) TO STDOUT (FORMAT csv, HEADER)").format(text), {**named, "unsafe": [*unsafe]}
    )


def _question(
    asked: Asked, told: Sequence[Composable], *, at: datetime
) -> tuple[Composed, dict[str, Any]]:
    must_be_there(organisation(), asked.as_of, scored=True)
    meant, order = meant_by(asked, at=at), order_of(asked.sort, currency=asked.currency)
    text = placed(
        query("customers_file.sql"),
        keys=order.named_keys,
        joined=order.beside(meant.joined),
        asked=meant.text,
        order=order.text,
    )
    whole = SQL("SELECT {} FROM ({}) AS listed").format(SQL(", ").join(told), SQL(text))
    return whole, {**meant.named, "as_of": asked.as_of, "org": organisation(), "at": at}
