"""The pages before an organisation is entered: sign in, sign out, choose where to go."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from duebook.visibility.organisations import organisations_of


class SignInForm(AuthenticationForm):
    """Says the same whether the address or the password is wrong."""

    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": _("This e-mail address and this password do not belong together."),
    }


class SignIn(LoginView):
    template_name = "sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_invalid(self, form: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=400)


sign_out = LogoutView.as_view()


@never_cache
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """The only organisation there is for this person, or the choice between several."""
    places = organisations_of(request.user.pk or 0)
    if len(places) == 1:
        return redirect("portal" if places[0].kind == "client" else "aging", places[0].slug)
    return render(request, "home.html", {"places": places})
