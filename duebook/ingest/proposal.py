"""What a file is understood to be: shown on a page for correction, or loaded when it is certain."""

from __future__ import annotations

from dataclasses import dataclass, field

from duebook.ingest.binding import shown
from duebook.ingest.feeds import Mapping
from duebook.ingest.rows import SourceRow

SHOWN = 20


@dataclass(frozen=True, slots=True)
class FieldProposal:
    """Which columns feed a field, how sure that is from 0 to 1, and why."""

    field: str
    columns: tuple[str, ...]
    confidence: float
    reason: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a file is understood to be. `mapping` serialises with `mapping_text`."""

    file: str
    kind: str
    title: str  # how it was recognised
    mapping: Mapping
    fields: tuple[FieldProposal, ...]
    doubts: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()  # for formats and marks
    sample: tuple[SourceRow, ...] = field(default=(), repr=False, compare=False)

    @property
    def is_certain(self) -> bool:
        return not self.doubts

    @property
    def is_plain(self) -> bool:
        """The file is written as Duebook asks, so there is nothing to tell."""
        return not self.mapping.columns

    @property
    def said(self) -> tuple[str, str]:
        """Two lines: what the file is and how it writes, then which column feeds what."""
        mapping = self.mapping
        formats = [each for column in mapping.columns.values() for each in column.formats]
        written = ", ".join(dict.fromkeys(formats or mapping.date_formats))
        amount = f"1{mapping.thousands}234{mapping.decimal}56"
        fed = ", ".join(f"{each.field} from {' + '.join(each.columns)}" for each in self.fields)
        rest = f"; not used: {shown(self.unused)}" if self.unused else ""
        return (
            f"{self.file}: understood as {self.kind} ({self.title}); dates {written}; "
            f"amounts like {amount}.",
            f"  {fed}{rest}.",
        )
