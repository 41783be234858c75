"""Teams: who is in them and what is shared with them."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from duebook.reports import people as reports
from duebook.visibility import teams as acts
from duebook.visibility.organisations import Refused
from duebook.web.asked import OrganisationRequest
from duebook.web.audience import act_of_admins, for_admins
from duebook.web.people.acting import acted, undone
from duebook.web.people.asked import ids_of
from duebook.web.people.forms import TeamName


@for_admins
def teams(request: OrganisationRequest, slug: str) -> HttpResponse:
    """All teams; with POST a new one."""
    form = TeamName(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = acts.create_team(request.viewer, form.cleaned_data["name"])
            return redirect("team", slug, made)
        except Refused as no:
            undone()
            form.add_error("name", str(no))
    shown = {"found": reports.teams(), "form": form}
    return render(request, "people/teams.html", shown, status=400 if form.is_bound else 200)


@for_admins
def team(request: OrganisationRequest, slug: str, team: int) -> HttpResponse:
    """One team; with POST it gets another name."""
    seen = _team(team)
    form = TeamName(request.POST or None, initial={"name": seen.name})
    if request.method == "POST" and form.is_valid():
        try:
            acts.rename_team(request.viewer, team, form.cleaned_data["name"])
            return redirect("team", slug, team)
        except Refused as no:
            undone()
            form.add_error("name", str(no))
    members = reports.members(team)
    inside = {each.id for each in members}
    everybody = reports.staff(size=10_000).rows
    outside = [each for each in everybody if each.active and each.id not in inside]
    shown = {"seen": seen, "form": form, "members": members, "outside": outside}
    return render(request, "people/team.html", shown, status=400 if form.is_bound else 200)


@act_of_admins
def add(request: OrganisationRequest, slug: str, team: int) -> HttpResponse:
    """Somebody joins."""
    seen = _team(team)

    def act() -> str:
        people = ids_of(request.POST, "person")
        if not people:
            raise Refused(_("Choose who is to join the team."))
        for person in people:
            acts.add_to_team(request.viewer, team, person)
        return _("Now in %(team)s.") % {"team": seen.name}

    return acted(request, act, back=reverse("team", args=[slug, team]))


@act_of_admins
def remove(request: OrganisationRequest, slug: str, team: int, person: int) -> HttpResponse:
    """Somebody leaves."""
    seen = _team(team)

    def act() -> str:
        acts.remove_from_team(request.viewer, team, person)
        return _("No longer in %(team)s.") % {"team": seen.name}

    return acted(request, act, back=reverse("team", args=[slug, team]))


@for_admins
def delete(request: OrganisationRequest, slug: str, team: int) -> HttpResponse:
    """What deleting ends; with POST it is done."""
    seen = _team(team)
    if request.method != "POST":
        return render(request, "people/team_delete.html", {"seen": seen})

    def act() -> str:
        acts.delete_team(request.viewer, team)
        return _("The team %(team)s is deleted.") % {"team": seen.name}

    return acted(request, act, back=reverse("teams", args=[slug]))


def _team(team_id: int) -> reports.TeamRow:
    found = reports.team(team_id)
    if found is None:
        raise Http404
    return found
