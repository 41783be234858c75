"""Open orders month by month, against the specification written down in plain Python."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from hypothesis import given, note, settings
from hypothesis import strategies as st

from duebook.reports.monthly import MonthlyRow, monthly, window
from duebook.rollups.months import ready, seeing_months
from tests.ledger.books import Books

TODAY = date(2026, 6, 17)
FIRST = date(2025, 5, 1)


@dataclass(frozen=True)
class Order:
    number: str
    dated: date
    amount: int
    closed: date | None
    cancelled: bool


@dataclass(frozen=True)
class Invoice:
    number: str
    dated: date
    amount: int
    paid: tuple[tuple[date, int], ...]  # payments, each allocated whole on its day
    bounced: date | None  # the first payment is void from then on
    void: date | None
    names: str  # the order it names itself

    def is_live(self, on: date) -> bool:
        return self.dated <= on and (self.void is None or on < self.void)

    def balance(self, on: date) -> int:
        left = self.amount
        for place, (day, amount) in enumerate(self.paid):
            gone = place == 0 and self.bounced is not None and self.bounced <= on
            if max(day, self.dated) <= on and not gone:
                left -= min(left, amount)
        return left


@dataclass(frozen=True)
class Story:
    orders: list[Order]
    invoices: list[Invoice]
    links: dict[tuple[int, int], int | None]  # of an order and an invoice: the amount

    def every_link(self) -> dict[tuple[int, int], int | None]:
        named = {
            (place, at): None
            for at, invoice in enumerate(self.invoices)
            for place, order in enumerate(self.orders)
            if order.number == invoice.names
        }
        return {**named, **self.links}

    def open_on(self, day: date) -> list[Order]:
        links, invoices = self.every_link(), self.invoices
        live = {key: amount for key, amount in links.items() if invoices[key[1]].is_live(day)}
        facts = {
            place
            for place, order in enumerate(self.orders)
            if order.dated <= day and not order.cancelled
        }
        rest = {place: order.amount for place, order in enumerate(self.orders)}
        for (place, _), amount in live.items():
            rest[place] -= amount or 0
        by_date = sorted(
            (key for key, amount in live.items() if amount is None),
            key=lambda key: (
                (invoices[key[1]].dated, invoices[key[1]].number),
                (self.orders[key[0]].dated, self.orders[key[0]].number),
            ),
        )
        left: dict[int, int] = {}
        for place, at in by_date:
            stated = sum(amount or 0 for (_, other), amount in links.items() if other == at)
            left.setdefault(at, max(0, invoices[at].amount - stated))
            if place not in facts:
                continue
            part = max(0, min(left[at], rest[place]))
            left[at] -= part
            rest[place] -= part
        found = []
        for place in sorted(facts):
            order = self.orders[place]
            closed = order.closed is not None and order.closed <= day
            of_it = [at for at in range(len(invoices)) if (place, at) in live]
            owing = any(invoices[at].balance(day) > 0 for at in of_it)
            if owing or (not closed and (not of_it or rest[place] > 0)):
                found.append(order)
        return found


def days() -> st.SearchStrategy[date]:
    return st.integers(0, 420).map(lambda n: FIRST + timedelta(days=n))


@st.composite
def stories(draw: st.DrawFn) -> Story:
    amounts = st.integers(1, 6)
    orders = []
    for at in range(draw(st.integers(1, 4))):
        dated = draw(days())
        after = draw(st.none() | st.integers(0, 200))
        closed = None if after is None else dated + timedelta(days=after)
        cancelled = draw(st.sampled_from((False, False, False, True)))
        orders.append(Order(f"O{at}", dated, draw(amounts), closed, cancelled))
    invoices = []
    for at in range(draw(st.integers(0, 4))):
        dated, amount = draw(days()), draw(amounts)
        rest = amount
        paid: list[tuple[date, int]] = []
        for _ in range(draw(st.integers(0, 2))):
            part = draw(st.integers(0, rest))
            if part:
                paid.append((dated + timedelta(days=draw(st.integers(-20, 200))), part))
                rest -= part
        bounced: date | None = None
        if paid and bool(draw(st.booleans())):
            bounced = paid[0][0] + timedelta(days=draw(st.integers(0, 90)))
        void = draw(st.none() | st.none() | st.integers(0, 150))
        names = draw(st.sampled_from(("", "O0", "O1", "O9")))
        gone = None if void is None else dated + timedelta(days=void)
        invoices.append(Invoice(f"I{at}", dated, amount, tuple(paid), bounced, gone, names))
    pairs = [(place, at) for place in range(len(orders)) for at in range(len(invoices))]
    links = draw(st.dictionaries(st.sampled_from(pairs), st.none() | amounts)) if pairs else {}
    return Story(orders, invoices, links)


def told(story: Story, *, through: date) -> Books:
    """The window is kept from the start, so that every batch must move it."""
    books = Books(accounts=["A"], today=TODAY)
    ready(books.viewer(books.admin_email), through=through)
    orders, invoices = story.orders, story.invoices
    batch: dict[str, list[dict[str, Any]]] = {
        "orders": [
            {
                "account_number": "A",
                "order_number": each.number,
                "order_date": each.dated,
                "amount": each.amount,
                "status": "cancelled" if each.cancelled else "",
                "closed_date": each.closed or "",
            }
            for each in orders
        ],
        "invoices": [
            {
                "account_number": "A",
                "invoice_number": each.number,
                "issue_date": each.dated,
                "amount": each.amount,
                "order_number": each.names,
            }
            for each in invoices
        ],
        "payments": [
            {
                "account_number": "A",
                "payment_number": f"P{each.number}-{at}",
                "date": day,
                "amount": amount,
            }
            for each in invoices
            for at, (day, amount) in enumerate(each.paid)
        ],
        "allocations": [
            {
                "source_number": f"P{each.number}-{at}",
                "invoice_number": each.number,
                "amount": amount,
                "date": day,
            }
            for each in invoices
            for at, (day, amount) in enumerate(each.paid)
        ],
        "order_links": [
            {
                "order_number": orders[place].number,
                "invoice_number": invoices[at].number,
                "amount": "" if amount is None else amount,
            }
            for (place, at), amount in story.links.items()
        ],
    }
    books.loads_all({kind: rows for kind, rows in batch.items() if rows})
    for each in invoices:
        voids = [("invoice", each.number, each.void)]
        voids += [("receipt", f"P{each.number}-0", each.bounced)]
        for kind, number, day in voids:
            if day is not None and day <= TODAY:
                void(books, kind, number, day)
    return books


def void(books: Books, kind: str, number: str, day: date) -> None:
    """As the source says it: the same row with another status, known on that day."""
    name = "invoices" if kind == "invoice" else "payments"
    column = "invoice_number" if kind == "invoice" else "payment_number"
    dated = "issue_date" if kind == "invoice" else "date"
    query = (
        "SELECT issue_date, amount FROM ar.document WHERE kind = '%s' AND number = '%s'"
        " AND settles_id IS NULL"
    )
    ((issued, amount),) = books.asks(query % (kind, number))  # type: ignore[arg-type]
    row = {"account_number": "A", column: number, dated: issued, "amount": amount // 100}
    books.loads(name, [{**row, "status": "void"}], as_at=max(day, issued))


def row_of(books: Books, through: date) -> MonthlyRow:
    asked = window(TODAY, through)
    assert asked is not None
    with seeing_months(books.viewer(books.admin_email), through=through):
        (row,) = monthly("open_orders", asked)
    return row


@settings(max_examples=settings().max_examples // 3)
@given(story=stories(), back=st.integers(0, 14))
def test_each_month_counts_the_orders_open_at_its_end(
    server: None, story: Story, back: int
) -> None:
    through = (TODAY.replace(day=1) - timedelta(days=30 * back)).replace(day=1)
    books = told(story, through=through)
    asked = window(TODAY, through)
    assert asked is not None
    row = row_of(books, through)
    for at, day in enumerate(asked.ends):
        expected = story.open_on(day)
        note(f"{day}: {[order.number for order in expected]}")
        assert row.count[at] == len(expected), day
        assert row.amount[at] == sum(order.amount for order in expected), day
    oldest = min((order.dated for order in story.open_on(asked.until)), default=None)
    assert row.oldest_order_date == oldest
