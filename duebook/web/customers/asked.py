"""What a reader asked of the customers' list, as its URL says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from duebook.reports import customers
from duebook.reports.customers import DEFAULT_SORT, INVITATIONS, STATUSES, currencies
from duebook.reports.customers_order import SORTS
from duebook.rollups.days import compared_with, ready
from duebook.visibility.organisations import current
from duebook.visibility.seeing import seeing
from duebook.visibility.viewer import Viewer
from duebook.web.asked import FIRST_DAY, OrganisationRequest, Unclear, asked_of

# Where a first click on a head shows the largest first: figures, not words.
WORDS = ("account_name", "account_type", "account_number", "currency", "oldest_due_date")


@dataclass(frozen=True)
class Looking:
    """The state of the list: day, currency, search, filters, order, and where the page begins.

    `chosen` is the currency that is asked for, if any is; `usual` the organisation's.
    """

    as_of: date
    today: date
    chosen: str
    usual: str
    search: str
    status: tuple[str, ...]
    invitation: tuple[str, ...]
    sort: str
    after: str
    before: str
    query: QueryDict

    @cached_property
    def currencies(self) -> tuple[str, ...]:
        """Those the list has rows in."""
        return tuple(currencies(as_of=self.as_of))

    @cached_property
    def currency(self) -> str:
        """The one that the list is shown in: without rows in the usual one, another."""
        if self.chosen or self.usual in self.currencies or not self.currencies:
            return self.chosen or self.usual
        return self.currencies[0]

    def currency_of(self, known: Sequence[str]) -> str:
        """The one an account is shown in that has documents in `known`."""
        wanted = self.chosen or self.usual
        return wanted if wanted in known else known[0]

    @property
    def is_past(self) -> bool:
        return self.as_of < self.today

    @property
    def is_filtered(self) -> bool:
        return bool(self.search or self.status or self.invitation)

    @property
    def question(self) -> customers.Asked:
        """The same for the report."""
        return customers.Asked(
            self.as_of,
            currency=self.currency,
            search=self.search,
            status=self.status,
            invitation=self.invitation,
            sort=self.sort,
        )

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Everything of the URL but where the page begins: for forms that carry it along."""
        names = ("as_of", "currency", "q", "status", "invitation", "sort", "view")
        return [(name, value) for name in names for value in self.query.getlist(name) if value]

    @property
    def selecting(self) -> str:
        """What a selection of all that match is a selection of: everything but the order."""
        return urlencode([(name, value) for name, value in self.kept if name != "sort"])

    @property
    def told(self) -> dict[str, Any]:
        """The filter in words for programs: what is set, for the audit trail."""
        said = {
            "currency": self.currency,
            "search": self.search,
            "status": list(self.status),
            "invitation": list(self.invitation),
        }
        return {name: value for name, value in said.items() if value}

    def address(self, **changes: str | tuple[str, ...]) -> str:
        """The URL's query with something else in it, from the first page; empty values leave."""
        query = self.query.copy()
        for name in ("after", "before", "open", "done", "noted", "outcomes", "compared", *changes):
            query.pop(name, None)
        for name, value in changes.items():
            query.setlist(name, [value] if isinstance(value, str) else list(value))
            if not value:
                query.pop(name)
        return f"?{query.urlencode()}"

    def sorted_by(self, column: str) -> str:
        """Where a click on a head leads: the other way round when it is sorted by it already."""
        first = column if column in WORDS else f"-{column}"
        turned = column if first.startswith("-") else f"-{column}"
        return self.address(sort=turned if self.sort == first else first)


def looking_at(request: OrganisationRequest, *, query: QueryDict | None = None) -> Looking:
    """Raises Unclear for what cannot be answered. The day must be ready: see `prepare`."""
    query = request.GET if query is None else query
    plain = asked_of(request, query=query)
    return Looking(
        as_of=plain.as_of,
        today=plain.today,
        chosen=plain.currency,
        usual=request.organisation.currency,
        search=plain.search,
        status=_several(query, "status", STATUSES),
        invitation=_several(query, "invitation", INVITATIONS),
        sort=_sort(query),
        after=query.get("after", ""),
        before=query.get("before", ""),
        query=query,
    )


def prepare(viewer: Viewer, request: HttpRequest) -> None:
    """Have the day of the URL worked out before the list is read."""
    if day := day_of(viewer, request):
        ready(viewer, day)


def prepare_compared(viewer: Viewer, request: HttpRequest) -> None:
    """The same, and a week and a month before where it is to be compared with them."""
    if day := day_of(viewer, request):
        ready(viewer, day, *(compared_with(day) if "compared" in request.GET else ()))


def day_of(viewer: Viewer, request: HttpRequest) -> date | None:
    """The day asked for; nothing where the view will say that there is no such day."""
    with seeing(viewer, read_only=True):
        today = current(viewer).today
    try:
        query = request.POST if request.method == "POST" else request.GET
        day = date.fromisoformat(query.get("as_of", "").strip() or today.isoformat())
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= today else None


def _several(query: QueryDict, name: str, choices: tuple[str, ...]) -> tuple[str, ...]:
    written = [each for each in query.getlist(name) if each]
    for each in written:
        if each not in choices:
            message = _("“%(written)s” is no value of %(name)s. Choose one of: %(choices)s.")
            said = {"written": each, "name": name, "choices": ", ".join(choices)}
            raise Unclear(message % said)
    return tuple(each for each in choices if each in written)


def _sort(query: QueryDict) -> str:
    written = query.get("sort", "").strip() or DEFAULT_SORT
    if written.removeprefix("-") not in SORTS:
        message = _("“%(written)s” is no value of %(name)s. Choose one of: %(choices)s.")
        said = {"written": written, "name": "sort", "choices": ", ".join(SORTS)}
        raise Unclear(message % said)
    return written
