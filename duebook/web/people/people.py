"""People who work here, clients, and one person: what they may do, and when that ends."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from duebook.reports import people as reports
from duebook.visibility import people
from duebook.web.asked import OrganisationRequest
from duebook.web.audience import act_of_admins, for_admins
from duebook.web.people.acting import acted
from duebook.web.people.asked import page_of
from duebook.web.people.forms import HandingOver


@for_admins
@require_safe
def staff(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Who works here and who is asked to."""
    search = request.GET.get("q", "").strip()
    shown = {
        "found": reports.staff(search=search, page=page_of(request)),
        "invited": reports.open_invitations(at=datetime.now(UTC), clients=False, search=search),
        "search": search,
    }
    return render(request, "people/staff.html", shown)


@for_admins
@require_safe
def clients(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Clients with their accounts, and who is asked to be one."""
    search = request.GET.get("q", "").strip()
    shown = {
        "found": reports.clients(search=search, page=page_of(request)),
        "invited": reports.open_invitations(at=datetime.now(UTC), clients=True, search=search),
        "search": search,
    }
    return render(request, "people/clients.html", shown)


@for_admins
@require_safe
def person(request: OrganisationRequest, slug: str, person: int) -> HttpResponse:
    """One of them."""
    seen = _person(person)
    name = "people/client.html" if isinstance(seen, reports.ClientRow) else "people/person.html"
    return render(request, name, {"seen": seen, "is_self": person == request.viewer.person_id})


@act_of_admins
def change_role(request: OrganisationRequest, slug: str, person: int) -> HttpResponse:
    """Admin or member."""

    def act() -> str:
        role = request.POST.get("role", "")
        was = people.change_role(request.viewer, person, role)
        if role == "admin":
            return _("%(name)s is an admin.") % {"name": was.name}
        return _("%(name)s is a member.") % {"name": was.name}

    return acted(request, act, back=reverse("person", args=[slug, person]))


@for_admins
def deactivate(request: OrganisationRequest, slug: str, person: int) -> HttpResponse:
    """What deactivating does; with POST it is done."""
    seen, back = _person(person), reverse("person", args=[slug, person])
    everybody = reports.staff(size=10_000).rows
    others = [each for each in everybody if each.active and each.id != person]
    posted = request.POST if request.method == "POST" else None
    form = HandingOver(posted, colleagues=others)
    if request.method == "POST" and form.is_valid():

        def act() -> str:
            heir = form.cleaned_data["heir"]
            people.deactivate(request.viewer, person, at=datetime.now(UTC), heir=heir)
            return _("%(name)s is deactivated and sees nothing any more.") % {"name": seen.name}

        return acted(request, act, back=back)
    shown = {"seen": seen, "form": form, "is_self": person == request.viewer.person_id}
    return render(request, "people/deactivate.html", shown, status=400 if form.is_bound else 200)


@act_of_admins
def activate(request: OrganisationRequest, slug: str, person: int) -> HttpResponse:
    def act() -> str:
        was = people.activate(request.viewer, person)
        return _("%(name)s is active again.") % {"name": was.name}

    return acted(request, act, back=reverse("person", args=[slug, person]))


@act_of_admins
def withdraw_account(
    request: OrganisationRequest, slug: str, person: int, customer: int
) -> HttpResponse:
    """A client no longer speaks for an account."""

    def act() -> str:
        at = datetime.now(UTC)
        was = people.withdraw_account(request.viewer, person, customer, at=at)
        return _("%(name)s no longer sees this account.") % {"name": was.name}

    return acted(request, act, back=reverse("person", args=[slug, person]))


def _person(person_id: int) -> reports.StaffRow | reports.ClientRow:
    found = reports.colleague(person_id) or reports.client(person_id)
    if found is None:
        raise Http404
    return found
