"""The letter of an invitation: who invites, to what, until when, and the link."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.urls import reverse

from duebook.post import letters
from duebook.visibility.invitations import Invitation
from duebook.web.asked import OrganisationRequest


def write_to(request: OrganisationRequest, invitation: Invitation) -> None:
    """Goes into the outbox once what was done is kept. The link stands in the letter alone."""
    until = invitation.expires_at.astimezone(ZoneInfo(request.organisation.timezone)).date()
    letters.send(
        "invitation",
        to=invitation.email,
        language=invitation.language,
        called=invitation.name,
        organisation=request.organisation.name,
        inviter=request.person_name,
        role=invitation.role,
        account=invitation.account,
        until=until,
        link=letters.absolute(reverse("invitation", args=[invitation.secret])),
    )
