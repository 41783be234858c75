"""The organisation's settings: look at them, try other ages, save."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db import connections
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from psycopg.errors import QueryCanceled

from duebook.reports.member_scope import members
from duebook.visibility.organisation_settings import (
    ChangedMeanwhile,
    Settings,
    currencies,
    differences,
    fixed_today,
    settings_of,
)
from duebook.visibility.organisations import Refused
from duebook.visibility.second_factor import has_second_factor
from duebook.web.asked import OrganisationRequest
from duebook.web.audience import for_admins
from duebook.web.settings import words
from duebook.web.settings.form import (
    EDGES,
    SettingsForm,
    offered_zones,
    packed,
    shown,
    unpacked,
)
from duebook.web.settings.preview import Ages, preview
from duebook.web.settings.saving import affected, save


@dataclass(frozen=True)
class Meanwhile:
    """A setting that somebody else changed while this page was open."""

    name: str
    was: str
    now: str
    wanted: str


@for_admins
@require_http_methods(["GET", "HEAD", "POST"])
def organisation_settings(request: OrganisationRequest, slug: str) -> HttpResponse:
    """The settings; a POST saves what differs."""
    if request.method != "POST":
        return _page(request, _form(request, settings_of(request.viewer)))
    form = _form(request, unpacked(request.POST.get("was", "")), data=request.POST)
    if not form.is_valid():
        return _page(request, form, status=400)
    wanted = form.wanted()
    if not {*_asked_about(form.was, wanted)} <= {*request.POST.getlist("sure")}:
        return _sure(request, form, wanted)
    return _saved(request, form, wanted)


@for_admins
@require_http_methods(["GET", "HEAD", "POST"])
def preview_of_ages(request: OrganisationRequest, slug: str) -> HttpResponse:
    """The same page, with what the ages written in it would come to. Nothing is saved."""
    if request.method != "POST":  # come back by the address alone, as after another language
        return redirect("settings", slug)
    form = _form(request, unpacked(request.POST.get("was", "")), data=request.POST)
    form.is_valid()
    wrong = [str(form.errors[name][0]) for name in ("aging_basis", *EDGES) if name in form.errors]
    if wrong:
        return _page(request, form, status=400, preview_wrong=wrong)
    now = settings_of(request.viewer)
    ages = (
        Ages(now.aging_basis, now.aging_edges),
        Ages(form.cleaned_data["aging_basis"], form.edges),
    )
    shown: dict[str, Any] = {
        "previewed": True,
        "shifts": preview(*ages, as_of=request.organisation.today),
        "ages_now": ages[0],
        "ages_after": ages[1],
    }
    return _page(request, form, **shown)


def _asked_about(was: Settings, wanted: Settings) -> list[str]:
    """What concerns many is asked about again."""
    names = (
        ["member_scope"] if (was.member_scope, wanted.member_scope) == ("assigned", "all") else []
    )
    return names + (["self_settling"] if was.self_settling != wanted.self_settling else [])


def _sure(request: OrganisationRequest, form: SettingsForm, wanted: Settings) -> HttpResponse:
    asked = _asked_about(form.was, wanted)
    posted = [(name, value) for name, value in request.POST.items() if name in form.fields]
    shown = {
        "questions": asked,
        "posted": [*posted, ("was", packed(form.was)), *(("sure", name) for name in asked)],
        "settles": wanted.self_settling,
    }
    if "member_scope" in asked:
        shown["gaining"] = [each for each in members() if each.gained]
    if "self_settling" in asked:
        shown["affected"] = affected(request.viewer)
    return render(request, "settings/sure.html", shown)


def _saved(request: OrganisationRequest, form: SettingsForm, wanted: Settings) -> HttpResponse:
    try:
        changed = save(request.viewer, wanted, was=form.was)
    except ChangedMeanwhile as other:
        return _meanwhile(request, form, wanted, other)
    except Refused as trouble:
        form.add_error("self_settling", str(trouble))
        return _page(request, form, status=400)
    except QueryCanceled:
        connections["ledger"].set_rollback(True)
        messages.error(request, _("It took too long. Nothing was saved."))
        return redirect("settings", request.organisation.slug)
    if changed:
        names = ", ".join(words.setting(name) for name in changed)
        messages.success(request, _("Saved: %(names)s.") % {"names": names})
    else:
        messages.info(request, _("Nothing was different, so nothing was saved."))
    return redirect("settings", request.organisation.slug)


def _meanwhile(
    request: OrganisationRequest, form: SettingsForm, wanted: Settings, other: ChangedMeanwhile
) -> HttpResponse:
    """What the reader wrote stays; what they left alone becomes what it is now."""
    data: QueryDict = request.POST.copy()
    mine = differences(form.was, wanted)
    for name, value in shown(other.now).items():
        setting = "aging_edges" if name in EDGES else name
        if setting not in mine:
            data[name] = ("on" if value else "") if isinstance(value, bool) else str(value)
    told = [
        _told(name, form.was, other.now, wanted if name in mine else None) for name in other.names
    ]
    again = _form(request, other.now, data=data)
    again.is_valid()
    return _page(request, again, status=409, meanwhile=told, by=other.by)


def _told(name: str, was: Settings, now: Settings, wanted: Settings | None) -> Meanwhile:
    sides = [words.value(name, getattr(each, name)) for each in (was, now)]
    mine = words.value(name, getattr(wanted, name)) if wanted else ""
    return Meanwhile(words.setting(name), sides[0], sides[1], mine)


def _form(
    request: OrganisationRequest, was: Settings, *, data: QueryDict | None = None
) -> SettingsForm:
    proved = has_second_factor(request)
    return SettingsForm(data, was=was, currencies=currencies(), proved=proved)


def _page(
    request: OrganisationRequest, form: SettingsForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    shown = {
        "form": form,
        "was": packed(form.was),
        "zones": offered_zones(),
        "currencies": form.currencies,
        "fixed_today": fixed_today(request.viewer),
        **more,
    }
    return render(request, "settings/settings.html", shown, status=status)
