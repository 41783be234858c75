"""The organisations of the platform: which there are, what state each is in."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from duebook.reports import platform as reports
from duebook.visibility import platform
from duebook.visibility.middleware import places_of
from duebook.visibility.seeing import seeing
from duebook.web.platform.asking import Question, asked_first
from duebook.web.platform.forms import Entering, Naming
from duebook.web.platform.owners import OwnerRequest, for_owners, page_number


@for_owners
def first(request: OwnerRequest) -> HttpResponse:
    return redirect("platform")


@for_owners
def listed(request: OwnerRequest) -> HttpResponse:
    """All organisations, or those that a word is in."""
    search = request.GET.get("q", "").strip()
    with seeing(request.owner, read_only=True):
        found = reports.organisations(search=search, page=page_number(request))
    return render(request, "platform/organisations.html", {"found": found, "search": search})


@for_owners
def settled(request: OwnerRequest, which: str) -> HttpResponse:
    """One organisation from outside; with POST another name for it."""
    if request.method != "POST":
        return organisation_page(request, which)
    form = Naming(request.POST)
    if not form.is_valid():
        return organisation_page(request, which, naming=form, status=400)
    organisation_or_404(request, which)
    platform.rename_organisation(request.owner, which, name=form.cleaned_data["name"])
    messages.success(request, _("The name is changed."))
    return redirect("platform_organisation", which)


@for_owners
def suspend(request: OwnerRequest, which: str) -> HttpResponse:
    name = {"name": organisation_or_404(request, which).name}
    question = Question(
        title=_("Suspend %(name)s?") % name,
        text=_(
            "From their next request on nobody gets in: no people, no clients, no files, no"
            " programs with a token. Nothing is deleted. Owners of the platform may still enter,"
            " and commands on the server still work."
        ),
        button=_("Suspend"),
        done=_("%(name)s is suspended.") % name,
        back=reverse("platform_organisation", args=[which]),
    )
    return asked_first(
        request, question, lambda: platform.set_suspended(request.owner, which, suspended=True)
    )


@for_owners
def resume(request: OwnerRequest, which: str) -> HttpResponse:
    name = {"name": organisation_or_404(request, which).name}
    question = Question(
        title=_("Resume %(name)s?") % name,
        text=_("From their next request on everybody gets in as before, programs included."),
        button=_("Resume"),
        done=_("%(name)s is active again.") % name,
        back=reverse("platform_organisation", args=[which]),
        danger=False,
    )
    return asked_first(
        request, question, lambda: platform.set_suspended(request.owner, which, suspended=False)
    )


def organisation_page(
    request: OwnerRequest,
    which: str,
    *,
    naming: Naming | None = None,
    entering: Entering | None = None,
    status: int = 200,
) -> HttpResponse:
    """What the platform knows of an organisation, and what it can do about it."""
    organisation = organisation_or_404(request, which)
    places = [place for place in places_of(request) if place.slug == which and place.kind]
    shown = {
        "seen": organisation,
        "belongs": any(not place.visiting for place in places),
        "inside": any(place.visiting for place in places),
        "naming": naming or Naming(initial={"name": organisation.name}),
        "entering": entering or Entering(),
    }
    return render(request, "platform/organisation.html", shown, status=status)


def organisation_or_404(request: OwnerRequest, which: str) -> reports.OrganisationRow:
    with seeing(request.owner, read_only=True):
        found = reports.organisation(which)
    if found is None:
        raise Http404
    return found
