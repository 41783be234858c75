"""Documents of some books, in a line each."""

from __future__ import annotations

from tests.ledger.books import Books


def left(books: Books, number: str, *days: str) -> list[int]:
    return [int(books.balance(number, on=f"2026-{day}")) for day in days]


def documents(books: Books) -> list[str]:
    return books.asks(
        "SELECT concat_ws(' ', kind, number, amount / 100, state, void_on) FROM ar.document"
        " ORDER BY issue_date, kind, number"
    )
