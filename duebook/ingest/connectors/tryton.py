"""Tryton 7: parties, posted customer invoices and credit notes, payments, reconciliations.

Records are taken by when they were written. Tryton stamps them with the beginning of their
transaction, which may be committed later: so each poll looks back beyond the last one, and once a
day at everything. What comes twice says nothing new.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duebook.ingest.connectors.connector import (
    Cursor,
    Known,
    Pull,
    Setting,
    Text,
    Trouble,
    Unfit,
    table,
)
from duebook.ingest.connectors.tryton_client import Tryton
from duebook.ingest.connectors.tryton_reading import RECEIVABLE, Reading
from duebook.ingest.opening import Opened
from duebook.outside.asking import is_allowed
from duebook.visibility.organisations import Organisation

OVERLAP = timedelta(minutes=15)  # longer than transactions of an ERP take
WHOLE = timedelta(hours=24)


class TrytonConnector:
    LABEL: ClassVar[Text] = gettext_lazy("Tryton 7")
    SETTINGS: ClassVar[Sequence[Setting]] = (
        Setting(
            "address",
            gettext_lazy("Address"),
            gettext_lazy("Of Tryton's server, such as https://tryton.example.com."),
            type="address",
        ),
        Setting("database", gettext_lazy("Database")),
        Setting(
            "user",
            gettext_lazy("User"),
            gettext_lazy("A login of its own, in the group Account: it only reads."),
        ),
        Setting("secret", gettext_lazy("Password"), type="secret"),
        Setting(
            "company",
            gettext_lazy("Company"),
            gettext_lazy("Its name; empty for the one the user works in."),
            required=False,
        ),
        Setting(
            "years",
            gettext_lazy("Put the year before invoice numbers, which begin anew each year"),
            type="yes",
            required=False,
        ),
    )

    def __init__(
        self, settings: Mapping[str, Any], *, secret: str, organisation: Organisation
    ) -> None:
        self.address = str(settings.get("address", "")).strip()
        if not is_allowed(self.address):
            raise Unfit(
                "address", _("Write an address that begins with https://, without ? and #.")
            )
        self.settings, self.secret = settings, secret

    def test(self) -> str:
        tryton, name = self._session()
        count = tryton.model("account.move.line", "search_count", RECEIVABLE)
        tryton.logout()
        said = _("Signed in at %(company)s: %(count)s posted entries of what customers owe.")
        return said % {"company": name, "count": count}

    def pulls(self, cursor: Cursor, *, known: Known, at: datetime) -> Iterator[Pull]:
        """One pull of everything that changed."""
        tryton, _name = self._session()
        began = tryton.clock or at
        last, whole = _moment(cursor.get("since")), _moment(cursor.get("whole"))
        is_whole = last is None or whole is None or began - whole >= WHOLE
        since = None if is_whole or last is None else last - OVERLAP
        rows = Reading(tryton, since=since, years=bool(self.settings.get("years"))).rows(known)
        tryton.logout()
        digest = hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()

        def tables() -> list[Opened]:
            return [
                table(kind, found, name=f"Tryton/{kind}", digest=digest)
                for kind, found in rows.items()
                if found
            ]

        stands = {
            "since": began.isoformat(),
            "whole": (began if is_whole or whole is None else whole).isoformat(),
        }
        yield Pull(stands, open=tables, as_of=at, digest=digest)

    def _session(self) -> tuple[Tryton, str]:
        """Signed in, at one company; and the company's name."""
        tryton = Tryton(
            self.address,
            database=str(self.settings.get("database", "")),
            user=str(self.settings.get("user", "")),
            password=self.secret,
        )
        wanted = " ".join(str(self.settings.get("company", "")).split())
        preferences = tryton.call("model.res.user.get_preferences", True, {})
        companies = list(tryton.search("company.company", [], ["party.name"]))
        names = {each["party."]["name"]: each["id"] for each in companies}
        own = {number: name for name, number in names.items()}.get(preferences.get("company"), "")
        company = wanted or own
        if company not in names:
            said = _("Name the company: this user may see %(names)s.")
            raise Trouble(said % {"names": ", ".join(sorted(names)) or "-"})
        tryton.context = {"company": names[company], "active_test": False}
        return tryton, company


def _moment(written: Any) -> datetime | None:
    return datetime.fromisoformat(written).astimezone(UTC) if written else None
