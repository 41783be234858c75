"""What a file of a batch came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from duebook.ingest.check import Rejected
from duebook.ingest.look_alikes import LookAlikes


class Refused(Exception):
    """The batch was not loaded and nothing changed. The message is one sentence."""


class Busy(Exception):
    """Others have been writing the organisation's ledger for longer than the sender waits."""


Progress = Callable[[str, int, int], None]  # file, rows read so far, all rows once they are known


@dataclass
class Result:
    """What a file came to. Counts by action: new, changed, deleted, unchanged, repeated, stale,
    skipped, invalid; `warnings` are oddities that were let pass. A check looks for look-alikes,
    too. `actions` tells of pushed rows what each came to, by line.
    """

    file: str
    kind: str
    counts: Counter[str] = field(default_factory=Counter)
    invalid: list[Rejected] = field(default_factory=list)
    warnings: Counter[str] = field(default_factory=Counter)
    actions: dict[int, str] = field(default_factory=dict)
    new_accounts: int = 0
    look_alikes: LookAlikes = field(default_factory=LookAlikes)
    # Of a check: the first invoices that are receipts as well, which do not settle themselves.
    not_settling: dict[str, tuple[int, Decimal]] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def says_nothing_new(self) -> bool:
        return not any(self.counts[action] for action in ("new", "changed", "deleted"))
