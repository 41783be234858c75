"""What the worker does for an intake. An order may be done twice when a worker dies over it: each
step ends with one change of state, which happens once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from duebook.database.lost import is_lost
from duebook.ingest import kept_files, mappings
from duebook.ingest.counting import rows_in
from duebook.ingest.encoding import Unreadable
from duebook.ingest.feeds import BadMapping
from duebook.ingest.folders import folder, sweep
from duebook.ingest.intake import Intake, NotNow, TableChoice, change_state
from duebook.ingest.intake import intake as intake_of
from duebook.ingest.load import Refused, Results, load
from duebook.ingest.mappings import NO_MAPPINGS, Recogniser
from duebook.ingest.opening import Opened
from duebook.ingest.tables import Reading, Table
from duebook.jobs.intake_outcome import invalid_files, outcome_of, outcome_of_undo
from duebook.jobs.intake_progress import Progress
from duebook.jobs.order import order
from duebook.ledger.undo import Undone, undo
from duebook.visibility import organisations
from duebook.visibility.seeing import NotAllowed, seeing
from duebook.visibility.viewer import Viewer

# Trouble that is told in its own words.
TOLD = (Refused, organisations.Refused, Unreadable, BadMapping)
READING = ("understanding", "checking")


def check(viewer: Viewer, *, intake: int) -> None:
    """Understand a file and, when nothing is open, check it; or check what undoing would do."""
    _work(viewer, intake, READING, _check)


def commit(viewer: Viewer, *, intake: int, self_settling: bool = False) -> None:
    """Load what was checked, or undo."""

    def step(viewer: Viewer, now: Intake) -> None:
        _commit(viewer, now, self_settling=self_settling)

    _work(viewer, intake, ("committing",), step)


def _work(
    viewer: Viewer, number: int, states: Sequence[str], step: Callable[[Viewer, Intake], None]
) -> None:
    with seeing(viewer):
        now = intake_of(viewer, number, at=datetime.now(UTC))
    if now is None or now.state not in states:  # cancelled, or another worker was faster
        return
    try:
        step(viewer, now)
    except NotNow:
        return
    except TOLD as trouble:
        _refuse(viewer, number, " ".join(str(trouble).split()))
    except Exception as trouble:
        if not (isinstance(trouble, NotAllowed) or is_lost(trouble)):
            said = _("Something went wrong here, not in the file: the worker's log says what.")
            _refuse(viewer, number, said)
        raise


def _refuse(viewer: Viewer, number: int, trouble: str) -> None:
    """What was understood and then refused may be understood otherwise: a person is asked."""
    at = datetime.now(UTC)
    with seeing(viewer):
        now = intake_of(viewer, number, at=at)
        if now is not None and now.is_working:
            to = "asking" if now.state == "checking" and now.proposals else "refused"
            change_state(viewer, number, to=to, out_of=[now.state], at=at, trouble=trouble)


def _move(
    viewer: Viewer,
    now: Intake,
    to: str,
    *,
    out_of: Sequence[str] = READING,
    by: str = "ledger",
    **more: Any,
) -> None:
    """Inside seeing() only with `by`."""
    change_state(viewer, now.id, to=to, out_of=out_of, at=datetime.now(UTC), by=by, **more)


# Understanding and checking


def _check(viewer: Viewer, now: Intake) -> None:
    if now.undoes is not None:
        _check_undo(viewer, now, now.undoes)
        return
    with _file(viewer, now) as path:
        tables = _understood(viewer, now, path)
        if tables is None:
            return
        opened = [table.opened for table in tables if table.opened]
        progress = Progress(viewer, now.id, "checking", opened, total=rows_in(opened))
        results = _load(viewer, now, opened, dry_run=True, progress=progress)
        outcome = outcome_of(results, files=invalid_files(viewer, opened, results))
    with seeing(viewer):
        _move(viewer, now, "checked", outcome=outcome, seconds_expected=outcome.seconds)


def _understood(viewer: Viewer, now: Intake, path: Path) -> list[Table] | None:
    """The tables of the file; None when a person must be asked first."""
    Progress(viewer, now.id, now.state)
    with seeing(viewer):
        currency = organisations.current(viewer).currency
        saved = Recogniser(mappings.all_of(viewer))
    tables = Reading(now.options.kind, now.options.tables, currency, saved).tables(path)
    proposals, trouble = [table.proposal for table in tables], ""
    with seeing(viewer):
        is_open = _is_open(tables, now)
        try:
            if not is_open:
                _remember(viewer, now, tables)
        except organisations.Refused as taken:
            is_open, trouble = True, str(taken)
        to = "asking" if is_open else "checking"
        _move(viewer, now, to, proposals=proposals, trouble=trouble)
    return None if is_open else tables


def _is_open(tables: Sequence[Table], now: Intake) -> bool:
    """Whether a person must say something. A table of no kind beside others is left out."""
    proposals = [table.proposal for table in tables]
    return (
        any(each.doubts for each in proposals)
        or any(each.trouble and each.table in now.options.tables for each in proposals)
        or not any(table.opened for table in tables)
    )


def _remember(viewer: Viewer, now: Intake, tables: Sequence[Table]) -> None:
    """Save the mappings that somebody named. Raises Refused for a name that is taken."""
    at = datetime.now(UTC)
    for table in tables:
        choice = now.options.tables.get(table.proposal.table)
        if choice and choice.save_as and table.opened:
            bound = table.opened.bound
            mappings.save(
                viewer,
                bound.mapping,
                name=choice.save_as,
                kind=bound.kind.name,
                header=table.opened.source.header,
                at=at,
            )
    mappings.used(viewer, [table.proposal.saved_as for table in tables], at=at)


# Committing


def _commit(viewer: Viewer, now: Intake, *, self_settling: bool) -> None:
    if now.undoes is not None:
        _commit_undo(viewer, now, now.undoes)
        return
    with _file(viewer, now) as path:
        opened = _as_checked(viewer, now, path)

        def land(_connection: object, results: Results) -> None:
            """In the transaction of the batch: it is done if and only if the batch is there."""
            outcome = outcome_of(results, files=_same_files(now, results))
            batch = {"outcome": outcome, "batch_id": results.batch_id}
            _move(viewer, now, "done", out_of=["committing"], by="worker", **batch)
            order("keep_days", by="worker")

        progress = Progress(
            viewer,
            now.id,
            "committing",
            opened,
            total=rows_in(opened),
            expected=now.outcome.seconds if now.outcome else None,
        )
        results = _load(
            viewer, now, opened, progress=progress, within=land, self_settling=self_settling
        )
        if any(table.invalid and not _same_files(now, results) for table in results):
            outcome = outcome_of(results, files=invalid_files(viewer, opened, results))
            with seeing(viewer):
                _move(viewer, now, "done", out_of=["done"], outcome=outcome)


def _as_checked(viewer: Viewer, now: Intake, path: Path) -> list[Opened]:
    """As it was checked, whatever has been saved meanwhile. Raises Refused."""
    choices = {
        each.table: TableChoice(each.kind, each.mapping, each.left_out or not each.is_certain)
        for each in now.proposals
    }
    with seeing(viewer):
        currency = organisations.current(viewer).currency
    tables = Reading("", choices, currency, NO_MAPPINGS).tables(path)
    for table in tables:
        if not (table.opened or table.proposal.left_out):
            said = _("%(table)s cannot be read as it was checked: check it again.")
            raise Refused(said % {"table": table.proposal.table})
    return [table.opened for table in tables if table.opened]


def _same_files(now: Intake, results: Results) -> dict[str, int | None]:
    """The check's files of invalid rows, where the commit refuses the same rows."""
    checked = {each.table: each for each in now.outcome.tables} if now.outcome else {}
    return {
        each.file: checked[each.file].invalid_file_id
        for each in results
        if each.file in checked
        and checked[each.file].counts.get("invalid", 0) == each.counts["invalid"]
        and checked[each.file].invalid == each.invalid[: len(checked[each.file].invalid)]
    }


def _load(viewer: Viewer, now: Intake, opened: Sequence[Opened], **more: Any) -> Results:
    options = now.options
    return load(
        viewer,
        opened,
        as_at=options.as_at,
        strict=options.strict,
        snapshot=options.snapshot,
        kept_at=datetime.now(UTC),
        **more,
    )


@contextmanager
def _file(viewer: Viewer, now: Intake) -> Iterator[Path]:
    """The file as it came, under its own name, for as long as it is read."""
    assert now.file_id is not None  # It takes no batch back.
    sweep()
    with folder("intake") as place:
        path = place / kept_files.called(now.file_name)
        with seeing(viewer), path.open("xb") as file:
            for part in kept_files.content(viewer, now.file_id):
                file.write(part)
        yield path


# Undoing


def _check_undo(viewer: Viewer, now: Intake, run: int) -> None:
    Progress(viewer, now.id, "checking")
    undone = undo(viewer, run, at=datetime.now(UTC), dry_run=True)
    with seeing(viewer):
        _move(viewer, now, "checked", outcome=outcome_of_undo(undone))


def _commit_undo(viewer: Viewer, now: Intake, run: int) -> None:
    Progress(viewer, now.id, "committing")

    def land(undone: Undone) -> None:
        more = {"outcome": outcome_of_undo(undone), "batch_id": undone.batch_id}
        _move(viewer, now, "done", out_of=["committing"], by="worker", **more)

    undo(viewer, run, at=datetime.now(UTC), within=land)
