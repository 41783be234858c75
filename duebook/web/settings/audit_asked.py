"""Which entries of the audit trail are asked for, as the address says it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.translation import gettext as _

from duebook.visibility.organisations import Organisation
from duebook.web.asked import Unclear

FILTERS = ("person", "action", "from", "to", "q")


@dataclass(frozen=True)
class AskedTrail:
    """Filters, and the entry before which the page begins. Days are the organisation's."""

    person: int | None
    action: str
    first: date | None
    last: date | None
    search: str
    before: int | None

    @property
    def is_filtered(self) -> bool:
        return any((self.person is not None, self.action, self.first, self.last, self.search))

    def filters(self, organisation: Organisation) -> dict[str, Any]:
        """As the report wants them: a day begins at the organisation's midnight."""
        zone = ZoneInfo(organisation.timezone)
        until = self.last + timedelta(days=1) if self.last else None
        return {
            "person": self.person,
            "action": self.action,
            "since": datetime.combine(self.first, time(), zone) if self.first else None,
            "until": datetime.combine(until, time(), zone) if until else None,
            "search": self.search,
        }

    def told(self) -> dict[str, str]:
        """What was asked, for the entry about an export of it."""
        named = dict(
            zip(
                FILTERS, (self.person, self.action, self.first, self.last, self.search), strict=True
            )
        )
        return {name: str(value) for name, value in named.items() if value not in (None, "")}


def asked_trail(query: QueryDict) -> AskedTrail:
    """Raises Unclear for what cannot be answered."""
    return AskedTrail(
        person=_number(query, "person"),
        action=_text(query, "action"),
        first=_day(query, "from"),
        last=_day(query, "to"),
        search=_text(query, "q"),
        before=_number(query, "before"),
    )


def _text(query: QueryDict, name: str) -> str:
    return query.get(name, "").replace("\0", "").strip()[:200]


def _number(query: QueryDict, name: str) -> int | None:
    written = query.get(name, "").strip()
    if not written:
        return None
    if not (written.isascii() and written.isdecimal() and len(written) <= 18):
        raise Unclear(_("“%(written)s” is not a number.") % {"written": written})
    return int(written)


def _day(query: QueryDict, name: str) -> date | None:
    written = query.get(name, "").strip()
    if not written:
        return None
    try:
        day = date.fromisoformat(written)
        if day.isoformat() == written and date(1970, 1, 1) <= day < date(9999, 1, 1):
            return day
    except ValueError:
        pass
    message = _("“%(written)s” is not a day. Write it as year-month-day, for example 2026-03-31.")
    raise Unclear(message % {"written": written})
