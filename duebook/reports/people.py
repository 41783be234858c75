"""Who belongs to the organisation, who is asked to join it, and which teams there are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, TypeVar

from duebook.ledger.posting import plain
from duebook.reports.rows import rows
from duebook.visibility.models import Login

Row = TypeVar("Row")
SIZE = 100


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some of the rows that match, and how many match in all."""

    rows: list[Row]
    count: int
    page: int = 1
    pages: int = 1


@dataclass(frozen=True)
class StaffRow:
    """Somebody who works here. `owned` counts the customers they own."""

    id: int
    name: str
    email: str
    role: str
    active: bool
    teams: list[str]
    owned: int
    last_sign_in: datetime | None = None


@dataclass(frozen=True)
class ClientRow:
    """A client, and the customers they speak for as lists of equal length."""

    id: int
    name: str
    email: str
    active: bool
    customer_ids: list[int]
    account_numbers: list[str]
    account_names: list[str]
    last_sign_in: datetime | None = None

    @property
    def accounts(self) -> list[tuple[int, str, str]]:
        return list(zip(self.customer_ids, self.account_numbers, self.account_names, strict=True))


@dataclass(frozen=True)
class InvitationRow:
    """An invitation nobody has accepted or withdrawn: pending, expired or declined."""

    id: int
    email: str
    name: str
    role: str
    customer_id: int | None
    account_number: str | None
    account_name: str | None
    inviter: str
    sent_at: datetime
    expires_at: datetime
    state: str


@dataclass(frozen=True)
class TeamRow:
    """`members` are names of people who work here and are active."""

    id: int
    name: str
    members: list[str]
    customers: int


@dataclass(frozen=True)
class MemberRow:
    """Somebody of a team."""

    id: int
    name: str
    email: str
    active: bool


Person = TypeVar("Person", StaffRow, ClientRow)


def staff(*, search: str = "", page: int = 1, size: int = SIZE) -> Page[StaffRow]:
    """People who work here, the active first, by name. Searched in names and addresses."""
    return _with_sign_ins(
        _matching(rows(StaffRow, "people_staff.sql", person=None), search), page, size
    )


def clients(*, search: str = "", page: int = 1, size: int = SIZE) -> Page[ClientRow]:
    """Clients, the active first, by name. Searched in names, addresses and accounts."""
    found = rows(ClientRow, "people_clients.sql", person=None)
    return _with_sign_ins(_matching(found, search), page, size)


def colleague(person_id: int) -> StaffRow | None:
    """Somebody who works here; None for everybody else."""
    found = rows(StaffRow, "people_staff.sql", person=person_id)
    return _with_sign_ins(found, 1, 1).rows[0] if found else None


def client(person_id: int) -> ClientRow | None:
    """A client; None for everybody else."""
    found = rows(ClientRow, "people_clients.sql", person=person_id)
    return _with_sign_ins(found, 1, 1).rows[0] if found else None


def open_invitations(
    *, at: datetime, clients: bool, customer_id: int | None = None, search: str = ""
) -> list[InvitationRow]:
    """Those of clients, or those of people who work here; the latest first."""
    found = rows(
        InvitationRow, "people_invitations.sql", at=at, clients=clients, customer=customer_id
    )
    return _matching(found, search)


def teams() -> list[TeamRow]:
    """By name."""
    return rows(TeamRow, "people_teams.sql", team=None)


def team(team_id: int) -> TeamRow | None:
    """None when there is no such team in this organisation."""
    found = rows(TeamRow, "people_teams.sql", team=team_id)
    return found[0] if found else None


def members(team_id: int) -> list[MemberRow]:
    """The people of a team by name, the deactivated too."""
    return rows(MemberRow, "people_members.sql", team=team_id)


def _matching(found: list[Row], search: str) -> list[Row]:
    """Whatever accents and case; a few thousand people are looked through faster than asked for."""
    words = plain(search.strip())
    if not words:
        return found
    names = ("name", "email", "account_name", "account_number", "account_names", "account_numbers")
    return [row for row in found if any(words in plain(_text(row, name)) for name in names)]


def _text(row: object, name: str) -> str:
    value = getattr(row, name, "") or ""
    return value if isinstance(value, str) else "\n".join(value)


def _with_sign_ins(found: Sequence[Person], page: int, size: int) -> Page[Person]:
    """One page, with when each last signed in. That is known at the door alone."""
    pages = max(1, math.ceil(len(found) / size))
    page = min(max(page, 1), pages)
    shown = found[(page - 1) * size : page * size]
    known = Login.objects.filter(pk__in=[row.id for row in shown])
    last = dict(known.values_list("pk", "last_login"))
    dated = [replace(row, last_sign_in=last.get(row.id)) for row in shown]
    return Page(dated, count=len(found), page=page, pages=pages)
