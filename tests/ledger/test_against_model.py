"""The engine against the yardstick: random ledgers, loaded as files, asked on any day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from duebook.reports.aging import USUAL, AgingRow, Edges, aging, aging_page, portal_aging
from duebook.reports.invoices import FIGURES, invoices
from duebook.reports.monthly import monthly, window
from duebook.rollups.months import seeing_months
from tests.ledger.books import IDLE, Books, invoice
from tests.ledger.telling import Telling, loadable, major
from tests.model import Account, Ledger, four_decimals
from tests.strategies import ACCOUNTS, TODAY, as_of_days, random_ledger

BUCKETS = {
    "current": "current",
    "d1_30": "days_1_30",
    "d31_60": "days_31_60",
    "d61_90": "days_61_90",
    "d91_plus": "days_91_plus",
}
COLUMNS = BUCKETS | {
    "disputed": "disputed",
    "unapplied": "unapplied_credits",
    "debit_adjustments": "debit_adjustments",
    "outstanding": "outstanding",
    "invoices": "invoices",
}
Figures = dict[Account, dict[str, Decimal]]


@dataclass(frozen=True)
class Plan:
    """A ledger, who sees which accounts, whether there are idle ones, and the days to ask for."""

    ledger: Ledger
    owned: set[str]
    spoken_for: set[str]
    crowded: bool
    chance: int
    days: list[date]


def plans() -> st.SearchStrategy[Plan]:
    some = st.sets(st.sampled_from(ACCOUNTS), min_size=1, max_size=3)
    return st.builds(
        Plan,
        ledger=random_ledger().map(loadable),
        owned=some,
        spoken_for=some,
        crowded=st.booleans(),
        chance=st.integers(0, 99),
        days=st.lists(as_of_days(), min_size=1, max_size=4, unique=True),
    )


def told(plan: Plan) -> Books:
    books = Books(
        accounts=[*ACCOUNTS, *(IDLE if plan.crowded else [])],
        owned=sorted(plan.owned),
        spoken_for=sorted(plan.spoken_for),
        today=TODAY,
    )
    Telling(books, plan.ledger, Random(plan.chance)).tell()
    return books


@pytest.mark.parametrize("basis", ["due", "invoice"])
def test_each_edge_belongs_to_the_younger_bucket(books: Books, basis: str) -> None:
    """One invoice per age, worth as many dollars as it is old: 31 + 60 stand in 31-60.

    The one of tomorrow is worth 1: not due yet, or not there yet.
    """
    ages = {age: TODAY - timedelta(days=age) for age in (-1, 0, 1, 30, 31, 60, 61, 90, 91, 400)}
    other = "issue_date" if basis == "due" else "due_date"
    aged = "due_date" if basis == "due" else "issue_date"
    rows = [
        invoice(f"{age}", f"{abs(age) or 1000}", **{aged: day, other: TODAY})
        for age, day in ages.items()
    ]
    books.loads("invoices", rows)

    with books.admin():
        (row,) = aging(as_of=TODAY, basis=basis)
    assert [int(getattr(row, name)) for name in BUCKETS.values()] == [
        *(1001 if basis == "due" else 1000, 1 + 30, 31 + 60, 61 + 90, 91 + 400)
    ]


@given(plan=plans())
def test_every_document_and_every_row_equal_the_models(server: None, plan: Plan) -> None:
    books = told(plan)

    with books.admin():
        for day in telling_days(plan.ledger):
            note(f"as of {day}")
            check_documents(plan.ledger, day)
    for day in plan.days:
        for basis in ("due", "invoice"):
            note(f"as of {day} by {basis}")
            with books.admin():
                check_rows(plan.ledger, day, basis)
                check_invoices(plan.ledger, day, basis)
            with books.member():
                check_rows(plan.ledger, day, basis, only=plan.owned)
            with books.client():
                check_rows(plan.ledger, day, basis, only=plan.spoken_for)


def telling_days(ledger: Ledger) -> list[date]:
    """Every day on which something changes, and each eve; a dispute's as well."""
    disputes = [dispute for doc in ledger.docs for dispute in doc.disputes]
    days = ledger.days_of_change() | {each.opened for each in disputes}
    days |= {each.resolved for each in disputes if each.resolved}
    return sorted({day for each in days for day in (each, each - timedelta(days=1))})


@settings(max_examples=settings().max_examples // 3)
@given(plan=plans(), basis=st.sampled_from(("due", "invoice")))
def test_every_figure_is_the_sum_of_its_drill_and_every_total_of_its_rows(
    server: None, plan: Plan, basis: str
) -> None:
    books, day = told(plan), plan.days[0]
    note(f"as of {day} by {basis}")

    with books.admin():
        check_drills(day, basis, {row.account_number for row in aging(as_of=day, basis=basis)})
        check_totals(plan.ledger, day, basis, set(ACCOUNTS))
    with books.member():
        check_drills(day, basis, plan.owned)
    with books.client():
        check_drills(day, basis, plan.spoken_for)
        check_totals(plan.ledger, day, basis, plan.spoken_for)


@settings(max_examples=settings().max_examples // 5)
@given(plan=plans())
def test_what_is_owed_is_charges_less_credits_and_receipts(server: None, plan: Plan) -> None:
    books = told(plan)

    for day in plan.days:
        with books.admin():
            owed = {(r.account_number, r.currency): r.outstanding for r in aging(as_of=day)}
        for account in {(doc.account, doc.currency) for doc in plan.ledger.docs}:
            due = major(plan.ledger.owed(account, day), account[1])
            assert owed.get(account, Decimal(0)) == due, (day, account)
    check_months(plan.ledger, books, books.admin_email)
    check_months(plan.ledger, books, books.member_email, only=plan.owned)


def check_months(ledger: Ledger, books: Books, email: str, *, only: set[str] | None = None) -> None:
    """Each month's closing is what was owed at its end, and its net the difference it made."""
    for through in (books.today, date(2026, 1, 1)):
        asked = window(books.today, through)
        assert asked is not None
        with seeing_months(books.viewer(email), through=through):
            rows = {(row.account_number, row.currency): row for row in monthly("debt", asked)}
        for account, row in rows.items():
            owed = [
                major(ledger.owed(account, day), account[1])
                for day in (asked.months[0] - timedelta(days=1), *asked.ends)
            ]
            assert row.closing == owed[1:], (account, through)
            assert row.net == [after - before for before, after in pairwise(owed)]
        due = {(doc.account, doc.currency) for doc in ledger.docs if doc.issue <= asked.until}
        due = {each for each in due if only is None or each[0] in only}
        assert {each for each in due if ledger.owed(each, asked.until)} <= set(rows)
        assert only is None or {number for number, _ in rows} <= only


def check_documents(ledger: Ledger, day: date) -> None:
    """What is left of each document and how much of that is disputed; nothing else is open."""
    found = {
        (row.kind, row.invoice_number): (row.balance, row.disputed)
        for row in invoices(as_of=day, bucket="outstanding")
    }
    left = ledger.left(day)
    assert found == {
        doc.key: (
            major(left[doc.key], doc.currency),
            major(ledger.disputed(doc, day) if doc.disputes else 0, doc.currency),
        )
        for doc in ledger.docs
        if left[doc.key]
    }


def check_rows(
    ledger: Ledger,
    day: date,
    basis: str,
    *,
    only: Iterable[str] = ACCOUNTS,
    edges: Edges = USUAL,
) -> None:
    """Rows are the model's, for the accounts seen; and they tie out, the portal's as well."""
    rows = aging(as_of=day, basis=basis, edges=edges)
    assert figures(rows) == expected(ledger, day, basis, only, edges)
    for row in rows:
        buckets = sum((getattr(row, name) for name in BUCKETS.values()), Decimal(0))
        assert buckets + row.disputed == row.invoices
        assert row.invoices + row.debit_adjustments - row.unapplied_credits == row.outstanding

    portal = portal_aging(as_of=day, basis=basis, edges=edges)
    assert [row.account_number for row in portal] == [row.account_number for row in rows]
    for theirs, ours in zip(portal, rows, strict=True):
        shown = theirs.days_0_30 + theirs.days_31_60 + theirs.days_61_90 + theirs.days_90_plus
        assert shown + theirs.disputed == theirs.total == ours.invoices
        assert theirs.days_0_30 == ours.current + ours.days_1_30
        assert theirs.outstanding == ours.outstanding
        assert basis == "invoice" or theirs.not_yet_due == ours.current


def figures(rows: list[AgingRow]) -> Figures:
    names = [*COLUMNS.values(), "weighted_avg_days_overdue"]
    found = {
        (row.account_number, row.currency): {name: getattr(row, name) for name in names}
        for row in rows
    }
    assert len(found) == len(rows)
    return found


def expected(ledger: Ledger, day: date, basis: str, only: Iterable[str], edges: Edges) -> Figures:
    return {
        (number, currency): {
            **{ours: major(getattr(row, name), currency) for name, ours in COLUMNS.items()},
            "weighted_avg_days_overdue": row.wado,
        }
        for (number, currency), row in ledger.aging(day, basis, edges).items()
        if number in only
    }


def check_invoices(ledger: Ledger, day: date, basis: str, *, edges: Edges = USUAL) -> None:
    found = {
        (row.kind, row.invoice_number): (
            row.account_number,
            row.currency,
            row.balance,
            row.disputed,
            row.days_past_due,
            row.bucket,
        )
        for row in invoices(as_of=day, basis=basis, edges=edges)
    }
    assert found == {
        item.doc.key: (
            item.doc.account,
            item.doc.currency,
            major(item.balance, item.doc.currency),
            major(item.disputed, item.doc.currency),
            item.dpd,
            "disputed" if item.disputed == item.balance else BUCKETS[item.bucket],
        )
        for item in ledger.invoices(day, basis, edges)
    }


def check_drills(day: date, basis: str, accounts: set[str], *, edges: Edges = USUAL) -> None:
    """For every cell, of operators and of clients; and asked for one account alone."""
    cells: dict[Account, list[Any]] = defaultdict(list)
    both: list[Any] = [
        *aging(as_of=day, basis=basis, edges=edges),
        *portal_aging(as_of=day, basis=basis, edges=edges),
    ]
    for row in both:
        cells[row.account_number, row.currency].append(row)
    for figure in FIGURES:
        parts: dict[Account, Decimal] = defaultdict(Decimal)
        for item in invoices(as_of=day, basis=basis, edges=edges, bucket=figure):
            assert item.bucket_amount != 0
            parts[item.account_number, item.currency] += item.bucket_amount
        for account, rows in cells.items():
            for row in rows:
                assert getattr(row, figure, parts[account]) == parts[account], (figure, account)
        assert set(parts) <= set(cells)
    assert {number for number, _ in cells} <= accounts
    for number, currency in list(cells)[:1]:
        alone = invoices(as_of=day, basis=basis, edges=edges, account=number, currency=currency)
        every = invoices(as_of=day, basis=basis, edges=edges)
        asked = [row for row in every if (row.account_number, row.currency) == (number, currency)]
        assert alone == asked


def check_totals(ledger: Ledger, day: date, basis: str, only: set[str]) -> None:
    """A total per currency, whatever page is shown; its weighted days are of all its invoices."""
    rows = aging(as_of=day, basis=basis)
    pages = [aging_page(as_of=day, basis=basis, page=n, size=2) for n in (1, 2, 3, 4)]
    shown = pages[: pages[0].pages]
    assert [row for page in shown for row in page.rows] == rows
    for row in rows[:1]:
        last = aging_page(as_of=day, basis=basis, page=99, size=1, customer_id=row.customer_id)
        assert {each.customer_id for each in last.rows} == {row.customer_id}
    for page in pages:
        assert {total.currency for total in page.totals} == {row.currency for row in rows}
        for total in page.totals:
            of_it = [row for row in rows if row.currency == total.currency]
            assert total.accounts == len(of_it)
            for name in COLUMNS.values():
                assert getattr(total, name) == sum(getattr(row, name) for row in of_it)
            open_items = [
                item
                for item in ledger.invoices(day)
                if item.doc.currency == total.currency and item.doc.account in only
            ]
            weighted = sum(item.balance * max(item.dpd, 0) for item in open_items)
            every = sum(item.balance for item in open_items)
            assert total.weighted_avg_days_overdue == four_decimals(weighted, every)
