"""allauth's view of identity providers: none stands in its tables or settings.

Each organisation's own is built for the moment it is used (duebook/web/elsewhere).
"""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from django.http import HttpRequest

from duebook.outside.asking import GuardedSession


class ProviderAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # untyped
    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def list_apps(self, request: HttpRequest, **asked: Any) -> list[SocialApp]:
        return []

    def get_requests_session(self) -> GuardedSession:
        return GuardedSession()
