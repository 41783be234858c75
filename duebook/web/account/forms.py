"""The forms of signing in and of one's account: allauth's, in our words and with our limits."""

from __future__ import annotations

import struct
from typing import Any

from allauth.account import forms as account
from allauth.account.adapter import get_adapter
from allauth.core import context as present
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import get_adapter as get_factor_adapter
from allauth.mfa.base import forms as mfa
from allauth.mfa.totp.forms import ActivateTOTPForm, DeactivateTOTPForm
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from duebook.visibility.models import Login
from duebook.web.account import attempts
from duebook.web.account.addresses import keep_in_step, login_at
from duebook.web.account.factors import why_kept
from duebook.web.account.held import held

LETTERS = attempts.Limit("letters", 5, 3600)
ONCE = attempts.Limit("code", 1, 120)  # seconds: longer than a code of an app is good


class Drawn(forms.Form):
    """Words beside the fields, none inside them; addresses and codes read from left to right."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = WORDS.get(name, field.label)
            field.help_text = HELP.get(name, "")
            if name != "name":
                field.widget.attrs["dir"] = "ltr"


class SignIn(Drawn, account.LoginForm):  # type: ignore[misc]  # untyped
    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.fields["login"].widget.attrs["autocomplete"] = "username"


class Reauthenticate(Drawn, account.ReauthenticateForm):  # type: ignore[misc]  # untyped
    pass


class AskForReset(Drawn, account.ResetPasswordForm):  # type: ignore[misc]  # untyped
    def clean_email(self) -> str:
        """Letters go to proved addresses alone: one that is only wanted may be a stranger's."""
        address = str(self.cleaned_data["email"])
        login = login_at(address)
        self.users = [login] if login and login.is_active else []
        for each in self.users:
            keep_in_step(each)
        return address

    def save(self, request: Any, **more: Any) -> str:
        """Earlier letters still work, so that more of them in an hour are not written."""
        address = str(self.cleaned_data["email"])
        if not attempts.within(LETTERS, address):
            self.users = []
        return str(super().save(request, **more))


class NewPassword(Drawn, account.ResetPasswordKeyForm):  # type: ignore[misc]  # untyped
    pass


class FirstPassword(Drawn, account.SetPasswordForm):  # type: ignore[misc]  # untyped
    pass


class ChangePassword(Drawn, account.ChangePasswordForm):  # type: ignore[misc]  # untyped
    def clean_oldpassword(self) -> str:
        """Tried like a password at the sign-in: counted, and a wrong one is in the trail."""
        password = str(self.cleaned_data["oldpassword"])
        if not get_adapter().reauthenticate(self.user, password):
            raise get_adapter().validation_error("incorrect_password")
        return password


class ChangeAddress(Drawn):
    """Whose the address is now is not said here: the letter goes to it, and to nobody else."""

    email = account.EmailField(max_length=254)

    def __init__(self, *args: Any, user: Login, **named: Any) -> None:
        super().__init__(*args, **named)
        self.user = user

    def clean_email(self) -> str:
        address = str(self.cleaned_data["email"])
        if address == self.user.email.lower():
            raise get_adapter().validation_error("duplicate_email")
        return address


class _Code(Drawn):
    """A code of an app or a recovery code, once, and only so many wrong ones."""

    def clean_code(self) -> str:
        address = str(self.user.email)  # type: ignore[attr-defined]  # of allauth's form
        try:
            attempt = attempts.attempt(present.request, address, kind=attempts.CODE)
        except attempts.Held as trouble:
            raise ImmediateHttpResponse(held(present.request, trouble.until)) from trouble
        code = str(super().clean_code())  # type: ignore[misc]  # of allauth's form
        if not attempts.within(ONCE, f"{address} {code.strip()}"):
            raise get_factor_adapter().validation_error("incorrect_code")
        attempt.succeeded()
        return code


class EnterCode(_Code, mfa.AuthenticateForm):  # type: ignore[misc]  # untyped
    pass


class ConfirmByCode(_Code, mfa.ReauthenticateForm):  # type: ignore[misc]  # untyped
    pass


class ActivateApp(Drawn, ActivateTOTPForm):  # type: ignore[misc]  # untyped
    pass


class DeactivateApp(DeactivateTOTPForm):  # type: ignore[misc]  # untyped
    def clean(self) -> None:
        if reason := why_kept(self.authenticator):
            raise forms.ValidationError(reason)


class _Signed(Drawn):
    """What a browser has signed. Nonsense in its place is refused like a wrong signature."""

    def full_clean(self) -> None:
        try:
            super().full_clean()
        except (LookupError, TypeError, ValueError, AttributeError, struct.error):
            self.cleaned_data = {}
            self.add_error("credential", get_factor_adapter().validation_error("incorrect_code"))


class SignInByPasskey(_Signed, webauthn.LoginWebAuthnForm):  # type: ignore[misc]  # untyped
    pass


class EnterPasskey(_Signed, webauthn.AuthenticateWebAuthnForm):  # type: ignore[misc]  # untyped
    pass


class ConfirmByPasskey(_Signed, webauthn.ReauthenticateWebAuthnForm):  # type: ignore[misc]  # untyped
    pass


class AddPasskey(_Signed, webauthn.AddWebAuthnForm):  # type: ignore[misc]  # untyped
    name = forms.CharField(max_length=80, required=False)
    passwordless = forms.BooleanField(required=False, initial=True)


class RenamePasskey(Drawn, webauthn.EditWebAuthnForm):  # type: ignore[misc]  # untyped
    name = forms.CharField(max_length=80)


def _rules() -> str:
    return " ".join(password_validators_help_texts())


WORDS = {
    "login": _("E-mail address"),
    "email": _("E-mail address"),
    "password": _("Password"),
    "oldpassword": _("Your password until now"),
    "password1": _("New password"),
    "password2": _("The new password again"),
    "code": _("Code"),
    "name": _("Name"),
    "passwordless": _("Sign in with it alone, without address and password"),
}
HELP = {"password1": lazy(_rules, str)()}
