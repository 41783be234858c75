"""What a batch came to, as it is kept with its intake; and its invalid rows, to be corrected."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import xlsxwriter

from duebook.ingest import kept_files
from duebook.ingest.encoding import storable
from duebook.ingest.folders import folder
from duebook.ingest.guess import OURS
from duebook.ingest.intake_rows import Outcome, SelfSettling, TableOutcome, TakenBack
from duebook.ingest.load import Result, Results
from duebook.ingest.opening import Opened
from duebook.ledger.undo import Undone
from duebook.visibility.seeing import seeing
from duebook.visibility.viewer import Viewer

SHOWN = 50  # invalid rows of a table
CELL_LIMIT = 32_767  # characters of a cell of Excel


def outcome_of(results: Results, *, files: Mapping[str, int | None]) -> Outcome:
    """`files` are the kept files of invalid rows, by table."""
    return Outcome(
        tables=[_table(result, files.get(result.file)) for result in results],
        effect=results.effect,
        closing=results.closing,
        says_nothing_new=results.says_nothing_new,
        self_settling=_self_settling(results),
        seconds=sum(result.seconds for result in results),
    )


def outcome_of_undo(undone: Undone) -> Outcome:
    taken = TakenBack(undone.runs, undone.removed, undone.restored, undone.accounts)
    return Outcome(effect=undone.effect, taken_back=taken)


def _table(result: Result, invalid_file_id: int | None) -> TableOutcome:
    return TableOutcome(
        table=result.file,
        kind=result.kind,
        counts={name: count for name, count in result.counts.items() if count},
        warnings=dict(result.warnings),
        invalid=result.invalid[:SHOWN],
        invalid_file_id=invalid_file_id,
        new_accounts=result.new_accounts,
        look_alikes=result.look_alikes,
        seconds=result.seconds,
    )


def _self_settling(results: Results) -> SelfSettling | None:
    amounts: Counter[str] = Counter()
    sums: dict[str, Decimal] = {}
    for result in results:
        for currency, (count, amount) in result.not_settling.items():
            amounts[currency] += count
            sums[currency] = sums.get(currency, Decimal(0)) + amount
    return SelfSettling(amounts.total(), sums) if sums else None


def invalid_files(viewer: Viewer, opened: Sequence[Opened], results: Results) -> dict[str, int]:
    """Keep the invalid rows of each table as a workbook: as they came, with line and reason."""
    by_name = {each.name: each for each in opened}
    files: dict[str, int] = {}
    for result in results:
        if not result.invalid:
            continue
        with folder("invalid") as place:
            path = place / "invalid.xlsx"
            _write(path, by_name[result.file], result)
            name = f"{result.file.rpartition('/')[2]}-invalid.xlsx"
            with seeing(viewer):
                kept = kept_files.keep(
                    viewer, kept_files.blocks(path), file_name=name, at=datetime.now(UTC)
                )
        files[result.file] = kept.id
    return files


def _write(path: Path, file: Opened, result: Result) -> None:
    """All cells are text, so that a program changes none and runs none."""
    reasons = {row.line: _said(row.column, row.reason) for row in result.invalid}
    mapping, source = file.bound.mapping, file.source
    width = len(source.header)
    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet(mapping.sheet[:31] or None)
    at = 0
    if mapping.header is None:
        _write_row(sheet, at, [*source.header, f"{OURS}line", f"{OURS}reason"])
        at += 1
    for row in source:
        if row.line in reasons:
            cells = [*row.cells, *[""] * (width - len(row.cells))]
            _write_row(sheet, at, [*cells, str(row.line), reasons[row.line]])
            at += 1
    book.close()


def _write_row(sheet: xlsxwriter.worksheet.Worksheet, at: int, cells: Sequence[str]) -> None:
    for place, cell in enumerate(cells):
        if cell:
            sheet.write_string(at, place, storable(cell)[:CELL_LIMIT])


def _said(column: str, reason: str) -> str:
    return f"{column}: {reason}" if column else reason
