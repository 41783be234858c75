"""Runs a .sql file of this folder as the viewer of the open transaction; rows come typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, LiteralString, TypeVar

import psycopg
from psycopg.rows import class_row
from psycopg.sql import Composed
from psycopg.types.string import TextLoader

from duebook.visibility.seeing import kept, raw, read_before, seen_by

HERE = Path(__file__).parent
Row = TypeVar("Row")
Texts = tuple[str | None, ...]
TAKEN = 500  # rows at a time on their way into a file
MANY = 1000  # documents of a client
SEE_ALL = ("admin", "member_all", "service", "service_read")


def rows(row: type[Row], file: str, **named: Any) -> list[Row]:
    """The answer of a file, one `row` per line. Call inside seeing()."""
    with raw().cursor(row_factory=class_row(row)) as cursor:
        return cursor.execute(query(file), {"org": organisation(), **named}).fetchall()


def records(file: str, **named: Any) -> list[tuple[Any, ...]]:
    """The answer of a file as it comes, for a report that sorts it into several types."""
    return raw().execute(query(file), {"org": organisation(), **named}).fetchall()


def kept_rows(row: type[Row], file: str, **named: Any) -> list[Row]:
    """As `rows`, of a file whose plan is kept: see `seeing.kept`."""
    with raw().cursor(row_factory=class_row(row)) as cursor:
        told = {"org": organisation(), **named}
        return cursor.execute(**kept(query(file)), params=told).fetchall()


def kept_records(file: str, **named: Any) -> list[tuple[Any, ...]]:
    """As `records`, of a file whose plan is kept: see `seeing.kept`."""
    told = {"org": organisation(), **named}
    return raw().execute(**kept(query(file)), params=told).fetchall()


def streamed(text: LiteralString | Composed, named: dict[str, Any]) -> Iterator[Texts]:
    """The rows of a question as the database writes them, for a file.

    They come while it still writes and are never all here: nothing else can be asked of it until
    the last one has been taken.
    """
    size = TAKEN if psycopg.pq.version() >= 170000 else 1  # older libraries take them singly
    with raw().cursor() as cursor:
        for kind in ("numeric", "int8", "int4", "date"):
            cursor.adapters.register_loader(kind, TextLoader)
        yield from cursor.stream(text, named, size=size)


def copied(text: Composed, named: dict[str, Any]) -> Iterator[bytes]:
    """The lines that a COPY sends, which come as `streamed` ones do."""
    with raw().cursor() as cursor, cursor.copy(text, named) as lines:
        yield from map(bytes, lines)


def customer_of(account_number: str) -> int | None:
    """The customer of an account number; None when there is none that the viewer may see."""
    query = "SELECT id FROM ar.customer WHERE org_id = %s AND account_number = %s"
    row = raw().execute(query, [organisation(), account_number]).fetchone()
    return int(row[0]) if row else None


@contextmanager
def joined_by_hashing() -> Iterator[None]:
    """For questions about one account. How much it has is not known beforehand: taken for a single
    row, thousands would be compared each with each.
    """
    raw().execute("SELECT set_config('enable_nestloop', 'off', true)")
    yield
    raw().execute("SELECT set_config('enable_nestloop', 'on', true)")


def kept_of_few(text: LiteralString) -> dict[str, Any]:
    """As `seeing.kept`, for questions about all documents of a client: with many of them, each
    question is planned for itself.
    """
    said = read_before()
    if "has_many" not in said:
        counted = "SELECT count(*) FROM (SELECT FROM ar.document WHERE org_id = %s LIMIT %s) AS d"
        ((number,),) = raw().execute(**kept(counted), params=[organisation(), MANY])
        said["has_many"] = number == MANY
    return {"query": text} if said["has_many"] else kept(text)


def organisation() -> int:
    """The viewer's organisation.

    The policies hold without it. In the query it gives the planner right estimates.
    """
    return seen_by().org_id


def sees_all() -> bool:
    """Whether the viewer is of a kind that sees every customer of the organisation."""
    return seen_by().kind in SEE_ALL


@cache
def query(file: str) -> LiteralString:
    """A file, with the files it names in braces in their places; {file day}: as of that day."""
    text = (HERE / file).read_text()
    return re.sub(r"\{(\w+)(?: (\w+))?\}", lambda part: _placed(part[1], day=part[2]), text)


def _placed(name: str, *, day: str | None) -> str:
    text = query(f"{name}.sql")
    return text.replace("%(as_of)s", f"%({day})s") if day else text
