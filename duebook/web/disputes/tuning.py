"""How the organisation handles disputes: its reasons, and how soon it answers."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from duebook.visibility.dispute_settings import change, dispute_settings
from duebook.web.asked import OrganisationRequest
from duebook.web.audience import for_admins
from duebook.web.disputes import words
from duebook.web.disputes.forms import Tuning


@for_admins
def tuning(request: OrganisationRequest, slug: str) -> HttpResponse:
    """The settings; with POST they change."""
    now = dispute_settings(request.viewer)
    shown = {
        "reasons": words.reasons_shown(now.reasons),
        "answer_hours": now.answer_hours,
        "days": now.days,
        "weekend": now.weekend,
    }
    form = Tuning(request.POST if request.method == "POST" else None, initial=shown)
    if request.method == "POST" and form.is_valid():
        if change(request.viewer, type(now)(**form.cleaned_data)):
            messages.success(request, _("The settings of disputes are saved."))
        else:
            messages.info(request, _("Nothing changed."))
        return redirect("disputes_settings", slug)
    status = 400 if form.is_bound else 200
    return render(request, "disputes/settings.html", {"form": form}, status=status)
