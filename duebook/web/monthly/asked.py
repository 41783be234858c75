"""What a reader asked of the monthly report, as its URL says it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from babel import Locale
from django.http import QueryDict
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from duebook.export.monthly import UnknownLanguage, locale_of
from duebook.reports.monthly import Window, window
from duebook.reports.monthly_asked import NotKnown, currency_of, question_of
from duebook.reports.monthly_question import Question
from duebook.web.asked import OrganisationRequest, Unclear, asked_of
from duebook.web.filters import text

WORDS = ("account_name", "account_number", "oldest_order_date")  # a first click: the first of them
NO_DATE = ("through", "as_of")
ONCE = "data_type measure currency q zeros sort lang".split()
KEPT = "data_type measure currency q owner team flag zeros sort lang".split()


@dataclass(frozen=True)
class Looking:
    """The state of the page. `currencies` are those it has rows in; `locale` names the months."""

    question: Question
    window: Window
    currencies: tuple[str, ...]
    locale: Locale
    after: str
    before: str
    at: datetime
    query: QueryDict

    @property
    def is_debt(self) -> bool:
        return self.question.data_type == "debt"

    @property
    def measure(self) -> str:
        return self.question.measure

    @property
    def currency(self) -> str:
        return self.question.currency

    @property
    def search(self) -> str:
        return self.question.search

    @property
    def sort(self) -> str:
        return self.question.sort

    @property
    def hides_zeros(self) -> bool:
        return self.question.hide_idle

    @property
    def is_filtered(self) -> bool:
        asked = self.question
        return bool(asked.search or asked.owners or asked.teams or asked.flags)

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
    _refuse(query)
    months = window(request.organisation.today)
    assert months  # the current month is always there
    asked_of(request, query=query)  # complains of what is no currency
    question = _question(query)
    usual = request.organisation.currency
    currency, found = currency_of(question, months, usual=usual, there=there)
    return Looking(
        question=replace(question, currency=currency),
        window=months,
        currencies=found,
        locale=_locale(text(query, "lang")),
        after=text(query, "after"),
        before=text(query, "before"),
        at=datetime.now(UTC),
        query=query,
    )


def _refuse(query: QueryDict) -> None:
    """Raises Unclear for what would be dropped silently: another day, or a second value."""
    for name in NO_DATE:
        if query.get(name, "").strip():
            message = _(
                "There is no “%(name)s” here: the page has the current month and the eleven before"
                " it. The command line and the API take “through”."
            )
            raise Unclear(message % {"name": name})
    for name in ONCE:
        if len({each.strip() for each in query.getlist(name)}) > 1:
            raise Unclear(_("“%(name)s” is given twice.") % {"name": name})


def _question(query: QueryDict) -> Question:
    try:
        return question_of(query.getlist)
    except NotKnown as unknown:
        said = {"written": unknown.written, "name": unknown.name}
        if not unknown.choices:
            raise Unclear(_("“%(written)s” is not a number.") % said) from None
        message = _("“%(written)s” is no value of %(name)s. Choose one of: %(choices)s.")
        raise Unclear(message % {**said, "choices": ", ".join(unknown.choices)}) from None


def _locale(lang: str) -> Locale:
    """The one asked for, or the reader's."""
    try:
        return locale_of(lang or to_locale(get_language() or "en"))
    except UnknownLanguage as unknown:
        raise Unclear(str(unknown)) from None
