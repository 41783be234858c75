"""Where the organisation's people sign in elsewhere: its own identity provider."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from duebook.outside.asking import is_allowed
from duebook.visibility.identity_providers import (
    Described,
    own_provider,
    remove_provider,
    set_provider,
)
from duebook.web.asked import OrganisationRequest
from duebook.web.audience import for_admins
from duebook.web.elsewhere.belonging import forget_people
from duebook.web.elsewhere.discovery import Unusable, discovered, keys_of
from duebook.web.elsewhere.protocol import address_back

LTR = {"dir": "ltr", "autocomplete": "off", "spellcheck": "false"}


class Provider(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("As people know it, for example “Halden sign-in”."),
        max_length=40,
    )
    issuer = forms.CharField(
        label=gettext_lazy("Issuer"),
        help_text=gettext_lazy("Its address, for example https://login.example.com/tenant."),
        max_length=300,
        widget=forms.TextInput(attrs=LTR),
    )
    client_id = forms.CharField(
        label=gettext_lazy("Client ID"), max_length=191, widget=forms.TextInput(attrs=LTR)
    )
    client_secret = forms.CharField(
        label=gettext_lazy("Client secret"),
        max_length=191,
        required=False,
        widget=forms.PasswordInput(attrs=LTR | {"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, has_secret: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        secret = self.fields["client_secret"]
        secret.required = not has_secret
        if has_secret:
            secret.help_text = _("Kept, and never shown. Leave it empty to keep it.")

    def clean_issuer(self) -> str:
        issuer = str(self.cleaned_data["issuer"]).rstrip("/")
        if "?" in issuer or not is_allowed(issuer):
            raise forms.ValidationError(
                _("Write an address that begins with https://, without ? and #.")
            )
        return issuer

    def clean(self) -> dict[str, Any]:
        """A secret goes to the server it was given for: for another one it is asked for anew."""
        told = super().clean() or {}
        before, issuer = self.initial.get("issuer"), told.get("issuer")
        if before and issuer and issuer != before and not told.get("client_secret"):
            self.add_error("client_secret", _("For another issuer, enter its client secret."))
        return told


@for_admins
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: OrganisationRequest, slug: str) -> HttpResponse:
    """The provider's settings; a POST changes them."""
    before = own_provider(request.viewer)
    form = Provider(
        request.POST or None,
        initial=vars(before) if before else {},
        has_secret=before is not None,
    )
    if request.method != "POST" or not form.is_valid():
        return _page(request, form, before)
    told = form.cleaned_data
    provider = Described(told["name"], told["issuer"], told["client_id"])
    set_provider(request.viewer, provider, secret=told["client_secret"])
    messages.success(request, _("Saved. Test it before you tell people."))
    return redirect("settings_sign_in", slug)


@for_admins
@require_POST
def test(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Ask the provider for its description and its keys, and say what came of it."""
    provider = own_provider(request.viewer)
    if provider is None:
        messages.error(request, _("Save the settings first."))
        return redirect("settings_sign_in", slug)
    try:
        keys = keys_of(discovered(provider.issuer)).get("keys")
        if not keys:
            raise Unusable(_("The provider has no keys to sign with."))
    except Unusable as trouble:
        messages.error(request, str(trouble))
    else:
        messages.success(request, _("%(name)s answers as it should.") % {"name": provider.name})
    return redirect("settings_sign_in", slug)


@for_admins
@require_POST
def remove(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Nobody signs in there any more, and whom it has named is forgotten."""
    if remove_provider(request.viewer):
        forget_people(request.viewer.org_id)
        messages.success(request, _("People sign in with their passwords again."))
    return redirect("settings_sign_in", slug)


def _page(request: OrganisationRequest, form: Provider, before: Described | None) -> HttpResponse:
    there = reverse("elsewhere_there", args=[request.organisation.slug])
    shown = {
        "form": form,
        "before": before,
        "address_back": address_back(request, request.organisation.slug),
        "address_there": f"{settings.ADDRESS}{there}",
    }
    status = 400 if form.is_bound else 200
    return render(request, "settings/sign_in.html", shown, status=status)
