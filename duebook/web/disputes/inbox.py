"""The list of disputes: the operators' inbox with bulk answers, and the client's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from duebook.ledger import disputes as acts
from duebook.ledger.dispositions import Disposition, dispose
from duebook.reports import disputes as reports
from duebook.reports.disputes import ORDERS, STATES, UNSETTLED, Dispute, Wanted
from duebook.visibility.guarded import NotThere
from duebook.visibility.organisations import Refused
from duebook.web import filters
from duebook.web.asked import OrganisationRequest
from duebook.web.audience import act_of_staff, for_readers
from duebook.web.disputes import words
from duebook.web.disputes.forms import Answering, Closing

SHOWN = 50
TOGETHER = 200  # at once
AGES = (7, 30, 90)  # days since it was raised


@dataclass(frozen=True)
class AskedDisputes:
    """Filters and order as the address says them. No state: what is not closed."""

    state: str
    reason: str
    age: int | None
    overdue: bool
    owner: int | None
    search: str
    sort: str
    descending: bool
    after: int | None

    @property
    def is_filtered(self) -> bool:
        return bool(self.state or self.reason or self.age or self.overdue or self.search) or (
            self.owner is not None
        )

    def wanted(self, *, at: datetime) -> Wanted:
        everything = self.state == "all"
        return Wanted(
            states=() if everything else (self.state,) if self.state else UNSETTLED,
            reason=self.reason,
            older=at - timedelta(days=self.age) if self.age else None,
            overdue=self.overdue,
            owner=self.owner,
            search=self.search,
        )


def asked_disputes(query: QueryDict, *, usual: str) -> AskedDisputes:
    """Raises Unclear for what cannot be answered."""
    sort = filters.one_of(query, "sort", [*ORDERS, *(f"-{each}" for each in ORDERS)]) or usual
    age = filters.one_of(query, "age", map(str, AGES))
    owner = filters.one_of(query, "owner", ["none"]) if query.get("owner") == "none" else ""
    return AskedDisputes(
        state=filters.one_of(query, "state", (*STATES, "all")),
        reason=filters.text(query, "reason"),
        age=int(age) if age else None,
        overdue=filters.one_of(query, "overdue", ["1"]) == "1",
        owner=0 if owner else filters.number(query, "owner"),
        search=filters.text(query, "q"),
        sort=sort.removeprefix("-"),
        descending=sort.startswith("-"),
        after=_key(query),
    )


def _key(query: QueryDict) -> int | None:
    """The row before: a flag of the source has a negative key."""
    written = query.get("after", "").strip()
    return int(written) if written.removeprefix("-").isdecimal() and len(written) < 19 else None


@for_readers
@require_safe
def disputes(request: OrganisationRequest, slug: str) -> HttpResponse:
    """The inbox, or a client's own disputes, newest first."""
    if is_client(request):
        return _of_client(request)
    at = datetime.now(UTC)
    asked = asked_disputes(request.GET, usual="due")
    found = reports.disputes(
        asked.wanted(at=at),
        at=at,
        today=request.organisation.today,
        staff=True,
        order=asked.sort,
        descending=asked.descending,
        after=asked.after,
        limit=SHOWN + 1,
    )
    shown = {
        "wanted": asked,
        "found": found[:SHOWN],
        "count": found[0].found if found else 0,
        "next": found[SHOWN - 1].key if len(found) > SHOWN else None,
        "states": words.STATES.items(),
        "reasons": [(e, words.reason_word(e)) for e in acts.reasons(request.viewer)],
        "ages": AGES,
        "owners": reports.owners(),
        "heads": _heads(asked),
        "answering": Answering(),
        "closing": Closing(),
    }
    return render(request, "disputes/inbox.html", shown)


def _of_client(request: OrganisationRequest) -> HttpResponse:
    asked = asked_disputes(request.GET, usual="-raised")
    at = datetime.now(UTC)
    found = reports.disputes(
        asked.wanted(at=at) if asked.state else Wanted(),
        at=at,
        today=request.organisation.today,
        staff=False,
        order="raised",
        descending=True,
        after=asked.after,
        limit=SHOWN + 1,
    )
    shown = {
        "wanted": asked,
        "found": found[:SHOWN],
        "next": found[SHOWN - 1].key if len(found) > SHOWN else None,
        "accounts": len({each.customer_id for each in found}),
    }
    return render(request, "disputes/own.html", shown)


def _heads(asked: AskedDisputes) -> list[tuple[str, str, str, str]]:
    """The heads that sort: code, words, what the address says then, and how it is sorted now."""
    named = {
        "account": _("Account"),
        "invoice": _("Invoice"),
        "amount": _("Disputed"),
        "raised": _("Raised"),
        "due": _("Due"),
    }
    now = {asked.sort: "descending" if asked.descending else "ascending"}
    return [
        (code, name, f"-{code}" if now.get(code) == "ascending" else code, now.get(code, ""))
        for code, name in named.items()
    ]


@dataclass(frozen=True)
class Outcome:
    """What came of one of many: nothing in `reason` means it is done."""

    dispute: Dispute
    reason: str


@act_of_staff
def bulk(request: OrganisationRequest, slug: str) -> HttpResponse:
    """The same answer, or the same outcome, for the chosen ones: each succeeds or fails alone."""
    closes = request.POST.get("act") == "close"
    form = Closing(request.POST) if closes else Answering(request.POST)
    chosen = [int(e) for e in request.POST.getlist("case") if e.isdecimal() and len(e) < 19]
    outcomes: list[Outcome] = []
    if form.is_valid() and chosen:
        outcomes = _each(request, chosen[:TOGETHER], _deed(request, form, closes=closes))
    shown: dict[str, Any] = {"form": form, "outcomes": outcomes, "closes": closes, "chosen": chosen}
    shown["done"] = sum(not each.reason for each in outcomes)
    status = 200 if outcomes else 400
    return render(request, "disputes/bulk.html", shown, status=status)


def _deed(request: OrganisationRequest, form: Any, *, closes: bool) -> Callable[[int], object]:
    told = form.cleaned_data
    if closes:
        today = request.organisation.today
        return lambda case: dispose(request.viewer, case, Disposition(**told), today=today)
    return lambda case: acts.answer(case, told["words"])


def _each(
    request: OrganisationRequest, chosen: list[int], deed: Callable[[int], object]
) -> list[Outcome]:
    at, today = datetime.now(UTC), request.organisation.today
    outcomes = []
    for case in dict.fromkeys(chosen):
        seen = reports.dispute(case, at=at, today=today, staff=True)
        if seen is None:
            continue
        reason = ""
        try:
            with transaction.atomic(using="ledger"):
                deed(case)
        except Refused as no:
            reason = str(no)
        except NotThere:
            reason = _("It is not there any more.")
        outcomes.append(Outcome(seen, reason))
    return outcomes


def is_client(request: OrganisationRequest) -> bool:
    """Whether the page is a client's, or shown as to one."""
    return request.viewer.kind == "client"


def frame_of(request: OrganisationRequest) -> str:
    """Both sides' pages stand in a frame of their own."""
    return "portal/page.html" if is_client(request) else "page.html"
