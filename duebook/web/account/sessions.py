"""Where a person is signed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from duebook.visibility.models import Login

NOTICED = timedelta(minutes=1)
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True)
class OpenSession:
    id: int
    is_this: bool
    program: str
    address: str
    started_at: datetime
    seen_at: datetime


def sessions_of(request: HttpRequest, login: Login) -> list[OpenSession]:
    """All that are open, this one first, then the last seen."""
    current = request.session.session_key
    found = [
        OpenSession(
            id=session.pk,
            is_this=session.session_key == current,
            program=program(session.user_agent),
            address=session.ip,
            started_at=session.created_at,
            seen_at=session.last_seen_at,
        )
        for session in UserSession.objects.purge_and_list(login)
    ]
    return sorted(found, key=lambda each: (not each.is_this, -each.seen_at.timestamp()))


def end_one(request: HttpRequest, login: Login, session_id: int) -> bool:
    """Whether there was such a session of theirs besides this one."""
    return _end(request, login, only=session_id) > 0


def end_others(request: HttpRequest, login: Login) -> int:
    """Sign the person out everywhere but here. Answers how many sessions that ended."""
    return _end(request, login, only=None)


def _end(request: HttpRequest, login: Login, *, only: int | None) -> int:
    others = UserSession.objects.filter(user_id=login.pk)
    others = others.exclude(session_key=request.session.session_key)
    ended = list(others if only is None else others.filter(pk=only))
    for session in ended:
        session.end()
    return len(ended)


def program(user_agent: str) -> str:
    """Firefox on Linux."""
    browser, system = _first(BROWSERS, user_agent), _first(SYSTEMS, user_agent)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("A program that does not say what it is")


def _first(known: tuple[tuple[str, str], ...], said: str) -> str:
    return next((word for mark, word in known if mark in said), "")


class SeenMiddleware:
    """Notes where a session was last seen, once a minute or when that changes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            _notice(request)
        return self.get_response(request)


def _notice(request: HttpRequest) -> None:
    """Until something new is to be noted, this process does not ask what is."""
    longest = UserSession._meta.get_field("user_agent").max_length
    told = {
        "session_key": request.session.session_key,
        "user_id": request.user.pk,
        "ip": get_adapter(request).get_client_ip(request),
        "user_agent": request.headers.get("User-Agent", "")[:longest],
    }
    place, now = f"seen:{told['session_key']}", timezone.now()
    if caches["process"].get(place) == told:
        return
    row = UserSession.objects.filter(**told, last_seen_at__gt=now - NOTICED).first()
    if row is None:
        UserSession.objects.create_from_request(request)
    seen_at = row.last_seen_at if row else now
    caches["process"].set(place, told, (seen_at + NOTICED - now).total_seconds())
