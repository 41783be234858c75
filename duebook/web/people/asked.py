"""What the addresses of these pages ask for; anything unclear is an answer with status 400."""

from __future__ import annotations

from django.http import QueryDict
from django.utils.translation import gettext as _

from duebook.reports.access import Filter
from duebook.web.asked import OrganisationRequest, Unclear

LARGEST = 2**63 - 1


def page_of(request: OrganisationRequest) -> int:
    """Raises Unclear."""
    return number_of(request.GET.get("page", "").strip() or "1", most=10**8)


def filter_of(query: QueryDict) -> Filter:
    """Which customers are meant. Raises Unclear."""
    owner, shared = query.get("owner", "").strip(), query.get("shared", "").strip()
    return Filter(
        search=query.get("q", "").strip(),
        owner=number_of(owner) if owner and owner != "none" else None,
        unowned=owner == "none",
        shared=number_of(shared) if shared else None,
    )


def address_of(chosen: Filter, **more: str) -> str:
    """The filter as the query of an address, with its question mark; empty when nothing is set."""
    query = QueryDict(mutable=True)
    owner = "none" if chosen.unowned else chosen.owner
    for name, value in {
        "q": chosen.search,
        "owner": owner,
        "shared": chosen.shared,
        **more,
    }.items():
        if value:
            query[name] = str(value)
    return f"?{query.urlencode()}" if query else ""


def ids_of(query: QueryDict, name: str) -> list[int]:
    """Every id given under a name. Raises Unclear."""
    return [number_of(written) for written in query.getlist(name)]


def number_of(written: str, *, most: int = LARGEST) -> int:
    """Raises Unclear."""
    if not (written.isascii() and written.isdecimal() and 0 < int(written[:20]) <= most):
        raise Unclear(_("“%(written)s” is not a number one can look for.") % {"written": written})
    return int(written)
