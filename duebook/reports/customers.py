"""The Customers Dashboard: every account by what it owes, pages of it, and what it adds up to.

Figures come from ar.customer_aging, which holds a day once `rollups.days.ready` has seen to it:
read them in `rollups.days.seeing_days(viewer, asked.as_of)`, or in a view that is `prepared` so.
Every function raises NotReady when a day is not there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any, LiteralString

from duebook.reports.customers_filter import INVITATIONS as INVITATIONS
from duebook.reports.customers_filter import Filter, filtered
from duebook.reports.customers_order import Keys, Order, Stretch, order_of
from duebook.reports.priority import Standing
from duebook.reports.rows import (
    kept_records,
    organisation,
    query,
    records,
    sees_all,
)
from duebook.rollups.days import must_be_there
from duebook.visibility.seeing import kept, raw

STATUSES = ("Active", "Inactive")
BANDS = ("act now", "watch", "on track", "nothing to do")
DEFAULT_SORT = "-collection_priority"


# What is picked of the rows of a page, and whence their columns come then.
WHOLE: tuple[LiteralString, LiteralString] = ("a.*", "picked")
NARROW: tuple[LiteralString, LiteralString] = (
    "a.customer_id, a.currency",
    "(SELECT w.*, k.place FROM picked k JOIN ar.customer_aging w ON w.org_id = %(org)s"
    " AND w.day = %(as_of)s AND w.customer_id = k.customer_id AND w.currency = k.currency)",
)


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
    in one mean any of them. `only` are the accounts meant, whatever else is asked; `but` those
    left out.
    """

    as_of: date
    currency: str = ""
    search: str = ""
    status: tuple[str, ...] = ()
    invitation: tuple[str, ...] = ()
    sort: str = DEFAULT_SORT
    only: tuple[int, ...] | None = None
    but: tuple[int, ...] = ()


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
    """Some rows. `has_before` and `has_after` say whether there are more at either end; if so,
    `first` and `last` are what the row at that end is sorted by.
    """

    rows: list[CustomerRow]
    has_before: bool
    has_after: bool
    first: Keys | None = None
    last: Keys | None = None


def customers(
    asked: Asked,
    *,
    after: str | Keys = "",
    before: str | Keys = "",
    limit: int | None = None,
    at: datetime,
) -> Page:
    """Rows of the list in its order: the first ones, those after a row, or those before it.

    A row is named by its key, or by what it was sorted by (`Page.last`), wherever it is now. A
    key whose row is not to be seen any more begins at the start. `at` is when invitations are
    judged. Without a limit: all of them. Raises KeyError for a column that cannot be sorted by.
    """
    is_sorted = must_be_there(organisation(), asked.as_of, scored=True).is_sorted
    order = order_of(asked.sort, currency=asked.currency)
    backwards = bool(before)
    place = before or after
    keys = keys_of(order, asked, place) if isinstance(place, str) else place
    walked = order.reversed() if backwards else order
    meant = meant_by(asked, at=at)
    stretches = [Stretch("true", walked.after(keys))]
    if limit is not None and sees_all() and is_sorted:
        stretches = walked.stretches(keys, partial(types, asked))
    most = None if limit is None else limit + 1
    rows = _rows(walked, asked, meant, stretches, keys, at=at, limit=most)
    more = limit is not None and len(rows) > limit
    rows = rows[:limit][:: -1 if backwards else 1]
    has_before, has_after = (more, keys is not None) if backwards else (keys is not None, more)
    return Page(
        rows,
        has_before,
        has_after,
        first=keys_of(order, asked, rows[0].key) if rows and has_before else None,
        last=keys_of(order, asked, rows[-1].key) if rows and has_after else None,
    )


def of_account(customer: int, *, as_of: date, at: datetime) -> list[CustomerRow]:
    """The rows of one account on a day, one for each currency."""
    must_be_there(organisation(), as_of)
    asked, every = Asked(as_of, only=(customer,)), [Stretch("true", "true")]
    meant, order = meant_by(asked, at=at), order_of("currency")
    return _rows(order, asked, meant, every, None, at=at, limit=None, keep=True)


def standings(
    customer: int, *, currency: str, days: Sequence[date]
) -> dict[date, tuple[Standing, Decimal | None]]:
    """What the priority of an account rests on, day by day, and what accounts of the currency
    typically owed then, as the scores of the day have it."""
    must_be_there(organisation(), *days)
    named = {"customer": customer, "currency": currency, "days": list(days)}
    found = kept_records("customers_standing.sql", **named)
    return {day: (Standing(*told), typical) for day, typical, *told in found}


def panel(asked: Asked, *, days: tuple[date, ...] = (), at: datetime) -> list[Totals]:
    """What the rows of `asked` add up to on its day and on these other days, per currency.

    All days are there for all currencies found, the latest day first; zeros where there was none.
    """
    every = (asked.as_of, *days)
    must_be_there(organisation(), *every)
    meant = meant_by(asked, at=at, summed=True)
    named = {**meant.named, "days": list(every)}
    found = [Totals(*each) for each in _run("customers_panel.sql", named, sums=_sums(meant))]
    known = {(each.day, each.currency): each for each in found}
    currencies = sorted({each.currency for each in found} or {asked.currency} - {""})
    return [
        known.get((day, currency)) or _nothing(day, currency)
        for day in sorted(set(every), reverse=True)
        for currency in currencies
    ]


def _nothing(day: date, currency: str) -> Totals:
    """Sums of no rows, with the decimals of the currency."""
    found = raw().execute("SELECT unit FROM ar.currency WHERE code = %s", [currency]).fetchone()
    zero = 0 * found[0] if found else Decimal(0)
    amounts = [each.name for each in fields(Totals) if each.name.endswith("_amount")]
    zeros: dict[str, Any] = dict.fromkeys(amounts, zero)
    return Totals(day, currency, **zeros)


def accounts(asked: Asked, *, at: datetime) -> list[int]:
    """The customers of all rows that match, each once: what `select all` means."""
    must_be_there(organisation(), asked.as_of)
    meant = meant_by(asked, at=at)
    named = {**meant.named, "as_of": asked.as_of}
    found = _run("customers_accounts.sql", named, joined=meant.joined, asked=meant.text)
    return [row[0] for row in found]


def seen(customers: Sequence[int]) -> list[int]:
    """Those of these customers that the viewer sees."""
    query = "SELECT id FROM ar.customer WHERE org_id = %s AND id = ANY (%s) ORDER BY id"
    return [row[0] for row in raw().execute(query, [organisation(), list(customers)]).fetchall()]


def currencies(*, as_of: date) -> list[str]:
    """In which currencies the list has rows."""
    must_be_there(organisation(), as_of)
    file = "customers_currencies_kept.sql" if sees_all() else "customers_currencies.sql"
    return [row[0] for row in records(file, as_of=as_of)]


def _rows(
    order: Order,
    asked: Asked,
    meant: Filter,
    stretches: list[Stretch],
    keys: Keys | None,
    *,
    at: datetime,
    limit: int | None,
    keep: bool = False,
) -> list[CustomerRow]:
    """As many rows as wanted, from one stretch of the list after another."""
    rows: list[CustomerRow] = []
    for stretch in stretches:
        left = None if limit is None else limit - len(rows)
        text, named = _question(order, asked, meant, stretch, keys, at=at, limit=left)
        how = kept(text) if keep else {"query": text}
        rows += [CustomerRow(*row) for row in raw().execute(**how, params=named)]
        if len(rows) == limit:
            break
    return rows


def _question(
    order: Order,
    asked: Asked,
    meant: Filter,
    stretch: Stretch,
    keys: Keys | None,
    *,
    at: datetime,
    limit: int | None,
) -> tuple[LiteralString, dict[str, Any]]:
    """customers.sql with its parts in their places, and its parameters.

    Rows are picked whole but where all of a day are put in order: by its processes together, of
    their keys alone.
    """
    is_narrow = limit is not None and sees_all() and stretch.condition == "true"
    picked, rows = NARROW if is_narrow else WHOLE
    text = placed(
        query("customers.sql"),
        picked=picked,
        rows=rows,
        joined=order.beside(meant.joined),
        asked=meant.text,
        stretch=stretch.condition,
        after=stretch.after,
        order=order.text,
    )
    named = {**meant.named, **(keys or {}), "type": stretch.type, "as_of": asked.as_of}
    return text, {**named, "org": organisation(), "at": at, "limit": limit}


def types(asked: Asked) -> list[str]:
    """The account types of the rows in the currency that is asked for."""
    named = {"as_of": asked.as_of, "currency": asked.currency}
    return [row[0] for row in records("customers_types.sql", **named)]


def _sums(meant: Filter) -> LiteralString:
    """Where the sums of a panel come from: kept for all rows together, added up of others."""
    of_rows = query("customers_sums.sql").replace("[joined]", meant.joined)
    if not (meant.is_whole and sees_all()):
        return of_rows.replace("[asked]", meant.text).replace("[sign]", "")
    kept = query("customers_kept.sql")
    if not meant.without:
        return kept
    left_out = meant.text.replace("<> ALL (%(without)s", "= ANY (%(without)s")
    return f"{kept} UNION ALL {of_rows.replace('[asked]', left_out).replace('[sign]', '-')}"


def _run(file: str, named: dict[str, Any], **parts: LiteralString) -> list[tuple[Any, ...]]:
    """The answer of a file with these texts in the places of their names in brackets."""
    text = placed(query(file), **parts)
    return raw().execute(text, {"org": organisation(), **named}).fetchall()


def placed(text: LiteralString, **parts: LiteralString) -> LiteralString:
    for place, part in parts.items():
        text = text.replace(f"[{place}]", part)
    return text


def keys_of(order: Order, asked: Asked, key: str) -> Keys | None:
    """What the row of a key is sorted by; None when there is no such row to be seen."""
    customer, _, currency = key.partition(".")
    if not customer.isdecimal() or len(customer) > 18:
        return None
    named = {"as_of": asked.as_of, "customer": int(customer), "currency": currency}
    for row in _run("customers_key.sql", named, joined=order.joined, keys=order.keys):
        return {f"key_{n}": value for n, value in enumerate(row)}
    return None


def meant_by(asked: Asked, *, at: datetime, summed: bool = False) -> Filter:
    """The rows that are meant."""
    status = set(asked.status)
    return filtered(
        currency=asked.currency,
        active=None if status in (set(), set(STATUSES)) else status == {"Active"},
        search=asked.search,
        invitation=asked.invitation,
        at=at,
        only=asked.only,
        but=asked.but,
        summed=summed,
    )
