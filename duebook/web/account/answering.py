"""How the pages of an account answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

View = Callable[..., HttpResponseBase]


class Answering:
    """What is not right comes back with status 400 and the sentence at its field."""

    def form_invalid(self, form: Form) -> HttpResponse:
        response: HttpResponse = super().form_invalid(form)  # type: ignore[misc]  # of the view
        response.status_code = 400
        return response


def confirmed(view: View) -> View:
    """For somebody who has shown within the last minutes that it is them; others do so first.

    allauth's own way keeps what was typed in the session meanwhile, passwords too.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **named: object) -> HttpResponseBase:
        if not is_reauthentication_required(request, app="allauth.account"):
            return view(request, *args, **named)
        ways = get_adapter(request).get_reauthentication_methods(request.user)
        return redirect(f"{ways[0]['url']}?{urlencode({'next': request.path})}")

    return guarded
