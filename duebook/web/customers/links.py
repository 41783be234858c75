"""Where one can go from a page of the list: filters, currencies, pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from duebook.reports.customers import INVITATIONS, STATUSES, Page
from duebook.web.customers.asked import Looking
from duebook.web.customers.paging import written

FILTERS = {"status": (_("Status"), STATUSES), "invitation": (_("Invitation"), INVITATIONS)}
NAMES = {
    "Active": _("Active"),
    "Inactive": _("Inactive"),
    "Not Invited": _("Not Invited"),
    "Pending": _("Pending"),
    "Accepted": _("Accepted"),
    "Declined": _("Declined"),
    "Expired": _("Expired"),
}


@dataclass(frozen=True)
class Choice:
    """A value of a filter; a click adds it or takes it away."""

    name: str
    href: str
    is_set: bool


@dataclass(frozen=True)
class Filter:
    name: str | Promise
    set: str  # its values, with commas between
    choices: list[Choice]
    clear: str


def links(looking: Looking, page: Page) -> dict[str, Any]:
    """Everything the list's templates link to."""
    others = [code for code in looking.currencies if code != looking.currency]
    every = sorted({looking.currency, *looking.currencies})
    return {
        "query": looking.address(),
        "filters": [_filter(looking, code) for code in FILTERS],
        "without_search": looking.address(q=""),
        "cleared": looking.address(q="", status="", invitation=""),
        "others": others,
        "switch": [(code, looking.address(currency=code)) for code in every],
        "first_href": looking.address(),
        "before_href": looking.address(before=_place(page, 0, looking)) if page.rows else "",
        "after_href": looking.address(after=_place(page, -1, looking)) if page.rows else "",
    }


def _place(page: Page, end: int, looking: Looking) -> str:
    """Where the page before (0) or after (-1) this one begins."""
    return written(page.rows[end], page.last if end else page.first, looking)


def _filter(looking: Looking, code: str) -> Filter:
    name, values = FILTERS[code]
    chosen: tuple[str, ...] = getattr(looking, code)
    choices = [
        Choice(
            str(NAMES[value]), looking.address(**{code: _turned(chosen, value)}), value in chosen
        )
        for value in values
    ]
    said = ", ".join(str(NAMES[value]) for value in chosen)
    return Filter(name, said, choices, looking.address(**{code: ""}))


def _turned(chosen: tuple[str, ...], value: str) -> tuple[str, ...]:
    if value in chosen:
        return tuple(each for each in chosen if each != value)
    return (*chosen, value)
