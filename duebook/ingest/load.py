"""A batch of files into the ledger: staged, resolved, posted, all in one transaction.

Readers see the whole batch or nothing of it, and sending it again writes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, LiteralString, overload

import psycopg

from duebook.ingest.filing import Filing, Overtaken
from duebook.ingest.kept_files import ChangedMeanwhile, keep_original
from duebook.ingest.opening import Opened as Opened
from duebook.ingest.opening import open_file as open_file
from duebook.ingest.pushed import Pushed
from duebook.ingest.pushing import PushedFiling
from duebook.ingest.result import Busy as Busy
from duebook.ingest.result import Progress as Progress
from duebook.ingest.result import Refused as Refused
from duebook.ingest.result import Result as Result
from duebook.ingest.snapshot import Closing, Snapshot
from duebook.ledger import effect, posting
from duebook.ledger.effect import Effect, Reckoning
from duebook.ledger.posting import IMPORTS as IMPORTS
from duebook.ledger.posting import text
from duebook.visibility.organisation_settings import change_settings, settings_of
from duebook.visibility.organisations import current
from duebook.visibility.seeing import raw, seeing
from duebook.visibility.viewer import Viewer

HERE = Path(__file__).parent
LARGE = 1_000  # rows after which the planner is told how much there is now


@dataclass
class Results(Sequence[Result]):
    """What a batch came to: its files, in the order in which they were loaded, and all together.

    `batch_id` is the number by which it can be undone; None of a dry run.
    """

    files: list[Result] = field(default_factory=list)
    effect: Effect = field(default_factory=Effect)
    closing: Closing | None = None
    batch_id: int | None = None

    @property
    def says_nothing_new(self) -> bool:
        closes = self.closing is not None and self.closing.count > 0
        return not closes and all(file.says_nothing_new for file in self.files)

    @overload
    def __getitem__(self, at: int) -> Result: ...
    @overload
    def __getitem__(self, at: slice) -> list[Result]: ...
    def __getitem__(self, at: int | slice) -> Result | list[Result]:
        return self.files[at]

    def __len__(self) -> int:
        return len(self.files)


Within = Callable[[psycopg.Connection[Any], Results], None]
First = Callable[[psycopg.Connection[Any]], None]


class _DryRun(Exception):
    pass


def load(
    viewer: Viewer,
    files: Iterable[Opened],
    *,
    as_at: date | None = None,
    strict: bool = False,
    snapshot: bool = False,
    dry_run: bool = False,
    source: str = "file",
    kept_at: datetime | None = None,
    self_settling: bool = False,
    wait_seconds: float | None = None,
    first: First = lambda _: None,
    within: Within = lambda *_: None,
    progress: Progress = lambda *_: None,
) -> Results:
    """Load files as one batch. Raises Refused when nothing may be loaded.

    `snapshot`: the files of invoices among them name all that is open; what they do not name is
    settled. Rows are read and checked before anybody has to wait for this batch. `source` is
    where the history says it came from; with `kept_at` the files are kept as they are, sealed, as
    having come then. `self_settling`: from now on invoices that are receipts as well settle
    themselves. A dry run looks for look-alikes. `first` is called at the beginning of the batch's
    own transaction, once no other batch of the organisation is under way, and `within` at its end:
    what they write stands if and only if the batch does. Raises Busy when the others take longer
    than `wait_seconds`.
    """
    ordered = sorted(files, key=lambda file: file.bound.kind.load_order)
    batch = partial(
        _load,
        viewer,
        ordered,
        as_at=as_at,
        strict=strict,
        snapshot=snapshot,
        dry_run=dry_run,
        source=source,
        kept_at=kept_at,
        self_settling=self_settling,
        wait_seconds=wait_seconds,
        first=first,
        within=within,
        progress=progress,
    )
    try:
        # What is looked at is read in any case.
        return batch(recognises=not (dry_run or self_settling))
    except Overtaken:
        return batch(recognises=False)


def _load(
    viewer: Viewer,
    ordered: Sequence[Opened],
    *,
    as_at: date | None,
    strict: bool,
    snapshot: bool,
    dry_run: bool,
    source: str,
    kept_at: datetime | None,
    self_settling: bool,
    wait_seconds: float | None,
    first: First,
    within: Within,
    progress: Progress,
    recognises: bool,
) -> Results:
    whole = Snapshot(ordered) if snapshot else None
    with _tables() as connection:
        filings = [
            (PushedFiling if isinstance(file, Pushed) else Filing)(
                connection,
                viewer,
                file,
                number=number,
                as_at=as_at,
                snapshot=whole,
                source=source,
                looks=dry_run,
            )
            for number, file in enumerate(ordered, start=1)
        ]
        with seeing(viewer, by="worker"):  # Who may not see the organisation need not send a file.
            for filing in filings if recognises else ():
                filing.recognise()
        for filing in filings:
            filing.stage(progress=progress, strict=strict)
        results = Results([filing.result for filing in filings])
        try:
            keep = None if dry_run else kept_at
            with _alone(viewer, connection, filings, kept_at=keep, wait_seconds=wait_seconds):
                first(connection)
                settling = _let_settle(viewer, connection) if self_settling else set()
                _post(connection, viewer, filings, results, strict=strict, touched=settling)
                within(connection, results)
                if dry_run:
                    raise _DryRun
        except _DryRun:
            results.batch_id = None
    return results


@contextmanager
def _tables() -> Iterator[psycopg.Connection[Any]]:
    """The worker's connection with the tables in which a batch waits, for as long as it does."""
    connection = raw("worker")
    connection.execute("DISCARD TEMP")
    connection.execute(text(HERE / "stage.sql"))
    effect.make_tables(connection)
    try:
        yield connection
    finally:
        if not connection.closed:
            connection.execute("DISCARD TEMP")


@contextmanager
def _alone(
    viewer: Viewer,
    connection: psycopg.Connection[Any],
    filings: Sequence[Filing],
    *,
    kept_at: datetime | None,
    wait_seconds: float | None,
) -> Iterator[None]:
    """The transaction of a batch. Batches of one organisation commit one after another; what can
    be done before is done before.
    """
    try:
        with seeing(viewer, by="worker"):
            if kept_at:
                _keep_originals(viewer, filings, at=kept_at)
            posting.hold(connection, org_id=viewer.org_id, wait_seconds=wait_seconds)
            connection.execute("SET LOCAL work_mem = '256MB'")
            # Sorting text by bytes is what keys mean here; a million rows are no reason for a JIT.
            connection.execute("SET LOCAL jit = off")
            yield
    except psycopg.errors.LockNotAvailable as held:
        raise Busy from held
    except psycopg.IntegrityError as clash:
        raise Refused(
            "The rows contradict each other or the ledger"
            f" ({clash.diag.constraint_name or 'a rule of the database'}): nothing was loaded;"
            " send them in smaller files to find the two that clash."
        ) from clash


def _keep_originals(viewer: Viewer, filings: Sequence[Filing], *, at: datetime) -> None:
    """The files as they came, each once, in one order for everybody who keeps several."""
    by_digest = {filing.file.sha256: filing.file.path for filing in filings}
    for digest, path in sorted(by_digest.items()):
        try:
            file_id = keep_original(
                viewer, path, sha256=digest, file_name=path.name, at=at, by="worker"
            )
        except (ChangedMeanwhile, OSError) as trouble:
            raise Refused(
                f"{path.name} has changed while it was being read: nothing was loaded; send it"
                " again when it is finished."
            ) from trouble
        for filing in filings:
            if filing.file.sha256 == digest:
                filing.kept_id = file_id


def _let_settle(viewer: Viewer, connection: psycopg.Connection[Any]) -> set[int]:
    """Turn self-settling on; the accounts that it concerns already."""
    was = settings_of(viewer, by="worker", hold=True)
    change_settings(viewer, replace(was, self_settling=True), was=was, by="worker")
    query: LiteralString = (
        "SELECT DISTINCT customer_id FROM ar.document"
        " WHERE org_id = %s AND kind = 'receipt_tax_invoice'"
    )
    return {row[0] for row in connection.execute(query, [viewer.org_id])}


def _post(
    connection: psycopg.Connection[Any],
    viewer: Viewer,
    filings: Sequence[Filing],
    results: Results,
    *,
    strict: bool,
    touched: set[int],
) -> None:
    today = current(viewer, by="worker").today
    reckoning = Reckoning(connection, org_id=viewer.org_id, today=today)
    _foresee(connection, filings)
    for filing in filings:
        filing.post(results.batch_id, today=today, reckoning=reckoning, strict=strict)
        results.batch_id = results.batch_id or filing.batch.run_id
        touched = touched | filing.touched
    written = sum(each.counts["new"] + each.counts["changed"] for each in results)
    if written > LARGE and posting.is_large(connection, rows=written):
        # After a large batch the planner must know how much there is now.
        connection.execute("SELECT ar.refresh_statistics()")
    for filing in filings[-1:]:
        _derive(filing, touched, reckoning)
    for filing in [filing for filing in filings if filing.snapshot][-1:]:
        results.closing = _close(filing, reckoning)
    described = set[int]().union(*(filing.accounts for filing in filings))
    customers = reckoning.concerned | described
    posting.roll_up(connection, org_id=viewer.org_id, customers=customers)
    results.effect = reckoning.effect()


def _foresee(connection: psycopg.Connection[Any], filings: Sequence[Filing]) -> None:
    """What the allocations among the files leave of the documents among them."""
    by_kind: dict[str, list[int]] = defaultdict(list)
    for filing in filings:
        by_kind[filing.kind].append(filing.number)
    if not by_kind["allocations"]:
        return
    posting.join_as_a_whole(connection, rows=max(filing.rows for filing in filings))
    charges = by_kind["invoices"] + by_kind["adjustments"]
    named = {"receipts": by_kind["payments"], "charges": charges}
    connection.execute(text(HERE / "foresee.sql"), named)


def _close(filing: Filing, reckoning: Reckoning) -> Closing:
    """What the snapshot does not name, once everything that it does name stands."""
    assert filing.snapshot is not None
    customers = filing.snapshot.find()
    reckoning.concern_these(customers)
    closing = filing.snapshot.close()
    _derive(filing, customers, reckoning)
    return closing


def _derive(filing: Filing, customers: set[int], reckoning: Reckoning) -> None:
    batch = filing.batch
    reached = posting.reached(batch.connection, org_id=batch.org_id, customers=customers)
    reckoning.concern_these(reached)
    posting.follow(batch.connection, org_id=batch.org_id, customers=reached, run_id=batch.run_id)
