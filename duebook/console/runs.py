"""runs, runs undo: the history of imports, and taking one back."""

from __future__ import annotations

import csv
import sys
from argparse import Namespace
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from duebook.console.effects import say_effect
from duebook.export.tables import harmless
from duebook.ledger.runs import Run, errors_of, history, run_of
from duebook.ledger.undo import undo
from duebook.visibility.organisations import Refused, console_of
from duebook.visibility.seeing import seeing

COUNTED = ("new", "changed", "unchanged", "repeated", "stale", "skipped", "invalid")
COLUMNS = (
    *("id", "batch", "started_at", "person", "kind", "file", *COUNTED, "closed", "state"),
    *("source", "seconds", "errors", "as_at", "sha256"),
)
ERRORS = ("line", "column", "value", "reason")


def runs(asked: Namespace) -> int:
    """`runs SLUG` lists them as CSV, newest first; `runs errors SLUG ID` the invalid rows of one;
    `runs undo SLUG ID` undoes a batch.
    """
    if asked.words[0] == "errors" and len(asked.words) == 3:
        return _errors(asked.words[1], int(asked.words[2]))
    if asked.words[0] == "undo" and len(asked.words) == 3:
        return _undo(asked.words[1], int(asked.words[2]), dry_run=asked.dry_run)
    return _list(asked.words[0])


def _list(slug: str) -> int:
    console = console_of(slug)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    with seeing(console, read_only=True):
        writer.writerows(map(_row, history(console)))
    return 0


def _row(run: Run) -> list[object]:
    counts = [run.counts.get(action, 0) for action in COUNTED]
    at = run.started_at.astimezone(UTC).isoformat(timespec="seconds")
    names = map(harmless, (run.person, run.kind, run.file_name))
    more = [run.source, run.seconds, run.errors, run.as_at, run.file_sha256]
    return [run.id, run.batch_id, at, *names, *counts, run.closed, run.state, *more]


def _errors(slug: str, run_id: int) -> int:
    console = console_of(slug)
    with seeing(console, read_only=True):
        if run_of(console, run_id) is None:
            said = _("There is no run %(run)s; see the history of imports.")
            raise Refused(said % {"run": run_id})
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(ERRORS)
        for line, *words in errors_of(console, run_id):
            writer.writerow([line, *map(harmless, words)])
    return 0


def _undo(slug: str, run_id: int, *, dry_run: bool) -> int:
    undone = undo(console_of(slug), run_id, at=datetime.now(UTC), dry_run=dry_run)
    runs = ", ".join(map(str, undone.runs))
    print(
        f"Batch {undone.batch_id} (runs {runs}): {undone.removed:,} documents removed,"
        f" {undone.restored:,} as they were before, {undone.accounts:,} accounts removed."
    )
    say_effect(undone.effect)
    if dry_run:
        print("Dry run: nothing was undone.")
    return 0
