"""Views that are mailed once a month: set up, looked over, paused, sent at once, ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from duebook.jobs import mailings as kept
from duebook.jobs.mailings import DAYS, LAST_DAY
from duebook.visibility.organisations import Refused
from duebook.visibility.saved_views import views
from duebook.web.asked import OrganisationRequest, Unclear
from duebook.web.audience import for_staff
from duebook.web.filters import one_of
from duebook.web.monthly.files import languages_for
from duebook.web.people.acting import acted

ACTS = ("pause", "go_on", "send", "remove")


@for_staff
def mailings(request: OrganisationRequest, slug: str) -> HttpResponse:
    """What is mailed, and a form for more; a POST sets one up."""
    if request.method == "POST":
        back = reverse("mailings", args=[slug])
        return acted(request, lambda: _set_up(request), back=back)
    reader = get_language() or "en"
    names = dict(languages_for(reader))
    shown = {
        "found": [(each, names.get(each.language, each.language)) for each in _found(request)],
        "views": views(request.viewer, "monthly"),
        "chosen": request.GET.get("view", ""),
        "days": [(each, _day(each)) for each in DAYS],
        "readers": kept.readers(),
        "languages": languages_for(reader),
        "language": reader,
        "last_day": LAST_DAY,
    }
    return render(request, "monthly/mailings.html", shown)


@for_staff
@require_POST
def changed(request: OrganisationRequest, slug: str, mailing: int) -> HttpResponse:
    """What is done with one: the form says which act."""
    if mailing not in {each.id for each in _found(request)}:
        raise Http404
    act, viewer = one_of(request.POST, "act", ACTS), request.viewer
    if not act:
        raise Unclear(_("The form does not say what is to be done; load the page again."))

    def pause() -> str:
        kept.pause(viewer, mailing)
        return _("Nothing is mailed until you let it go on.")

    def go_on() -> str:
        kept.go_on(viewer, mailing)
        return _("It is mailed again from its next day on.")

    def send() -> str:
        number = kept.send_now(viewer, mailing)
        said = ngettext(
            "It is on its way to %(n)s reader.", "It is on its way to %(n)s readers.", number
        )
        return said % {"n": number}

    def remove() -> str:
        kept.remove(viewer, mailing)
        return _("It is not mailed any more.")

    doing: dict[str, Callable[[], str]] = dict(zip(ACTS, (pause, go_on, send, remove), strict=True))
    return acted(request, doing[act], back=reverse("mailings", args=[slug]))


def _found(request: OrganisationRequest) -> list[kept.Mailing]:
    return kept.mailings(request.viewer)


def _set_up(request: OrganisationRequest) -> str:
    form = request.POST
    kept.set_up(
        request.viewer,
        view_id=_number(form.get("view", "")),
        to=[_number(each) for each in form.getlist("to")],
        language=form.get("language", "") or "en",
        month_day=_number(form.get("day", "")),
        at_time=_time(form.get("time", "")),
        zone=request.organisation.timezone,
    )
    return _("The view is mailed from now on.")


def _number(written: str) -> int:
    """0, which is nothing's number, for what is none."""
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 19 else 0


def _time(written: str) -> time:
    try:
        return time.fromisoformat(written).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        raise Refused(_("Write the time as hours and minutes, for example 07:30.")) from None


def _day(day: int) -> str:
    return _("the last day") if day == LAST_DAY else str(day)
