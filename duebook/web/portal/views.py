"""A client's first page: what is owed, how old it is, and which invoices it is."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpResponse
from django.shortcuts import redirect, render

from duebook.reports import client_supply, clients
from duebook.reports.aging import PortalRow, portal_aging
from duebook.reports.clients import ClientMonth, Paid, Question, Year
from duebook.visibility.looking import STAFF
from duebook.web.asked import OrganisationRequest
from duebook.web.audience import for_clients
from duebook.web.portal.asked import Wanted, wanted
from duebook.web.portal.debt import Debt, debts

SHOWN = 8  # open invoices on the first page


@dataclass(frozen=True)
class Standing:
    """How a client stands in one currency: the cards of the first page."""

    debt: Debt
    invoices: Decimal
    credits: Decimal
    paid: Paid | None
    disputed_count: int


def portal(request: OrganisationRequest, slug: str) -> HttpResponse:
    """The organisation's front page: a client's own debt, or the operators' list."""
    if request.viewer.kind in STAFF:
        return redirect("customers", slug)
    return what_you_owe(request, slug)


@for_clients
def what_you_owe(request: OrganisationRequest, slug: str) -> HttpResponse:
    """What a client owes, by how late it is."""
    asking = wanted(request)
    asked = asking.asked
    rows = portal_aging(
        as_of=asked.as_of,
        basis=asked.basis,
        edges=asked.edges,
        customer_id=asking.customer_id,
    )
    owing = debts(rows)
    known = [each.currency for each in owing] or [_own_currency(asking, request)]
    chosen = asked.currency if asked.currency in known else known[0]
    owed = {each.currency: each.outstanding for each in owing}
    year = clients.year(as_of=asked.as_of, owed=owed, customer_id=asking.customer_id)
    months = year.months.get(chosen, [])
    shown = {
        "asked": asked,
        "asking": asking,
        "rows": rows,
        "debts": owing,
        "zero": Decimal("0.00"),
        "standings": _standings(rows, owing, known, year),
        "accounts": len({row.customer_id for row in rows}),
        "currency": chosen,
        "switch": [(code, asking.query_with(currency=code)) for code in known],
        "orders": client_supply.order_counts(asking.customers, as_of=asked.as_of),
        "supply": client_supply.supply(asking.customers, as_of=asked.as_of),
        "open": _open(asking, chosen),
        "open_count": sum(row.invoice_count for row in rows if row.currency == chosen),
        "months": months,
        "trend": _trend(months),
        "carried": asking.query_with(account=asking.customer_id or "", figure=""),
    }
    return render(request, "portal/aging.html", shown)


def _own_currency(asking: Wanted, request: OrganisationRequest) -> str:
    account = asking.account or next(iter(asking.accounts), None)
    return account.currency if account else request.organisation.currency


def _standings(
    rows: list[PortalRow], owing: list[Debt], known: list[str], year: Year
) -> list[Standing]:
    nothing = Decimal("0.00")
    found = {each.currency: each for each in owing}
    return [
        Standing(
            debt=found.get(code) or Debt(code, nothing, nothing, nothing),
            invoices=sum((each.total + each.debit_adjustments for each in of), nothing),
            credits=sum((each.unapplied_credits for each in of), nothing),
            paid=year.paid.get(code),
            disputed_count=sum(each.disputed_count for each in of),
        )
        for code in dict.fromkeys([*known, *year.paid])
        for of in ([each for each in rows if each.currency == code],)
    ]


def _open(asking: Wanted, currency: str) -> clients.ClientPage:
    """The oldest open invoices of a currency."""
    asked = Question(
        as_of=asking.asked.as_of,
        basis=asking.asked.basis,
        edges=asking.asked.edges,
        customer_id=asking.customer_id,
        currency=currency,
        figure="total",
    )
    return clients.documents(asked, sort="due_date", size=SHOWN, summed=False)


def _trend(months: list[ClientMonth]) -> dict[str, ClientMonth] | None:
    return {"first": months[0], "last": months[-1]} if months else None
