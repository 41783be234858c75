"""The tabs of an account: which one the URL asks for, its columns, statuses and rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duebook.reports import account_items as documents
from duebook.reports.account import open_orders
from duebook.reports.account_items import AGES, ORDERS, PARTS, Item, ItemPage, Sum
from duebook.reports.customers import CustomerRow
from duebook.web.asked import Unclear
from duebook.web.tie_out import Difference
from duebook.web.words import word

ROWS = 50
TABS: dict[str, str | Promise] = {
    "invoices": gettext_lazy("Invoices"),
    "debits": gettext_lazy("Debit Adjustments"),
    "credits": gettext_lazy("Credit Adjustments"),
    "payments": gettext_lazy("Payments"),
    "orders": gettext_lazy("Orders"),
    "notes": gettext_lazy("Notes"),
    "people": gettext_lazy("Who sees it"),
    "activity": gettext_lazy("Activity"),
}
# The figures of the list that tabs add up to: how many documents, and what is left of them.
FIGURES = {
    "invoices": ("outstanding_invoice_count", "outstanding_invoice_amount"),
    "debits": ("debit_adjustment_count", "debit_adjustment_amount"),
    "credits": ("credit_adjustment_count", "credit_adjustment_amount"),
}
AGE_NAMES: dict[str, str | Promise] = {
    "current": gettext_lazy("Current"),
    "past_due": gettext_lazy("Past Due"),
    "d1_30": gettext_lazy("1–30 days late"),
    "d31_60": gettext_lazy("31–60 days late"),
    "d61_90": gettext_lazy("61–90 days late"),
    "d91_plus": gettext_lazy("91 days late and more"),
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
SECTIONS: tuple[str | Promise, ...] = (
    gettext_lazy("Credit adjustments"),
    gettext_lazy("Credit notes"),
    gettext_lazy("On account"),
)
WORDS_FIRST = ("number", "due_date", "kind", "status")  # where a first click sorts upwards


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
    """A status to filter by, and how many documents have it, where that is known."""

    name: str
    documents: int | None
    href: str
    is_set: bool


@dataclass(frozen=True)
class Section:
    """Rows under a name of their own, with what is left of all of that kind; most tabs are of one
    piece, without a name."""

    name: str | Promise
    rows: list[Item]
    sum: Sum | None


@dataclass(frozen=True)
class Asking:
    """The state of the tabs; that of the list one came from stands beside it in the URL.

    `path` is the account's own address: its pages are also read inside another one.
    """

    path: str
    tab: str
    states: tuple[str, ...]
    age: str
    order: str
    after: int | None
    before: int | None
    counted: bool
    editing: int | None
    removed: int | None
    query: QueryDict

    def address(self, **changes: str | tuple[str, ...]) -> str:
        """From the first page; empty values leave the URL."""
        query = self.query.copy()
        for name in (*PLACE, *changes):
            query.pop(name, None)
        for name, value in changes.items():
            if value:
                query.setlist(name, [value] if isinstance(value, str) else list(value))
        return f"{self.path}?{query.urlencode()}"

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Everything of the URL but where the page begins: for forms that carry it along."""
        named = [name for name in self.query if name not in PLACE]
        return [(name, value) for name in named for value in self.query.getlist(name) if value]

    @property
    def carried(self) -> str:
        """The URL's query for a document's page, whose way back it is."""
        return f"?{self.query.urlencode()}"

    @property
    def chosen(self) -> tuple[str, ...]:
        """What is open, unless the URL says otherwise: those are the figures of the list."""
        every = PARTS[self.tab]
        live = tuple(each for each in every if each not in ("void", "draft"))
        if self.states == ("all",):
            return live
        return self.states or (live if self.tab == "payments" else self.usual)

    @property
    def usual(self) -> tuple[str, ...]:
        every = PARTS[self.tab]
        return every[:1] if self.tab == "orders" else every[:2]


# Where a page begins, and what was asked of one page alone: not of the next address.
PLACE = ("after_id", "before_id", "before_event", "counted", "edit", "removed")


def asking(query: QueryDict, *, path: str) -> Asking:
    """Raises Unclear."""
    tab = query.get("tab", "").strip() or "invoices"
    _must_be(tab, "tab", tuple(TABS))
    states = tuple(each for each in query.getlist("state") if each)
    order = query.get("order", "").strip()
    age = query.get("age", "").strip() if tab == "invoices" else ""
    if age:
        _must_be(age, "age", tuple(AGES))
    if tab in PARTS:
        for each in states:
            _must_be(each, "state", (*PARTS[tab], "all"))
        if order:
            _must_be(order.removeprefix("-"), "order", tuple(ORDERS))
    return Asking(
        path,
        tab,
        states,
        age,
        order,
        after=number(query, "after_id"),
        before=number(query, "before_id"),
        counted="counted" in query,
        editing=number(query, "edit"),
        removed=number(query, "removed"),
        query=query,
    )


def listed(
    customer: int, asked: Asking, row: CustomerRow | None, *, currency: str, as_of: date
) -> dict[str, object]:
    """One page of a tab of documents, and what all of its documents come to.

    Of a large account that is a request of its own, but for what the list's row says.
    """
    is_orders = asked.tab == "orders"
    orders = open_orders(customer, currency=currency, as_of=as_of) if is_orders else {}
    tab = documents.Tab(customer, asked.tab, currency, as_of, asked.age, list(orders))
    page = documents.items(
        tab,
        statuses=asked.chosen,
        sort=asked.order,
        after=asked.after,
        before=asked.before,
        limit=ROWS,
    )
    every = documents.sums(tab) if asked.counted or not documents.is_large(customer) else None
    whole, off_by = _whole(asked, every, row, currency=currency)
    return {
        "items": page,
        "orders": orders,
        "not_invoiced": sum((each.not_invoiced for each in orders.values()), Decimal(0)),
        "not_paid": sum((each.not_paid for each in orders.values()), Decimal(0)),
        "sections": _sections(asked, page, every),
        "whole": whole,
        "off_by": off_by,
        "is_tied": every is not None and asked.tab in FIGURES and asked.chosen == asked.usual,
        "count_href": asked.address(counted="yes"),
        "states": _states(asked, every),
        "is_open": asked.chosen == ("open",),
        "chosen_states": ", ".join(word(each) for each in asked.chosen),
        "all_states": asked.address(state="all", age=""),
        "age": AGE_NAMES.get(asked.age, ""),
        "any_age": asked.address(age=""),
        "heads": [_head(asked, code, name) for code, name in HEADS[asked.tab].items()],
        **_links(asked, page),
    }


def tabs(asked: Asking, row: CustomerRow | None, *, notes: int) -> list[Tab]:
    counts = {code: getattr(row, count) for code, (count, _) in FIGURES.items() if row}
    return [
        Tab(
            code,
            name,
            {**counts, "notes": notes}.get(code),
            asked.address(tab=code, state="", order="", age=""),
            code == asked.tab,
        )
        for code, name in TABS.items()
    ]


def _whole(
    asked: Asking, every: list[Sum] | None, row: CustomerRow | None, *, currency: str
) -> tuple[Sum | None, Difference | None]:
    """What the documents shown come to, on whatever page, and by how much that is off the list."""
    names = FIGURES.get(asked.tab) if asked.chosen == asked.usual else None
    if names and asked.age:
        names = (f"{asked.age}_count", f"{asked.age}_amount")
    said = (getattr(row, names[0]), getattr(row, names[1])) if row and names else None
    if every is None:
        return None, None
    whole = documents.added([each for each in every if each.status in asked.chosen])
    off = whole.balance - said[1] if said else None
    return whole, Difference(off, currency, "account") if off else None


def _sections(asked: Asking, page: ItemPage, every: list[Sum] | None) -> list[Section]:
    """Credits by what they are; other tabs are of one piece."""
    if asked.tab != "credits":
        return [Section("", page.rows, None)] if page.rows else []
    found = []
    for number, name in enumerate(SECTIONS):
        rows = [each for each in page.rows if each.section == number]
        of = [s for s in every or [] if s.section == number and s.status in asked.chosen]
        if rows:
            found.append(Section(name, rows, documents.added(of) if of else None))
    return found


def _states(asked: Asking, every: list[Sum] | None) -> list[State]:
    counted = {
        code: sum(each.documents for each in every or [] if each.status == code)
        for code in PARTS[asked.tab]
    }
    return [
        State(
            word(code),
            counted[code] if every is not None else None,
            _turned(asked, code),
            code in asked.chosen,
        )
        for code in PARTS[asked.tab]
        if every is None or counted[code] or code in asked.states
    ]


def _turned(asked: Asking, code: str) -> str:
    if code in asked.chosen:
        left = tuple(each for each in asked.chosen if each != code)
        return asked.address(state=left or "all")
    return asked.address(state=(*asked.chosen, code))


def _head(asked: Asking, code: str, name: str | Promise) -> Head:
    is_by, is_down = asked.order.removeprefix("-") == code, asked.order.startswith("-")
    first = code if code in WORDS_FIRST else f"-{code}"
    turned = f"-{code}" if first == code else code
    way = ("descending" if is_down else "ascending") if is_by else ""
    return Head(code, name, asked.address(order=turned if asked.order == first else first), way)


def _links(asked: Asking, page: ItemPage) -> dict[str, str]:
    """To the pages around this one."""
    first, last = (page.rows[0].id, page.rows[-1].id) if page.rows else (0, 0)
    return {
        "first_href": asked.address(),
        "before_href": asked.address(before_id=str(first)),
        "after_href": asked.address(after_id=str(last)),
    }


def number(query: QueryDict, name: str) -> int | None:
    """The id that a part of the URL or a form gives. Raises Unclear."""
    written = query.get(name, "").strip()
    if not written:
        return None
    if not (written.isascii() and written.isdecimal() and len(written) < 19):
        message = _("“%(written)s” is no number, as %(name)s has to be.")
        raise Unclear(message % {"written": written, "name": name})
    return int(written)


def _must_be(written: str, name: str, choices: tuple[str, ...]) -> None:
    if written not in choices:
        message = _("“%(written)s” is no value of %(name)s. Choose one of: %(choices)s.")
        raise Unclear(message % {"written": written, "name": name, "choices": ", ".join(choices)})
