"""The settings as a form: what may be written where, and what is said about anything else."""

from __future__ import annotations

import difflib
import json
import unicodedata
from functools import cache
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from duebook.reports.aging import Edges
from duebook.visibility.organisation_settings import NAMES, Settings
from duebook.visibility.organisations import zones
from duebook.web.asked import Unclear
from duebook.web.settings import words

EDGES = ("edge_1", "edge_2", "edge_3")
NOT_OFFERED = ("posix/", "right/", "Etc/", "SystemV/", "US/")
SEARCHED = {"autocomplete": "off", "spellcheck": "false", "dir": "ltr"}


@cache
def offered_zones() -> list[str]:
    """Those that people know themselves to live in."""
    listed = (zone for zone in zones() if "/" in zone and not zone.startswith(NOT_OFFERED))
    return ["UTC", *sorted(listed)]


def _whole(low: int, high: int, **more: Any) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"inputmode": "numeric"})
    return forms.IntegerField(min_value=low, max_value=high, widget=widget, **more)


class SettingsForm(forms.Form):
    """`edge_1` to `edge_3` are the last days of the first three columns of what is late."""

    name = forms.CharField(label=words.NAMES["name"], max_length=200)
    language = forms.ChoiceField(
        label=words.NAMES["language"],
        choices=settings.LANGUAGES,
        help_text=gettext_lazy("Of letters to people who have not chosen one."),
    )
    timezone = forms.CharField(
        label=words.NAMES["timezone"],
        help_text=gettext_lazy("Write a part of it, such as Berlin. A new day begins here."),
        widget=forms.TextInput(attrs=SEARCHED | {"list": "zones"}),
    )
    currency = forms.CharField(
        label=words.NAMES["currency"],
        help_text=gettext_lazy("Three letters. Of documents to come that name no currency."),
        widget=forms.TextInput(attrs=SEARCHED | {"list": "currencies"}),
    )
    net_terms_days = _whole(
        0,
        3650,
        label=words.NAMES["net_terms_days"],
        help_text=gettext_lazy("From its date. Of invoices to come without a due date."),
    )
    aging_basis = forms.ChoiceField(
        label=words.NAMES["aging_basis"], choices=list(words.BASES.items())
    )
    edge_1 = _whole(1, 3648, label=pgettext_lazy("of three days", "First"))
    edge_2 = _whole(2, 3649, label=pgettext_lazy("of three days", "Second"))
    edge_3 = _whole(3, 3650, label=pgettext_lazy("of three days", "Third"))
    member_scope = forms.ChoiceField(
        label=words.NAMES["member_scope"], choices=list(words.SCOPES.items())
    )
    invitation_days = _whole(1, 365, label=words.NAMES["invitation_days"])
    second_factor = forms.BooleanField(label=words.NAMES["second_factor"], required=False)
    file_days = _whole(
        0,
        4000,
        label=words.NAMES["file_days"],
        help_text=gettext_lazy("After the last time they came. With 0, none is kept."),
    )
    self_settling = forms.BooleanField(label=words.NAMES["self_settling"], required=False)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        was: Settings,
        currencies: list[str],
        proved: bool,
    ) -> None:
        """`was` is what the reader saw; `proved`: they have a second factor in this session."""
        super().__init__(data, initial=shown(was))
        self.was, self.currencies, self.proved = was, currencies, proved

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if any(unicodedata.category(letter) == "Cc" for letter in name):
            raise forms.ValidationError(_("A name is one line of text."))
        return name

    def clean_timezone(self) -> str:
        written = str(self.cleaned_data["timezone"])
        if written in zones():
            return written
        part = written.casefold().replace(" ", "_")
        holding = [zone for zone in offered_zones() if part in zone.casefold()]
        if len(holding) == 1:
            return holding[0]
        near = holding[:3] or difflib.get_close_matches(written, offered_zones(), n=3, cutoff=0.5)
        if not near:
            raise forms.ValidationError(_("There is no such time zone. Try Europe/Berlin."))
        message = _("There is no such time zone. Did you mean %(near)s?")
        raise forms.ValidationError(message % {"near": ", ".join(near)})

    def clean_currency(self) -> str:
        written = str(self.cleaned_data["currency"]).upper()
        if written not in self.currencies:
            raise forms.ValidationError(_("This is no currency of ISO 4217. Try USD."))
        return written

    def clean_second_factor(self) -> bool:
        wanted = bool(self.cleaned_data["second_factor"])
        if wanted and not self.was.second_factor and not self.proved:
            raise forms.ValidationError(
                _(
                    "Add a second factor to your own account, or sign in with it, first:"
                    " this rule would lock you out otherwise."
                )
            )
        return wanted

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        edges = [told.get(name) for name in EDGES]
        for name, before, after in zip(EDGES[1:], edges, edges[1:], strict=False):
            if before and after and after <= before:
                self.add_error(name, _("It must be more than %(before)s.") % {"before": before})
        return told

    @property
    def edges(self) -> Edges:
        one, two, three = (int(self.cleaned_data[name]) for name in EDGES)
        return one, two, three

    def wanted(self) -> Settings:
        """What a valid form says."""
        told = {name: self.cleaned_data[name] for name in NAMES if name in self.cleaned_data}
        return Settings(**told, aging_edges=self.edges)


def shown(settings: Settings) -> dict[str, Any]:
    """Settings as the fields have them."""
    told = {name: getattr(settings, name) for name in NAMES if name != "aging_edges"}
    return {**told, **dict(zip(EDGES, settings.aging_edges, strict=True))}


def packed(settings: Settings) -> str:
    """What the reader sees, to be sent along with what they want."""
    return json.dumps({name: getattr(settings, name) for name in NAMES})


def unpacked(written: str) -> Settings:
    """Raises Unclear for what no page of ours has sent."""
    try:
        told = json.loads(written)
        one, two, three = map(int, told["aging_edges"])
        return Settings(**{**told, "aging_edges": (one, two, three)})
    except (ValueError, TypeError, KeyError) as trouble:
        raise Unclear(_("This page was not sent as a whole. Load it again.")) from trouble
