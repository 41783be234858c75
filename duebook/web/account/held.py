"""The page that says: too many tries, come back then."""

from __future__ import annotations

from datetime import datetime
from math import ceil

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

MINUTE = 60


def held(request: HttpRequest, until: datetime) -> HttpResponse:
    """429, with when it goes on. Setting a new password by letter goes on all the while."""
    seconds = max(1, ceil((until - timezone.now()).total_seconds()))
    minutes = ceil(seconds / MINUTE)
    shown = {"minutes": minutes, "is_by_letter": not request.user.is_authenticated}
    response = render(request, "429.html", shown, status=429)
    response["Retry-After"] = str(seconds)
    response["Cache-Control"] = "private, no-store"
    return response


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Of the other pages, whose limits are by the minute."""
    response = render(request, "429.html", {"minutes": 1}, status=429)
    response["Retry-After"] = str(MINUTE)
    response["Cache-Control"] = "private, no-store"
    return response
