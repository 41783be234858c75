"""Files as the list shows them: what was asked, and how far it is, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duebook.export.shelf import Shelved
from duebook.visibility.organisations import Organisation
from duebook.web.words import word

# What of an account a file is.
TABS: dict[str, str | Promise] = {
    "invoices": gettext_lazy("Invoices"),
    "debits": gettext_lazy("Debit Adjustments"),
    "credits": gettext_lazy("Credit Adjustments"),
    "payments": gettext_lazy("Receipts from the ERP"),
    "orders": gettext_lazy("Orders"),
    "announced": gettext_lazy("Payments through the portal"),
    "lines": gettext_lazy("Lines"),
}


@dataclass(frozen=True)
class Listed:
    """`said` is one sentence about the state; `about` what the file is of, part by part."""

    id: int
    name: str
    as_of: date
    about: tuple[str, ...]
    ordered_at: datetime
    row_count: int | None
    size: int | None
    state: str
    said: str


def listed(files: Sequence[Shelved], *, organisation: Organisation) -> list[Listed]:
    """In the order given, with times as the organisation's clocks show them."""
    zone = ZoneInfo(organisation.timezone)
    return [
        Listed(
            id=file.id,
            name=file.file_name,
            as_of=date.fromisoformat(file.asked["as_of"]),
            about=tuple(_about(file)),
            ordered_at=file.ordered_at.astimezone(zone).replace(tzinfo=None),
            row_count=file.row_count,
            size=file.size,
            state=file.state,
            said=_said(file),
        )
        for file in files
    ]


def _about(file: Shelved) -> Iterator[str]:
    names = {
        "aging": _("Aging"),
        "invoices": _("Invoices"),
        "customers": _("Customers"),
        "monthly": _("Monthly report"),
        "portal": _("What you owe"),
        "account": _("Account"),
    }
    yield names.get(file.report, file.report)
    asked = file.asked
    if tab := asked.get("tab"):
        yield str(TABS[tab])
    if asked["basis"] == "invoice":
        yield _("aged from the invoice date")
    if file.report == "monthly":
        yield _("Debt") if asked["data_type"] == "debt" else _("Open orders")
    if bucket := asked.get("bucket"):
        yield word(bucket)
    for name in ("account", "currency"):
        if value := asked.get(name):
            yield value
    if search := asked.get("search"):
        yield _("search “%(words)s”") % {"words": search}


def _said(file: Shelved) -> str:
    if file.state == "failed":
        return {
            "too long": _("An Excel sheet does not hold so many rows. Order it as CSV."),
            "too large": _("The file would be too large. Order it with a filter."),
        }.get(file.trouble, _("It could not be made. Order it again."))
    return {
        "waiting": _("Waiting"),
        "making": _("Being made"),
        "ready": _("Ready"),
        "changed": _("What you may see has changed. Order it again."),
    }[file.state]
