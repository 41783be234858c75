"""Who may ask: the bearer of a service's token, so many times a minute. No session, no cookie."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import override
from ninja.security import HttpBearer

from duebook.visibility.audit import origin
from duebook.visibility.organisations import Organisation, current
from duebook.visibility.seeing import NotAllowed, seeing
from duebook.visibility.tokens import Bearer, bearer_of
from duebook.web.account.cache import DoorCache
from duebook.web.asked import OrganisationRequest

PER_MINUTE = 600


class Refused(Exception):
    """The request is not answered. The message is one sentence; `status` is why."""

    def __init__(self, status: int, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.headers = status, headers or {}


class TokenRequest(OrganisationRequest):
    """A request below /api/v1/ once its token is known."""

    auth: Bearer


class ServiceToken(HttpBearer):
    """The token of a service, made on the page Settings, Service tokens."""

    def __call__(self, request: HttpRequest) -> Bearer:
        """Raises Refused. Unknown, expired and revoked tokens are all answered alike."""
        scheme, _, token = request.headers.get(self.header, "").partition(" ")
        bearer = self.authenticate(request, token if scheme.lower() == "bearer" else "")
        if bearer is None:
            raise not_known()
        _count(bearer)
        return bearer

    def authenticate(self, request: HttpRequest, token: str) -> Bearer | None:
        return bearer_of(token.strip(), origin=origin())


def not_known() -> Refused:
    message = "Send the valid token of a service in the header Authorization: Bearer TOKEN."
    return Refused(401, message, {"WWW-Authenticate": 'Bearer realm="Duebook"'})


def _count(bearer: Bearer) -> None:
    counter = cast(DoorCache, cache)
    asked, until = counter.counted(f"api:{bearer.viewer.person_id}", seconds=60)
    if asked > PER_MINUTE:
        wait = max(1, math.ceil((until - timezone.now()).total_seconds()))
        message = f"A token may ask {PER_MINUTE} times a minute; ask again in {wait} seconds."
        raise Refused(429, message, {"Retry-After": str(wait)})


@contextmanager
def reading(request: TokenRequest) -> Iterator[Organisation]:
    """See as the token's service, without changing anything. Raises Refused.

    Programs read the sentences: they come in one language, whatever a client's library prefers.
    """
    if "read" not in request.auth.scopes:
        raise Refused(403, "This token may not read; make one with the scope read.")
    viewer = request.auth.viewer
    try:
        with seeing(viewer, read_only=True), override("en"):
            request.viewer = viewer
            request.organisation = current(viewer)
            yield request.organisation
    except NotAllowed as refused:  # revoked since it was looked at
        raise not_known() from refused
