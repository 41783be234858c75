"""What the platform's owners see of it: organisations and people, and no figure of any ledger.

Call inside seeing(), as an owner of the platform.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, TypeVar

from duebook.ledger.posting import plain
from duebook.reports.rows import rows
from duebook.visibility.models import Login
from duebook.visibility.platform import Standing, standings

Row = TypeVar("Row")
SIZE = 50


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some of the rows that match, and how many match in all."""

    rows: list[Row]
    count: int
    page: int
    pages: int


@dataclass(frozen=True)
class OrganisationRow:
    """`people` are the logins that belong to it; `last_sign_in` is the latest of any of them."""

    org_id: int
    slug: str
    name: str
    currency: str
    timezone: str
    language: str
    suspended: bool
    created_at: datetime
    people: list[int]
    last_sign_in: datetime | None = None


@dataclass(frozen=True)
class BelongingRow:
    """What a person is in an organisation."""

    person_id: int
    slug: str
    name: str
    role: str
    suspended: bool


@dataclass(frozen=True)
class PersonRow:
    """A login, wherever it belongs."""

    login_id: int
    email: str
    name: str
    last_login: datetime | None
    standing: Standing
    belongings: list[BelongingRow]


def organisations(*, search: str = "", page: int = 1, size: int = SIZE) -> Page[OrganisationRow]:
    """The organisations whose name or short name holds `search`, whatever accents and case."""
    every = rows(OrganisationRow, "platform_organisations.sql", slug="")
    chosen = _page(_holding(every, search, lambda each: (each.name, each.slug)), page, size)
    return replace(chosen, rows=_with_sign_ins(chosen.rows))


def organisation(slug: str) -> OrganisationRow | None:
    """The organisation of a short name."""
    found = _with_sign_ins(rows(OrganisationRow, "platform_organisations.sql", slug=slug))
    return found[0] if found else None


def people(*, search: str = "", page: int = 1, size: int = SIZE) -> Page[PersonRow]:
    """The logins whose address or name holds `search`, by address."""
    every = list(Login.objects.order_by("email").values_list("pk", "email", "name"))
    chosen = _page(_holding(every, search, lambda each: each[1:]), page, size)
    shown = _described([pk for pk, _, _ in chosen.rows])
    return Page(shown, chosen.count, chosen.page, chosen.pages)


def person(login_id: int) -> PersonRow | None:
    """The login of an id."""
    found = _described([login_id])
    return found[0] if found else None


def _with_sign_ins(found: list[OrganisationRow]) -> list[OrganisationRow]:
    people = {person for each in found for person in each.people}
    signed_in = Login.objects.filter(pk__in=people).exclude(last_login=None)
    last = dict(signed_in.values_list("pk", "last_login"))
    times = [[at for who in each.people if (at := last.get(who))] for each in found]
    return [
        replace(each, last_sign_in=max(seen, default=None))
        for each, seen in zip(found, times, strict=True)
    ]


def _described(logins: list[int]) -> list[PersonRow]:
    standing = standings()
    belongings: dict[int, list[BelongingRow]] = defaultdict(list)
    for each in rows(BelongingRow, "platform_belongings.sql", people=logins):
        belongings[each.person_id].append(each)
    return [
        PersonRow(
            login_id=login.pk,
            email=login.email,
            name=login.name,
            last_login=login.last_login,
            standing=standing.get(login.pk, Standing()),
            belongings=belongings[login.pk],
        )
        for login in Login.objects.filter(pk__in=logins).order_by("email")
    ]


def _holding(found: list[Row], search: str, words: Callable[[Row], Sequence[str]]) -> list[Row]:
    # Here rather than in the database, whose locale knows only the letters of ASCII.
    sought = plain(search.strip())
    return [each for each in found if any(sought in plain(word) for word in words(each))]


def _page(found: list[Row], page: int, size: int) -> Page[Row]:
    """A page past the last one is the last one."""
    pages = max(1, math.ceil(len(found) / size))
    page = min(max(page, 1), pages)
    return Page(found[(page - 1) * size : page * size], len(found), page, pages)
