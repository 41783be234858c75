"""How a file is understood: shown, corrected, answered, remembered."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from duebook.ingest.intake import Intake, NotNow, Options
from duebook.jobs import intakes
from duebook.web.asked import OrganisationRequest, Unclear
from duebook.web.audience import for_admins
from duebook.web.intake.intake_page import intake_of
from duebook.web.intake.mapping_form import TableForm
from duebook.web.intake.steps import steps
from duebook.web.intake.upload_page import options_of

OPEN = ("asking", "checked", "refused")  # in which it may be said anew how a file is read


@for_admins
@require_http_methods(["GET", "HEAD", "POST"])
def mapping(request: OrganisationRequest, slug: str, intake: int) -> HttpResponse:
    """What is understood, table by table; a POST says how it is and has it checked."""
    found = intake_of(request, intake)
    if found.state not in OPEN or not found.proposals:
        return redirect("intake", slug, intake)
    if request.method != "POST":
        return _page(request, found, _tables(request, found, None))
    tables = _tables(request, found, request.POST)
    wrong = next(filter(None, (each.unanswered() for each in tables)), "")
    if all(each.is_left_out for each in tables):
        wrong = _("Every table is left out: choose at least one, or cancel.")
    if wrong:
        return _page(request, found, tables, wrong=wrong, status=400)
    return _chosen(request, found, tables)


@for_admins
@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: OrganisationRequest, slug: str, intake: int) -> HttpResponse:
    """The same page with what the form says now. Nothing is stored."""
    found = intake_of(request, intake)
    if request.method != "POST" or found.state not in OPEN or not found.proposals:
        return redirect("intake_mapping", slug, intake)
    return _page(request, found, _tables(request, found, request.POST))


def _tables(
    request: OrganisationRequest, intake: Intake, data: QueryDict | None
) -> list[TableForm]:
    currency, many = request.organisation.currency, len(intake.proposals) > 1
    return [
        TableForm(proposal, number=number, currency=currency, data=data, is_one_of_many=many)
        for number, proposal in enumerate(intake.proposals)
    ]


def _page(
    request: OrganisationRequest,
    intake: Intake,
    tables: list[TableForm],
    *,
    wrong: str = "",
    status: int = 200,
) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    options = intake.options
    shown: dict[str, Any] = {
        "intake": intake,
        "steps": steps(intake),
        "tables": tables,
        "wrong": wrong or intake.trouble,
        "as_at": data.get("as_at", "") if data is not None else options.as_at or "",
        "snapshot": data.get("snapshot") == "on" if data is not None else options.snapshot,
        "strict": data.get("strict") == "on" if data is not None else options.strict,
    }
    return render(request, "intake/mapping.html", shown, status=status)


def _chosen(request: OrganisationRequest, intake: Intake, tables: list[TableForm]) -> HttpResponse:
    try:
        said = options_of(request)
    except Unclear as unclear:
        return _page(request, intake, tables, wrong=str(unclear), status=400)
    options = Options(
        as_at=said.as_at,
        snapshot=said.snapshot,
        strict=said.strict,
        tables={each.title: each.choice() for each in tables},
    )
    try:
        intakes.choose(request.viewer, intake.id, options, at=timezone.now())
    except NotNow:
        messages.error(request, _("That is not possible any more: see below where it stands."))
    return redirect("intake", request.organisation.slug, intake.id)
