"""One account: what it owes and why, document by document; and one document of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from duebook.reports import account as accounts
from duebook.reports.account import ORDERS, PARTS
from duebook.reports.customers import CustomerRow, of_account, typical
from duebook.reports.customers import customers as rows_of
from duebook.reports.monthly import window
from duebook.reports.priority import Priority, Standing, priority
from duebook.reports.priority_weights import weights_now
from duebook.visibility.middleware import prepared
from duebook.web.asked import OrganisationRequest, Unclear
from duebook.web.audience import for_staff
from duebook.web.customers.asked import Looking, looking_at, prepare
from duebook.web.customers.shown import BANDS, Ages
from duebook.web.words import word

ROWS = 50
TABS: dict[str, str | Promise] = {
    "invoices": gettext_lazy("Invoices"),
    "debits": gettext_lazy("Debit Adjustments"),
    "credits": gettext_lazy("Credit Adjustments"),
    "payments": gettext_lazy("Payments"),
    "orders": gettext_lazy("Orders"),
}
COUNTS = {
    "invoices": "outstanding_invoice_count",
    "debits": "debit_adjustment_count",
    "credits": "credit_adjustment_count",
}
# How a tab's list can be sorted, by its columns' names.
HEADS: dict[str, dict[str, str | Promise]] = {
    "invoices": {
        "number": gettext_lazy("Invoice Number"),
        "amount": gettext_lazy("Amount"),
        "balance": gettext_lazy("Balance"),
        "due_date": gettext_lazy("Due Date"),
        "status": gettext_lazy("Status"),
    },
    "debits": {
        "number": gettext_lazy("Number"),
        "date": gettext_lazy("Date"),
        "due_date": gettext_lazy("Due Date"),
        "amount": gettext_lazy("Amount"),
        "balance": gettext_lazy("Balance"),
        "status": gettext_lazy("Status"),
    },
    "credits": {
        "kind": gettext_lazy("Kind"),
        "number": gettext_lazy("Number"),
        "date": gettext_lazy("Date"),
        "amount": gettext_lazy("Amount"),
        "balance": gettext_lazy("Remaining"),
        "status": gettext_lazy("Status"),
    },
    "payments": {
        "number": gettext_lazy("Number"),
        "date": gettext_lazy("Date"),
        "amount": gettext_lazy("Amount"),
        "balance": gettext_lazy("On account"),
        "status": gettext_lazy("Status"),
    },
    "orders": {
        "number": gettext_lazy("Number"),
        "date": gettext_lazy("Date"),
        "amount": gettext_lazy("Amount"),
        "status": gettext_lazy("Status"),
    },
}
FACTORS: dict[str, str | Promise] = {
    "size": gettext_lazy("Outstanding, if nothing were late"),
    "past_due": gettext_lazy("Share past due"),
    "over_30": gettext_lazy("Share more than 30 days late"),
    "over_60": gettext_lazy("Share more than 60 days late"),
    "over_90": gettext_lazy("Share more than 90 days late"),
    "days_overdue": gettext_lazy("Wtd. avg. days overdue"),
    "open_count": gettext_lazy("Number of open invoices"),
}


@dataclass(frozen=True)
class Tab:
    code: str
    name: str | Promise
    count: int | None
    href: str
    here: bool


@dataclass(frozen=True)
class Head:
    """A head that sorts, by its column."""

    code: str
    name: str | Promise
    href: str
    sorted: str


@dataclass(frozen=True)
class State:
    """A status to filter by, and how many documents have it."""

    name: str
    documents: int
    href: str
    is_set: bool


@dataclass(frozen=True)
class Asking:
    """The state of the tabs; that of the list one came from stands beside it in the URL."""

    tab: str
    states: tuple[str, ...]
    order: str
    page: int
    query: QueryDict

    def address(self, **changes: str | tuple[str, ...]) -> str:
        """From the first page; empty values leave the URL."""
        query = self.query.copy()
        for name in ("page", *changes):
            query.pop(name, None)
        for name, value in changes.items():
            if value:
                query.setlist(name, [value] if isinstance(value, str) else list(value))
        return f"?{query.urlencode()}"


@prepared(prepare)
@for_staff
@require_safe
def account(request: OrganisationRequest, slug: str, customer: int) -> HttpResponse:
    """Who an account is, what it owes, why it is called first, and its documents."""
    at = datetime.now(UTC)
    who = accounts.account(customer)
    if who is None:
        raise Http404
    looking = looking_at(request)
    asking = _asking(request.GET)
    listed = of_account(customer, as_of=looking.as_of, at=at)
    known = accounts.currencies(customer)
    chosen = looking.currency if looking.currency in known else known[0]
    row = next((each for each in listed if each.currency == chosen), None)
    shown = {
        "asked": looking,
        "asking": asking,
        "who": who,
        "row": row,
        "currency": chosen,
        "switch": [(code, asking.address(currency=code)) for code in known],
        **_figures(customer, row, currency=chosen, as_of=looking.as_of),
        **_listed(customer, asking, row, currency=chosen, as_of=looking.as_of),
        **_around(slug, looking, row, at=at),
    }
    return render(request, "customers/account.html", shown)


@prepared(prepare)
@for_staff
@require_safe
def document(request: OrganisationRequest, slug: str, customer: int, item: int) -> HttpResponse:
    """A document of an account, with its lines and what is applied to it."""
    looking = looking_at(request)
    who = accounts.account(customer)
    found = accounts.document(customer, item, as_of=looking.as_of)
    if who is None or found is None:
        raise Http404
    shown = {
        "asked": looking,
        "who": who,
        "document": found,
        "lines": accounts.lines(customer, item),
        "applied": accounts.applied(customer, item, as_of=looking.as_of),
        "back": reverse("customer", args=[slug, customer]) + f"?{request.GET.urlencode()}",
        "settled": found.amount - found.balance,
    }
    return render(request, "customers/document.html", shown)


def _asking(query: QueryDict) -> Asking:
    """Raises Unclear."""
    tab = _one_of(query, "tab", tuple(TABS)) or "invoices"
    states = tuple(each for each in query.getlist("state") if each)
    if states != ("all",):
        for each in states:
            _must_be(each, "state", (*PARTS[tab], "all"))
    order = query.get("order", "").strip()
    if order:
        _must_be(order.removeprefix("-"), "order", tuple(ORDERS))
    page = query.get("page", "").strip() or "1"
    if not (page.isascii() and page.isdecimal() and 0 < int(page[:9]) < 10**8):
        raise Unclear(_("“%(written)s” is not a page number.") % {"written": page})
    return Asking(tab, states, order, int(page[:9]), query)


def _one_of(query: QueryDict, name: str, choices: tuple[str, ...]) -> str:
    written = query.get(name, "").strip()
    if written:
        _must_be(written, name, choices)
    return written


def _must_be(written: str, name: str, choices: tuple[str, ...]) -> None:
    if written not in choices:
        message = _("“%(written)s” is no value of %(name)s. Choose one of: %(choices)s.")
        raise Unclear(message % {"written": written, "name": name, "choices": ", ".join(choices)})


def _figures(
    customer: int, row: CustomerRow | None, *, currency: str, as_of: date
) -> dict[str, object]:
    months = window(as_of)
    ends = months.ends if months else [as_of]
    history = accounts.owed(customer, currency=currency, days=ends)
    if row is None:
        return {"history": history}
    return {
        "history": history,
        "ages": Ages.of(row),
        "band": BANDS[row.collection_priority_band],
        "why": why(row, typical=typical(as_of=as_of, currency=currency)),
        "used": _used(row),
        "badge": "" if row.invitation_status == "Not Invited" else row.invitation_status.lower(),
    }


def why(row: CustomerRow, *, typical: Decimal | None) -> dict[str, object]:
    """The score's points by factor, which add up to it, and what would bring it down."""
    explained: Priority = priority(standing(row), typical=typical, weights=weights_now())
    return {
        "score": explained.score,
        "factors": [(FACTORS[each.name], each.points) for each in explained.factors],
        "payment": explained.payment,
        "band_then": BANDS[explained.band_then] if explained.band_then else "",
    }


def standing(row: CustomerRow) -> Standing:
    """What the score of a row rests on."""
    over_60 = row.d61_90_amount + row.d91_plus_amount
    return Standing(
        outstanding=row.outstanding_amount,
        past_due=row.past_due_amount,
        over_30=row.d31_60_amount + over_60,
        over_60=over_60,
        over_90=row.d91_plus_amount,
        days_overdue=row.weighted_avg_days_overdue,
        open_count=row.outstanding_invoice_count,
        past_due_count=row.past_due_count,
    )


def _used(row: CustomerRow) -> Decimal | None:
    """The share of the credit limit that is used, in per cent."""
    if not row.credit_limit:
        return None
    return (100 * row.outstanding_amount / row.credit_limit).quantize(Decimal("0.1"))


def _listed(
    customer: int, asking: Asking, row: CustomerRow | None, *, currency: str, as_of: date
) -> dict[str, object]:
    chosen = _chosen(asking)
    page = accounts.items(
        customer,
        part=asking.tab,
        currency=currency,
        as_of=as_of,
        statuses=chosen,
        sort=asking.order,
        page=asking.page,
        size=ROWS,
    )
    counted: dict[str, int] = {}
    for each in page.sums:
        counted[each.status] = counted.get(each.status, 0) + each.documents
    states = [
        State(word(code), counted.get(code, 0), _turned(asking, chosen, code), code in chosen)
        for code in PARTS[asking.tab]
        if counted.get(code) or code in asking.states
    ]
    return {
        "items": page,
        "states": states,
        "chosen_states": ", ".join(word(each) for each in chosen),
        "all_states": asking.address(state="all"),
        "tabs": _tabs(asking, row),
        "heads": [_head(asking, code, name) for code, name in HEADS[asking.tab].items()],
    }


def _chosen(asking: Asking) -> tuple[str, ...]:
    """What is open, unless the URL says otherwise: those documents are the figures of the list."""
    every = PARTS[asking.tab]
    live = tuple(each for each in every if each not in ("void", "draft"))
    if asking.states == ("all",):
        return live
    return asking.states or (live if asking.tab in ("payments", "orders") else every[:2])


def _turned(asking: Asking, chosen: tuple[str, ...], code: str) -> str:
    if code in chosen:
        return asking.address(state=tuple(each for each in chosen if each != code) or "all")
    return asking.address(state=(*chosen, code))


def _tabs(asking: Asking, row: CustomerRow | None) -> list[Tab]:
    return [
        Tab(
            code,
            name,
            getattr(row, COUNTS[code]) if row and code in COUNTS else None,
            asking.address(tab=code, state="", order=""),
            code == asking.tab,
        )
        for code, name in TABS.items()
    ]


def _head(asking: Asking, code: str, name: str | Promise) -> Head:
    is_by, is_down = asking.order.removeprefix("-") == code, asking.order.startswith("-")
    first = code if code in ("number", "due_date", "kind", "status") else f"-{code}"
    turned = f"-{code}" if first == code else code
    way = ("descending" if is_down else "ascending") if is_by else ""
    return Head(code, name, asking.address(order=turned if asking.order == first else first), way)


def _around(
    slug: str, looking: Looking, row: CustomerRow | None, *, at: datetime
) -> dict[str, object]:
    """The accounts before and after in the list one came from, and the way back to it."""
    back = reverse("customers", args=[slug]) + looking.address(tab="", state="", order="", page="")
    if row is None or row.currency != looking.currency:
        return {"back": back}
    question = looking.question
    above = rows_of(question, before=row.key, limit=1, at=at).rows
    below = rows_of(question, after=row.key, limit=1, at=at)
    query = looking.address(state="", order="", page="")

    def there(found: list[CustomerRow]) -> str:
        return reverse("customer", args=[slug, found[0].customer_id]) + query if found else ""

    return {
        "back": back,
        "previous_href": there(above),
        "next_href": there(below.rows if below.has_before else []),
    }
