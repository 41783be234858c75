"""What clients read beside money: what they ordered, what was sent to them, what is kept for them.

`customers` are accounts of the viewer of the open transaction; of others there is nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from duebook.reports.rows import joined_by_hashing, kept_records, kept_rows

ORDER_STATES = ("open", "closed")
SHIPMENT_STATES = ("shipped", "delivered")


@dataclass(frozen=True)
class ClientOrder:
    """`amount` in major units of the currency; open or closed as in the Monthly Report."""

    id: int
    account_name: str
    number: str
    issue_date: date
    due_date: date | None
    currency: str
    amount: Decimal
    closed_date: date | None
    state: str

    @property
    def key(self) -> str:
        return f"{self.issue_date.isoformat()}~{self.id}"


@dataclass(frozen=True)
class OrderSum:
    currency: str
    state: str
    orders: int
    amount: Decimal


@dataclass(frozen=True)
class Supply:
    """Shipments on the way (of them late) and delivered, the last on `last_on`; items in stock, as
    counted up to `counted_on`."""

    on_the_way: int
    late: int
    delivered: int
    last_on: date | None
    items: int
    counted_on: date | None

    @property
    def shipments(self) -> int:
        return self.on_the_way + self.delivered


@dataclass(frozen=True)
class Shipment:
    number: str
    account_name: str
    order_number: str
    shipped_on: date
    expected_on: date | None
    delivered_on: date | None
    carrier: str
    tracking: str

    @property
    def key(self) -> str:
        return f"{self.shipped_on.isoformat()}~{self.number}"


@dataclass(frozen=True)
class StockItem:
    """What was counted of an item on its day; the last count there is."""

    customer_id: int
    account_name: str
    item: str
    description: str
    quantity: Decimal
    unit: str
    counted_on: date

    @property
    def key(self) -> str:
        return f"{self.customer_id}~{self.item}"


def orders(
    customers: Sequence[int], *, as_of: date, state: str = "", after: str = "", size: int = 50
) -> tuple[list[ClientOrder], list[OrderSum], bool]:
    """Some orders, the newest first; how many there are by state; whether there are more.

    Raises ValueError for a key that is none.
    """
    on, id = _place(after)
    named = {
        "days": [as_of],
        "customers": list(customers),
        "state": state,
        "before": None if id is None else _number(id),
        "before_on": on,
        "size": size + 1,
    }
    with joined_by_hashing():
        found = kept_records("client_orders.sql", **named)
    shown = [ClientOrder(*each[:-1]) for each in found if each[0] is not None]
    sums = [OrderSum(each[5], each[8], each[9], each[6]) for each in found if each[0] is None]
    return shown[:size], sums, len(shown) > size


def order_counts(customers: Sequence[int], *, as_of: date) -> dict[str, int]:
    """How many orders are `open` and how many `closed`; nothing when the sources tell of none."""
    named = {"days": [as_of], "customers": list(customers)}
    ((count,),) = kept_records("client_order_sums.sql", **named)
    if not count:
        return {}
    with joined_by_hashing():
        ((still,),) = kept_records("client_orders_open.sql", **named)
    return {"open": still, "closed": count - still}


def supply(customers: Sequence[int], *, as_of: date) -> Supply:
    """At a glance."""
    (found,) = kept_rows(Supply, "client_supply.sql", customers=list(customers), as_of=as_of)
    return found


def shipments(
    customers: Sequence[int], *, as_of: date, state: str = "", after: str = "", size: int = 50
) -> tuple[list[Shipment], bool]:
    """Some of what was sent, the newest first; whether there is more.

    Raises ValueError for a key that is none.
    """
    on, number = _place(after)
    named = {
        "customers": list(customers),
        "as_of": as_of,
        "state": state,
        "before": number,
        "before_on": on,
        "size": size + 1,
    }
    found = kept_rows(Shipment, "client_shipments.sql", **named)
    return found[:size], len(found) > size


def stock(
    customers: Sequence[int], *, as_of: date, after: str = "", size: int = 50
) -> tuple[list[StockItem], bool]:
    """Some of the items, by number; whether there are more. Raises ValueError for no key."""
    id, _, item = after.partition("~")
    named = {
        "customers": list(customers),
        "as_of": as_of,
        "after": item if after else None,
        "after_id": _number(id) if after else None,
        "size": size + 1,
    }
    found = kept_rows(StockItem, "client_stock.sql", **named)
    return found[:size], len(found) > size


def _place(after: str) -> tuple[date | None, str | None]:
    """The day in a key of the newest first, and what tells apart those of a day; none of none.

    Raises ValueError.
    """
    on, _, rest = after.partition("~")
    return (date.fromisoformat(on), rest) if after else (None, None)


def _number(written: str) -> int:
    """Raises ValueError."""
    number = int(written)
    if abs(number) >= 2**63:
        raise ValueError(written)
    return number
