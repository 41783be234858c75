"""What a batch does to what accounts owe: before, after, and the change of each.

`concern` accounts before anything of theirs changes; ask for the `effect` at the end, in the same
transaction.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from duebook.ledger.posting import MANY, join_as_a_whole, text

HERE = Path(__file__).parent
SHOWN_MAX = 1_000  # rows of each currency


@dataclass(frozen=True)
class Owed:
    """An account that owes another amount in a currency than before. As of today."""

    customer_id: int
    account_number: str
    account_name: str
    currency: str
    before: Decimal
    after: Decimal

    @property
    def change(self) -> Decimal:
        return self.after - self.before


@dataclass(frozen=True)
class EffectTotal:
    """All of a currency: how many accounts changed, and by how much they rose and fell."""

    currency: str
    accounts: int
    risen: Decimal
    fallen: Decimal

    @property
    def change(self) -> Decimal:
        return self.risen - self.fallen


@dataclass(frozen=True)
class Effect:
    """`rows` begin with the largest change of each currency and are SHOWN_MAX of it at most;
    `totals` are of all.
    """

    rows: list[Owed] = field(default_factory=list)
    totals: list[EffectTotal] = field(default_factory=list)


def make_tables(connection: psycopg.Connection[Any]) -> None:
    """Where it is kept. Before seeing(): viewers make no tables."""
    connection.execute(text(HERE / "effect_tables.sql"))


class Reckoning:
    """The effect of one transaction on an organisation, as of `today`."""

    def __init__(self, connection: psycopg.Connection[Any], *, org_id: int, today: date) -> None:
        self.connection = connection
        self.named = {"org": org_id, "today": today}

    def concern(self, query: LiteralString, **named: Any) -> None:
        """The accounts that a query answers with, which were not named before."""
        if fresh := self._name(query, **named):
            if fresh > MANY:  # A batch of many rows goes on joining as a whole, however few owe.
                join_as_a_whole(self.connection, rows=fresh)
            self.connection.execute(text(HERE / "owed_before.sql"), self.named)
            self.connection.execute("UPDATE pg_temp.concerned SET is_fresh = false WHERE is_fresh")

    def concern_new(self, query: LiteralString) -> None:
        """Accounts that were not there before, so that they owed nothing."""
        self._name(query)
        self.connection.execute("UPDATE pg_temp.concerned SET is_fresh = false WHERE is_fresh")

    def _name(self, query: LiteralString, **named: Any) -> int:
        insert: LiteralString = (
            "INSERT INTO pg_temp.concerned SELECT c.id, c.account_number, c.name, true"  # nosec B608
            f" FROM (SELECT DISTINCT id FROM ({query}) AS told (id)) AS named"
            " JOIN ar.customer c ON c.org_id = %(org)s AND c.id = named.id ON CONFLICT DO NOTHING"
        )
        return self.connection.execute(insert, {**self.named, **named}).rowcount

    def concern_these(self, customers: Collection[int]) -> None:
        self.concern("SELECT unnest(%(customers)s::bigint[])", customers=sorted(customers))

    @property
    def concerned(self) -> set[int]:
        """All accounts named so far."""
        return {
            row[0] for row in self.connection.execute("SELECT customer_id FROM pg_temp.concerned")
        }

    def effect(self) -> Effect:
        """After everything: what came of it."""
        row = self.connection.execute("SELECT count(*) FROM pg_temp.concerned").fetchone()
        join_as_a_whole(self.connection, rows=row[0] if row else 0)
        found = Effect()
        asked = {**self.named, "most": SHOWN_MAX}
        for row in self.connection.execute(text(HERE / "effect.sql"), asked):
            _, customer_id, number, name, currency, before, after, accounts, risen, fallen = row
            if accounts is None:
                found.rows.append(Owed(customer_id, number, name, currency, before, after))
            else:
                found.totals.append(EffectTotal(currency, accounts, risen, fallen))
        return found
