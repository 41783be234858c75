"""How many disputes and announced payments wait for those who work here, for the frame's badge."""

from __future__ import annotations

from django.http import HttpRequest

from duebook.reports import disputes, portal_payments
from duebook.web.audience import STAFF


def waiting_of(request: HttpRequest) -> int:
    """Of the organisation whose page it is; 0 where there is none."""
    viewer = getattr(request, "viewer", None)
    if viewer is None or viewer.kind not in STAFF:
        return 0
    return disputes.waiting() + portal_payments.waiting()
