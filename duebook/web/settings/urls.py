from django.urls import path

from duebook.web.settings import audit_page, identity, token_page, views

urlpatterns = [
    path("", views.organisation_settings, name="settings"),
    path("preview/", views.preview_of_ages, name="settings_preview"),
    path("tokens/", token_page.service_tokens, name="settings_tokens"),
    path("tokens/<int:token>/revoke/", token_page.revoke, name="settings_token_revoke"),
    path("audit/", audit_page.audit, name="settings_audit"),
    path("audit/file/", audit_page.audit_file, name="settings_audit_file"),
    path("audit/verification/", audit_page.audit_verification, name="settings_audit_verification"),
    path("sign-in/", identity.sign_in, name="settings_sign_in"),
    path("sign-in/test/", identity.test, name="settings_sign_in_test"),
    path("sign-in/remove/", identity.remove, name="settings_sign_in_remove"),
]
