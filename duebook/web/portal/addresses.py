"""Where the pages of the portal are: for a client, and for the staff who look as one."""

from __future__ import annotations

from django.urls import reverse

from duebook.web.asked import OrganisationRequest


def address(request: OrganisationRequest, name: str, *args: object) -> str:
    """A client's place, named as in `web/portal/urls.py`; in operator mode the same one there."""
    slug = request.organisation.slug
    if request.looking is not None:
        return reverse(f"as_client:{name}", args=[slug, request.looking.customer_id, *args])
    return reverse(name, args=[slug, *args])
