"""What there is to say about a file on its way into the ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from duebook.ingest.check import Rejected
from duebook.ingest.look_alikes import LookAlikes
from duebook.ingest.proposal import FieldProposal
from duebook.ingest.snapshot import Closing
from duebook.ledger.effect import Effect

WORKING = ("understanding", "checking", "committing")
WAITING = ("asking", "checked")  # for a person
ENDED = ("done", "refused", "cancelled")


@dataclass(frozen=True)
class TableChoice:
    """What a person says about a table of the file.

    `mapping` is TOML: with columns it is how the table is read; without, its settings (separator,
    header, skip_rows, date_formats, decimal and so on) are given and the rest is understood anew.
    `save_as`: remember the mapping under this name.
    """

    kind: str = ""
    mapping: str = ""
    left_out: bool = False
    save_as: str = ""


@dataclass(frozen=True)
class Options:
    """What a person says about the file. `kind` is for tables that nothing else is said of."""

    kind: str = ""
    as_at: date | None = None
    snapshot: bool = False
    strict: bool = False
    tables: Mapping[str, TableChoice] = field(default_factory=dict)


@dataclass(frozen=True)
class Landing:
    """A row as it would land: its fields as text in Duebook's notation, or why it would not."""

    line: int
    values: dict[str, str]
    trouble: str = ""


@dataclass(frozen=True)
class SampleRow:
    """A row as it stands in the file; long cells are cut.

    `types` says by letter which cells the file itself holds as numbers (x) or days (d); `trouble`
    why the cells cannot be trusted.
    """

    line: int
    cells: list[str]
    types: str = ""
    trouble: str = ""


@dataclass(frozen=True)
class TableProposal:
    """What a table of the file is understood to be.

    `table` names it (may.xlsx/Invoices) and is its key in `Options.tables`; `mapping` is TOML;
    `saved_as` is the name of the saved mapping that fits its header. With `trouble` it is of no
    kind, so it is left out unless a choice says more.
    """

    table: str
    kind: str
    title: str
    mapping: str
    saved_as: str = ""
    header: list[str] = field(default_factory=list)
    typed: str = ""
    fields: list[FieldProposal] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    sample: list[SampleRow] = field(default_factory=list)
    landing: list[Landing] = field(default_factory=list)
    trouble: str = ""
    left_out: bool = False

    @property
    def is_certain(self) -> bool:
        return not (self.doubts or self.trouble)


@dataclass(frozen=True)
class TableOutcome:
    """What a table came to, or would. `counts` are by action: new, changed, unchanged, repeated,
    stale, skipped, invalid. `invalid` are the first of the invalid rows; all of them (10,000 at
    most) are in the kept file `invalid_file_id`, to be corrected and sent again.
    """

    table: str
    kind: str
    counts: dict[str, int]
    warnings: dict[str, int]
    invalid: list[Rejected]
    invalid_file_id: int | None
    new_accounts: int
    look_alikes: LookAlikes
    seconds: float

    @property
    def rows(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class SelfSettling:
    """The first receipt tax invoices, while these do not settle themselves: that must be asked.

    `amounts` by currency.
    """

    count: int
    amounts: dict[str, Decimal]


@dataclass(frozen=True)
class TakenBack:
    """What undoing a batch does: documents gone, documents as before, accounts gone."""

    runs: list[int]
    removed: int
    restored: int
    accounts: int


@dataclass(frozen=True)
class Outcome:
    """What a batch would come to (of a check), or came to (of a commit)."""

    tables: list[TableOutcome] = field(default_factory=list)
    effect: Effect = field(default_factory=Effect)
    closing: Closing | None = None
    says_nothing_new: bool = False
    self_settling: SelfSettling | None = None
    taken_back: TakenBack | None = None
    seconds: float = 0.0

    def counts(self) -> dict[str, int]:
        """Of all tables, by action."""
        names = dict.fromkeys(name for table in self.tables for name in table.counts)
        return {name: sum(table.counts.get(name, 0) for table in self.tables) for name in names}


@dataclass(frozen=True)
class Intake:
    """Where a file stands. `state` is one of WORKING, WAITING or ENDED.

    `trouble`: why it was refused, in one sentence. `stalled`: why nothing goes on any more although
    `state` is one of WORKING, in one sentence; `resume` sets it going again. `undoes`: a run, whose
    batch is taken back; there is no file then. `rows_total` is an estimate until all rows are read;
    `seconds_left` is None while nothing can be said.
    """

    id: int
    state: str
    file_id: int | None
    file_name: str
    size_bytes: int
    person: str
    person_id: int
    undoes: int | None
    options: Options
    proposals: list[TableProposal]
    outcome: Outcome | None
    trouble: str
    stalled: str
    made_at: datetime
    changed_at: datetime
    began_at: datetime | None
    rows_done: int
    rows_total: int | None
    seconds: float
    seconds_left: float | None
    batch_id: int | None

    @property
    def is_working(self) -> bool:
        return self.state in WORKING

    @property
    def rows_per_second(self) -> float | None:
        return self.rows_done / self.seconds if self.seconds > 0 and self.rows_done else None

    @property
    def share_done(self) -> float | None:
        """From 0 to 1; None while nothing can be said."""
        if self.seconds_left is None:
            return None
        whole = self.seconds + self.seconds_left
        return self.seconds / whole if whole else None
