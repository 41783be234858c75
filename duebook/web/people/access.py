"""Customers and who sees them: owners and sharing, one by one or many at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from duebook.reports import access as reports
from duebook.reports import people as who
from duebook.reports.access import Filter
from duebook.visibility import sharing
from duebook.visibility.organisations import Refused
from duebook.web.asked import OrganisationRequest
from duebook.web.audience import act_of_admins, for_admins
from duebook.web.people.acting import acted, undone
from duebook.web.people.asked import address_of, filter_of, ids_of, page_of
from duebook.web.people.forms import Changing

SURE_FROM = 25  # customers at once; one asks before


@for_admins
@require_safe
def customers(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Every customer with its owner and whom it is shared with."""
    return _list(request, filter_of(request.GET), page=page_of(request))


@act_of_admins
def change(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Assign, share or stop sharing; many at once are asked about before."""
    chosen, form = filter_of(request.POST), _form(request)
    customers = _chosen(request, chosen)
    is_clear = form.is_valid()
    if not customers:
        form.add_error(None, _("Tick the customers, or choose all that match."))
    if not is_clear or not customers:
        return _again(request, chosen, form, customers)
    if len(customers) >= SURE_FROM and not request.POST.get("sure"):
        asked = {"form": form, "count": len(customers), "posted": _posted(request)}
        asked["back"] = reverse("access", args=[slug]) + address_of(chosen)
        return render(request, "people/access_sure.html", asked)
    try:
        done = _change(request, form, customers, chosen)
    except Refused as no:
        undone()
        form.add_error(None, str(no))
        return _again(request, chosen, form, customers)
    if not done.count:
        messages.info(request, _("Nothing changed: it is so already."))
    return redirect(_after(request, slug, chosen, done))


@act_of_admins
def undo(request: OrganisationRequest, slug: str, change: int) -> HttpResponse:
    """Take back what one did oneself."""

    def act() -> str:
        at = datetime.now(UTC)
        done = sharing.undo(request.viewer, change, at=at)
        return ngettext(
            "Taken back for %(count)s customer.", "Taken back for %(count)s customers.", done.count
        ) % {"count": done.count}

    return acted(request, act, back=_after(request, slug, filter_of(request.POST), sharing.NOTHING))


def of_account(request: OrganisationRequest, customer: int) -> dict[str, object]:
    """What the page of an account shows an admin of who sees it."""
    return {
        "seen": reports.customer(customer),
        "ways": reports.who_sees(customer),
        "form": _form(request),
        "done": _done(request),
    }


@for_admins
@require_safe
def customer(request: OrganisationRequest, slug: str, customer: int) -> HttpResponse:
    """Who sees one customer, and why."""
    return _one(request, customer, form=_form(request))


def _again(
    request: OrganisationRequest, chosen: Filter, form: Changing, customers: Sequence[int]
) -> HttpResponse:
    """The page whose button was pressed, with what is wrong."""
    if one := ids_of(request.POST, "one"):
        return _one(request, one[0], form=form, status=400)
    return _list(request, chosen, form=form, ticked=customers, status=400)


def _one(
    request: OrganisationRequest, customer: int, *, form: Changing, status: int = 200
) -> HttpResponse:
    seen = reports.customer(customer)
    if seen is None:
        raise Http404
    at = datetime.now(UTC)
    shown = {
        "seen": seen,
        "ways": reports.who_sees(customer),
        "form": form,
        "invited": who.open_invitations(at=at, clients=True, customer_id=customer),
        "done": _done(request),
    }
    return render(request, "people/customer.html", shown, status=status)


def _list(
    request: OrganisationRequest,
    chosen: Filter,
    *,
    page: int = 1,
    form: Changing | None = None,
    ticked: Sequence[int] = (),
    status: int = 200,
) -> HttpResponse:
    form = form or _form(request)
    shown = {
        "found": reports.customers(chosen, page=page),
        "chosen": chosen,
        "form": form,
        "ticked": set(ticked),
        "owner": form.people.get(chosen.owner or 0),
        "shared": {**form.people, **form.teams}.get(chosen.shared or 0),
        "done": _done(request),
    }
    return render(request, "people/access.html", shown, status=status)


def _form(request: OrganisationRequest) -> Changing:
    colleagues = [each for each in who.staff(size=10_000).rows if each.active]
    posted = request.POST if request.method == "POST" else None  # an empty one is one
    return Changing(posted, colleagues=colleagues, teams=who.teams())


def _chosen(request: OrganisationRequest, chosen: Filter) -> list[int]:
    """The customers meant: those ticked, or all that match."""
    if request.POST.get("scope") == "all":
        return reports.customer_ids(chosen)
    return ids_of(request.POST, "customer")


def _change(
    request: OrganisationRequest, form: Changing, customers: Sequence[int], chosen: Filter
) -> sharing.Change:
    act, at = form.cleaned_data["act"], datetime.now(UTC)
    told = chosen.told() if request.POST.get("scope") == "all" else None
    if act == "assign":
        return sharing.assign(request.viewer, customers, form.principal, at=at, chosen=told)
    do = sharing.share if act == "share" else sharing.unshare
    return do(request.viewer, customers, form.principal or 0, at=at, chosen=told)


def _after(request: OrganisationRequest, slug: str, chosen: Filter, done: sharing.Change) -> str:
    """Back to the page whose button was pressed, with what was done."""
    said = {"done": str(done.id)} if done.count else {}
    one = ids_of(request.POST, "one")
    if one and request.POST.get("from") == "account":
        account = reverse("customer", args=[slug, one[0]])
        return account + address_of(Filter(), tab="people", **said)
    if one:
        return reverse("customer_access", args=[slug, one[0]]) + address_of(Filter(), **said)
    return reverse("access", args=[slug]) + address_of(chosen, **said)


def _done(request: OrganisationRequest) -> sharing.Done | None:
    """What this person has just done, as long as it can be taken back."""
    change = ids_of(request.GET, "done")
    return sharing.done(request.viewer, change[0], at=datetime.now(UTC)) if change else None


def _posted(request: OrganisationRequest) -> list[tuple[str, str]]:
    """Everything that was filled in, to be sent again once one is sure."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in ("csrfmiddlewaretoken", "sure")
    ]
