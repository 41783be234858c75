"""The page as a file: the same rows, order and figures, made in the background."""

from __future__ import annotations

from functools import cache

from babel import Locale
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, to_locale
from django.views.decorators.http import require_http_methods

from duebook.export.monthly import languages as known
from duebook.jobs.exports import order_export
from duebook.reports.monthly_page import currencies
from duebook.visibility.middleware import prepared
from duebook.web.asked import OrganisationRequest
from duebook.web.audience import for_staff
from duebook.web.filters import one_of
from duebook.web.monthly.asked import looking_at
from duebook.web.monthly.prepared import prepare

FORMS = ("xlsx", "csv")


@prepared(prepare)
@for_staff
@require_http_methods(["GET", "HEAD", "POST"])
def files(request: OrganisationRequest, slug: str) -> HttpResponse:
    """The choice of a file's language; a POST has the page of the form's state made as a file."""
    if request.method != "POST":
        looking = looking_at(request, there=currencies)
        shown = {
            "looking": looking,
            "query": looking.address(),
            "languages": languages_for(get_language() or "en"),
            "chosen": str(looking.locale.language),
        }
        return render(request, "monthly/files.html", shown)
    form = one_of(request.POST, "format", FORMS) or FORMS[0]
    looking = looking_at(request, there=currencies, query=request.POST)
    order_export(
        request.viewer,
        request.organisation,
        report="monthly",
        form=form,
        as_of=request.organisation.today,
        basis="due",
        filters={**vars(looking.question), "lang": str(looking.locale)},
    )
    return redirect("exports", slug)


@cache
def languages_for(reader: str) -> list[tuple[str, str]]:
    """Every language that months can be named in: its code, and its name for the reader."""
    words = Locale.parse(to_locale(reader)).languages
    found = [(code, str(words.get(code, code))) for code in known()]
    return sorted(found, key=lambda each: each[1].casefold())
