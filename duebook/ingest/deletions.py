"""What a source says is gone: found by its external id or its numbers, and taken out.

Documents are cancelled and accounts inactive, marked as deleted with their version; lines, links
and allocations are removed. What is removed, or was never known, is remembered with its version,
so that an older word that comes later does not bring it back. A newer one does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, LiteralString

from duebook.ingest.cells import Wrong, amount_parser, parser, refuse_unstorable
from duebook.ingest.check import Rejected
from duebook.ingest.dates import PLAIN_FORMATS
from duebook.ingest.encoding import storable
from duebook.ingest.kinds import Kind
from duebook.ingest.versions import NUMBERS
from duebook.ledger import posting
from duebook.ledger.posting import Batch

HERE = Path(__file__).parent
STORED_KINDS = {"debit": "debit_adjustment", "credit": "credit_adjustment"}


@dataclass(frozen=True)
class Deletion:
    """`number` and `other` are what it is known by: of a line the invoice's and its own, of an
    allocation the source's and the invoice's.
    """

    line: int
    external_id: str | None
    kind: str | None
    number: str | None
    other: str | None
    dated_on: date | None
    source_version: str | None


def deletion(kind: Kind, line: int, row: Mapping[str, Any]) -> Deletion | Rejected:
    """What a row with `deleted` means. Fields that do not tell which one are passed over."""
    read: dict[str, Any] = {}
    names = NUMBERS[kind.name]
    for name in ("external_id", *names, "source_version"):
        try:
            read[name] = _value(kind, name, row.get(name))
        except Wrong as wrong:
            return Rejected(line, name, storable(str(row[name])[:200]), str(wrong))
    keys = [read[name] for name in names if name not in ("kind", "date")]
    if not read["external_id"] and None in keys:
        missing = next(name for name in names if read[name] is None)
        said = f"Say what is deleted: by external_id, or by {_listed(names)}."
        return Rejected(line, missing, "", said)
    code = read.get("kind")
    return Deletion(
        line=line,
        external_id=read["external_id"],
        kind=STORED_KINDS.get(code, code) if code else None,
        number=keys[0],
        other=keys[1] if len(keys) > 1 else None,
        dated_on=read.get("date"),
        source_version=read["source_version"],
    )


def _value(kind: Kind, name: str, value: Any) -> Any:
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise Wrong("Write a text there.")
    refuse_unstorable(value)
    text = value.strip()
    field = kind.fields[kind.slots[name]]
    read = parser(field, formats=PLAIN_FORMATS, amounts=amount_parser())
    return read(text) if text else None


def _listed(names: Sequence[str]) -> str:
    needed = [name for name in names if name not in ("kind", "date")]
    return " and ".join(needed)


class Deleting:
    """The deletions of one file, in the transaction of its batch."""

    def __init__(self, batch: Batch, shape: str, deletions: Sequence[Deletion]) -> None:
        self.batch, self.shape = batch, shape
        self.told = [[getattr(each, name) for each in deletions] for name in COLUMNS]

    def find(self) -> None:
        """What each comes to as the ledger stands now, in pg_temp.resolved_deletion."""
        execute = self.batch.connection.execute
        execute("TRUNCATE pg_temp.stage_deletion, pg_temp.resolved_deletion")
        if self.told[0]:
            execute(TOLD, self.told)
            self.batch.run(HERE / f"find_deleted_{self.shape}s.sql")
            self.batch.run(HERE / "judge_deletions.sql")

    def customers(self) -> set[int]:
        """Whose balances it moves, while everything still stands."""
        if self.shape not in ("document", "allocation"):
            return set()
        connection, org_id = self.batch.connection, self.batch.org_id
        return posting.reached(connection, org_id=org_id, customers=self.ids())

    def ids(self) -> set[int]:
        """Of the accounts that what is deleted belongs to, or that are deleted themselves."""
        query: LiteralString = (
            "SELECT DISTINCT customer_id FROM pg_temp.resolved_deletion"
            " WHERE action = 'deleted' AND customer_id IS NOT NULL"
        )
        return {row[0] for row in self.batch.connection.execute(query)}


COLUMNS = ("line", "external_id", "kind", "number", "other", "dated_on", "source_version")
TOLD: LiteralString = (
    "INSERT INTO pg_temp.stage_deletion SELECT * FROM unnest(%s::int[], %s::text[], %s::text[],"
    " %s::text[], %s::text[], %s::date[], %s::text[])"
)


def is_anything_buried(batch: Batch) -> bool:
    """Whether anything of this kind of file is remembered as gone."""
    query: LiteralString = (
        "SELECT EXISTS (SELECT FROM ar.tombstone WHERE org_id = %s AND intake = %s)"
    )
    row = batch.connection.execute(query, [batch.org_id, batch.intake]).fetchone()
    return bool(row and row[0])
