"""One account: what it owes and why, its documents, notes and history; and one document of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from duebook.reports import account as accounts
from duebook.reports import account_items as documents
from duebook.reports import notes as written
from duebook.reports.customers import CustomerRow, of_account
from duebook.reports.customers_around import around, position
from duebook.rollups.days import LOOK_BACK, must_be_there, ready, worked_out
from duebook.visibility.middleware import prepared
from duebook.visibility.viewer import Viewer
from duebook.web.asked import OrganisationRequest, Unclear
from duebook.web.audience import for_staff
from duebook.web.customers import activity, notes, tabs
from duebook.web.customers.asked import Looking, day_of, looking_at, prepare
from duebook.web.customers.items import document_pages
from duebook.web.customers.shown import Ages
from duebook.web.customers.tabs import asking
from duebook.web.customers.why import why
from duebook.web.people import access
from duebook.web.people.contacts import contacts_of

# What of the URL is the account's page, and not the list one came from.
OF_PAGE = dict.fromkeys(("tab", "state", "age", "order", "go", *tabs.PLACE), "")
ENDS = {
    "previous": gettext_lazy("This is the first account of the list."),
    "next": gettext_lazy("This is the last account of the list."),
}


@prepared(prepare)
@for_staff
@require_safe
def account(request: OrganisationRequest, slug: str, customer: int) -> HttpResponse:
    """Who an account is, what it owes, why it is called first, and what is known of it."""
    at = datetime.now(UTC)
    who = accounts.account(customer)
    if who is None:
        raise Http404
    looking, asked = looking_at(request), asking(request.GET, path=request.path)
    day = looking.as_of
    worked_out(request.viewer.org_id, day, day - LOOK_BACK)  # at once what is asked one by one
    must_be_there(request.viewer.org_id, day, scored=True)
    known = accounts.currencies(customer)
    currency = looking.currency_of(known)
    row = _row(customer, currency=currency, as_of=looking.as_of, at=at)
    shown = {
        "asked": looking,
        "asking": asked,
        "who": who,
        "row": row,
        "currency": currency,
        "document_pages": document_pages(slug, customer),
        "note_href": asked.address(tab="notes", state="", order="") + "#account-note",
        "switch": [(code, asked.address(currency=code)) for code in known],
        "tabs": tabs.tabs(asked, row, notes=written.number_of(customer)),
        **_figures(customer, row, currency=currency, as_of=looking.as_of, at=at),
        **_list_of(slug, customer, looking, row),
    }
    if asked.tab == "notes":
        shown |= notes.listed(request, customer, asked)
    elif asked.tab == "people":
        shown |= _people(request, who)
    elif asked.tab == "activity":
        shown |= activity.listed(request, customer, asked, as_of=looking.as_of)
    else:
        shown |= tabs.listed(customer, asked, row, currency=currency, as_of=looking.as_of)
    if asked.tab == "payments":
        end = datetime.combine(looking.as_of + timedelta(days=1), time())
        until = end.replace(tzinfo=ZoneInfo(request.organisation.timezone))
        shown["announced"] = accounts.portal_payments(customer, currency=currency, until=until)
    return render(request, "customers/account.html", shown)


def prepare_change(viewer: Viewer, request: HttpRequest) -> None:
    """Have the day of the URL worked out, and the one that its priority is compared with."""
    if day := day_of(viewer, request):
        ready(viewer, day - LOOK_BACK)
        ready(viewer, day)


@prepared(prepare_change)
@for_staff
@require_safe
def priority(request: OrganisationRequest, slug: str, customer: int) -> HttpResponse:
    """Why an account has its priority, with what changed: a request of its own, because the day
    it is compared with may have to be worked out first."""
    at = datetime.now(UTC)
    looking, who = looking_at(request), accounts.account(customer)
    if who is None:
        raise Http404
    must_be_there(request.viewer.org_id, looking.as_of - LOOK_BACK, scored=True)
    row = _row(customer, currency=looking.currency, as_of=looking.as_of, at=at)
    if row is None:
        raise Http404
    shown = {"who": who, "row": row, "currency": row.currency, "why": why(row)}
    return render(request, "customers/why.html", shown)


@prepared(prepare)
@for_staff
@require_safe
def document(request: OrganisationRequest, slug: str, customer: int, item: int) -> HttpResponse:
    """A document of an account, with its lines and what is applied to it."""
    looking = looking_at(request)
    who = accounts.account(customer)
    found = documents.document(customer, item, as_of=looking.as_of)
    if who is None or found is None:
        raise Http404
    shown = {
        "asked": looking,
        "who": who,
        "document": found,
        "lines": accounts.lines(customer, item),
        "reminders": accounts.reminders(customer, item, as_of=looking.as_of),
        "applied": accounts.applied(customer, item, as_of=looking.as_of),
        "back": reverse("customer", args=[slug, customer]) + f"?{request.GET.urlencode()}",
        "settled": found.amount - found.balance,
    }
    return render(request, "customers/document.html", shown)


@prepared(prepare)
@for_staff
@require_safe
def neighbours(request: OrganisationRequest, slug: str, customer: int) -> HttpResponse:
    """Where the account stands in the list one came from, and the ways to those beside it: a
    request of its own, because finding them costs as much as the account itself. With `go` on to
    one of them, where no script has asked for them before.
    """
    at = datetime.now(UTC)
    looking = looking_at(request)
    row = _row(customer, currency=looking.currency, as_of=looking.as_of, at=at)
    if row is None:
        raise Http404
    above, below = around(looking.question, row, at=at)
    query = looking.address(**{**OF_PAGE, "tab": looking.query.get("tab", "")})

    def there(found: int | None) -> str:
        return reverse("customer", args=[slug, found]) + query if found else ""

    ways = {"previous": there(above), "next": there(below)}
    go = looking.query.get("go", "")
    if go in ways:
        if not ways[go]:
            messages.info(request, ENDS[go])
        return redirect(
            ways[go] or reverse("customer", args=[slug, customer]) + looking.address(go="")
        )
    if go:
        message = _("“%(written)s” is no value of %(name)s. Choose one of: %(choices)s.")
        raise Unclear(message % {"written": go, "name": "go", "choices": ", ".join(ways)})
    shown = {
        "previous_href": ways["previous"],
        "next_href": ways["next"],
        "position": position(looking.question, row, at=at),
    }
    return render(request, "customers/_around.html", shown)


def _people(request: OrganisationRequest, who: accounts.Account) -> dict[str, object]:
    """Who sees the account; admins see why, and change it."""
    seen = access.of_account(request, who.id) if request.viewer.kind == "admin" else {}
    return {**seen, "contacts": contacts_of(request, who)}


def _row(customer: int, *, currency: str, as_of: date, at: datetime) -> CustomerRow | None:
    listed = of_account(customer, as_of=as_of, at=at)
    return next((each for each in listed if each.currency == currency), None)


def _figures(
    customer: int, row: CustomerRow | None, *, currency: str, as_of: date, at: datetime
) -> dict[str, object]:
    now = row.outstanding_amount if row else Decimal(0)
    history = accounts.history(customer, currency=currency, as_of=as_of, now=now)
    if row is None:
        return {"history": history}
    return {
        "history": history,
        "ages": Ages.of(row),
        "why": why(row),
        "used": _used(row),
        "badge": "" if row.invitation_status == "Not Invited" else row.invitation_status.lower(),
    }


def _used(row: CustomerRow) -> Decimal | None:
    """The share of the credit limit that is used, in per cent."""
    if not row.credit_limit:
        return None
    return (100 * row.outstanding_amount / row.credit_limit).quantize(Decimal("0.1"))


def _list_of(
    slug: str, customer: int, looking: Looking, row: CustomerRow | None
) -> dict[str, object]:
    """The way back to the list one came from, and where to ask for the accounts beside this one."""
    back = reverse("customers", args=[slug]) + looking.address(**OF_PAGE)
    if row is None or row.currency != (looking.chosen or looking.usual):
        return {"back": back}
    around_path = reverse("customer_around", args=[slug, customer])
    return {
        "back": back,
        "around_href": around_path + looking.address(),
        "previous_href": around_path + looking.address(go="previous"),
        "next_href": around_path + looking.address(go="next"),
    }
