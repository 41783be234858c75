"""A new organisation, and the letter to its first admin."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from duebook.post.invitation import write_to
from duebook.visibility import invitations, visits
from duebook.visibility.organisations import Refused, create_organisation, current
from duebook.visibility.seeing import seeing
from duebook.visibility.viewer import Viewer
from duebook.web.platform.forms import Founding
from duebook.web.platform.owners import OwnerRequest, for_owners


@for_owners
def create(request: OwnerRequest) -> HttpResponse:
    """A new organisation; its first admin is invited by letter."""
    form = Founding(request.POST or None)
    if request.method == "POST" and form.is_valid() and _founded(request, form):
        return redirect("platform_organisation", form.cleaned_data["slug"])
    status = 400 if form.errors else 200
    return render(request, "platform/create.html", {"form": form}, status=status)


def _founded(request: OwnerRequest, form: Founding) -> bool:
    given = form.cleaned_data
    try:
        org_id = create_organisation(
            given["slug"],
            name=given["name"],
            currency=given["currency"],
            timezone=given["timezone"],
            language=given["language"],
            by=request.owner,
        )
    except Refused as refused:
        form.add_error("slug", str(refused))
        return False
    told = {"name": given["name"], "email": given["admin_email"]}
    try:
        _invite(request, Viewer(org_id, request.owner.person_id, "admin"), given)
    except Refused as refused:
        messages.error(request, str(refused))
        return True
    messages.success(request, _("%(name)s is there. A letter goes to %(email)s.") % told)
    return True


def _invite(request: OwnerRequest, inside: Viewer, given: dict[str, str]) -> None:
    """On a visit like any other: who invites, and that they were inside, stands in the trail."""
    now = timezone.now()
    visits.enter(
        request.owner,
        given["slug"],
        known_as=request.person_name,
        email=str(request.user),
        reason=_("To invite the first admin"),
        at=now,
    )
    try:
        with seeing(inside):
            asked = invitations.invite(inside, given["admin_email"], role="admin", at=now)
            write_to(asked, organisation=current(inside), inviter=request.person_name)
    finally:
        visits.leave(request.owner)
