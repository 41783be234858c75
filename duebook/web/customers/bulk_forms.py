"""What is asked before something is done to the accounts selected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from duebook.ledger.notes import LONGEST
from duebook.reports import people as who
from duebook.visibility import sharing
from duebook.visibility.viewer import Viewer
from duebook.web.asked import OrganisationRequest

ROLES = [
    ("dispute", _("View and dispute: sees what the account owes, and may dispute it")),
    ("view", _("View: only sees what the account owes")),
]


class Asking(forms.Form):
    def __init__(self, *args: Any, request: OrganisationRequest, act: str, **more: Any) -> None:
        super().__init__(*args, **more)
        self.act = act
        self.set_up(request)

    def set_up(self, request: OrganisationRequest) -> None:
        """What the fields need of the organisation."""


class Inviting(Asking):
    """Letters to the contacts of accounts."""

    language = forms.ChoiceField(label=_("Language of the letters"), choices=settings.LANGUAGES)
    role = forms.ChoiceField(
        label=_("What they may do"), choices=ROLES, widget=forms.RadioSelect, initial="dispute"
    )

    def set_up(self, request: OrganisationRequest) -> None:
        self.fields["language"].initial = request.organisation.language


class Resending(Asking):
    """Each in the language of the first letter."""


class Noting(Asking):
    body = forms.CharField(
        label=_("Note"),
        help_text=_("Stands on each of these accounts. Clients never see notes."),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}),
    )


class Giving(Asking):
    """Who is to own the accounts, or to see them."""

    who = forms.ChoiceField(label=_("Person or team"))

    def set_up(self, request: OrganisationRequest) -> None:
        choosing = self.fields["who"]
        assert isinstance(choosing, forms.ChoiceField)
        people = [(str(each.id), each.name) for each in who.staff(size=10_000).rows if each.active]
        nobody = [("none", _("Nobody (no owner)"))] if self.act == "assign" else []
        teams = [] if self.act == "assign" else [(str(each.id), each.name) for each in who.teams()]
        self.names = dict((*people, *teams))
        choosing.choices = [
            ("", _("Choose")),
            *nobody,
            (_("People"), people),
            *([(_("Teams"), teams)] if teams else []),
        ]
        if self.act == "assign":
            choosing.label = _("Owner")

    @property
    def whom(self) -> str:
        """Their name; empty for nobody."""
        return self.names.get(self.cleaned_data["who"], "")

    def do(
        self,
        viewer: Viewer,
        customers: Sequence[int],
        *,
        chosen: Mapping[str, Any] | None,
        at: datetime,
    ) -> sharing.Change:
        """Raises Refused."""
        written = self.cleaned_data["who"]
        if self.act == "assign":
            owner = None if written == "none" else int(written)
            return sharing.assign(viewer, customers, owner, at=at, chosen=chosen)
        act = sharing.share if self.act == "share" else sharing.unshare
        return act(viewer, customers, int(written), at=at, chosen=chosen)
