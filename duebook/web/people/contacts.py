"""The contacts of one customer: several people, each with what they may do, asked one by one.

`contacts_of` is what the part people/_contacts.html shows, wherever it stands; its forms come here
and lead back to where they were.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from django import forms
from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from duebook.post.invitation import write_to
from duebook.reports import account as accounts
from duebook.reports.account import Account
from duebook.reports.contacts import Contact, contacts
from duebook.visibility import invitations, people
from duebook.visibility.invitations import Invitation
from duebook.visibility.organisations import Refused
from duebook.web.asked import OrganisationRequest
from duebook.web.audience import act_of_admins, for_staff
from duebook.web.people.acting import acted, undone

ROLES = [
    ("dispute", gettext_lazy("View and dispute")),
    ("view", gettext_lazy("View only")),
]


class InvitingContact(forms.Form):
    """One person for one account."""

    email = forms.CharField(
        label=gettext_lazy("E-mail address"),
        max_length=300,
        widget=forms.TextInput(attrs={"dir": "ltr", "inputmode": "email", "autocomplete": "off"}),
    )
    called = forms.CharField(label=gettext_lazy("Name"), max_length=200, required=False)
    role = forms.ChoiceField(
        label=gettext_lazy("What they may do"),
        choices=ROLES,
        widget=forms.RadioSelect,
        initial="dispute",
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the letter"), choices=settings.LANGUAGES
    )


@dataclass(frozen=True)
class Shown:
    """A customer's contacts, and the form that asks another one."""

    customer: int
    contacts: list[Contact]
    form: InvitingContact


def contacts_of(
    request: OrganisationRequest, who: Account, *, form: InvitingContact | None = None
) -> Shown:
    """For the part: the account's contact as the ERP has it is proposed until somebody is asked."""
    found = contacts(who.id, at=datetime.now(UTC))
    known = {each.email.lower() for each in found}
    is_new = who.contact_email.lower() not in known
    at_first = {
        "email": who.contact_email if is_new else "",
        "called": who.contact_name if is_new else "",
        "language": request.organisation.language,
    }
    return Shown(who.id, found, form or InvitingContact(initial=at_first))


@for_staff
def customer_contacts(request: OrganisationRequest, slug: str, customer: int) -> HttpResponse:
    """The page of them; with POST somebody is asked."""
    who = _account(customer)
    form = None
    if request.method == "POST":
        form = InvitingContact(request.POST)
        if form.is_valid():
            try:
                asked = _invited(request, customer, form)
            except Refused as no:
                undone()
                form.add_error("email", str(no))
            else:
                said = _("%(email)s is invited.") % {"email": asked.email}
                return acted(request, lambda: said, back=_back(request, slug, customer))
    shown = {"who": who, "contacts": contacts_of(request, who, form=form)}
    status = 400 if form else 200
    return render(request, "people/customer_contacts.html", shown, status=status)


@for_staff
@require_POST
def contact_resend(
    request: OrganisationRequest, slug: str, customer: int, invitation: int
) -> HttpResponse:
    """A new link, the old one is dead; who has declined is asked again, being asked singly."""

    def act() -> str:
        at = datetime.now(UTC)
        anew = invitations.resend(request.viewer, invitation, at=at, again=True)
        _write(request, anew)
        return _("A new letter goes to %(email)s; the old link is dead.") % {"email": anew.email}

    return _on(request, slug, customer, act, invitation=invitation)


@for_staff
@require_POST
def contact_withdraw(
    request: OrganisationRequest, slug: str, customer: int, invitation: int
) -> HttpResponse:
    """It is as if they had not been asked."""

    def act() -> str:
        invitations.withdraw(request.viewer, invitation, at=datetime.now(UTC))
        return _("The invitation is withdrawn; its link is dead.")

    return _on(request, slug, customer, act, invitation=invitation)


@act_of_admins
def contact_role(
    request: OrganisationRequest, slug: str, customer: int, person: int
) -> HttpResponse:
    """What somebody who has accepted may do from now on."""

    def act() -> str:
        may_dispute = request.POST.get("role") == "dispute"
        name = people.set_disputing(request.viewer, person, customer, may_dispute=may_dispute)
        if may_dispute:
            return _("%(name)s may dispute from now on.") % {"name": name}
        return _("%(name)s only looks from now on.") % {"name": name}

    return _on(request, slug, customer, act)


@act_of_admins
def contact_end(
    request: OrganisationRequest, slug: str, customer: int, person: int
) -> HttpResponse:
    """They no longer see this account, from now on."""

    def act() -> str:
        was = people.withdraw_account(request.viewer, person, customer, at=datetime.now(UTC))
        return _("%(name)s no longer sees this account.") % {"name": was.name}

    return _on(request, slug, customer, act)


def _account(customer: int) -> Account:
    who = accounts.account(customer)
    if who is None:
        raise Http404
    return who


def _invited(request: OrganisationRequest, customer: int, form: InvitingContact) -> Invitation:
    """Raises Refused."""
    told = form.cleaned_data
    asked = invitations.invite(
        request.viewer,
        told["email"],
        role="client",
        at=datetime.now(UTC),
        customer_id=customer,
        name=told["called"],
        may_dispute=told["role"] == "dispute",
        language=told["language"],
        again=True,
    )
    _write(request, asked)
    return asked


def _on(
    request: OrganisationRequest,
    slug: str,
    customer: int,
    act: Callable[[], str | Promise],
    *,
    invitation: int | None = None,
) -> HttpResponse:
    """Do it for a customer that the viewer sees, and to an invitation of that customer alone."""
    _account(customer)
    found = contacts(customer, at=datetime.now(UTC))
    if invitation and invitation not in {each.invitation_id for each in found}:
        raise Http404
    return acted(request, act, back=_back(request, slug, customer))


def _back(request: OrganisationRequest, slug: str, customer: int) -> str:
    """To the account's page when the form stood there."""
    if request.POST.get("from") == "account":
        return reverse("customer", args=[slug, customer]) + "?tab=people#documents"
    return reverse("customer_contacts", args=[slug, customer])


def _write(request: OrganisationRequest, invitation: Invitation) -> None:
    write_to(invitation, organisation=request.organisation, inviter=request.person_name)
