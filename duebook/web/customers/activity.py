"""What happened on an account, as its tab shows it."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from duebook.reports import activity
from duebook.web.asked import OrganisationRequest, Unclear
from duebook.web.customers.tabs import ROWS, Asking


def listed(
    request: OrganisationRequest, customer: int, asked: Asking, *, as_of: date
) -> dict[str, object]:
    """One page of the history. Raises Unclear."""
    written, zone = asked.query.get("before_event", ""), request.organisation.timezone
    try:
        found, more = activity.activity(
            customer, as_of=as_of, zone=zone, before=written, limit=ROWS
        )
    except (ValueError, OverflowError) as wrong:
        message = _("“%(written)s” is no place to begin a page at.")
        raise Unclear(message % {"written": written}) from wrong
    return {
        "events": found,
        "zone": zone,
        "older_href": asked.address(before_event=found[-1].key) if more else "",
        "is_later": bool(written),
        "newest_href": asked.address(),
    }
