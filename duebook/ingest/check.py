"""A row of cells becomes values ready for loading, or the reason why not. Pure.

Everything a mapping says is decided once, when the checker is made; a row then costs one call
per field that is fed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from duebook.ingest.cells import Wrong, refuse_unstorable
from duebook.ingest.encoding import storable
from duebook.ingest.feeds import Bound
from duebook.ingest.finish import FIRST_FIELD, finishers, gaps
from duebook.ingest.readers import Read, joined_text, readers
from duebook.ingest.rows import SourceRow

LINE, FINGERPRINT = 0, 1
SHOWN = 200
ZERO = "amount is zero"
DUE_BEFORE_ISSUE = "due date before the issue date"


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that cannot be taken: the cell to correct, and how."""

    line: int
    column: str
    value: str
    reason: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row left out on purpose."""

    line: int
    reason: str


# (line, fingerprint, one value per field of the kind, in their order)
Accepted = tuple[Any, ...]
Checker = Callable[[SourceRow], Accepted | Rejected | Skipped]


def checker(bound: Bound, *, warnings: Counter[str] | None = None) -> Checker:
    """The function that checks the rows of one file. It counts oddities it lets pass."""
    warnings = Counter() if warnings is None else warnings
    plan = _plan(bound, warnings)
    blank = _blank(bound)
    squared, passed, left_out, joined = (
        _squarer(bound),
        gaps(bound),
        _filter(bound),
        _joiner(bound),
    )
    finish = finishers(bound)
    needed = _needed(bound)
    rule = _row_rule(bound, warnings)

    def check(row: SourceRow) -> Accepted | Rejected | Skipped:
        line, cells, trouble, faults, given = row
        place = -1
        values = blank.copy()
        values[LINE] = line
        try:
            cells = squared(cells, trouble)
            if passed and (reason := passed(cells)):
                return Skipped(line, reason)
            if left_out and (reason := left_out(cells)):
                return Skipped(line, reason)
            if faults:
                _refuse_faults(faults, needed)
            if joined:
                cells = joined(cells)
            for place, slot, read in plan:
                values[slot] = read(cells[place])
            for each in finish:
                each(values, cells)
            content = repr(values[FIRST_FIELD:])
            if given is not None:
                content += repr(given)
            # Only escapes have backslashes: nearly every row is spared the closer look.
            if "\\" in content:
                for fed in plan:
                    place = fed[0]
                    refuse_unstorable(values[fed[1]])
        except Wrong as wrong:
            return _rejected(bound, line, cells, wrong, place=place)
        values[FINGERPRINT] = blake2b(content.encode(), digest_size=16).digest()
        return rule(values) or tuple(values)

    return check


def _plan(bound: Bound, warnings: Counter[str]) -> tuple[tuple[int, int, Read], ...]:
    """Where each field's text stands, where its value goes, and how the one becomes the other."""
    places, slots = _places(bound), bound.kind.slots

    def note(said: str) -> None:
        warnings[said] += 1

    fed = readers(bound, note=note)
    return tuple((places[name], slots[name] + FIRST_FIELD, read) for name, read in fed.items())


def _needed(bound: Bound) -> frozenset[int]:
    """The positions of the cells that say something."""
    fed = {position for feed in bound.feeds for position in feed.positions}
    return frozenset(fed | {*bound.others.values()} | {at for at, _ in bound.filters})


def _refuse_faults(faults: Mapping[int, str], needed: frozenset[int]) -> None:
    for position, reason in faults.items():
        if position in needed:
            raise Wrong(reason, at=position)


def _places(bound: Bound) -> dict[str, int]:
    """Joined texts stand behind the row's own cells."""
    joined = iter(range(len(bound.header), 2 * len(bound.header) + len(bound.feeds)))
    return {
        feed.field.name: feed.positions[0] if len(feed.positions) == 1 else next(joined)
        for feed in bound.feeds
        if feed.positions
    }


def _blank(bound: Bound) -> list[Any]:
    values: list[Any] = [None] * (FIRST_FIELD + len(bound.kind.fields))
    for feed in bound.feeds:
        values[bound.kind.slots[feed.field.name] + FIRST_FIELD] = feed.default
    return values


def _squarer(bound: Bound) -> Callable[[list[str], str], list[str]]:
    """Gives a row as many cells as the header has, where only empty ones differ."""
    width = len(bound.header)
    least = max((at + 1 for at, name in enumerate(bound.header) if name.strip()), default=0)

    def squared(cells: list[str], trouble: str) -> list[str]:
        if len(cells) == width:
            return cells
        if trouble:
            raise Wrong(trouble)
        if bound.typed:  # Their cells have a place: empty ones are left out, and notes may follow.
            return cells[:width] + [""] * (width - len(cells))
        if len(cells) < least or any(map(str.strip, cells[width:])):
            raise Wrong(
                f"The row has {len(cells):,} cells where the header has {least:,}: "
                "put cells that hold a separator in quotation marks."
            )
        return cells[:width] + [""] * (width - len(cells))

    return squared


def _filter(bound: Bound) -> Callable[[list[str]], str | None] | None:
    """Why a row is left out, or None when it is not."""
    filters = [
        (position, each.words, each.keeps, f'left out by the filter on "{each.column}"')
        for position, each in bound.filters
    ]

    def left_out(cells: list[str]) -> str | None:
        for position, words, keeps, reason in filters:
            if (cells[position].strip() in words) != keeps:
                return reason
        return None

    return left_out if filters else None


def _joiner(bound: Bound) -> Callable[[list[str]], list[str]] | None:
    feeds = [feed for feed in bound.feeds if len(feed.positions) > 1]
    nulls = bound.mapping.nulls

    def joined(cells: list[str]) -> list[str]:
        return cells + [joined_text(feed, cells, nulls=nulls) for feed in feeds]

    return joined if feeds else None


def _rejected(bound: Bound, line: int, cells: list[str], wrong: Wrong, *, place: int) -> Rejected:
    reason = str(wrong)
    if wrong.at >= 0:
        label = bound.header[wrong.at].strip() or f"#{wrong.at + 1}"
        return Rejected(line, label, _shown(cells[wrong.at]), reason)
    if place < 0:
        return Rejected(line, "", "", reason)
    places = _places(bound)
    feed = next(feed for feed in bound.feeds if places.get(feed.field.name) == place)
    return Rejected(line, feed.label, _shown(cells[place]), reason)


def _shown(cell: str) -> str:
    """A cell as an error list can store and show it."""
    text = cell.strip()
    text = text if len(text) <= SHOWN else text[:SHOWN] + "…"
    return storable(text)


Rule = Callable[[list[Any]], Rejected | Skipped | None]


def _row_rule(bound: Bound, warnings: Counter[str]) -> Rule:
    """What no cell alone can tell."""
    slots = {name: slot + FIRST_FIELD for name, slot in bound.kind.slots.items()}
    amount_at, skips_zero = slots.get("amount", LINE), bound.kind.skips_zero
    outstanding_at = slots.get("outstanding_amount", LINE)
    issue_at = slots.get("issue_date") or slots.get("order_date") or slots.get("date", LINE)
    due_at = slots.get("due_date", LINE)
    # An allocation that its source knows by a key of its own ends as zero.
    ends_at = slots["external_id"] if bound.kind.name == "allocations" else LINE
    labels = {feed.field.name: feed.label for feed in bound.feeds}
    outstanding_label = labels.get("outstanding_amount", "outstanding_amount")

    def rule(values: list[Any]) -> Rejected | Skipped | None:
        amount = values[amount_at]
        outstanding = values[outstanding_at] if outstanding_at else None
        if outstanding is not None and not (
            0 <= outstanding <= amount or amount <= outstanding <= 0
        ):
            return Rejected(
                values[LINE],
                outstanding_label,
                str(outstanding),
                "What is outstanding must lie between zero and the amount: correct either.",
            )
        is_zero = skips_zero and not amount and amount is not None
        if is_zero and not (ends_at and values[ends_at]):
            return Skipped(values[LINE], ZERO)
        if due_at and (due := values[due_at]) and due < values[issue_at]:
            warnings[DUE_BEFORE_ISSUE] += 1
        return None

    return rule
