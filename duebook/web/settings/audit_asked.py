"""Which entries of the audit trail are asked for, as the address says it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import QueryDict

from duebook.visibility.organisations import Organisation
from duebook.web.filters import day, number, text

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
        person=number(query, "person"),
        action=text(query, "action"),
        first=day(query, "from"),
        last=day(query, "to"),
        search=text(query, "q"),
        before=number(query, "before"),
    )
