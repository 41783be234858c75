"""What somebody fills in who joins."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from duebook.visibility.models import Login


def _terms() -> SafeString:
    return format_html(
        '{} <a href="{}" target="_blank" rel="noreferrer">{}</a>',
        _("I accept the"),
        "/terms/",
        _("terms of use"),
    )


TERMS = lazy(_terms, SafeString)()  # written in the reader's language each time


class Agreeing(forms.Form):
    """Somebody with a login joins: only the terms are to be accepted."""

    terms = forms.BooleanField(
        label=TERMS, error_messages={"required": _("Accept the terms to go on.")}
    )


class Joining(forms.Form):
    """Somebody new: a name, a password, the terms."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
    )
    password = forms.CharField(
        label=_("Choose a password"),
        help_text=_("12 characters or more; a few words are easy to remember."),
        strip=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "dir": "ltr"}),
    )
    terms = forms.BooleanField(
        label=TERMS, error_messages={"required": _("Accept the terms to go on.")}
    )

    def __init__(self, *args: Any, email: str, **more: Any) -> None:
        super().__init__(*args, **more)
        self.email = email

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        if not name.isprintable():
            raise forms.ValidationError(_("Write your name in letters."))
        return name

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if password := told.get("password"):
            person = Login(email=self.email, name=told.get("name", ""))
            try:
                validate_password(password, person)
            except forms.ValidationError as weak:
                self.add_error("password", weak)
        return told
