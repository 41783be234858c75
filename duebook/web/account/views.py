"""Signing in, passwords and addresses. The flows are allauth's; what follows stands in trail.py."""

from __future__ import annotations

import time
from typing import Any, cast

from allauth.account import views as allauth
from allauth.account.internal.flows.email_verification import send_verification_email_to_address
from allauth.account.models import EmailAddress
from allauth.decorators import rate_limit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django.views.generic import FormView

from duebook.visibility.models import Login
from duebook.web.account import attempts, forms, trail
from duebook.web.account.addresses import keep_in_step, login_at, pending
from duebook.web.account.answering import Answering, confirmed
from duebook.web.account.device import know_device
from duebook.web.account.evenly import rest
from duebook.web.account.factors import factors_of
from duebook.web.account.sessions import end_one, end_others, sessions_of


@login_required
def account(request: HttpRequest) -> HttpResponse:
    """Everything about one's own way in, on one page."""
    login = cast(Login, request.user)
    shown = {
        "login": login,
        "pending": pending(login),
        "factors": factors_of(login.pk),
        "sessions": len(sessions_of(request, login)),
    }
    return render(request, "account/account.html", shown)


class SignIn(Answering, allauth.LoginView):  # type: ignore[misc]  # untyped
    form_class = forms.SignIn


class Reauthenticate(Answering, allauth.ReauthenticateView):  # type: ignore[misc]  # untyped
    form_class = forms.Reauthenticate


class AskForReset(Answering, allauth.PasswordResetView):  # type: ignore[misc]  # untyped
    form_class = forms.AskForReset

    def form_valid(self, form: Form) -> HttpResponse:
        """It takes as long for an unknown address as for a known one."""
        began = time.monotonic()
        response: HttpResponse = super().form_valid(form)
        rest(began)
        return response


class NewPassword(Answering, allauth.PasswordResetFromKeyView):  # type: ignore[misc]  # untyped
    form_class = forms.NewPassword

    def form_valid(self, form: Form) -> HttpResponse:
        """The letter has proved whose browser this is: failures elsewhere no longer hold it up."""
        with transaction.atomic():
            response: HttpResponse = super().form_valid(form)
        attempts.forgive(self.request, self.reset_user.email)
        know_device(response, self.reset_user.email)
        return response

    def render_to_response(self, context: dict[str, Any], **more: Any) -> HttpResponse:
        status = 400 if context.get("token_fail") else 200
        response: HttpResponse = super().render_to_response(context, status=status, **more)
        return response


class ChangePassword(Answering, allauth.PasswordChangeView):  # type: ignore[misc]  # untyped
    form_class = forms.ChangePassword

    @transaction.atomic
    def form_valid(self, form: Form) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        return response


@method_decorator(login_required, name="dispatch")
@method_decorator(confirmed, name="dispatch")
class FirstPassword(Answering, allauth.PasswordSetView):  # type: ignore[misc]  # untyped
    form_class = forms.FirstPassword

    @transaction.atomic
    def form_valid(self, form: Form) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        return response


@method_decorator(login_required, name="dispatch")
@method_decorator(confirmed, name="dispatch")
@method_decorator(rate_limit(action="manage_email"), name="dispatch")
class ChangeAddress(Answering, FormView):  # type: ignore[type-arg]  # of its form
    """The new address counts once the link in the letter to it has been opened."""

    template_name = "account/email_change.html"
    form_class = forms.ChangeAddress
    success_url = reverse_lazy("account_email")

    def get_form_kwargs(self) -> dict[str, Any]:
        keep_in_step(cast(Login, self.request.user))
        return super().get_form_kwargs() | {"user": self.request.user}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        found = pending(cast(Login, self.request.user))
        return super().get_context_data(**more) | {"pending": found}

    def form_valid(self, form: Form) -> HttpResponse:
        login, wanted = cast(Login, self.request.user), str(form.cleaned_data["email"])
        address = pending(login)
        if not address or address.email != wanted:
            with transaction.atomic():
                EmailAddress.objects.filter(user_id=login.pk, verified=False).delete()
                address = EmailAddress.objects.create(user_id=login.pk, email=wanted)
        if not send_verification_email_to_address(self.request, address):
            said = _("Several letters went to %(address)s within the last hour. Wait for them.")
            messages.error(self.request, said % {"address": wanted})
        return super().form_valid(form)


@require_POST
@login_required
def keep_address(request: HttpRequest) -> HttpResponse:
    """The address that was to come will not."""
    EmailAddress.objects.filter(user_id=request.user.pk, verified=False).delete()
    return redirect("account_email")


class ConfirmAddress(allauth.ConfirmEmailView):  # type: ignore[misc]  # untyped
    def post(self, *args: Any, **named: Any) -> HttpResponse:
        """An address that has become somebody else's meanwhile is refused by allauth."""
        try:
            wanted = self.get_object().email_address
        except Http404:
            return cast(HttpResponse, self.get(*args, **named))
        owner = login_at(wanted.email)
        if owner and owner.pk != wanted.user_id:
            keep_in_step(owner)
        with transaction.atomic():
            response: HttpResponse = super().post(*args, **named)
        return response

    def render_to_response(self, context: dict[str, Any], **more: Any) -> HttpResponse:
        status = 200 if context.get("can_confirm") else 400
        response: HttpResponse = super().render_to_response(context, status=status, **more)
        return response


@login_required
def sessions(request: HttpRequest) -> HttpResponse:
    """Where the person is signed in; POST signs them out everywhere else."""
    login = cast(Login, request.user)
    if request.method == "POST":
        ended = end_others(request, login)
        trail.enter(request, login, "sessions ended", count=ended)
        messages.success(request, _("All other sessions are signed out."))
        return redirect("usersessions_list")
    shown = {"sessions": sessions_of(request, login)}
    return render(request, "usersessions/usersession_list.html", shown)


@require_POST
@login_required
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """Sign out one session of one's own; any other is not there."""
    login = cast(Login, request.user)
    if not end_one(request, login, session_id):
        raise Http404
    trail.enter(request, login, "session ended")
    messages.success(request, _("That session is signed out."))
    return redirect("usersessions_list")
