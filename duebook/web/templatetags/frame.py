"""Parts of every page's frame."""

from __future__ import annotations

from functools import lru_cache

from django import template
from django.template.context import RequestContext
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()

PLACES_KEPT = 1000  # of so many organisations, kinds of people, addresses and numbers that wait


@register.simple_tag(takes_context=True)
def places(context: RequestContext) -> SafeString:
    """The operators' places. They depend on little, and most pages show the same: drawn once."""
    request, waiting = context.get("request"), context.get("waiting", 0)
    return _places(
        getattr(context.get("organisation"), "slug", ""),
        getattr(getattr(request, "viewer", None), "kind", ""),
        getattr(getattr(request, "resolver_match", None), "route", ""),
        waiting() if callable(waiting) else waiting,
        get_language(),
    )


@lru_cache(PLACES_KEPT)
def _places(slug: str, kind: str, route: str, waiting: int, _language: str) -> SafeString:
    shown = {"slug": slug, "kind": kind, "route": route, "waiting": waiting}
    return render_to_string("parts/places.html", shown)
