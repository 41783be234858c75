"""A connector's settings as a form, made from what its type says it needs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duebook.ingest.connectors.connector import Connector, Setting
from duebook.ingest.connectors.register import Connection

TEXT = {"autocomplete": "off", "spellcheck": "false"}
LTR = TEXT | {"dir": "ltr"}
TIMES = {
    1: gettext_lazy("Every minute"),
    5: gettext_lazy("Every 5 minutes"),
    15: gettext_lazy("Every 15 minutes"),
    60: gettext_lazy("Every hour"),
    360: gettext_lazy("Every 6 hours"),
    1440: gettext_lazy("Every day"),
}


class ConnectionForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        help_text=gettext_lazy("As people know it. The history and the audit trail call it by it."),
    )
    every_minutes = forms.TypedChoiceField(
        label=gettext_lazy("Asked"), coerce=int, choices=list(TIMES.items()), initial=15
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        type: type[Connector],
        before: Connection | None = None,
    ) -> None:
        known = before.settings if before else {}
        initial = {"name": before.name, "every_minutes": before.every_minutes} if before else {}
        super().__init__(data, initial=initial | known)
        self.settings = [each.name for each in type.SETTINGS if each.type != "secret"]
        for each in type.SETTINGS:
            self.fields[each.name] = _field(each, has_secret=bool(before and before.has_secret))
        self.order_fields(["name", *(each.name for each in type.SETTINGS), "every_minutes"])
        if before and before.every_minutes not in TIMES:
            own = self.fields["every_minutes"]
            said = _("Every %(count)s minutes") % {"count": before.every_minutes}
            own.choices = [*TIMES.items(), (before.every_minutes, said)]  # type: ignore[attr-defined]  # a choice

    @property
    def told(self) -> dict[str, Any]:
        """What register.add and register.change take."""
        told = self.cleaned_data
        return {
            "name": " ".join(told["name"].split()),
            "settings": {name: told[name] for name in self.settings},
            "secret": str(told.get("secret", "")),
            "every_minutes": told["every_minutes"],
        }


def _field(setting: Setting, *, has_secret: bool) -> forms.Field:
    common: dict[str, Any] = {"label": setting.label, "help_text": setting.help}
    match setting.type:
        case "yes":
            return forms.BooleanField(**common, required=False)
        case "secret":
            if has_secret:
                common["help_text"] = _("Kept, and never shown. Leave it empty to keep it.")
            widget = forms.PasswordInput(attrs=LTR | {"autocomplete": "new-password"})
            required = setting.required and not has_secret
            return forms.CharField(
                **common, required=required, max_length=300, strip=False, widget=widget
            )
        case "address":
            address = forms.TextInput(attrs=LTR)
            return forms.CharField(
                **common, required=setting.required, max_length=300, widget=address
            )
    words = forms.TextInput(attrs=TEXT)
    return forms.CharField(**common, required=setting.required, max_length=300, widget=words)
