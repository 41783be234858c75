"""What owners of the platform fill in."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from duebook.ledger.currency import UnknownCurrency, exponent
from duebook.visibility.organisations import zones


def time_zones() -> list[tuple[str, str]]:
    """Those that name a place, and UTC."""
    named = [zone for zone in zones() if "/" in zone and not zone.startswith("Etc/")]
    return [(zone, zone) for zone in ["UTC", *sorted(named)]]


class Naming(forms.Form):
    """The settings of an organisation that are the platform's business."""

    name = forms.CharField(label=_("Name"), max_length=200)


class Founding(Naming):
    """A new organisation and its first admin."""

    slug = forms.CharField(
        label=_("Short name"),
        help_text=_("Stands in every address and never changes: acme-trading"),
        max_length=63,
        validators=[
            RegexValidator(
                r"\A[a-z0-9][a-z0-9-]*\Z",
                _("Use small letters, digits and hyphens; begin with a letter or digit."),
            )
        ],
    )
    currency = forms.CharField(label=_("Currency"), initial="USD", min_length=3, max_length=3)
    timezone = forms.ChoiceField(label=_("Time zone"), choices=time_zones, initial="UTC")
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES, initial="en")
    admin_email = forms.EmailField(
        label=_("E-mail address of the first admin"),
        help_text=_("They get a letter with a link to sign in."),
        max_length=254,
    )

    def clean_currency(self) -> str:
        code = str(self.cleaned_data["currency"]).upper()
        try:
            exponent(code)
        except UnknownCurrency as unknown:
            said = _("%(code)s is not a currency of ISO 4217; write three letters such as USD.")
            raise forms.ValidationError(said, params={"code": code}) from unknown
        return code


class Entering(forms.Form):
    """Why an owner of the platform enters an organisation."""

    reason = forms.CharField(
        label=_("Why do you enter?"),
        help_text=_("Its admins read this in their trail."),
        max_length=500,
    )
