"""The outbox of a demonstration: every letter, for whoever sits at this machine.

Letters let people in. So this exists in a demonstration alone, and never on a public address.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from duebook.post import shown

View = Callable[..., HttpResponse]


def is_open() -> bool:
    """Whether letters are shown."""
    return bool(settings.DEMO) and not settings.IS_PUBLIC


def _in_demonstrations(view: View) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, **named: object) -> HttpResponse:
        if not is_open():
            raise Http404
        return view(request, **named)

    return guarded


@_in_demonstrations
@never_cache
def outbox(request: HttpRequest) -> HttpResponse:
    """What would have been sent, newest first."""
    return render(request, "post/outbox.html", {"letters": shown.letters()})


@_in_demonstrations
@never_cache
def letter(request: HttpRequest, letter_id: int) -> HttpResponse:
    """One letter as plain text."""
    found = shown.letter(letter_id)
    if found is None:
        raise Http404
    return render(request, "post/letter.html", {"letter": found})
