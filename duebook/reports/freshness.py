"""How fresh the facts are that every figure rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from duebook.reports.rows import kept_rows


@dataclass(frozen=True)
class SourceRow:
    """A connector, or without a name whatever came by files and pushes. Clients and services see
    one without a name, whatever there is.

    `state` is fine, failing (it could not be asked) or overdue (nobody has asked it).
    """

    name: str | None
    as_of: datetime | None
    state: str


@dataclass(frozen=True)
class Freshness:
    """`as_of`: everything that its sources said until then is in the figures; None: nothing is."""

    sources: Sequence[SourceRow]

    @property
    def as_of(self) -> datetime | None:
        """Of connectors the one that is behind; without any, when something came last."""
        asked = [each.as_of for each in self.sources if each.name and each.as_of]
        sent = [each.as_of for each in self.sources if not each.name and each.as_of]
        return min(asked, default=None) or max(sent, default=None)

    @property
    def is_late(self) -> bool:
        """Something does not come in as it should."""
        return any(each.state != "fine" for each in self.sources)


def freshness(*, at: datetime) -> Freshness:
    """Of the organisation being seen, as its viewer may know it."""
    return Freshness(kept_rows(SourceRow, "freshness.sql", at=at))
