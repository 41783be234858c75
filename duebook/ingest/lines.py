"""Amounts that stand in another file, line by line: summed up and put beside each row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from duebook.ingest.check import Rejected, Skipped, checker
from duebook.ingest.encoding import Unreadable
from duebook.ingest.feeds import LINES_COLUMN, Bound, Column, Mapping
from duebook.ingest.finish import FIRST_FIELD
from duebook.ingest.kinds import KINDS
from duebook.ingest.rows import Source, SourceRow

KIND = KINDS["order_links"]  # of all kinds the one that asks the least beside an amount
DOCUMENTS_LIMIT = 5_000_000


def with_lines(source: Source, mapping: Mapping, lines: Source) -> Source:
    """The source with one more column, LINES_COLUMN: what the lines of each row come to.

    A row without lines, or with one that cannot be read, is invalid there. Raises Unreadable when
    either file lacks the column that both must have.
    """
    at = _position(source, mapping.lines_on)
    worths, troubles = _summed(lines, mapping)

    def records() -> Iterator[SourceRow]:
        width = len(source.header)
        for row in source.records():
            if row.trouble or row.line <= source.header_line or len(row.cells) < width:
                yield row
                continue
            key = row.cells[at].strip()
            cells = [*row.cells[:width], "", *row.cells[width:]]
            trouble = troubles.get(key, "")
            if key in worths and not trouble:
                cells[width] = format(worths[key], "f").replace(".", mapping.decimal)
            elif not trouble:
                trouble = f"{lines.name} has no line of it: send the lines of every row."
            yield row._replace(
                cells=cells, faults={**row.faults, width: trouble} if trouble else row.faults
            )

    return replace(source, records=records, header=[*source.header, LINES_COLUMN])


def _summed(lines: Source, mapping: Mapping) -> tuple[dict[str, Decimal], dict[str, str]]:
    """By the common column: what the lines are worth together, and what is wrong with one."""
    at = _position(lines, mapping.lines_on)
    check, slot = checker(_bound(lines, mapping)), KIND.slots["amount"] + FIRST_FIELD
    worths: dict[str, Decimal] = defaultdict(Decimal)
    troubles: dict[str, str] = {}
    for row in lines:
        key = row.cells[at].strip() if len(row.cells) > at else ""
        read = check(row)
        if isinstance(read, Rejected):
            where = f"line {read.line} of {lines.name}, {read.column}"
            troubles.setdefault(key, f"{where}: {read.reason}")
        elif isinstance(read, Skipped) or read[slot] is None:
            troubles.setdefault(key, f"line {row.line} of {lines.name} says no amount: put one in.")
        else:
            worths[key] += read[slot]
        if len(worths) > DOCUMENTS_LIMIT:
            raise Unreadable(f"{lines.name} has lines of too many documents: send it in parts.")
    return worths, troubles


def _bound(lines: Source, mapping: Mapping) -> Bound:
    """The file of lines, read for its amounts alone."""
    alone = replace(
        mapping,
        kind=KIND.name,
        columns={
            **{name: Column((mapping.lines_on,)) for name in KIND.required},
            "amount": mapping.lines_amount,
        },
        defaults={},
        filters=(),
        header=None,
    )
    return alone.bind(lines.header, file=lines.name, typed=lines.typed)


def _position(source: Source, name: str) -> int:
    names = [each.strip().casefold() for each in source.header]
    if names.count(name.casefold()) != 1:
        raise Unreadable(
            f'{source.name} must have one column named "{name}", by which lines and rows are'
            " brought together: name another one in [lines]."
        )
    return names.index(name.casefold())
