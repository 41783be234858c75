"""What needs more of a row than one cell: totals and headings, signs, days of payment terms."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Mapping as Pairs
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from duebook.ingest.cells import DAYS_LIMIT, Wrong, amount_parser, is_null_word, without_decimal
from duebook.ingest.feeds import Bound, Feed, Mapping
from duebook.ingest.readers import amounts_of
from duebook.ingest.rows import Exact

FIRST_FIELD = 2  # of the values of a row, after its line and its fingerprint
TOTALS = "a row of totals, or a heading"
GOES_ON = "more of the row above, in columns that are not used"

_TOTAL = re.compile(
    r"(?:(?:grand|sub|report|overall)[\s-]*)?totals?\b|(?:gesamt|zwischen|end)?summen?\b|gesamt\b"
    r"|sous-total\b|total général\b|subtotal\b|suma\b|somme\b|saldo total\b"
    r"|סה[\"״']?כ|סך הכל",
    re.IGNORECASE,
)
_RULE = frozenset("-=_*+|─ ")
_TERMS = re.compile(
    r"(?:net|netto|n|nt)?[\s.]*(0|[1-9]\d{0,2})\s*(?:d|days?|tage?|días?|dias?|jours?|j|ימים)?"
    r"(?:\s*(?:net|netto))?",
    re.IGNORECASE,
)
_AT_ONCE = frozenset(("due on receipt", "on receipt", "immediate", "sofort", "cod", "net due"))

Finish = Callable[[list[Any], list[str]], None]
Gap = Callable[[list[str]], str | None]


def gaps(bound: Bound) -> Gap | None:
    """Why a row is no row, or None; carries the texts of headings down to the rows below."""
    carried = [at for feed in bound.feeds if feed.column.carry for at in feed.positions]
    if not (carried or bound.mapping.skip_totals):
        return None
    number_at = _number_at(bound)
    dates_at = [
        at for feed in bound.feeds if feed.field.type == "date" for at in feed.positions[:1]
    ]
    used = {at for feed in bound.feeds for at in feed.positions} | {*bound.others.values()}
    last = dict.fromkeys(carried, "")

    def gap(cells: list[str]) -> str | None:
        filled = [text for cell in cells if (text := cell.strip())]
        number = " ".join(cells[at] for at in number_at).strip()
        dates = [text for at in dates_at if (text := cells[at].strip())]
        is_total = bool(filled) and _is_total(filled, number, dates)
        if is_total:
            last.update(dict.fromkeys(carried, ""))
            return TOTALS
        if filled and not any(cells[at].strip() for at in used):
            return GOES_ON
        for at in carried:
            if cells[at].strip():
                last[at] = cells[at]
            else:
                cells[at] = last[at]
        return TOTALS if len(filled) == 1 and not number else None

    return gap


def _is_total(filled: list[str], number: str, dates: list[str]) -> bool:
    """Without a number and a date of its own; a customer may be called Total."""
    if number and not _TOTAL.fullmatch(number) and not _RULE.issuperset(number):
        return False
    if any(not _TOTAL.match(each) and not _RULE.issuperset(each) for each in dates):
        return False
    # SAP marks totals with asterisks.
    is_marked = bool(_TOTAL.match(filled[0])) or not filled[0].strip("*")
    return is_marked or all(map(_RULE.issuperset, filled))


def _number_at(bound: Bound) -> tuple[int, ...]:
    """Where the number of the row's own document stands."""
    own = [each.name for each in bound.kind.fields if each.required and each.type == "text"]
    name = own[0] if bound.kind.name == "accounts" else (own[1:] or own)[0]
    if bound.kind.name in ("invoice_lines", "allocations", "order_links", "reminders"):
        name = own[0]
    return next((feed.positions for feed in bound.feeds if feed.field.name == name), ())


def finishers(bound: Bound) -> tuple[Finish, ...]:
    """What changes a row's values once they are read, in this order."""
    made: list[Finish] = []
    for feed in bound.feeds:
        slot = bound.kind.slots[feed.field.name] + FIRST_FIELD
        if feed.column.less:
            made.append(_less(bound, feed, slot))
        if feed.column.times or feed.column.less_share:
            made.append(_multiplied(bound, feed, slot))
        if feed.column.sign:
            made.append(_signed(bound, feed, slot))
        if feed.column.add_days or feed.column.terms:
            made.append(_later(bound, feed, slot))
    return tuple(made)


def _less(bound: Bound, feed: Feed, slot: int) -> Finish:
    positions = [bound.others[name] for name in feed.column.less]
    texts, exact = amounts_of(bound.mapping), amount_parser()

    def less(values: list[Any], cells: list[str]) -> None:
        if (value := values[slot]) is None:
            return
        for at in positions:
            cell = cells[at]
            try:
                value -= exact(cell) if type(cell) is Exact else texts(cell.strip() or "0")
            except Wrong as wrong:
                raise Wrong(str(wrong), at=at) from None
        values[slot] = Decimal(format(value.normalize(), "f"))

    return less


def _multiplied(bound: Bound, feed: Feed, slot: int) -> Finish:
    """Such as price x quantity x (1 - discount)."""
    factors = [bound.others[name] for name in feed.column.times]
    shares = [bound.others[name] for name in feed.column.less_share]
    texts, exact = amounts_of(bound.mapping), amount_parser()

    def number(cells: list[str], at: int, *, empty: str) -> Decimal:
        cell = cells[at]
        try:
            return exact(cell) if type(cell) is Exact else texts(cell.strip() or empty)
        except Wrong as wrong:
            raise Wrong(str(wrong), at=at) from None

    def multiplied(values: list[Any], cells: list[str]) -> None:
        if (value := values[slot]) is None:
            return
        for at in factors:
            if not cells[at].strip():
                raise Wrong("This is empty, and the amount needs it: put a number there.", at=at)
            value *= number(cells, at, empty="")
        for at in shares:
            share = number(cells, at, empty="0")
            if not 0 <= share <= 1:
                raise Wrong("This is no share between 0 and 1: correct it.", at=at)
            value *= 1 - share
        values[slot] = Decimal(format(value.normalize(), "f"))

    return multiplied


def _signed(bound: Bound, feed: Feed, slot: int) -> Finish:
    sign = feed.column.sign
    assert sign is not None  # finishers asks for columns that have one
    at = bound.others[sign.column]

    def signed(values: list[Any], cells: list[str]) -> None:
        word = cells[at].strip().casefold()
        value = values[slot]
        if word in sign.negative or (
            sign.negative_prefix and word.startswith(sign.negative_prefix)
        ):
            values[slot] = None if value is None else -abs(value) or value
        elif sign.positive and word not in sign.positive:
            raise Wrong(
                "This does not say whether the amount is owed or credited: correct it.", at=at
            )
        elif sign.positive and value is not None and value < 0:
            raise Wrong(
                "The amount is negative, and this says that it is owed: correct either.", at=at
            )

    return signed


def _later(bound: Bound, feed: Feed, slot: int) -> Finish:
    days_at = [bound.others[name] for name in feed.column.add_days]
    terms_at = bound.others[feed.column.terms] if feed.column.terms else -1
    since = (
        next(bound.kind.slots[name] for name in _SINCE if name in bound.kind.slots) + FIRST_FIELD
    )
    base = slot if feed.positions else since

    def later(values: list[Any], cells: list[str]) -> None:
        start: date | None = values[base]
        if start is None:
            return
        days = _days_of(cells, days_at)
        if days is None and terms_at >= 0:
            days = _terms_of(cells[terms_at], bound.mapping, at=terms_at)
            if days is None:  # no terms: the account's count
                values[slot] = None if feed.positions else values[slot]
                return
        values[slot] = start + timedelta(days or 0)

    return later


_SINCE = ("issue_date", "order_date", "shipped_date", "date")


def _days_of(cells: list[str], positions: list[int]) -> int | None:
    for at in positions:
        text = without_decimal(cells[at].strip().replace(",", "."))
        if not text.strip("0"):
            continue
        if not text.isdecimal() or len(text) > 9 or int(text) > DAYS_LIMIT:
            raise Wrong(
                f"This is not a number of days from 0 to {DAYS_LIMIT:,}: correct it.", at=at
            )
        return int(text)
    return None


def days_of_terms(text: str, *, known: Pairs[str, int]) -> int | None:
    """How many days payment terms are; None when nobody can tell."""
    code = text.strip().casefold()
    if code in known:
        return known[code]
    if found := _TERMS.fullmatch(code):
        return int(found[1])
    return 0 if code in _AT_ONCE else None


def _terms_of(cell: str, mapping: Mapping, *, at: int) -> int | None:
    code = cell.strip().casefold()
    if not code or code in mapping.nulls or is_null_word(code):
        return None
    if (days := days_of_terms(code, known=mapping.terms)) is not None:
        return days
    shown = cell.strip()[:40].replace('"', "")
    raise Wrong(
        "Unknown payment terms: say in the mapping how many days they are "
        f'([terms] "{shown}" = 30).',
        at=at,
    )
