"""Sign in with your organisation: which one, there, and back.

The argument is not called `slug`: what is below /o/<slug>/ has a viewer, nobody here has one yet.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps

from allauth.core.internal.ratelimit import consume
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from duebook.visibility.identity_providers import IdentityProvider, provider_of
from duebook.web.account.held import too_many
from duebook.web.elsewhere.belonging import Unknown, let_in, person_of
from duebook.web.elsewhere.discovery import Unusable
from duebook.web.elsewhere.protocol import Cancelled, came_back, sent_there
from duebook.web.elsewhere.tokens import NotProved

View = Callable[[HttpRequest, str], HttpResponse]
LIMITS = {"elsewhere": "60/m/ip"}  # there and back is two; an office may be one address

log = logging.getLogger("duebook.elsewhere")


class Which(forms.Form):
    organisation = forms.SlugField(
        label=gettext_lazy("Short name of your organisation"),
        help_text=gettext_lazy("As in the address of its pages. Your administrator knows it."),
        max_length=63,
        error_messages={
            "invalid": gettext_lazy("Small letters, digits and hyphens, as in the address.")
        },
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def which(request: HttpRequest) -> HttpResponse:
    """Asks for the organisation. The answer leads on by a link: a form may not lead elsewhere."""
    form = Which(request.POST or None)
    if request.method != "POST":
        return render(request, "elsewhere/which.html", {"form": form, "next": _wanted(request)})
    provider = provider_of(form.cleaned_data["organisation"]) if form.is_valid() else None
    if provider is None:
        if form.is_valid():
            form.add_error("organisation", _nobody())
        shown = {"form": form, "next": _wanted(request)}
        return render(request, "elsewhere/which.html", shown, status=400)
    shown = {"provider": provider, "next": _wanted(request)}
    return render(request, "elsewhere/onward.html", shown)


def _rarely(view: View) -> View:
    """From one address not more often than a person would: each asks another server something."""

    @wraps(view)
    def guarded(request: HttpRequest, organisation: str) -> HttpResponse:
        if not consume(request, app="duebook", action="elsewhere", config=LIMITS, limit_get=True):
            return too_many(request)
        return view(request, organisation)

    return guarded


@never_cache
@require_safe
@_rarely
def there(request: HttpRequest, organisation: str) -> HttpResponse:
    """On to the organisation's provider."""
    provider = provider_of(organisation)
    if provider is None:
        form = Which({"organisation": organisation})
        form.add_error("organisation", _nobody())
        return render(request, "elsewhere/which.html", {"form": form}, status=404)
    try:
        return sent_there(request, provider, onward=_wanted(request))
    except Unusable as trouble:
        _note(provider, trouble)
        return _failed(request, provider, "unusable", status=502)


@never_cache
@require_safe
@_rarely
def back(request: HttpRequest, organisation: str) -> HttpResponse:
    """Back with the provider's word: in, or a page that says why not."""
    provider = provider_of(organisation)
    if provider is None:
        return redirect("elsewhere")
    try:
        said, onward = came_back(request, provider)
        login = person_of(provider, said)
    except Unusable as trouble:
        _note(provider, trouble)
        return _failed(request, provider, "unusable", status=502)
    except Cancelled:
        return _failed(request, provider, "cancelled", status=400)
    except NotProved as trouble:
        _note(provider, trouble)
        return _failed(request, provider, "not proved", status=400)
    except Unknown as nobody:
        return _failed(request, provider, nobody.reason, status=403)
    let_in(request, login, provider)
    home = reverse("portal", args=[provider.slug])
    return redirect(onward if onward.startswith(home) else home)


def _wanted(request: HttpRequest) -> str:
    """Where the person was going, if that is a page of this server."""
    asked = request.POST.get("next", "") or request.GET.get("next", "")
    is_ours = asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if is_ours else ""


def _nobody() -> str:
    return _("No organisation of this name has a sign-in of its own. Check the name.")


def _note(provider: IdentityProvider, trouble: Exception) -> None:
    """That it failed, not what it said: the admin's page has a button that tells more."""
    kind = type(trouble).__name__
    log.warning("Organisation %s: its identity provider (%s).", provider.org_id, kind)


def _failed(
    request: HttpRequest, provider: IdentityProvider, reason: str, *, status: int
) -> HttpResponse:
    shown = {"provider": provider, "said": _said(reason) % {"name": provider.name}}
    return render(request, "elsewhere/failed.html", shown, status=status)


def _said(reason: str) -> str:
    return {
        "unusable": _("%(name)s cannot be asked at the moment. Try again in a few minutes."),
        "cancelled": _("%(name)s did not sign you in."),
        "not proved": _("This sign-in was begun elsewhere or long ago. Begin again."),
        "stranger": _(
            "%(name)s knows you, but you are no active person of this organisation here."
        ),
        "address not proved": _("%(name)s does not say that your e-mail address is yours."),
        "named otherwise": _("%(name)s knows somebody else by your e-mail address."),
    }[reason]
