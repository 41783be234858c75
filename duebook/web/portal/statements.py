"""Statements: what is open, or what moved the debt in a period; shown, and as PDF."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from duebook.export.pdf import Paper, pdf
from duebook.reports import account as documents
from duebook.web import filters
from duebook.web.asked import OrganisationRequest, Unclear
from duebook.web.audience import for_clients
from duebook.web.portal import papers
from duebook.web.portal.asked import KINDS_OF_STATEMENT, Wanted, wanted
from duebook.web.portal.files import sent


@for_clients
@require_safe
def statement(request: OrganisationRequest, slug: str) -> HttpResponse:
    """The statement that the address asks for, as a page, and the choice of another."""
    asking = wanted(request)
    currencies = _currencies(asking)
    currency = _currency(asking, currencies)
    shown = {
        "asked": asking.asked,
        "asking": asking,
        "kind": _kind(asking),
        "since": _since(asking),
        "until": asking.asked.as_of,
        "account": asking.account or next(iter(asking.accounts), None),
        "currency": currency,
        "currencies": currencies,
        "paper": _paper(request, asking, currency, most=papers.ROWS_SHOWN),
    }
    return render(request, "portal/statement.html", shown)


@for_clients
@require_safe
def statement_pdf(request: OrganisationRequest, slug: str) -> HttpResponse:
    """The same as PDF, in the language of the page."""
    asking = wanted(request)
    currency = _currency(asking, _currencies(asking))
    paper = _paper(request, asking, currency, most=papers.ROWS_MAX)
    if paper is None:
        raise Unclear(_("There is no account to make a statement of."))
    return sent(pdf(paper), "pdf", f"statement-{asking.asked.as_of.isoformat()}.pdf")


def _paper(
    request: OrganisationRequest, asking: Wanted, currency: str, *, most: int
) -> Paper | None:
    """None for a client who speaks for no account any more."""
    account = asking.account or next(iter(asking.accounts), None)
    if account is None:
        return None
    if _kind(asking) == "open":
        return papers.open_items(request, account, currency, asking.asked, most=most)
    return papers.activity(
        request,
        account,
        currency,
        since=_since(asking),
        until=asking.asked.as_of,
        most=most,
    )


def _kind(asking: Wanted) -> str:
    return filters.one_of(asking.query, "kind", KINDS_OF_STATEMENT) or "open"


def _currencies(asking: Wanted) -> list[str]:
    account = asking.account or next(iter(asking.accounts), None)
    return documents.currencies(account.id) if account else []


def _currency(asking: Wanted, known: list[str]) -> str:
    """The one asked for, else the account's own."""
    asked = asking.asked.currency
    if asked and asked not in known:
        message = _("“%(written)s” is no currency of this account. Choose one of: %(choices)s.")
        raise Unclear(message % {"written": asked, "choices": ", ".join(known)})
    account = asking.account or next(iter(asking.accounts), None)
    return asked or (account.currency if account else "")


def _since(asking: Wanted) -> date:
    """The first day of a period; the first of the month before, unless said otherwise."""
    until = asking.asked.as_of
    last_month = until.replace(day=1) - timedelta(days=1)
    since = filters.day(asking.query, "since") or last_month.replace(day=1)
    if since > until:
        message = _("The period begins on %(since)s, after it ends. Choose an earlier day.")
        raise Unclear(message % {"since": since.isoformat()})
    return since
