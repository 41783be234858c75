"""What a client asked of a page, as its address says it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from urllib.parse import urlencode

from django.http import Http404, QueryDict
from django.utils.translation import gettext as _

from duebook.reports import clients
from duebook.reports.clients import FIGURES, ORDERS, STATES, ClientAccount, Question
from duebook.web import filters
from duebook.web.asked import Asked, OrganisationRequest, Unclear, asked_of

KINDS_OF_STATEMENT = ("open", "activity")


@dataclass(frozen=True)
class Wanted:
    """The state of a client's page: what all pages have, and what the list of documents adds."""

    asked: Asked
    accounts: list[ClientAccount]
    account: ClientAccount | None  # only this one
    figure: str
    states: tuple[str, ...]
    sort: str
    after: str
    number: str
    query: QueryDict

    @property
    def customer_id(self) -> int | None:
        return self.account.id if self.account else None

    @property
    def customers(self) -> list[int]:
        """The account asked for, else all of the client's."""
        return [self.account.id] if self.account else [each.id for each in self.accounts]

    @property
    def question(self) -> Question:
        """Raises Unclear for filters that are none."""
        return Question(
            as_of=self.asked.as_of,
            basis=self.asked.basis,
            edges=self.asked.edges,
            customer_id=self.customer_id,
            currency=self.asked.currency,
            figure=self.figure,
            states=self.states,
            issued_from=filters.day(self.query, "issued_from"),
            issued_to=filters.day(self.query, "issued_to"),
            due_from=filters.day(self.query, "due_from"),
            due_to=filters.day(self.query, "due_to"),
            least=_amount(self.query, "least"),
            most=_amount(self.query, "most"),
            number=self.number,
        )

    def query_with(self, **changed: object) -> str:
        """The query of the present address with some of it changed; empty takes it away."""
        told = {name: values for name, values in self.query.lists() if name != "after"}
        for name, value in changed.items():
            told[name] = [str(each) for each in value] if isinstance(value, tuple) else [str(value)]
        pairs = [(name, each) for name, values in told.items() for each in values if each]
        return f"?{urlencode(pairs)}" if pairs else "?"

    def query_after(self, key: str) -> str:
        """The query of the page after a row."""
        return f"{self.query_with()}&{urlencode({'after': key})}"


def wanted(request: OrganisationRequest) -> Wanted:
    """Raises Unclear, and Http404 for an account that is not the client's."""
    query = request.GET
    mine = clients.accounts()
    chosen = filters.number(query, "account")
    account = next((each for each in mine if each.id == chosen), None)
    if chosen is not None and account is None:
        raise Http404
    asked = asked_of(request, query=_without(query, "account", "bucket", "page"))
    sort = filters.one_of(query, "sort", [way + column for column in ORDERS for way in ("", "-")])
    return Wanted(
        asked=asked,
        accounts=mine,
        account=account,
        figure=filters.one_of(query, "figure", FIGURES),
        states=tuple(_state(each) for each in query.getlist("state") if each),
        sort=sort or ("due_date" if query.get("figure") else clients.USUAL_ORDER),
        after=query.get("after", "").replace("\0", "")[:300],  # a number and its place
        number=filters.text(query, "number"),
        query=query,
    )


def _state(written: str) -> str:
    if written not in STATES:
        message = _("“%(written)s” is no value of %(name)s. Choose one of: %(choices)s.")
        choices = ", ".join(STATES)
        raise Unclear(message % {"written": written, "name": "state", "choices": choices})
    return written


def _amount(query: QueryDict, name: str) -> Decimal | None:
    written = filters.text(query, name)
    if not written:
        return None
    try:
        amount = Decimal(written)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or abs(amount) >= 10**15:
        message = _("“%(written)s” is not an amount. Write it with a point, for example 1234.50.")
        raise Unclear(message % {"written": written})
    return amount


def _without(query: QueryDict, *names: str) -> QueryDict:
    kept = query.copy()
    for name in names:
        kept.pop(name, None)
    return kept
