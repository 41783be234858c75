"""Saving settings, with what has to be worked out anew because of them, or not at all."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from duebook.ingest.load import IMPORTS
from duebook.ledger import posting
from duebook.visibility.organisation_settings import Settings, change_settings
from duebook.visibility.organisations import Refused
from duebook.visibility.seeing import raw
from duebook.visibility.viewer import Viewer

AT_ONCE = 50_000  # documents that are derived anew while somebody waits for a page


@dataclass(frozen=True)
class Affected:
    """The accounts with invoices that settle themselves, and all documents of these accounts."""

    customers: set[int]
    documents: int


def save(
    viewer: Viewer, wanted: Settings, *, was: Settings, by: str = "ledger", at_most: int = AT_ONCE
) -> list[str]:
    """The names of what changed. Only inside seeing(); a failure undoes all of it.

    Raises ChangedMeanwhile, and Refused when it would take too long or files are being loaded.
    """
    if wanted.self_settling == was.self_settling:
        changed = change_settings(viewer, wanted, was=was, by=by)
        _roll_up(viewer, changed, by=by)
        return changed
    _wait_for_no_import(viewer, by=by)
    settled = affected(viewer, by=by)
    if settled.documents > at_most:
        message = _(
            "%(documents)s documents would have to be settled anew, which takes longer than a page"
            " may. Switch it at the command line, with: duebook org self-settling %(how)s"
        )
        how = "on" if wanted.self_settling else "off"
        raise Refused(message % {"documents": f"{settled.documents:,}", "how": f"SLUG {how}."})
    changed = change_settings(viewer, wanted, was=was, by=by)
    posting.derive(raw(by), org_id=viewer.org_id, customers=settled.customers, run_id=None)
    _roll_up(viewer, changed, by=by)
    return changed


def affected(viewer: Viewer, *, by: str = "ledger") -> Affected:
    """Whom it concerns whether invoices that are receipts as well settle themselves."""
    connection = raw(by)
    whose = (
        "SELECT DISTINCT customer_id FROM ar.document"
        " WHERE org_id = %s AND kind = 'receipt_tax_invoice'"
    )
    customers = {int(row[0]) for row in connection.execute(whose, [viewer.org_id])}
    many = "SELECT count(*) FROM ar.document WHERE org_id = %s AND customer_id = ANY (%s)"
    row = connection.execute(many, [viewer.org_id, [*customers]]).fetchone()
    return Affected(customers, int(row[0]) if row else 0)


def _roll_up(viewer: Viewer, changed: list[str], *, by: str) -> None:
    """Accounts with nothing open stand in the organisation's currency."""
    if "currency" in changed:
        posting.roll_up(raw(by), org_id=viewer.org_id, customers=None)


def _wait_for_no_import(viewer: Viewer, *, by: str) -> None:
    """Imports derive as well; the page does not wait for one that may take minutes."""
    lock = "SELECT pg_try_advisory_xact_lock(%s, %s::int)"
    row = raw(by).execute(lock, [IMPORTS, viewer.org_id]).fetchone()
    if row is None or not row[0]:
        raise Refused(_("Files are being loaded just now. Nothing was saved; try again after it."))
