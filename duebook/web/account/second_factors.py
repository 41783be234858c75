"""Setting up, using and removing second factors: apps with codes, passkeys, recovery codes."""

from __future__ import annotations

import json
from typing import Any, cast
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.mfa.base import views as base
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.mfa.webauthn.internal import auth
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _

from duebook.visibility.middleware import places_of
from duebook.visibility.models import Login
from duebook.visibility.organisations import Belonging
from duebook.visibility.second_factor import has_second_factor
from duebook.web.account import attempts, forms
from duebook.web.account.answering import Answering
from duebook.web.account.factors import factors_of, why_kept
from duebook.web.account.held import held

WANTED = "second_factor_for"  # in the session: where the person was on the way to


@login_required
def second_factor_needed(request: HttpRequest) -> HttpResponse:
    """An organisation asks for a second factor: set one up or show it, then go on to there."""
    wanted = _wanted(request)
    if has_second_factor(request):
        request.session.pop(WANTED, None)
        return redirect(wanted)
    request.session[WANTED] = wanted
    login = cast(Login, request.user)
    ways = [
        way
        for way in get_adapter(request).get_reauthentication_methods(login)
        if way["id"] != "reauthenticate"
    ]
    shown = {
        "place": _place(request, wanted),
        "factors": factors_of(login.pk),
        "ways": [way | {"url": f"{way['url']}?{urlencode({'next': wanted})}"} for way in ways],
    }
    return render(request, "account/second_factor_needed.html", shown)


def _wanted(request: HttpRequest) -> str:
    asked = request.GET.get("next") or request.session.get(WANTED) or ""
    return asked if asked and get_adapter(request).is_safe_url(asked) else reverse("home")


def _place(request: HttpRequest, wanted: str) -> Belonging | None:
    """The organisation on whose account one is here."""
    asking = [place for place in places_of(request) if place.second_factor]
    there = [place for place in asking if wanted.startswith(f"/o/{place.slug}/")]
    return next(iter(there or asking), None)


@login_required
def second_factors(request: HttpRequest) -> HttpResponse:
    shown = {"factors": factors_of(int(request.user.pk or 0)), "wanted": WANTED in request.session}
    return render(request, "mfa/index.html", shown)


class EnterCode(Answering, base.AuthenticateView):  # type: ignore[misc]  # untyped
    form_class = forms.EnterCode
    webauthn_form_class = forms.EnterPasskey

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**more)
        has_keys = bool(factors_of(self.stage.login.user.pk).passkeys)
        options = json.dumps(context["js_data"]["request_options"]) if has_keys else ""
        return context | {"options": options}


class ConfirmByCode(Answering, base.ReauthenticateView):  # type: ignore[misc]  # untyped
    form_class = forms.ConfirmByCode


class ActivateApp(Answering, totp.ActivateTOTPView):  # type: ignore[misc]  # untyped
    form_class = forms.ActivateApp


class Removing(Answering):
    """The last factor stays while an organisation asks for one; of two removals at once, one."""

    request: HttpRequest

    def going(self) -> Authenticator:
        raise NotImplementedError

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**more)  # type: ignore[misc]
        return context | {"going": self.going().wrap(), "why_kept": why_kept(self.going())}

    def form_valid(self, form: Form) -> HttpResponse:
        with transaction.atomic():
            Login.objects.select_for_update().get(pk=self.going().user_id)
            if why_kept(self.going()):
                return self.form_invalid(form)
            response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        return response


class DeactivateApp(Removing, totp.DeactivateTOTPView):  # type: ignore[misc]  # untyped
    form_class = forms.DeactivateApp

    def going(self) -> Authenticator:
        return cast(Authenticator, self.authenticator)


class RemovePasskey(Removing, webauthn.RemoveWebAuthnView):  # type: ignore[misc]  # untyped
    def going(self) -> Authenticator:
        return cast(Authenticator, self.get_object())


class MakeCodes(Answering, codes.GenerateRecoveryCodesView):  # type: ignore[misc]  # untyped
    pass


class ShowCodes(codes.ViewRecoveryCodesView):  # type: ignore[misc]  # untyped
    def get_context_data(self, **more: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**more)
        return context | {"wanted": WANTED in self.request.session}


@method_decorator(login_required, name="dispatch")
class AddPasskey(Answering, webauthn.AddWebAuthnView):  # type: ignore[misc]  # untyped
    form_class = forms.AddPasskey

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        context: dict[str, Any] = super(webauthn.AddWebAuthnView, self).get_context_data(**more)
        options = auth.begin_registration(self.request.user, False)
        return context | {"options": json.dumps(options)}


class RenamePasskey(Answering, webauthn.EditWebAuthnView):  # type: ignore[misc]  # untyped
    form_class = forms.RenamePasskey


class ConfirmByPasskey(webauthn.ReauthenticateWebAuthnView):  # type: ignore[misc]  # untyped
    form_class = forms.ConfirmByPasskey

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data()
        options = json.dumps(context["js_data"]["request_options"])
        return context | more | {"options": options}

    def form_invalid(self, form: Form) -> HttpResponse:
        context = self.get_context_data(form=form)
        response: HttpResponse = self.render_to_response(context, status=400)
        return response


class SignInByPasskey(webauthn.LoginWebAuthnView):  # type: ignore[misc]  # untyped
    form_class = forms.SignInByPasskey

    def get(self, request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        """What the browser is to sign. Each question is kept in a session, so they are counted."""
        try:
            attempts.asked(request, "passkey")
        except attempts.Held as trouble:
            return held(request, trouble.until)
        response: HttpResponse = super().get(request, *args, **named)
        return response

    def form_invalid(self, form: Form) -> HttpResponse:
        said = _("This passkey is not known here, or belongs to another address of this server.")
        messages.error(self.request, said)
        wanted = self.request.POST.get("next", "")
        query = f"?{urlencode({'next': wanted})}" if wanted else ""
        return redirect(f"{reverse('account_login')}{query}")
