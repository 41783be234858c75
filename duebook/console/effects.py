"""What loading or undoing files does to what accounts owe, in words."""

from __future__ import annotations

from decimal import Decimal

from duebook.ingest.snapshot import Closing
from duebook.ledger.effect import Effect, EffectTotal, Owed

SHOWN = 10  # accounts of each currency


def say_effect(effect: Effect) -> None:
    """The largest changes of each currency, and how much the rest is."""
    if not effect.totals:
        print("Outstanding stays as it is.")
    for total in effect.totals:
        rows = [row for row in effect.rows if row.currency == total.currency][:SHOWN]
        print(
            f"Outstanding in {total.currency}: {_signed(total.change)}"
            f" ({_accounts(total.accounts)}: +{total.risen:,f}, -{total.fallen:,f})"
        )
        for row in rows:
            print(f"  {row.account_number} {row.account_name}: {_change(row)}")
        _say_rest(total, rows)


def _say_rest(total: EffectTotal, rows: list[Owed]) -> None:
    if more := total.accounts - len(rows):
        rest = total.change - sum((row.change for row in rows), Decimal(0))
        print(f"  and {_accounts(more, others=True)}: {_signed(rest)}")


def say_closing(closing: Closing, *, is_dry: bool) -> None:
    """What a snapshot does not name, and whether that looks like a mistake."""
    if closing.unreadable:
        print(
            f"Snapshot: {closing.unreadable:,} rows do not tell which invoice they are, so nothing"
            " that is missing was closed; correct them, or leave them out by a filter."
        )
        return
    amounts = ", ".join(f"{amount:,f} {currency}" for currency, amount in closing.amounts.items())
    would = "would be closed" if is_dry else "were closed"
    print(
        f"Snapshot: {closing.count:,} of {closing.open_count:,} open documents are not in it and"
        f" {would} on {closing.closed_on}{': ' if amounts else ''}{amounts}."
    )
    if closing.is_alarming:
        print("  note: that is more than half of what is open: is this file really all of it?")


def _change(row: Owed) -> str:
    return f"{row.before:,f} -> {row.after:,f} ({_signed(row.change)})"


def _signed(amount: Decimal) -> str:
    return f"{amount:+,f}"


def _accounts(count: int, *, others: bool = False) -> str:
    more = "more " if others else ""
    return f"{count:,} {more}account{'' if count == 1 else 's'}"
