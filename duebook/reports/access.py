"""Which customers belong to whom, and who sees one of them, and why."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

from duebook.ledger.posting import plain
from duebook.reports.people import Page
from duebook.reports.rows import records, rows

SIZE = 100


@dataclass(frozen=True)
class Filter:
    """Which customers: by a part of name or number, by owner, by a person or team they are shared
    with. `unowned`: those of nobody."""

    search: str = ""
    owner: int | None = None
    unowned: bool = False
    shared: int | None = None

    def told(self) -> dict[str, Any]:
        """What is set, for the audit trail; every customer when nothing is."""
        return {name: value for name, value in asdict(self).items() if value} or {"all": True}

    def named(self) -> dict[str, Any]:
        words = plain(self.search.strip())
        words = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return {**asdict(self), "search": f"%{words}%" if words else ""}


@dataclass(frozen=True)
class AccessRow:
    """A customer, its owner, and the names of people and teams it is shared with."""

    id: int
    account_number: str
    name: str
    owner_id: int | None
    owner: str | None
    owner_active: bool
    people: list[str]
    teams: list[str]


@dataclass(frozen=True)
class Way:
    """One way in which somebody comes to see a customer.

    `why` is owner, share, team share, admin, all (members see everything here) or client. Who is
    not `active` sees nothing, whatever the reason.
    """

    why: str
    person_id: int
    person: str
    team_id: int | None
    team: str | None
    active: bool


def customers(chosen: Filter, *, page: int = 1, size: int = SIZE) -> Page[AccessRow]:
    """One page of the customers that match, by name. A page past the last one shows the last."""
    found = records("access_page.sql", **chosen.named(), size=size, after=(max(page, 1) - 1) * size)
    if not found and page > 1:
        count = customers(chosen, size=1).count
        return customers(chosen, page=math.ceil(count / size), size=size)
    count = found[0][-1] if found else 0
    shown = [AccessRow(*each[:-1]) for each in found]
    return Page(shown, count=count, page=max(page, 1), pages=max(1, math.ceil(count / size)))


def customer_ids(chosen: Filter) -> list[int]:
    """Every customer that matches."""
    return [row[0] for row in records("access_ids.sql", **chosen.named())]


def customer(customer_id: int) -> AccessRow | None:
    """One customer; None when there is none in this organisation."""
    found = records("access_one.sql", customer=customer_id)
    return AccessRow(*found[0]) if found else None


def who_sees(customer_id: int) -> list[Way]:
    """Everybody who sees a customer, once for each reason."""
    return rows(Way, "access_ways.sql", customer=customer_id)
