"""Files that name all that is open: what they do not name any more has been settled.

They speak for every document of the organisation that came by files of invoices. A row that cannot
be taken still names its invoice, so that nothing is closed because of a typing error.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import LiteralString

from duebook.ingest.check import checker
from duebook.ingest.feeds import Bound
from duebook.ingest.finish import FIRST_FIELD
from duebook.ingest.opening import Opened
from duebook.ingest.result import Refused
from duebook.ingest.rows import SourceRow
from duebook.ledger import posting
from duebook.ledger.posting import Batch

HERE = Path(__file__).parent
KIND = "invoices"
NAMES = ("invoice_number", "external_id")


@dataclass(frozen=True)
class Closing:
    """What a snapshot closes because it does not name it.

    `open_count` documents were open before; `amounts` are what is left of the closed ones by
    currency, credits subtracted. `unreadable` rows do not tell which document they are: when there
    are any, nothing is closed.
    """

    closed_on: date
    count: int = 0
    open_count: int = 0
    amounts: dict[str, Decimal] = field(default_factory=dict)
    unreadable: int = 0

    @property
    def is_alarming(self) -> bool:
        """More than half of what was open."""
        return 2 * self.count > self.open_count


class Snapshot:
    """The files of invoices of one batch, taken together. Raises Refused when there are none."""

    def __init__(self, files: Sequence[Opened]) -> None:
        if not any(file.bound.kind.name == KIND for file in files):
            raise Refused("A snapshot names open invoices: send a file of invoices with it.")
        self.unreadable = 0
        self.batch: Batch | None = None
        self.open_count = 0

    def begin(self, batch: Batch) -> None:
        """Before the first file of invoices: how much is open."""
        if self.batch is None:
            row = batch.connection.execute(_text("open_in_scope"), _named(batch)).fetchone()
            self.open_count = row[0] if row else 0
        self.batch = batch

    def list(self, batch: Batch, names: Sequence[tuple[str | None, str | None]]) -> None:
        """What a resolved file names; `names` are those of its rows that cannot be taken."""
        batch.connection.execute(
            "INSERT INTO pg_temp.listed SELECT kind, number, external_id FROM"
            " pg_temp.resolved_document"
        )
        numbers, ids = [name[0] for name in names], [name[1] for name in names]
        batch.connection.execute(
            "INSERT INTO pg_temp.listed SELECT NULL, number, external_id"
            " FROM unnest(%s::text[], %s::text[]) AS named (number, external_id)",
            [numbers, ids],
        )

    def find(self) -> set[int]:
        """The accounts of what is missing, once the rest of the batch is derived."""
        if self.batch is None or self.unreadable:
            return set()
        posting.join_as_a_whole(self.batch.connection, rows=self.open_count)
        self.batch.connection.execute(_text("missing"), _named(self.batch))
        query: LiteralString = "SELECT DISTINCT customer_id FROM pg_temp.missing"
        return {row[0] for row in self.batch.connection.execute(query)}

    def close(self) -> Closing:
        """Report what is missing as settled."""
        assert self.batch is not None  # There is a file of invoices.
        count = posting.close_missing(self.batch)
        return Closing(
            closed_on=self.batch.as_at,
            count=count,
            open_count=self.open_count,
            amounts=dict(self.batch.connection.execute(AMOUNTS).fetchall()),
            unreadable=self.unreadable,
        )


AMOUNTS: LiteralString = (
    "SELECT m.currency, sum(m.open_amount) * y.unit FROM pg_temp.missing m"
    " JOIN ar.currency y ON y.code = m.currency GROUP BY m.currency, y.unit ORDER BY 1"
)


def namer(bound: Bound) -> Callable[[SourceRow], tuple[str | None, str | None]]:
    """Tells the number and the external id of a row, whatever else is wrong with it."""
    readers = [_reader(bound, name) for name in NAMES]

    def names(row: SourceRow) -> tuple[str | None, str | None]:
        number, external_id = (read(row) for read in readers)
        return number, external_id

    return names


def _reader(bound: Bound, name: str) -> Callable[[SourceRow], str | None]:
    feeds = tuple(feed for feed in bound.feeds if feed.field.name == name)
    alone = replace(bound, feeds=feeds, others={})
    check, slot = checker(alone), bound.kind.slots[name] + FIRST_FIELD

    def read(row: SourceRow) -> str | None:
        values = check(row)
        return values[slot] if type(values) is tuple else None

    return read


def _named(batch: Batch) -> dict[str, object]:
    return {"org": batch.org_id, "as_at": batch.as_at, "intake": KIND}


def _text(name: str) -> LiteralString:
    return posting.text(HERE / f"{name}.sql")
