"""What a reader asked of the monthly report, as its URL says it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from babel import Locale
from django.http import QueryDict
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from duebook.export.monthly import UnknownLanguage, locale_of
from duebook.reports.monthly import MEASURES, Window, window
from duebook.reports.monthly_order import FLAGS, SORTS
from duebook.reports.monthly_page import DEFAULT_SORT, Question
from duebook.web.asked import OrganisationRequest, Unclear, asked_of
from duebook.web.filters import one_of, text

WORDS = ("account_name", "account_number", "oldest_order_date")  # a first click: the first of them
KEPT = ("data_type", "measure", "currency", "q", "owner", "team", "flag", "zeros", "sort", "lang")


@dataclass(frozen=True)
class Looking:
    """The state of the page. `currencies` are those it has rows in; `locale` names the months.

    `owners` are people's ids, `teams` those of teams.
    """

    data_type: str
    measure: str
    window: Window
    currency: str
    currencies: tuple[str, ...]
    search: str
    owners: tuple[int, ...]
    teams: tuple[int, ...]
    flags: tuple[str, ...]
    hides_zeros: bool
    sort: str
    locale: Locale
    lang: str
    after: str
    before: str
    at: datetime
    query: QueryDict

    @property
    def is_debt(self) -> bool:
        return self.data_type == "debt"

    @property
    def is_filtered(self) -> bool:
        return bool(self.search or self.owners or self.teams or self.flags)

    @property
    def question(self) -> Question:
        """The same for the report."""
        return Question(
            data_type=self.data_type,
            measure=self.measure,
            currency=self.currency,
            sort=self.sort,
            search=self.search,
            owners=self.owners,
            teams=self.teams,
            flags=self.flags,
            hide_idle=self.hides_zeros,
        )

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Everything of the URL but where the page begins: for forms that carry it along."""
        return [(name, value) for name in KEPT for value in self.query.getlist(name) if value]

    def address(self, **changes: str | tuple[str, ...]) -> str:
        """The URL's query with something else in it, from the first page; empty values leave."""
        query = self.query.copy()
        for name in [*query]:
            if name not in KEPT or name in changes:
                query.pop(name, None)
        for name, value in changes.items():
            values = [value] if isinstance(value, str) else list(value)
            if any(values):
                query.setlist(name, values)
        return f"?{query.urlencode()}"

    def sorted_by(self, column: str) -> str:
        """Where a click on a head leads: the other way round when it is sorted by it already."""
        first = column if column in WORDS else f"-{column}"
        turned = column if first.startswith("-") else f"-{column}"
        return self.address(sort=turned if self.sort == first else first)


def looking_at(
    request: OrganisationRequest,
    *,
    there: Callable[[Question, Window], list[str]],
    query: QueryDict | None = None,
) -> Looking:
    """Raises Unclear for what cannot be answered. `there` finds the currencies of its rows."""
    query = request.GET if query is None else query
    data_type = one_of(query, "data_type", MEASURES) or "debt"
    months = window(request.organisation.today)
    assert months  # the current month is always there
    found = tuple(there(Question(data_type=data_type), months))
    usual = request.organisation.currency
    fallback = found[0] if found and usual not in found else usual
    lang = text(query, "lang")
    return Looking(
        data_type=data_type,
        measure=one_of(query, "measure", MEASURES[data_type]) or MEASURES[data_type][0],
        window=months,
        currency=asked_of(request, query=query).currency or fallback,
        currencies=found,
        search=text(query, "q"),
        owners=_ids(query, "owner"),
        teams=_ids(query, "team"),
        flags=_flags(query),
        hides_zeros=one_of(query, "zeros", ("hide", "show")) == "hide",
        sort=_sort(query, data_type),
        locale=_locale(lang),
        lang=lang,
        after=text(query, "after"),
        before=text(query, "before"),
        at=datetime.now(UTC),
        query=query,
    )


def _locale(lang: str) -> Locale:
    """The one asked for, or the reader's."""
    try:
        return locale_of(lang or to_locale(get_language() or "en"))
    except UnknownLanguage as unknown:
        raise Unclear(str(unknown)) from None


def _sort(query: QueryDict, data_type: str) -> str:
    both_ways = [f"{way}{sort}" for sort in SORTS[data_type] for way in ("", "-")]
    return one_of(query, "sort", both_ways) or DEFAULT_SORT


def _ids(query: QueryDict, name: str) -> tuple[int, ...]:
    found = []
    for written in filter(None, query.getlist(name)):
        if not (written.isascii() and written.isdecimal() and len(written) <= 18):
            raise Unclear(_("“%(written)s” is not a number.") % {"written": written})
        found.append(int(written))
    return tuple(found)


def _flags(query: QueryDict) -> tuple[str, ...]:
    for written in query.getlist("flag"):
        one_of(QueryDict(f"flag={written}"), "flag", FLAGS)
    return tuple(each for each in FLAGS if each in query.getlist("flag"))
