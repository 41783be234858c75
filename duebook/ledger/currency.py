"""Currencies: the active codes of ISO 4217 that money can be counted in."""

from __future__ import annotations

from functools import cache

import iso4217


class UnknownCurrency(Exception):
    """No active ISO 4217 currency has this code."""


def exponent(code: str) -> int:
    """How many decimals the currency has: 2 for USD, 0 for JPY, 3 for KWD."""
    try:
        return _exponents()[code]
    except KeyError:
        raise UnknownCurrency(f'"{code}" is not a currency of ISO 4217 such as USD.') from None


@cache
def _exponents() -> dict[str, int]:
    """Without gold, test codes and the like: those have no minor unit."""
    units = {code: str(row["CcyMnrUnts"]) for code, row in iso4217.raw_table.items() if code}
    return {code: int(unit) for code, unit in units.items() if unit.isdecimal()}
