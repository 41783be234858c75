"""Tokens of services: make one, see which there are, revoke."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from duebook.visibility.organisations import Refused
from duebook.visibility.tokens import create_token, revoke_token, tokens
from duebook.web.asked import OrganisationRequest
from duebook.web.audience import for_admins

LIVES = {
    "30": gettext_lazy("30 days"),
    "90": gettext_lazy("90 days"),
    "365": gettext_lazy("1 year"),
    "never": gettext_lazy("Never: it works until somebody revokes it"),
}


class TokenForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=80,
        help_text=gettext_lazy("The service that will use it. The audit trail calls it by it."),
    )
    read = forms.BooleanField(label=gettext_lazy("May read reports"), required=False, initial=True)
    ingest = forms.BooleanField(label=gettext_lazy("May bring data"), required=False)
    life = forms.ChoiceField(
        label=gettext_lazy("Ends after"), choices=list(LIVES.items()), initial="365"
    )

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if not (told.get("read") or told.get("ingest")):
            self.add_error("read", _("Choose what it may do."))
        return told

    @property
    def scopes(self) -> list[str]:
        return [scope for scope in ("ingest", "read") if self.cleaned_data[scope]]


@for_admins
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("token")
def service_tokens(request: OrganisationRequest, slug: str) -> HttpResponse:
    """The tokens there are. A POST makes one and answers with it: nothing else ever shows it."""
    if request.method != "POST":
        return _page(request, TokenForm())
    form, now = TokenForm(request.POST), timezone.now()
    if not form.is_valid():
        return _page(request, form, status=400)
    life = form.cleaned_data["life"]
    until = None if life == "never" else now + timedelta(days=int(life))
    name = str(form.cleaned_data["name"])
    try:
        token = create_token(request.viewer, name=name, scopes=form.scopes, expires_at=until)
    except Refused as trouble:
        form.add_error("name", str(trouble))
        return _page(request, form, status=400)
    return _page(request, TokenForm(), token=token, token_name=name)


@for_admins
@require_POST
def revoke(request: OrganisationRequest, slug: str, token: int) -> HttpResponse:
    """From the next request on it is refused."""
    name = revoke_token(request.viewer, token)
    if name is None:
        raise Http404
    messages.success(request, _("“%(name)s” is revoked.") % {"name": name})
    return redirect("settings_tokens", slug)


def _page(
    request: OrganisationRequest, form: TokenForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    now = timezone.now()
    shown = {"form": form, "tokens": [(each, each.state(now)) for each in tokens()], **more}
    return render(request, "settings/tokens.html", shown, status=status)
