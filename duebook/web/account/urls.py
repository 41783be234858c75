"""Signing in and one's own account.

Only what exists here is mounted, under the names allauth gives: nobody can sign up.
"""

from allauth.account import views as allauth
from allauth.mfa.recovery_codes.views import download_recovery_codes
from django.urls import include, path

from duebook.web.account import second_factors as factors
from duebook.web.account import views
from duebook.web.account.managed import page

SIGNING_IN = [
    page("login/", views.SignIn.as_view(), "account_login", open_to_all=True),
    page("login/code/", factors.EnterCode.as_view(), "mfa_authenticate", open_to_all=True),
    page(
        "login/passkey/", factors.SignInByPasskey.as_view(), "mfa_login_webauthn", open_to_all=True
    ),
    page("logout/", allauth.logout, "account_logout", open_to_all=True),
    page("inactive/", allauth.account_inactive, "account_inactive", open_to_all=True),
    page(
        "second-factor-needed/",
        factors.second_factor_needed,
        "second_factor_needed",
        open_to_all=True,
    ),
]
# What a letter has proved, whoever is signed in.
BY_LETTER = [
    page(
        "password/reset/", views.AskForReset.as_view(), "account_reset_password", open_to_all=True
    ),
    page(
        "password/reset/sent/",
        allauth.password_reset_done,
        "account_reset_password_done",
        open_to_all=True,
    ),
    page(
        "password/reset/done/",
        allauth.password_reset_from_key_done,
        "account_reset_password_from_key_done",
        open_to_all=True,
    ),
    page(
        "password/reset/<slug:uidb36>/<str:key>/",
        views.NewPassword.as_view(),
        "account_reset_password_from_key",
        open_to_all=True,
    ),
    page(
        "email/confirm/<str:key>/",
        views.ConfirmAddress.as_view(),
        "account_confirm_email",
        open_to_all=True,
    ),
]
OWN = [
    page("", views.account, "account"),
    page("reauthenticate/", views.Reauthenticate.as_view(), "account_reauthenticate"),
    page("password/change/", views.ChangePassword.as_view(), "account_change_password"),
    page("password/set/", views.FirstPassword.as_view(), "account_set_password"),
    page("email/", views.ChangeAddress.as_view(), "account_email"),
    page("email/keep/", views.keep_address, "keep_address"),
    page("sessions/", views.sessions, "usersessions_list"),
    page("sessions/<int:session_id>/end/", views.end_session, "end_session"),
    page("second-factor/", factors.second_factors, "mfa_index"),
    page("second-factor/confirm/", factors.ConfirmByCode.as_view(), "mfa_reauthenticate"),
    page("second-factor/app/", factors.ActivateApp.as_view(), "mfa_activate_totp"),
    page("second-factor/app/remove/", factors.DeactivateApp.as_view(), "mfa_deactivate_totp"),
    page("second-factor/codes/", factors.ShowCodes.as_view(), "mfa_view_recovery_codes"),
    page("second-factor/codes/new/", factors.MakeCodes.as_view(), "mfa_generate_recovery_codes"),
    page("second-factor/codes/file/", download_recovery_codes, "mfa_download_recovery_codes"),
    page("second-factor/passkeys/", factors.second_factors, "mfa_list_webauthn"),
    page("second-factor/passkeys/add/", factors.AddPasskey.as_view(), "mfa_add_webauthn"),
    page(
        "second-factor/passkeys/confirm/",
        factors.ConfirmByPasskey.as_view(),
        "mfa_reauthenticate_webauthn",
    ),
    page("second-factor/passkeys/<int:pk>/", factors.RenamePasskey.as_view(), "mfa_edit_webauthn"),
    page(
        "second-factor/passkeys/<int:pk>/remove/",
        factors.RemovePasskey.as_view(),
        "mfa_remove_webauthn",
    ),
]
ELSEWHERE = [path("organisation/", include("duebook.web.elsewhere.urls"))]
urlpatterns = [*SIGNING_IN, *BY_LETTER, *OWN, *ELSEWHERE]
