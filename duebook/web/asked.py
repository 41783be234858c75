"""What a reader asked of a page, as its URL says it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Self

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from duebook.reports.aging import Edges
from duebook.visibility.looking import Looking
from duebook.visibility.organisations import Organisation
from duebook.visibility.viewer import Viewer
from duebook.web.words import COLUMNS

BASES = ("due", "invoice")
FIRST_DAY = date(1900, 1, 1)  # of documents, too; pages look at months before the day asked for


class OrganisationRequest(HttpRequest):
    """A signed-in request below /o/<slug>/, as the middleware hands it to the view."""

    viewer: Viewer
    organisation: Organisation
    person_name: str
    looking: Looking | None  # operator mode


class Unclear(Exception):
    """The URL asks for something that does not exist. The message says what to write instead."""


@dataclass(frozen=True)
class Asked:
    """The state of an aging page: day, basis, filters, page. The edges are the organisation's."""

    as_of: date
    today: date
    basis: str
    basis_chosen: bool
    edges: Edges
    search: str
    account: str
    currency: str
    bucket: str
    page: int

    @classmethod
    def nothing(cls, organisation: Organisation) -> Self:
        """Today, without any filter."""
        return cls(
            as_of=organisation.today,
            today=organisation.today,
            basis=organisation.aging_basis,
            basis_chosen=False,
            edges=organisation.aging_edges,
            search="",
            account="",
            currency="",
            bucket="",
            page=1,
        )

    @property
    def is_past(self) -> bool:
        return self.as_of < self.today


def asked_of(request: OrganisationRequest, *, query: QueryDict | None = None) -> Asked:
    """Raises Unclear for what cannot be answered. `query` when it does not stand in the URL."""
    query, organisation = request.GET if query is None else query, request.organisation
    return Asked(
        as_of=_day(query, today=organisation.today),
        today=organisation.today,
        basis=_one_of(query, "basis", BASES, default=organisation.aging_basis),
        basis_chosen="basis" in query,
        edges=organisation.aging_edges,
        search=_words(query, "q"),
        account=_words(query, "account"),
        currency=currency_of(query),
        bucket=_one_of(query, "bucket", tuple(COLUMNS), default=""),
        page=_page(query),
    )


def _words(query: QueryDict, name: str) -> str:
    """Without the one letter that no text of the database can hold."""
    return query.get(name, "").replace("\0", "").strip()


def _day(query: QueryDict, *, today: date) -> date:
    written = query.get("as_of", "").strip()
    if not written:
        return today
    try:
        # Python also reads 20261120 and week dates; the URL has one form of a day.
        day = date.fromisoformat(written) if len(written) == 10 else None
    except ValueError:
        day = None
    if day is None or day.isoformat() != written or day < FIRST_DAY:
        message = _(
            "“%(written)s” is not a day. Write it as year-month-day, for example %(today)s."
        )
        raise Unclear(message % {"written": written, "today": today.isoformat()})
    if day > today:
        message = _("%(written)s is in the future. The latest day with figures is %(today)s.")
        raise Unclear(message % {"written": written, "today": today.isoformat()})
    return day


def _one_of(query: QueryDict, name: str, choices: tuple[str, ...], *, default: str) -> str:
    written = query.get(name, "").strip()
    if not written:
        return default
    if written not in choices:
        message = _("“%(written)s” is no value of %(name)s. Choose one of: %(choices)s.")
        raise Unclear(message % {"written": written, "name": name, "choices": ", ".join(choices)})
    return written


def currency_of(query: QueryDict) -> str:
    """Three letters, or empty. Raises Unclear."""
    written = query.get("currency", "").strip()
    if written and not (len(written) == 3 and written.isascii() and written.isupper()):
        message = _("“%(written)s” is not a currency. Write its three letters, for example USD.")
        raise Unclear(message % {"written": written})
    return written


def _page(query: QueryDict) -> int:
    written = query.get("page", "").strip() or "1"
    if not (written.isascii() and written.isdecimal() and 0 < int(written[:9]) < 10**8):
        raise Unclear(_("“%(written)s” is not a page number.") % {"written": written})
    return int(written[:9])
