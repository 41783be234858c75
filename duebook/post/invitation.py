"""The letter of an invitation: who invites, to what, until when, and the link."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse

from duebook.post import letters
from duebook.visibility.invitations import Invitation
from duebook.visibility.organisations import Organisation


def write_to(invitation: Invitation, *, organisation: Organisation, inviter: str) -> None:
    """Goes into the outbox once what was done is kept. The link stands in the letter alone."""
    letters.send("invitation", **_told(invitation, organisation, inviter))


def write_once(
    invitation: Invitation, *, organisation: Organisation, inviter: str, once: str
) -> None:
    """Into the outbox at once, unless a letter by this name has been there: see `send_once`."""
    letters.send_once("invitation", once=once, **_told(invitation, organisation, inviter))


def _told(invitation: Invitation, organisation: Organisation, inviter: str) -> dict[str, Any]:
    until = invitation.expires_at.astimezone(ZoneInfo(organisation.timezone)).date()
    return {
        "to": invitation.email,
        "language": invitation.language,
        "called": invitation.name,
        "organisation": organisation.name,
        "inviter": inviter,
        "role": invitation.role,
        "account": invitation.account,
        "until": until,
        "link": letters.absolute(reverse("invitation", args=[invitation.secret])),
    }
