"""The list as a file: the same rows, order and figures, made in the background."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from duebook.jobs.exports import order_export
from duebook.visibility.middleware import prepared
from duebook.web.asked import OrganisationRequest, Unclear
from duebook.web.audience import for_staff
from duebook.web.customers.asked import Looking, looking_at, prepare

FORMS = ("csv", "xlsx")


@prepared(prepare)
@for_staff
@require_POST
def order(request: OrganisationRequest, slug: str) -> HttpResponse:
    """Have the list of the form's state made as a file of one's own."""
    form = request.POST.get("format", "")
    if form not in FORMS:
        message = _("“%(written)s” is no value of %(name)s. Choose one of: %(choices)s.")
        said = {"written": form, "name": "format", "choices": ", ".join(FORMS)}
        raise Unclear(message % said)
    looking = looking_at(request, query=request.POST)
    return order_list(request, looking, form=form, filters=vars(looking))


def order_list(
    request: OrganisationRequest, looking: Looking, *, form: str, filters: dict[str, Any]
) -> HttpResponse:
    """A file of the list on its day is one's own as soon as it is made; on to where it will be."""
    order_export(
        request.viewer,
        request.organisation,
        report="customers",
        form=form,
        as_of=looking.as_of,
        basis="due",
        filters=filters,
    )
    return redirect("exports", request.organisation.slug)
