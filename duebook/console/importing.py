"""import: files into the ledger of an organisation, as its console."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from duebook.console.effects import say_closing, say_effect
from duebook.ingest.load import Progress as Told
from duebook.ingest.load import Result, Results, load
from duebook.ingest.mapping import load_mapping
from duebook.ingest.mappings import Recogniser, all_of, used
from duebook.ingest.opening import Opened, open_files
from duebook.jobs.order import order
from duebook.visibility.organisations import console_of, current
from duebook.visibility.seeing import seeing

SHOWN = 20
ACTIONS = ("new", "changed", "unchanged", "repeated", "stale", "skipped", "invalid")


def import_files(asked: Namespace) -> int:
    """0 when every row is in, 1 when invalid rows were left out; 2, and nothing, otherwise."""
    console = console_of(asked.slug)
    mapping = load_mapping(asked.mapping) if asked.mapping else None
    at = datetime.now(UTC)
    with seeing(console):
        currency = current(console).currency
        saved = Recogniser([] if mapping else all_of(console))
    files = [
        file
        for path in asked.files
        if not (mapping and path.name.casefold() == mapping.lines_file.casefold())
        for file in open_files(
            path,
            kind=asked.kind,
            mapping=mapping,
            currency=currency,
            beside=asked.files,
            saved=saved,
        )
    ]
    for file in files:
        _tell(file)
    with _progress(files) as told:
        results = load(
            console,
            files,
            as_at=asked.as_at,
            strict=asked.strict,
            snapshot=asked.snapshot,
            dry_run=asked.dry_run,
            kept_at=at,
            progress=told,
        )
    with seeing(console):
        used(console, [file.saved_as for file in files if file.saved_as], at=at)
        if not (asked.dry_run or results.says_nothing_new):
            order("keep_days")
    for result in results:
        _say(result)
    if results.closing:
        say_closing(results.closing, is_dry=asked.dry_run)
    if results.says_nothing_new:
        print("Nothing new.")
    elif asked.dry_run:
        say_effect(results.effect)
        _say_what_to_look_at(results)
        print("Dry run: nothing was written.")
    return 1 if any(result.invalid for result in results) else 0


def _tell(file: Opened) -> None:
    """What was understood of a file that nobody described."""
    if file.proposal:
        print("\n".join(file.proposal.said))
    if file.saved_as:
        print(f'{file.name}: read by the mapping "{file.saved_as}", saved for this header.')
    for name in file.left_out:
        print(f"{name}: left out, for it is no table of any kind.")


def _say(result: Result) -> None:
    counted = ", ".join(f"{result.counts[action]:,} {action}" for action in ACTIONS)
    rows = result.counts.total()
    accounts = f"; {result.new_accounts:,} new accounts" if result.new_accounts else ""
    print(f"{result.file} ({result.kind}): {rows:,} rows: {counted}{accounts}.")
    for warning, count in result.warnings.items():
        print(f"  note: {warning}: {count:,}")
    for row in result.invalid[:SHOWN]:
        column = f", {row.column}" if row.column else ""
        value = f" {row.value!r}" if row.value else ""
        print(f"  line {row.line}{column}{value}: {row.reason}", file=sys.stderr)
    if (more := result.counts["invalid"] - SHOWN) > 0:
        print(f"  and {more:,} more invalid rows", file=sys.stderr)


def _say_what_to_look_at(results: Results) -> None:
    """What a check finds that is not wrong but may be a mistake, and what it must ask."""
    for result in results:
        alike, name = result.look_alikes, result.file
        for each in alike.documents[:SHOWN]:
            other = f"line {each.other_line}" if each.other_line else each.other_number
            print(
                f"  {name}, line {each.line}: {each.number} looks like {other}:"
                f" {each.amount:,f} {each.currency} of {each.account_number} on {each.day}"
            )
        for account in alike.accounts[:SHOWN]:
            print(
                f"  {name}: new account {account.account_number} {account.name} has"
                f" {account.reason} as {account.other_number} {account.other_name}"
            )
        more = max(alike.document_count - SHOWN, 0) + max(alike.account_count - SHOWN, 0)
        if more:
            print(f"  {name}: and {more:,} more look like others")
        for currency, (count, amount) in result.not_settling.items():
            print(
                f"  {name}: {count:,} invoices are receipts as well ({amount:,f} {currency}) and"
                " would stay open; if they are paid as they are written, turn that on with:"
                " duebook org self-settling SLUG on"
            )


@contextmanager
def _progress(files: list[Opened]) -> Iterator[Told]:
    """A bar per file on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    bars = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )
    with bars:
        known = {file.name: bars.add_task(file.name, total=None) for file in files}

        def told(name: str, rows: int, total: int) -> None:
            bars.update(known[name], completed=rows, total=total or None)

        yield told
