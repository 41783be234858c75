"""The history of imports: every run, what it came to, its errors and its file as it came."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from duebook.export.tables import harmless
from duebook.ingest.kept_files import kept
from duebook.ingest.kinds import KINDS
from duebook.jobs import intakes
from duebook.ledger import runs
from duebook.ledger.runs import Run, Wanted
from duebook.visibility.audit import record
from duebook.visibility.middleware import recorded
from duebook.visibility.organisations import Organisation
from duebook.web.asked import OrganisationRequest
from duebook.web.audience import for_admins
from duebook.web.filters import day, number, one_of, text
from duebook.web.intake import words
from duebook.web.intake.serving import served

SHOWN = 50
ERRORS_SHOWN = 20
COLUMNS = ("line", "column", "value", "reason")


@dataclass(frozen=True)
class AskedRuns:
    """Filters, and the run before which the page begins. Days are the organisation's."""

    person: int | None
    kind: str
    source: str
    state: str
    search: str
    first: date | None
    last: date | None
    before: int | None

    @property
    def is_filtered(self) -> bool:
        words = (self.kind, self.source, self.state, self.search, self.first, self.last)
        return self.person is not None or any(words)

    def wanted(self, organisation: Organisation) -> Wanted:
        zone = ZoneInfo(organisation.timezone)
        until = self.last + timedelta(days=1) if self.last else None
        return Wanted(
            person=self.person,
            kind=self.kind,
            source=self.source,
            state=self.state,
            search=self.search,
            since=datetime.combine(self.first, time(), zone) if self.first else None,
            until=datetime.combine(until, time(), zone) if until else None,
        )


def asked_runs(query: QueryDict) -> AskedRuns:
    """Raises Unclear for what cannot be answered."""
    return AskedRuns(
        person=number(query, "person"),
        kind=one_of(query, "kind", KINDS),
        source=one_of(query, "source", words.SOURCES),
        state=one_of(query, "state", words.STATES),
        search=text(query, "q"),
        first=day(query, "from"),
        last=day(query, "to"),
        before=number(query, "before"),
    )


@for_admins
@require_safe
def history(request: OrganisationRequest, slug: str) -> HttpResponse:
    """The newest runs that match, a page at a time."""
    asked = asked_runs(request.GET)
    found = runs.history(
        request.viewer, asked.wanted(request.organisation), limit=SHOWN + 1, before=asked.before
    )
    shown = {
        "wanted": asked,
        "runs": found[:SHOWN],
        "older": found[SHOWN - 1].id if len(found) > SHOWN else None,
        "people": runs.loaders(request.viewer),
        "kinds": words.KINDS.items(),
        "sources": words.SOURCES.items(),
        "states": words.STATES.items(),
    }
    return render(request, "intake/history.html", shown)


@for_admins
@require_safe
def batch(request: OrganisationRequest, slug: str, run: int) -> HttpResponse:
    """Everything that came together with a run."""
    one = _run(request, run)
    together = _together(request, one)
    errors = [(each, runs.errors_of(request.viewer, each.id)) for each in together if each.errors]
    shown: dict[str, Any] = {
        "run": one,
        "runs": together,
        "action_words": [*words.ACTIONS.values()],
        "lines": [(each, [each.counts.get(c, 0) for c in words.ACTIONS]) for each in together],
        "errors": [(each, found[:ERRORS_SHOWN], len(found)) for each, found in errors],
        "originals": [*{each.file_id: each for each in together if each.file_id}.values()],
        "closed": sum(each.closed for each in together),
        "seconds": sum(each.seconds for each in together),
    }
    return render(request, "intake/batch.html", shown)


def _run(request: OrganisationRequest, run: int) -> Run:
    found = runs.run_of(request.viewer, run)
    if found is None:
        raise Http404
    return found


def _together(request: OrganisationRequest, run: Run) -> list[Run]:
    if run.batch_id is None:
        return [run]
    return runs.history(request.viewer, Wanted(batch=run.batch_id))[::-1]


@recorded
@for_admins
@require_safe
def errors(request: OrganisationRequest, slug: str, run: int) -> HttpResponse:
    """The invalid rows of a run: line, column, value and reason."""
    one = _run(request, run)
    found = runs.errors_of(request.viewer, run)
    record(request.viewer, "invalid rows downloaded", run=run, count=len(found))
    name = f"invalid-rows-of-run-{one.id}.csv"
    return _csv(name, COLUMNS, ([str(cell) for cell in row] for row in found))


def _csv(name: str, header: Iterable[str], lines: Iterable[list[str]]) -> HttpResponse:
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([harmless(cell) for cell in line] for line in lines)
    answer = HttpResponse(file.getvalue().encode(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@recorded
@for_admins
@require_safe
def original(request: OrganisationRequest, slug: str, run: int) -> HttpResponse:
    """The file as it came."""
    one = _run(request, run)
    file = kept(request.viewer, one.file_id) if one.file_id else None
    if file is None:
        raise Http404
    return served(request, file)


@for_admins
@require_POST
def undo(request: OrganisationRequest, slug: str, run: int) -> HttpResponse:
    """Have it worked out what taking the batch back would do; the page then asks."""
    _run(request, run)
    intake = intakes.undo_run(request.viewer, run, at=timezone.now())
    return redirect("intake", slug, intake)
