"""What is kept per day against the yardstick: after any sequence of batches, returned payments,
voids, disputes and undoing, every row is what plain Python makes of the documents.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from statistics import median
from typing import Any

from hypothesis import given, note, settings
from hypothesis import strategies as st

from duebook.ledger.undo import undo
from duebook.reports.aging import aging
from duebook.reports.customers import Asked, CustomerRow, Totals, customers, panel
from duebook.rollups.days import ready, seeing_days
from duebook.visibility.organisations import console_of
from duebook.visibility.seeing import raw, seeing
from tests.ledger.books import IDLE, Books, invoice
from tests.ledger.telling import Telling, loadable, major
from tests.model import AGEING, CHARGES, Account, Doc, Ledger, four_decimals
from tests.strategies import ACCOUNTS, TODAY, as_of_days, random_ledger

AT = datetime(2026, 6, 30, tzinfo=UTC)
DAY = timedelta(days=1)
AMOUNTS = (
    "outstanding_amount current_amount past_due_amount d1_30_amount d31_60_amount d61_90_amount"
    " d91_plus_amount debit_adjustment_amount credit_adjustment_amount disputed_amount"
    " statement_amount"
).split()
BUCKETS = ("d1_30", "d31_60", "d61_90", "d91_plus")
Expected = dict[str, Any]


@dataclass(frozen=True)
class Plan:
    ledger: Ledger
    owned: set[str]
    crowded: bool
    chance: int
    days: list[date]


def plans() -> st.SearchStrategy[Plan]:
    return st.builds(
        Plan,
        ledger=random_ledger().map(loadable),
        owned=st.sets(st.sampled_from(ACCOUNTS), min_size=1, max_size=3),
        crowded=st.booleans(),
        chance=st.integers(0, 99),
        days=st.lists(as_of_days(), min_size=1, max_size=3, unique=True),
    )


def begun(plan: Plan) -> Books:
    """An organisation whose days are kept from the start, so that every batch must move them."""
    accounts = [*ACCOUNTS, *(IDLE if plan.crowded else [])]
    books = Books(accounts=accounts, owned=sorted(plan.owned), today=TODAY)
    ready(console_of(books.slug), TODAY, *plan.days)
    return books


@settings(max_examples=settings().max_examples // 4)
@given(plan=plans())
def test_every_row_is_what_the_documents_say(server: None, plan: Plan) -> None:
    books = begun(plan)
    Telling(books, plan.ledger, Random(plan.chance)).tell()

    everybody = [*ACCOUNTS, *(IDLE if plan.crowded else [])]
    for day in {TODAY, *plan.days}:
        note(f"as of {day}")
        check_rows(books, plan.ledger, day, books.admin_email, everybody)
        check_rows(books, plan.ledger, day, books.member_email, sorted(plan.owned))
        check_typical(books, plan.ledger, day)
    assert kept(books) == rebuilt(books)
    assert everything(books, plan.days) == made_anew(books, plan.days)


@settings(max_examples=settings().max_examples // 8)
@given(plan=plans())
def test_undoing_brings_every_row_back(server: None, plan: Plan) -> None:
    books = begun(plan)
    books.loads("invoices", [invoice("before", "10.00", account_number=ACCOUNTS[0])])
    for day in plan.days:  # a batch of everybody forgets past days
        ready(console_of(books.slug), day)
    before = figures(books, [TODAY, *plan.days])

    batch = books.loads_all(Telling(books, plan.ledger, Random(plan.chance)).first())
    assert batch.batch_id is not None
    undo(console_of(books.slug), batch.batch_id, at=AT)

    assert figures(books, [TODAY, *plan.days]) == before
    assert kept(books) == rebuilt(books)


def check_rows(books: Books, ledger: Ledger, day: date, email: str, accounts: list[str]) -> None:
    with seeing_days(books.viewer(email), day):
        found = customers(Asked(day), at=AT).rows
        totals = panel(Asked(day), at=AT)
        told = {(row.account_number, row.currency): row for row in aging(as_of=day)}
    wanted = expected(ledger, day, accounts)
    assert {(row.account_number, row.currency): shown(row) for row in found} == wanted
    for row in found:
        check_identities(row)
        if (row.account_number, row.currency) in told:
            other = told[row.account_number, row.currency]
            assert other.invoices == row.outstanding_invoice_amount
            assert other.outstanding == row.outstanding_amount
            assert other.disputed == row.disputed_amount
            assert other.weighted_avg_days_overdue == row.weighted_avg_days_overdue
    check_panel(found, totals)


def check_identities(row: CustomerRow) -> None:
    late = [getattr(row, f"{bucket}_amount") for bucket in BUCKETS]
    assert sum(late) == row.past_due_amount
    assert row.current_amount + row.past_due_amount == row.outstanding_invoice_amount
    assert (
        row.net_ar_amount
        == row.outstanding_amount
        == (
            row.outstanding_invoice_amount
            + row.debit_adjustment_amount
            - row.credit_adjustment_amount
        )
    )
    assert row.collection_priority == 0 or row.outstanding_amount > 0


def check_panel(rows: list[CustomerRow], totals: list[Totals]) -> None:
    assert {total.currency for total in totals} == {row.currency for row in rows}
    for total in totals:
        of_it = [row for row in rows if row.currency == total.currency]
        assert total.accounts == len(of_it)
        assert total.invoicing_accounts == sum(row.outstanding_invoice_count > 0 for row in of_it)
        for name in (*AMOUNTS, "discount_amount", "outstanding_invoice_count", "past_due_count"):
            assert getattr(total, name) == sum(getattr(row, name) for row in of_it), name


def shown(row: CustomerRow) -> Expected:
    counts = {name: value for name, value in vars(row).items() if name.endswith("_count")}
    more = {"wado": row.weighted_avg_days_overdue, "oldest": row.oldest_due_date}
    return {**{name: getattr(row, name) for name in AMOUNTS}, **counts, **more}


def expected(ledger: Ledger, day: date, accounts: list[str]) -> dict[Account, Expected]:
    """A row for each account and currency with anything open; of nothing in the own currency."""
    left = ledger.left(day)
    groups: dict[Account, list[Doc]] = {}
    for number in accounts:
        mine = [doc for doc in ledger.docs if doc.account == number and left[doc.key]]
        for doc in mine:
            groups.setdefault((number, doc.currency), []).append(doc)
        if not mine:
            groups[number, "USD"] = []
    return {key: figured(ledger, docs, key[1], day) for key, docs in groups.items()}


def figured(ledger: Ledger, docs: list[Doc], currency: str, day: date) -> Expected:
    left = ledger.left(day)
    sums: dict[str, int] = defaultdict(int)
    weighted = 0
    for doc in docs:
        balance = left[doc.key]
        kind = column(doc, day)
        for name in (kind, "past_due") if kind in BUCKETS else (kind,):
            sums[f"{name}_amount"] += balance
            sums[f"{name}_count"] += 1
        if doc.kind in AGEING and doc.due is not None:
            weighted += balance * max((day - doc.due).days, 0)
            sums["disputed_amount"] += ledger.disputed(doc, day)
        sign = 1 if doc.kind in CHARGES else -1
        sums["outstanding_amount"] += sign * balance
        if doc.issue < day.replace(day=1):
            sums["statement_amount"] += sign * balance
    invoices = sums["current_amount"] + sums["past_due_amount"]
    names = ("current", "past_due", *BUCKETS, "debit_adjustment", "credit_adjustment")
    return {
        **{name: major(sums[name], currency) for name in AMOUNTS},
        **{f"{name}_count": sums[f"{name}_count"] for name in names},
        "outstanding_invoice_count": sums["current_count"] + sums["past_due_count"],
        "wado": four_decimals(weighted, invoices),
        "oldest": min((doc.due for doc in docs if doc.kind in AGEING and doc.due), default=None),
    }


def column(doc: Doc, day: date) -> str:
    if doc.kind not in AGEING or doc.due is None:
        return "debit_adjustment" if doc.kind in CHARGES else "credit_adjustment"
    late = (day - doc.due).days
    edges = ((0, "current"), (30, "d1_30"), (60, "d31_60"), (90, "d61_90"))
    return next((name for edge, name in edges if late <= edge), "d91_plus")


def check_typical(books: Books, ledger: Ledger, day: date) -> None:
    """The median of the day before, of the same day while fewer than five accounts owe."""
    query = "SELECT currency, halves FROM ar.typical_amount WHERE day = %s"
    with seeing(console_of(books.slug)):
        found = dict(raw().execute(query, [day]).fetchall())
    wanted = {}
    for currency in {doc.currency for doc in ledger.docs}:
        keys = {(doc.account, currency) for doc in ledger.docs if doc.currency == currency}
        for when in (day - DAY, day):
            owed = [amount for key in keys if (amount := ledger.owed(key, when)) > 0]
            if len(owed) >= 5 or (when == day and owed):
                wanted[currency] = int(median(owed) * 2)
                break
    assert found == wanted


def figures(books: Books, days: list[date]) -> list[tuple[Expected, Decimal]]:
    found = []
    for day in days:
        with seeing_days(books.viewer(books.admin_email), day):
            rows = customers(Asked(day, sort="account_number"), at=AT).rows
        found += [(shown(row), row.collection_priority) for row in rows]
    return found


def kept(books: Books) -> list[Any]:
    """Every row of every day that is kept; scores only where they have been asked for."""
    return books.asks(
        "SELECT d.day, CASE WHEN d.is_scored THEN a::text ELSE (to_jsonb(a) - 'score')::text END"
        " FROM ar.org_day d JOIN ar.customer_aging a ON a.org_id = d.org_id AND a.day = d.day"
        " ORDER BY a.day, a.customer_id, a.currency"
    )


def everything(books: Books, days: list[date]) -> list[Any]:
    """All that is kept of these days and of today, with all scores."""
    for day in {TODAY, *days}:
        ready(console_of(books.slug), day)
    return books.asks(
        "SELECT to_jsonb(a)::text FROM ar.customer_aging a"
        " UNION ALL SELECT to_jsonb(t)::text"
        "           FROM rollup.totals((SELECT array_agg(day) FROM ar.org_day)) t"
        " UNION ALL SELECT to_jsonb(t)::text FROM ar.typical_amount t ORDER BY 1"
    )


def made_anew(books: Books, days: list[date]) -> list[Any]:
    """The same, each day written as a whole, not moved by what came bit by bit."""
    with books.console():
        raw().execute("SELECT rollup.keep('{}'::date[], 0)")
    return everything(books, days)


def rebuilt(books: Books) -> list[Any]:
    with books.console():
        raw().execute("SELECT rollup.rebuild()")
    return kept(books)
