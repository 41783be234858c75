"""Entries of the audit trail made readable: names for ids, words for codes, before beside after."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from duebook.reports.audit import Entry, Names, names
from duebook.web.settings import words
from duebook.web.settings.audit_words import DETAILS, said

PRINCIPALS = {"person", "owner", "principal", "team", "owners"}
CUSTOMERS = {"customer", "customers"}
MOMENTS = {"until", "expires_at"}
LISTED = 12  # of a long list, as many as can be read
Pair = tuple[str, str]


@dataclass(frozen=True)
class Shown:
    """An entry ready to be read. `changes` are (what, before, after)."""

    entry: Entry
    who: str
    said: str
    details: list[Pair]
    changes: list[tuple[str, str, str]]


def shown(entries: Sequence[Entry], *, zone: str) -> list[Shown]:
    """In the same order. Asks once for all the names that the entries need."""
    found = [(key, id) for entry in entries for key, id in _ids(entry.facts())]
    known = names(
        principals={id for key, id in found if key in PRINCIPALS},
        customers={id for key, id in found if key in CUSTOMERS},
    )
    return [_Reader(known, zone).read(entry) for entry in entries]


def who(person_id: int, name: str, role: str) -> str:
    """Who acted, as far as the organisation may know."""
    if person_id == 0:
        return "Duebook"
    return _("Command line") if role == "console" else name or _("Owner of the platform")


def _ids(detail: Any, key: str = "") -> Iterator[tuple[str, int]]:
    """The ids a detail speaks of, each with the key it stands under."""
    if isinstance(detail, dict):
        for name, inside in detail.items():
            if key == "owners" and name.isdecimal():
                yield key, int(name)
            yield from _ids(inside, name)
    elif isinstance(detail, list):
        for inside in detail[:LISTED]:
            yield from _ids(inside, key)
    elif isinstance(detail, int) and not isinstance(detail, bool) and key in PRINCIPALS | CUSTOMERS:
        yield key, detail


class _Reader:
    def __init__(self, known: Names, zone: str) -> None:
        self.known, self.zone = known, ZoneInfo(zone)

    def read(self, entry: Entry) -> Shown:
        detail = entry.facts()
        before, after = detail.pop("before", None), detail.pop("after", None)
        return Shown(
            entry=entry,
            who=who(entry.person_id, entry.person_name, entry.role),
            said=said(entry.action),
            details=[(self._name(key), self._value(key, each)) for key, each in detail.items()],
            changes=self._changes(before, after),
        )

    def _changes(self, before: Any, after: Any) -> list[tuple[str, str, str]]:
        """Side by side, by name; what one side alone has is empty on the other."""
        if before is None and after is None:
            return []
        one, other = (each if isinstance(each, dict) else {"": each} for each in (before, after))
        keys = [key for key in dict.fromkeys([*one, *other]) if key or None not in (before, after)]
        return [(self._name(key), self._side(key, one), self._side(key, other)) for key in keys]

    def _side(self, key: str, side: dict[str, Any]) -> str:
        return self._value(key, side[key]) if key in side else ""

    def _name(self, key: str) -> str:
        return str(DETAILS.get(key) or words.setting(key)) if key else ""

    def _value(self, key: str, given: Any) -> str:
        if given is None:
            return "–"
        if key == "aging_edges":
            return words.value(key, given)
        if isinstance(given, dict):
            return self._joined(
                f"{self._inner(key, n)}: {self._value(n, v)}" for n, v in given.items()
            )
        if isinstance(given, list):
            return self._listed(key, given)
        if isinstance(given, int) and not isinstance(given, bool):
            return self._named(key, given)
        if key in MOMENTS and isinstance(given, str):
            return self._moment(given)
        return words.value(key, given)

    def _inner(self, key: str, name: str) -> str:
        if key == "owners" and name.isdecimal():
            return self._named(key, int(name))
        return self._name(name)

    def _named(self, key: str, id: int) -> str:
        if key in PRINCIPALS:
            return self.known.principals.get(id, f"{id}")
        return self.known.customers.get(id, f"{id}") if key in CUSTOMERS else f"{id}"

    def _listed(self, key: str, given: list[Any]) -> str:
        parts = [self._value(key, each) for each in given[:LISTED]]
        more = len(given) - LISTED
        if more > 0:
            parts.append(_("and %(number)s more") % {"number": more})
        return self._joined(parts)

    def _joined(self, parts: Iterable[str]) -> str:
        return ", ".join(parts) or "–"

    def _moment(self, written: str) -> str:
        try:
            local = datetime.fromisoformat(written).astimezone(self.zone)
        except ValueError:
            return written
        return f"{words.value('', local.date())}, {local:%H:%M}"
