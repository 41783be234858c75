"""What is filled in about people."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from duebook.reports.people import StaffRow, TeamRow
from duebook.reports.rows import customer_of

ROLES = [
    ("member", _("Member: sees the customers they own or that are shared with them")),
    ("admin", _("Admin: sees and does everything here")),
    ("client", _("Client: sees what they owe, for one account")),
]


class Inviting(forms.Form):
    """One or several addresses, and what they are to be."""

    emails = forms.CharField(
        label=_("E-mail addresses"),
        help_text=_("One on each line. For a client, empty means the account's contact."),
        required=False,
        max_length=60_000,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "ltr", "spellcheck": "false"}),
    )
    role = forms.ChoiceField(label=_("Role"), choices=ROLES, widget=forms.RadioSelect)
    account = forms.CharField(
        label=_("Account number"),
        help_text=_("For clients: the account they speak for."),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"dir": "ltr"}),
    )
    language = forms.ChoiceField(label=_("Language of the letter"), choices=settings.LANGUAGES)
    customer_id: int | None = None

    def __init__(self, *args: Any, may_invite_staff: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        if not may_invite_staff:
            role = self.fields["role"]
            assert isinstance(role, forms.ChoiceField)
            role.choices = [each for each in ROLES if each[0] == "client"]
            role.initial = "client"

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        account = told.get("account", "").strip()
        if told.get("role") == "client":
            if not account:
                self.add_error("account", _("A client needs the account they are to speak for."))
                return told
            self.customer_id = customer_of(account)
            if self.customer_id is None:
                self.add_error("account", _("There is no account with this number."))
        elif account:
            self.add_error("account", _("Accounts are for clients; leave it empty."))
        if told.get("role") != "client" and not told.get("emails", "").strip():
            self.add_error("emails", _("Write at least one address."))
        return told

    def addresses(self) -> list[str]:
        """As written, one for each line; one that is empty stands for the account's contact."""
        lines = str(self.cleaned_data["emails"]).splitlines()
        return [line.strip().strip(",;") for line in lines if line.strip()]


class TeamName(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=200)


class HandingOver(forms.Form):
    """Who gets the customers of somebody who leaves."""

    heir = forms.TypedChoiceField(
        label=_("Their customers"), coerce=int, empty_value=None, required=False
    )

    def __init__(self, *args: Any, colleagues: list[StaffRow], **more: Any) -> None:
        super().__init__(*args, **more)
        heir = self.fields["heir"]
        assert isinstance(heir, forms.TypedChoiceField)
        heir.choices = [
            ("", _("stay theirs, for when they come back")),
            *((each.id, _("go to %(name)s") % {"name": each.name}) for each in colleagues),
        ]


class Changing(forms.Form):
    """What is done to customers: who is to own them, or see them."""

    act = forms.ChoiceField(
        label=_("What to do"),
        choices=[
            ("assign", _("Assign to")),
            ("share", _("Share with")),
            ("unshare", _("Stop sharing with")),
        ],
    )
    who = forms.ChoiceField(label=_("Person or team"))

    def __init__(
        self, *args: Any, colleagues: list[StaffRow], teams: list[TeamRow], **more: Any
    ) -> None:
        super().__init__(*args, **more)
        who = self.fields["who"]
        assert isinstance(who, forms.ChoiceField)
        self.teams = {each.id: each.name for each in teams}
        self.people = {each.id: each.name for each in colleagues}
        who.choices = [
            ("", _("Choose")),
            ("none", _("Nobody (no owner)")),
            (_("People"), [(str(key), name) for key, name in self.people.items()]),
            (_("Teams"), [(str(key), name) for key, name in self.teams.items()]),
        ]

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        act, who = told.get("act"), told.get("who")
        if act == "assign" and who and who != "none" and int(who) in self.teams:
            self.add_error("who", _("A team owns no customers; share them with it instead."))
        if act != "assign" and who == "none":
            self.add_error("who", _("Choose a person or a team."))
        return told

    @property
    def principal(self) -> int | None:
        who = self.cleaned_data["who"]
        return None if who == "none" else int(who)

    @property
    def principal_name(self) -> str:
        """Of the person or team; empty for nobody."""
        return {**self.people, **self.teams}.get(self.principal or 0, "")
