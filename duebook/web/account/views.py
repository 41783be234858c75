from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


def second_factor_needed(request: HttpRequest) -> HttpResponse:
    """The organisation asks for a second factor, and this person has none yet."""
    return redirect("mfa_index")
