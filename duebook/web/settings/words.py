"""The words people read for settings and their values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.utils.translation import gettext, gettext_lazy, pgettext_lazy

from duebook.web.templatetags.figures import day

NAMES = {
    "name": gettext_lazy("Name"),
    "currency": gettext_lazy("Usual currency"),
    "timezone": gettext_lazy("Time zone"),
    "language": gettext_lazy("Language"),
    "net_terms_days": gettext_lazy("Days until an invoice is due"),
    "aging_basis": gettext_lazy("Ages count from"),
    "aging_edges": gettext_lazy("Ages end after"),
    "member_scope": gettext_lazy("Members see"),
    "self_settling": gettext_lazy("Invoices that are receipts as well settle themselves"),
    "invitation_days": gettext_lazy("Days an invitation is good for"),
    "second_factor": gettext_lazy("Everybody signs in with a second factor"),
    "file_days": gettext_lazy("Days that files are kept"),
}
BASES = {"due": gettext_lazy("the due date"), "invoice": gettext_lazy("the invoice date")}
SCOPES = {
    "assigned": gettext_lazy("the customers assigned to or shared with them"),
    "all": gettext_lazy("every customer"),
}
VALUES: Mapping[str, Mapping[Any, Any]] = {
    "aging_basis": BASES,
    "member_scope": SCOPES,
    "language": dict(settings.LANGUAGES),
}
YES_OR_NO = {
    True: pgettext_lazy("of a setting", "on"),
    False: pgettext_lazy("of a setting", "off"),
}


def setting(name: str) -> str:
    """The reader's name of a setting."""
    return str(NAMES.get(name, name.replace("_", " ")))


def value(name: str, given: Any) -> str:
    """The reader's word for a setting's value; what nobody foresaw reads as it is."""
    if isinstance(given, bool):
        return str(YES_OR_NO[given])
    if name == "aging_edges" and isinstance(given, list | tuple):
        return gettext("%(first)s, %(second)s and %(third)s days") % dict(
            zip(("first", "second", "third"), given, strict=False)
        )
    if isinstance(given, date):
        return day(given)
    return str(VALUES.get(name, {}).get(given, given))
