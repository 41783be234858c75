"""Acts on the accounts selected on the list. One page asks how, the next request does it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from duebook.jobs.inviting import order_invitations
from duebook.ledger import notes
from duebook.post import mentions
from duebook.visibility import bulk_acts, sharing
from duebook.visibility.middleware import prepared
from duebook.visibility.organisations import Refused
from duebook.web.asked import OrganisationRequest, Unclear
from duebook.web.audience import act_of_admins, act_of_staff, for_staff
from duebook.web.customers.asked import Looking, looking_at, prepare
from duebook.web.customers.bulk_forms import Giving, Inviting, Noting, Resending
from duebook.web.customers.chosen import Chosen, chosen
from duebook.web.customers.files import order_list
from duebook.web.people.acting import acted, undone

FILES = {"csv": "csv", "xlsx": "xlsx"}
NAMES: dict[str, str | Promise] = {
    "invite": gettext_lazy("Invite"),
    "resend": gettext_lazy("Send invitations again"),
    "assign": gettext_lazy("Assign an owner"),
    "share": gettext_lazy("Share"),
    "unshare": gettext_lazy("Stop sharing"),
    "note": gettext_lazy("Add a note"),
}
FORMS: dict[str, Callable[..., forms.Form]] = {
    "invite": Inviting,
    "resend": Resending,
    "assign": Giving,
    "share": Giving,
    "unshare": Giving,
    "note": Noting,
}
OF_ADMINS = ("assign", "share", "unshare")


@prepared(prepare)
@for_staff
@require_POST
def bulk(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Ask how, or with `sure` do it; a file is ordered at once."""
    act, looking = request.POST.get("act", ""), looking_at(request, query=request.POST)
    if act not in (*NAMES, *FILES) or (act in OF_ADMINS and request.viewer.kind != "admin"):
        message = _("“%(written)s” is no value of %(name)s. Choose one of: %(choices)s.")
        choices = ", ".join([*NAMES, *FILES])
        raise Unclear(message % {"written": act, "name": "act", "choices": choices})
    picked = chosen(request.POST, looking, at=datetime.now(UTC))
    if not picked.customers:
        messages.error(request, _("Nothing is selected; tick the accounts that are meant."))
        return redirect(_list(slug, looking))
    if act in FILES:
        return _order_file(request, looking, picked, form=act)
    if looking.is_past:
        raise Unclear(
            _("What is shown is of a past day, and nothing can be done then. Go to today.")
        )
    posted = request.POST if request.POST.get("sure") else None
    form = FORMS[act](posted, request=request, act=act)
    if form.is_valid():
        try:
            return _done(request, slug, act, form, looking, picked)
        except Refused as no:
            undone()
            form.add_error(None, str(no))
    shown = {
        "asked": looking,
        "act": act,
        "name": NAMES[act],
        "form": form,
        "count": len(picked.customers),
        "posted": [*looking.kept, *picked.posted, ("act", act), ("sure", "1")],
        "back": _list(slug, looking),
    }
    return render(request, "customers/bulk.html", shown, status=400 if form.is_bound else 200)


@act_of_admins
def undo(request: OrganisationRequest, slug: str, change: int) -> HttpResponse:
    """Take back what one has just done about owners or sharing."""
    back = reverse("customers", args=[slug])
    try:
        done = sharing.undo(request.viewer, change, at=datetime.now(UTC))
    except Refused as no:
        undone()
        messages.error(request, str(no))
        return redirect(back)
    said = ngettext(
        "Taken back for %(count)s customer.", "Taken back for %(count)s customers.", done.count
    )
    messages.success(request, said % {"count": done.count})
    return redirect(back)


@act_of_staff
def unnote(request: OrganisationRequest, slug: str, act: int) -> HttpResponse:
    """Take back the notes that one has just written on many accounts."""

    def taken() -> str:
        count = notes.remove_act(request.viewer, act, at=datetime.now(UTC))
        said = ngettext(
            "The note was taken back from %(count)s account.",
            "The note was taken back from %(count)s accounts.",
            count,
        )
        return said % {"count": count}

    return acted(request, taken, back=reverse("customers", args=[slug]))


def _done(
    request: OrganisationRequest,
    slug: str,
    act: str,
    form: forms.Form,
    looking: Looking,
    picked: Chosen,
) -> HttpResponse:
    at = datetime.now(UTC)
    if isinstance(form, Inviting | Resending):
        ordered = order_invitations(
            request.viewer,
            act,
            picked.customers,
            language=form.cleaned_data.get("language", ""),
            may_dispute=form.cleaned_data.get("role", "dispute") == "dispute",
            chosen=picked.told,
            at=at,
        )
        return redirect("bulk_act", slug, ordered)
    if isinstance(form, Giving):
        change = form.do(request.viewer, picked.customers, chosen=picked.told, at=at)
        kept = bulk_acts.done_at_once(
            request.viewer,
            act,
            picked.customers,
            change.customers,
            reason=act,
            whom=form.whom,
            at=at,
        )
        if not change.count:
            messages.info(request, _("Nothing changed: it is so already."))
            return redirect("bulk_act", slug, kept)
        return redirect(_list(slug, looking, done=str(change.id), outcomes=str(kept)))
    written = notes.write(request.viewer, picked.customers, form.cleaned_data["body"], at=at)
    mentions.tell(written, author=request.person_name, organisation=request.organisation)
    kept = bulk_acts.done_at_once(
        request.viewer,
        act,
        picked.customers,
        written.customers,
        reason="gone",
        whom="",
        at=at,
    )
    count = len(written.customers)
    said = ngettext(
        "A note was added to %(count)s account.", "A note was added to %(count)s accounts.", count
    )
    messages.success(request, said % {"count": count})
    return redirect(_list(slug, looking, noted=str(written.act_id), outcomes=str(kept)))


def _order_file(
    request: OrganisationRequest, looking: Looking, picked: Chosen, *, form: str
) -> HttpResponse:
    """Exactly the accounts selected, in the list's order. Ticked ones whatever the filter is."""
    filters = dict(vars(looking.question))
    if picked.is_all:
        filters["but"] = list(picked.but)
    else:
        filters |= {"only": list(picked.customers), "search": "", "status": (), "invitation": ()}
    return order_list(request, looking, form=form, filters=filters)


def _list(slug: str, looking: Looking, **more: str) -> str:
    """Back to the list as it was asked for."""
    query = looking.query.copy()
    query.clear()
    for name, value in [*looking.kept, *more.items()]:
        query.appendlist(name, value)
    return reverse("customers", args=[slug]) + (f"?{query.urlencode()}" if query else "")
