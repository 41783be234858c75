"""Which accounts were selected on the list: those ticked, or all that its question means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import QueryDict

from duebook.reports import customers as reports
from duebook.web.customers.asked import Looking
from duebook.web.people.asked import number_of

FIELDS = ("all", "customers", "customer", "but")


@dataclass(frozen=True)
class Chosen:
    """`is_all`: the selection is the question itself, without those in `but`; `customers` are the
    accounts meant now, which the viewer sees."""

    is_all: bool
    but: tuple[int, ...]
    customers: tuple[int, ...]
    told: dict[str, Any] | None  # the filter, for the audit trail

    @property
    def posted(self) -> list[tuple[str, str]]:
        """The same to be sent again."""
        if self.is_all:
            return [("all", "1"), ("but", _joined(self.but))]
        return [("customers", _joined(self.customers))]


def chosen(query: QueryDict, looking: Looking, *, at: datetime) -> Chosen:
    """The accounts a form means, each once. Raises Unclear."""
    but = _ids(query, "but")
    if "1" in query.getlist("all"):
        found = reports.accounts(looking.question, at=at)
        kept = tuple(sorted(set(found) - set(but)))
        told = {**dict(looking.told), **({"left_out": list(but[:100])} if but else {})}
        return Chosen(True, but, kept, told or {"all": True})
    ids = dict.fromkeys([*_ids(query, "customers"), *_ids(query, "customer")])
    return Chosen(False, (), tuple(reports.seen(list(ids))), None)


def _ids(query: QueryDict, name: str) -> tuple[int, ...]:
    """One by one, or many in one field with commas between."""
    written = ",".join(query.getlist(name)).split(",")
    return tuple(number_of(each) for each in written if each)


def _joined(ids: Sequence[int]) -> str:
    return ",".join(map(str, ids))
