"""The Customers Dashboard: every account by what it owes, pages of it, and what it adds up to.

Figures come from ar.customer_aging, which holds a day once `rollups.days.ready` has seen to it:
read them in `rollups.days.seeing_days(viewer, asked.as_of)`, or in a view that is `prepared` so.
Every function raises NotReady when a day is not there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from duebook.reports.customers_order import Keys, Order, order_of
from duebook.reports.rows import organisation, query, records
from duebook.reports.searching import searched
from duebook.rollups.days import must_be_there
from duebook.visibility.seeing import raw

STATUSES = ("Active", "Inactive")
INVITATIONS = ("Not Invited", "Pending", "Accepted", "Declined", "Expired")
BANDS = ("act now", "watch", "on track", "nothing to do")
DEFAULT_SORT = "-collection_priority"


@dataclass(frozen=True)
class CustomerRow:
    """An account in one currency as of a day; the fields are named as the columns of the file.

    Amounts in major units with the currency's decimals, counts of items with something left. The
    four buckets add up to past_due; current + past_due + debit - credit = outstanding. Disputed
    money stays in its bucket. `credit_limit` and `owner_name` are None where there is none.
    """

    customer_id: int
    account_number: str
    account_name: str
    account_type: str
    account_status: str
    invitation_status: str
    contact_name: str
    contact_email: str
    currency: str
    credit_limit: Decimal | None
    owner_name: str | None
    collection_priority: Decimal
    collection_priority_band: str
    outstanding_amount: Decimal
    net_ar_amount: Decimal
    outstanding_invoice_amount: Decimal
    outstanding_invoice_count: int
    current_amount: Decimal
    current_count: int
    past_due_amount: Decimal
    past_due_count: int
    d1_30_amount: Decimal
    d1_30_count: int
    d31_60_amount: Decimal
    d31_60_count: int
    d61_90_amount: Decimal
    d61_90_count: int
    d91_plus_amount: Decimal
    d91_plus_count: int
    weighted_avg_days_overdue: Decimal
    oldest_due_date: date | None
    debit_adjustment_amount: Decimal
    debit_adjustment_count: int
    credit_adjustment_amount: Decimal
    credit_adjustment_count: int
    statement_amount: Decimal
    discount_amount: Decimal
    disputed_amount: Decimal
    as_of_date: date

    @property
    def key(self) -> str:
        """Where a page begins: for `after` and `before`."""
        return f"{self.customer_id}.{self.currency}"


@dataclass(frozen=True)
class Asked:
    """What a list shows. `sort` is a column of the file; `-` before it reverses.

    An empty currency means all of them, an empty status or invitation no filter; several values
    in one mean any of them.
    """

    as_of: date
    currency: str = ""
    search: str = ""
    status: tuple[str, ...] = ()
    invitation: tuple[str, ...] = ()
    sort: str = DEFAULT_SORT


@dataclass(frozen=True)
class Totals:
    """The sums of all rows of one currency on a day. `accounts` have a row; `invoicing_accounts`
    are those with an open invoice; the weighted days are of all open invoices together.
    """

    day: date
    currency: str
    accounts: int = 0
    invoicing_accounts: int = 0
    outstanding_amount: Decimal = Decimal(0)
    outstanding_invoice_amount: Decimal = Decimal(0)
    outstanding_invoice_count: int = 0
    current_amount: Decimal = Decimal(0)
    current_count: int = 0
    past_due_amount: Decimal = Decimal(0)
    past_due_count: int = 0
    d1_30_amount: Decimal = Decimal(0)
    d31_60_amount: Decimal = Decimal(0)
    d61_90_amount: Decimal = Decimal(0)
    d91_plus_amount: Decimal = Decimal(0)
    debit_adjustment_amount: Decimal = Decimal(0)
    debit_adjustment_count: int = 0
    credit_adjustment_amount: Decimal = Decimal(0)
    credit_adjustment_count: int = 0
    discount_amount: Decimal = Decimal(0)
    disputed_amount: Decimal = Decimal(0)
    statement_amount: Decimal = Decimal(0)
    weighted_avg_days_overdue: Decimal = Decimal("0.0000")

    @property
    def net_ar_amount(self) -> Decimal:
        return self.outstanding_amount


@dataclass(frozen=True)
class Page:
    """Some rows. `has_before` and `has_after` say whether there are more at either end."""

    rows: list[CustomerRow]
    has_before: bool
    has_after: bool


def customers(
    asked: Asked, *, after: str = "", before: str = "", limit: int | None = None, at: datetime
) -> Page:
    """Rows of the list in its order: the first ones, those after a row's key, or those before it.

    A key whose row is not to be seen any more begins at the start. `at` is when invitations are
    judged. Without a limit: all of them. Raises KeyError for a column that cannot be sorted by.
    """
    order = order_of(asked.sort, currency=asked.currency)
    backwards = bool(before)
    keys = _keys(order, asked, before or after)
    walked = order.reversed() if backwards else order
    rows = _rows(walked, asked, keys, at=at, limit=None if limit is None else limit + 1)
    more = limit is not None and len(rows) > limit
    rows = rows[:limit]
    if backwards:
        return Page(rows[::-1], has_before=more, has_after=keys is not None)
    return Page(rows, has_before=keys is not None, has_after=more)


def of_account(customer: int, *, as_of: date, at: datetime) -> list[CustomerRow]:
    """The rows of one account on a day, one for each currency."""
    named = {**_named(Asked(as_of), at=at), "only": [customer], "at": at, "limit": None}
    order = order_of("currency")
    text = query("customers.sql").replace("[joined]", order.joined)
    text = text.replace("[order]", order.text).replace("[after]", order.after(None))
    found = raw().execute(text, {"org": organisation(), **named}).fetchall()
    return [CustomerRow(*row) for row in found]


def typical(*, as_of: date, currency: str) -> Decimal | None:
    """What accounts typically owe in a currency, as the scores of a day have it."""
    found = records("customers_typical.sql", as_of=as_of, currency=currency)
    return found[0][0] if found else None


def panel(asked: Asked, *, days: tuple[date, ...] = (), at: datetime) -> list[Totals]:
    """What the rows of `asked` add up to on its day and on these other days, per currency.

    All days are there for all currencies found, the latest day first; zeros where there was none.
    """
    every = (asked.as_of, *days)
    named = {**_named(asked, *days, at=at), "days": list(every)}
    found = [Totals(*each) for each in records("customers_panel.sql", **named)]
    known = {(each.day, each.currency): each for each in found}
    currencies = sorted({each.currency for each in found} or {asked.currency} - {""})
    return [
        known.get((day, currency), Totals(day, currency))
        for day in sorted(set(every), reverse=True)
        for currency in currencies
    ]


def accounts(asked: Asked, *, at: datetime) -> list[int]:
    """The customers of all rows that match, each once: what `select all` means."""
    return [row[0] for row in records("customers_accounts.sql", **_named(asked, at=at))]


def currencies(*, as_of: date) -> list[str]:
    """In which currencies the list has rows."""
    return [row[0] for row in records("customers_currencies.sql", as_of=as_of)]


def _rows(
    order: Order, asked: Asked, keys: Keys | None, *, at: datetime, limit: int | None
) -> list[CustomerRow]:
    text = query("customers.sql").replace("[joined]", order.joined)
    text = text.replace("[order]", order.text).replace("[after]", order.after(keys))
    named = {**_named(asked, at=at), **(keys or {}), "at": at, "limit": limit}
    found = raw().execute(text, {"org": organisation(), **named}).fetchall()
    return [CustomerRow(*row) for row in found]


def _keys(order: Order, asked: Asked, key: str) -> Keys | None:
    """What the row of a key is sorted by; None when there is no such row to be seen."""
    customer, _, currency = key.partition(".")
    if not customer.isdecimal() or len(customer) > 18:
        return None
    text = query("customers_key.sql").replace("[joined]", order.joined)
    text = text.replace("[keys]", order.keys)
    named = {"org": organisation(), "as_of": asked.as_of, "customer": int(customer)}
    row = raw().execute(text, {**named, "currency": currency}).fetchone()
    return {f"key_{n}": value for n, value in enumerate(row)} if row else None


def _named(asked: Asked, *others: date, at: datetime) -> dict[str, Any]:
    """The parameters of customers_asked.sql, and the day, which must be there."""
    must_be_there(organisation(), asked.as_of, *others)
    only = searched(asked.search)
    without: set[int] | None = None
    if asked.invitation and set(asked.invitation) != set(INVITATIONS):
        states = dict(raw().execute("SELECT * FROM guard.invited(NULL, %s)", [at]).fetchall())
        wanted = {each.lower() for each in asked.invitation}
        if "not invited" in wanted:
            without = {each for each, state in states.items() if state not in wanted}
        else:
            chosen = {each for each, state in states.items() if state in wanted}
            only = chosen if only is None else only & chosen
    status = set(asked.status)
    return {
        "as_of": asked.as_of,
        "currency": asked.currency,
        "active": None if status in (set(), set(STATUSES)) else status == {"Active"},
        "only": None if only is None else list(only),
        "without": None if without is None else list(without),
    }
