"""Inviting people: each address has its own outcome, and a letter of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duebook.post.invitation import write_to
from duebook.visibility import invitations
from duebook.visibility.invitations import Invitation, Outcome
from duebook.visibility.organisations import Refused
from duebook.web.asked import OrganisationRequest
from duebook.web.audience import act_of_admins, for_staff
from duebook.web.people.acting import acted, undone
from duebook.web.people.forms import Inviting


@for_staff
def invite(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Admins invite anybody; members invite clients for the customers they see."""
    may_invite_staff = request.viewer.kind == "admin"
    at_first = {"role": request.GET.get("role", "member"), "account": request.GET.get("account")}
    form = Inviting(
        request.POST or None,
        initial={**at_first, "language": request.organisation.language},
        may_invite_staff=may_invite_staff,
    )
    if request.method == "POST" and form.is_valid():
        outcomes = _invited(request, form)
        if outcomes and any(each.invitation for each in outcomes):
            _say(request, outcomes)
            return redirect(_back(slug, form.cleaned_data["role"], may_invite_staff))
        undone()
    return render(
        request, "people/invite.html", {"form": form}, status=400 if form.is_bound else 200
    )


@act_of_admins
def resend(request: OrganisationRequest, slug: str, invitation: int) -> HttpResponse:
    """A new link; who has declined is asked again only here, one by one."""

    def act() -> str:
        at = datetime.now(UTC)
        anew = invitations.resend(request.viewer, invitation, at=at, again=True)
        _write(request, anew)
        return _("A new letter goes to %(email)s; the old link is dead.") % {"email": anew.email}

    return acted(request, act, back=_list(request, slug))


@act_of_admins
def withdraw(request: OrganisationRequest, slug: str, invitation: int) -> HttpResponse:
    def act() -> str:
        invitations.withdraw(request.viewer, invitation, at=datetime.now(UTC))
        return _("The invitation is withdrawn; its link is dead.")

    return acted(request, act, back=_list(request, slug))


def _invited(request: OrganisationRequest, form: Inviting) -> list[Outcome]:
    """What came of each address, with a letter to each that was invited. Complaints that concern
    everything stand at the field."""
    told = form.cleaned_data
    addresses = form.addresses()
    asked = {"role": told["role"], "customer_id": form.customer_id, "language": told["language"]}
    at = datetime.now(UTC)
    try:
        if addresses:
            outcomes = invitations.invite_all(request.viewer, addresses, at=at, **asked)
        else:
            anew = invitations.invite(request.viewer, "", at=at, **asked)
            outcomes = [Outcome(anew.email, anew)]
    except Refused as no:
        form.add_error("emails", str(no))
        return []
    for each in outcomes:
        if each.invitation:
            _write(request, each.invitation)
    if not any(each.invitation for each in outcomes):
        for each in outcomes:
            form.add_error("emails", each.reason)
    return outcomes


def _write(request: OrganisationRequest, invitation: Invitation) -> None:
    write_to(invitation, organisation=request.organisation, inviter=request.person_name)


def _say(request: OrganisationRequest, outcomes: Sequence[Outcome]) -> None:
    """How many are invited; who was left out, each with the reason."""
    sent = [each for each in outcomes if each.invitation]
    if len(sent) == 1:
        messages.success(request, _("%(email)s is invited.") % {"email": sent[0].email})
    else:
        messages.success(request, _("%(count)s people are invited.") % {"count": len(sent)})
    if left_out := [each for each in outcomes if not each.invitation]:
        count = len(left_out)
        said = ngettext("%(count)s was left out:", "%(count)s were left out:", count)
        reasons = format_html_join("", "<li>{}</li>", ((each.reason,) for each in left_out))
        messages.error(request, format_html("{}<ul>{}</ul>", said % {"count": count}, reasons))


def _back(slug: str, role: str, may_see_people: bool) -> str:
    if not may_see_people:
        return reverse("invite", args=[slug])
    return reverse("clients" if role == "client" else "people", args=[slug])


def _list(request: OrganisationRequest, slug: str) -> str:
    """The list whose button was pressed."""
    return reverse("clients" if request.POST.get("list") == "clients" else "people", args=[slug])
