"""What only the portal's templates use."""

from __future__ import annotations

from typing import Any

from django import template

from duebook.web.portal.addresses import address

register = template.Library()


@register.simple_tag(takes_context=True)
def client_url(context: dict[str, Any], name: str, *args: object) -> str:
    """Like {% url %}, without the organisation; right in operator mode, too."""
    return address(context["request"], name, *args)
