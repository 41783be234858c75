"""The menu of saved views on a page that has them: template `saved_views/_menu.html`, with
`views` as `menu` answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from duebook.visibility import saved_views as kept
from duebook.visibility.saved_views import SavedView
from duebook.web.asked import OrganisationRequest
from duebook.web.templatetags.figures import day as written

# The pages that have views, by the names of their addresses.
PAGES: dict[str, str | Promise] = {
    "customers": gettext_lazy("Customers"),
    "monthly": gettext_lazy("Monthly report"),
}
WITHOUT = "none"  # instead of the default view


@dataclass(frozen=True)
class Menu:
    """`here`: the view one came by; `is_changed`: it asked something else than the page does now.

    `query` is what would be saved; `days` are the ways a past day in it can be meant. Empty
    without a past day: then a view is of the day it is opened on.
    """

    page: str
    own: list[SavedView]
    shared: list[SavedView]
    here: SavedView | None
    is_changed: bool
    query: str
    days: list[tuple[str, str]]
    without: str


def menu(request: OrganisationRequest, page: str, *, as_of: date | None = None) -> Menu:
    """For `page`, one of PAGES; `as_of` where the page has a day."""
    found = _views(request, page)
    today = request.organisation.today
    query = kept.asked(request.GET.urlencode())
    here = next((each for each in found if str(each.id) == request.GET.get("view")), None)
    was = kept.asked(kept.resolved(here.query, today=today)) if here else ""
    return Menu(
        page=page,
        own=[each for each in found if each.is_own],
        shared=[each for each in found if not each.is_own],
        here=here,
        is_changed=here is not None and was != query,
        query=query,
        days=_days(as_of, today=today) if as_of and as_of < today else [],
        without=f"{reverse(page, args=[request.organisation.slug])}?view={WITHOUT}",
    )


def opening(request: OrganisationRequest, page: str) -> HttpResponse | None:
    """Where a page that was asked nothing goes: to the person's default view, if there is one."""
    if request.GET or "HX-Request" in request.headers:
        return None
    found = next((each for each in _views(request, page) if each.is_default), None)
    return redirect(address(request, found)) if found else None


def _views(request: OrganisationRequest, page: str) -> list[SavedView]:
    """Read once for a page, which asks for its default and for the menu."""
    if not hasattr(request, "saved_views"):
        request.saved_views = kept.views(request.viewer, page)  # type: ignore[attr-defined]
    return request.saved_views  # type: ignore[attr-defined,no-any-return]


def address(request: OrganisationRequest, view: SavedView) -> str:
    """Where a view leads today."""
    told = kept.resolved(view.query, today=request.organisation.today)
    place = reverse(view.page, args=[request.organisation.slug])
    return f"{place}?{told}{'&' if told else ''}view={view.id}"


def meant(view: SavedView) -> str:
    """The day of a view in words; empty for the day it is opened on."""
    said = QueryDict(view.query).get("as_of", "")
    if said == "month-end":
        return _("the latest end of a month")
    if relative := kept.RELATIVE.fullmatch(said):
        return _before(int(relative[1]), relative[2])
    return _("always %(day)s") % {"day": written(date.fromisoformat(said))} if said else ""


def _days(day: date, *, today: date) -> list[tuple[str, str]]:
    before = (today - day).days
    days = [
        (day.isoformat(), _("always %(day)s") % {"day": written(day)}),
        (f"-{before}d", _before(before, "d")),
    ]
    if (day + timedelta(1)).day == 1:
        months = (today.year - day.year) * 12 + today.month - day.month
        days.append((f"-{months}m-end", _before(months, "m-end")))
    return days


def _before(number: int, unit: str) -> str:
    if unit == "d":
        return ngettext("%(n)s day before", "%(n)s days before", number) % {"n": number}
    return ngettext(
        "the end of the month before", "the end of the month %(n)s months before", number
    ) % {"n": number}
