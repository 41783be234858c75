"""Saved views: opened, kept, changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from duebook.visibility import saved_views as kept
from duebook.visibility.organisations import Refused
from duebook.visibility.saved_views import SavedView
from duebook.web.asked import OrganisationRequest, Unclear
from duebook.web.audience import for_staff
from duebook.web.filters import one_of
from duebook.web.people.acting import acted
from duebook.web.saved_views.menu import PAGES, address, meant

ACTS = ("save", "rename", "share", "unshare", "default", "no_default", "remove")


@for_staff
def saved_views(request: OrganisationRequest, slug: str) -> HttpResponse:
    """All views one may open; a POST keeps a new one."""
    if request.method == "POST":
        return _kept(request)
    found = kept.views(request.viewer)
    shown = {
        "found": [(each, PAGES[each.page], meant(each)) for each in found if each.page in PAGES]
    }
    return render(request, "saved_views/saved_views.html", shown)


@for_staff
@require_safe
def opened(request: OrganisationRequest, slug: str, view: int) -> HttpResponse:
    """The page as the view has it, with its days as of today."""
    return redirect(address(request, _seen(request, view)))


@for_staff
@require_POST
def changed(request: OrganisationRequest, slug: str, view: int) -> HttpResponse:
    """What is done with a view: the form says which act."""
    seen, viewer = _seen(request, view), request.viewer
    act = one_of(request.POST, "act", ACTS)
    if not act:
        raise Unclear(_("The form does not say what is to be done; load the page again."))
    name = request.POST.get("name", "")

    def save() -> str:
        kept.change(viewer, view, _query(request.POST, today=request.organisation.today))
        return _("The view %(name)s is as you see it.") % {"name": seen.name}

    def rename() -> str:
        kept.rename(viewer, view, name)
        return _("The view has its new name.")

    def share() -> str:
        kept.share(viewer, view)
        return _("Everybody who works here can open %(name)s.") % {"name": seen.name}

    def unshare() -> str:
        kept.unshare(viewer, view)
        return _("%(name)s is no longer shared.") % {"name": seen.name}

    def default() -> str:
        kept.make_default(viewer, seen.page, view)
        return _("The page opens with %(name)s.") % {"name": seen.name}

    def no_default() -> str:
        kept.make_default(viewer, seen.page, None)
        return _("The page opens with everything.")

    def remove() -> str:
        kept.remove(viewer, view)
        return _("The view %(name)s is removed.") % {"name": seen.name}

    doing: dict[str, Callable[[], str]] = dict(
        zip(ACTS, (save, rename, share, unshare, default, no_default, remove), strict=True)
    )
    back = reverse("saved_views", args=[request.organisation.slug])
    if act == "save":
        back = reverse("saved_view", args=[request.organisation.slug, view])
    return acted(request, doing[act], back=back)


def _kept(request: OrganisationRequest) -> HttpResponse:
    page = one_of(request.POST, "page", PAGES)
    if not page:
        raise Unclear(_("The form does not say of which page; load the page again."))
    place = reverse(page, args=[request.organisation.slug])
    back = f"{place}?{QueryDict(request.POST.get('query', '')).urlencode()}"
    try:
        query = _query(request.POST, today=request.organisation.today)
        made = kept.save(
            request.viewer,
            page=page,
            name=request.POST.get("name", ""),
            query=query,
            shared=bool(request.POST.get("shared")),
        )
    except Refused as no:
        refused = str(no)
        return acted(request, lambda: _refuse(refused), back=back)
    return redirect("saved_view", request.organisation.slug, made)


def _refuse(why: str) -> str:
    raise Refused(why)


def _query(form: QueryDict, *, today: date) -> str:
    """What the form's page asks, with its day as the form says it is meant. Raises Refused."""
    told = QueryDict(form.get("query", ""), mutable=True)
    if day := form.get("day", "").strip():
        told["as_of"] = day
    if (said := told.get("as_of")) and kept.day_of(said, today=today) is None:
        try:
            date.fromisoformat(said)
        except ValueError:
            raise Refused(_("“%(day)s” is no day that a view can have.") % {"day": said}) from None
    return told.urlencode()


def _seen(request: OrganisationRequest, view: int) -> SavedView:
    seen = kept.view(request.viewer, view)
    if seen is None:
        raise Http404
    return seen
