"""What the link of an invitation shows and does. Looking at it changes nothing: mail scanners do.

A link that is used, declined, withdrawn, expired or made up gets one and the same answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import wraps

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from duebook.visibility import joining
from duebook.visibility.joining import AlreadyKnown, Asked, NotPending
from duebook.visibility.middleware import places_of
from duebook.visibility.models import Login
from duebook.visibility.organisations import Refused
from duebook.web.account.addresses import keep_in_step
from duebook.web.invitation.forms import Agreeing, Joining

View = Callable[..., HttpResponse]
AGAIN_SECONDS = 60  # within which a second click of the same browser lands where the first did


def behind_a_secret(view: View) -> View:
    """The address lets people in: no other page learns it, nobody keeps the answer.

    The policy is not "no-referrer": browsers then hide the origin of forms as well, and the check
    against forged requests would refuse all of them.
    """

    @wraps(view)
    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    def guarded(request: HttpRequest, secret: str) -> HttpResponse:
        response = view(request, secret)
        response["Referrer-Policy"] = "strict-origin"
        response["X-Robots-Tag"] = "noindex"
        return response

    return guarded


@behind_a_secret
def accept(request: HttpRequest, secret: str) -> HttpResponse:
    """Who invites to what; with POST one joins."""
    try:
        asked = joining.pending(secret)
        _speak(request, asked.language)
        if request.user.is_authenticated:
            return _as_present(request, secret, asked)
        if joining.login_of(asked.email):
            joining.pending(secret)  # or has it been made by this very link, a moment ago?
            return _shown(request, secret, asked, "known")
        return _as_somebody_new(request, secret, asked)
    except NotPending:
        return _landed(request, secret) or _gone(request)


@behind_a_secret
def decline(request: HttpRequest, secret: str) -> HttpResponse:
    """Asks whether one is sure; with POST the invitation is declined."""
    try:
        asked = joining.pending(secret)
        _speak(request, asked.language)
        if request.method != "POST":
            return render(request, "invitation/decline.html", {"asked": asked, "secret": secret})
        joining.decline(secret)
    except NotPending:
        return _gone(request)
    return render(request, "invitation/declined.html", {"asked": asked})


def terms(request: HttpRequest) -> HttpResponse:
    """What everybody who uses this accepts."""
    return render(request, "invitation/terms.html")


def _as_somebody_new(request: HttpRequest, secret: str, asked: Asked) -> HttpResponse:
    form = Joining(request.POST or None, email=asked.email, initial={"name": asked.name})
    if request.method != "POST" or not form.is_valid():
        return _shown(request, secret, asked, "new", form)
    told = form.cleaned_data
    try:
        with transaction.atomic(using="default"):
            login, slug = joining.join(secret, name=told["name"], password=told["password"])
            keep_in_step(login)
            cache.set(_same_browser(request, secret), login.pk, AGAIN_SECONDS)
    except AlreadyKnown:  # in the same moment, by another invitation
        return _shown(request, secret, asked, "known", status=409)
    return _signed_in(request, login, slug)


def _as_present(request: HttpRequest, secret: str, asked: Asked) -> HttpResponse:
    """Whoever is signed in joins, as themselves; as somebody else only when they say so."""
    login = request.user
    assert isinstance(login, Login)
    is_same = login.email.lower() == asked.email.lower()
    if request.session.get("only_org") not in (None, asked.slug):
        return _shown(request, secret, asked, "elsewhere")
    form = Agreeing(request.POST or None)
    state = "same" if is_same else "other"
    if request.method != "POST" or not form.is_valid():
        return _shown(request, secret, asked, state, form)
    if request.POST.get("as") != str(login.pk):  # signed in as another since the page was opened
        return _shown(request, secret, asked, state, Agreeing(), status=409)
    try:
        slug = joining.join_as(secret, login)
    except Refused as no:
        form.add_error(None, str(no))
        return _shown(request, secret, asked, state, form)
    messages.success(request, _("Welcome to %(name)s.") % {"name": asked.organisation})
    return redirect(_front(slug))


def _signed_in(request: HttpRequest, login: Login, slug: str) -> HttpResponse:
    """Into a new session, where the invitation led."""
    record_authentication(request, login, method="password", email=login.email)
    response: HttpResponse = perform_login(request, login, redirect_url=_front(slug))
    return response


def _landed(request: HttpRequest, secret: str) -> HttpResponse | None:
    """A second click of the browser that has just joined goes where the first one went."""
    if request.method != "POST":
        return None
    slug = joining.joined(secret)
    if slug is None:
        return None
    if request.user.is_authenticated:
        return redirect(_front(slug)) if _belongs(request, slug) else None
    login = Login.objects.filter(pk=cache.get(_same_browser(request, secret)) or 0).first()
    return _signed_in(request, login, slug) if login and login.is_active else None


def _belongs(request: HttpRequest, slug: str) -> bool:
    return any(place.slug == slug and place.kind for place in places_of(request))


def _same_browser(request: HttpRequest, secret: str) -> str:
    """The link and the browser's own token against forgery, which nobody else knows."""
    get_token(request)
    both = f"{secret} {request.META.get('CSRF_COOKIE', '')}"
    return f"joined:{hashlib.sha256(both.encode()).hexdigest()}"


def _front(slug: str) -> str:
    """Leads on to whatever the person's first page there is."""
    return reverse("portal", args=[slug])


def _shown(
    request: HttpRequest,
    secret: str,
    asked: Asked,
    state: str,
    form: Joining | Agreeing | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    if form and form.is_bound and form.errors:
        status = 400
    shown = {"asked": asked, "secret": secret, "state": state, "form": form}
    return render(request, "invitation/invitation.html", shown, status=status)


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "invitation/gone.html", status=404)


def _speak(request: HttpRequest, language: str) -> None:
    """The letter's language, unless the reader has chosen one."""
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(language)
