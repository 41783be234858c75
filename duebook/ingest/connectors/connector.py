"""What a connector is: it lists what changed in a source since its cursor, as rows by kind.

docs/connectors.md says how to write one. A connector reads; it never writes to the ledger and
knows nothing of schedules, retries or where its cursor is kept (poll.py does).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol

from django.utils.functional import Promise

from duebook.ingest.kinds import KINDS
from duebook.ingest.mapping import plain_mapping
from duebook.ingest.mappings import Recogniser
from duebook.ingest.opening import Opened
from duebook.ingest.rows import Source, SourceRow
from duebook.visibility.organisations import Organisation

Text = str | Promise
Cursor = dict[str, Any]  # what JSON can hold; empty at first
Row = Mapping[str, str]  # by the field's names of docs/ingest.md, in their plain notation


class Trouble(Exception):
    """The source cannot be used now. The message is one sentence that says what to do."""


class Unfit(Trouble):
    """Settings that cannot work; `name` is the one to correct."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


@dataclass(frozen=True)
class Setting:
    """One thing an admin says of a source. A secret is sealed, and never shown again."""

    name: str
    label: Text
    help: Text = ""
    type: Literal["text", "address", "secret", "yes"] = "text"
    required: bool = True
    default: str = ""


class Known(Protocol):
    """What the ledger has of this source already, for sources that do not list what is gone."""

    def accounts(self, external_ids: Iterable[str]) -> set[str]:
        """Those of these accounts that are loaded."""
        ...

    def allocations(self, source_numbers: Iterable[str]) -> list[dict[str, str]]:
        """The allocations of these payments and credits that stand, as rows of their kind."""
        ...

    def mappings(self) -> Recogniser:
        """What the organisation has said of files with certain headers."""
        ...


@dataclass
class Pull:
    """Facts that belong together: one batch. `open` may raise Trouble, Unreadable or Refused.

    `cursor` is where the next poll begins, once this is loaded; `digest` of what it brings, where
    the same comes again while it may still change. `loaded` and `refused` are told the outcome,
    after the transaction; a refused pull stops nothing that comes after it.
    """

    cursor: Cursor
    open: Callable[[], Sequence[Opened]]
    as_of: datetime | None = None
    digest: str = ""
    snapshot: bool = False
    keeps: bool = False  # the files are real ones: they are kept as they came
    loaded: Callable[[], None] = lambda: None
    refused: Callable[[str], None] = lambda _sentence: None


class Connector(Protocol):
    """One source. Made from its settings for each poll; raises Unfit where they cannot work."""

    LABEL: ClassVar[Text]
    SETTINGS: ClassVar[Sequence[Setting]]

    def __init__(
        self, settings: Mapping[str, Any], *, secret: str, organisation: Organisation
    ) -> None: ...

    def test(self) -> str:
        """One sentence of what is there. Raises Trouble."""
        ...

    def pulls(self, cursor: Cursor, *, known: Known, at: datetime) -> Iterator[Pull]:
        """What changed since the cursor, oldest first; at least the changes, never less."""
        ...


def table(kind: str, rows: Sequence[Row], *, name: str, digest: str) -> Opened:
    """Rows as a file of that kind: what load() takes. Each row's line is its place, from 1."""
    header = list(dict.fromkeys(key for row in rows for key in row))

    def records() -> Iterator[SourceRow]:
        for line, row in enumerate(rows, start=1):
            yield SourceRow(line, [row.get(key, "") for key in header])

    source = Source(name, Path(name), records, header, kind=kind)
    bound = plain_mapping(kind).bind(header, kind=kind, file=name)
    assert bound.kind is KINDS[kind]
    return Opened(Path(name), source, bound, digest)
