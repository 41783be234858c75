"""Everybody who can sign in, wherever they belong: shut out or let in, owners of the platform."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from duebook.reports import platform as reports
from duebook.visibility import platform
from duebook.visibility.seeing import seeing
from duebook.web.platform.asking import Question, asked_first
from duebook.web.platform.owners import OwnerRequest, for_owners, page_number


@for_owners
def listed(request: OwnerRequest) -> HttpResponse:
    """All logins, or those that a word is in."""
    search = request.GET.get("q", "").strip()
    with seeing(request.owner, read_only=True):
        found = reports.people(search=search, page=page_number(request))
    return render(request, "platform/people.html", {"found": found, "search": search})


@for_owners
def person(request: OwnerRequest, login: int) -> HttpResponse:
    """One login: where it belongs, and what the platform can do about it."""
    return render(request, "platform/person.html", {"seen": _person(request, login)})


@for_owners
def bar(request: OwnerRequest, login: int) -> HttpResponse:
    who = _person(request, login)
    question = Question(
        title=_("Bar %(email)s everywhere?") % {"email": who.email},
        text=_(
            "They are signed out at once in every browser, cannot sign in again and see nothing of"
            " any organisation. Nothing is deleted, and you can let them in again."
        ),
        button=_("Bar"),
        done=_("%(email)s is barred.") % {"email": who.email},
        back=_back(request, login),
    )
    return asked_first(
        request, question, lambda: platform.set_barred(request.owner, login, barred=True)
    )


@for_owners
def unbar(request: OwnerRequest, login: int) -> HttpResponse:
    who = _person(request, login)
    question = Question(
        title=_("Let %(email)s in again?") % {"email": who.email},
        text=_("They can sign in and see what their organisations show them, as before."),
        button=_("Let in"),
        done=_("%(email)s can sign in again.") % {"email": who.email},
        back=_back(request, login),
        danger=False,
    )
    return asked_first(
        request, question, lambda: platform.set_barred(request.owner, login, barred=False)
    )


@for_owners
def own(request: OwnerRequest, login: int) -> HttpResponse:
    who = _person(request, login)
    question = Question(
        title=_("Make %(email)s an owner of the platform?") % {"email": who.email},
        text=_(
            "Owners create and suspend organisations, bar people, name other owners, and may enter"
            " every organisation. They need a second factor."
        ),
        button=_("Make owner"),
        done=_("%(email)s is an owner of the platform.") % {"email": who.email},
        back=_back(request, login),
        danger=False,
    )
    return asked_first(
        request, question, lambda: platform.set_owner(request.owner, login, owner=True)
    )


@for_owners
def disown(request: OwnerRequest, login: int) -> HttpResponse:
    who = _person(request, login)
    question = Question(
        title=_("Is %(email)s no longer an owner of the platform?") % {"email": who.email},
        text=_(
            "They lose the platform's pages and leave the organisation they have entered. Where"
            " they belong they stay."
        ),
        button=_("No longer owner"),
        done=_("%(email)s is no longer an owner of the platform.") % {"email": who.email},
        back=_back(request, login),
    )
    return asked_first(
        request, question, lambda: platform.set_owner(request.owner, login, owner=False)
    )


def _person(request: OwnerRequest, login: int) -> reports.PersonRow:
    with seeing(request.owner, read_only=True):
        found = reports.person(login)
    if found is None:
        raise Http404
    return found


def _back(request: OwnerRequest, login: int) -> str:
    """To the person's page; who has just lost it themselves goes to the first page."""
    if login == request.owner.person_id:
        return reverse("home")
    return reverse("platform_person", args=[login])
