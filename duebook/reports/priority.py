"""Whom to call first, and why: the same points as ar.priority_score gives, factor by factor.

docs/collection-priority.md explains the formula. Whole numbers throughout: the database and this
page agree to the last digit.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields, replace
from decimal import Decimal

ONE = 1 << 16  # a ratio of 1
BANDS = ((8, "act now"), (5, "watch"), (2, "on track"), (0, "nothing to do"))
MANY, LONG = 10, 120  # invoices and days from which on more of them makes no difference
# The factors beside size, in the order of the weights.
FACTORS = ("past_due", "over_30", "over_60", "over_90", "days_overdue", "open_count")


@dataclass(frozen=True)
class Weights:
    """What the score is worked out with, in hundredths. `version` 0: as this release has them."""

    version: int = 0
    five_points_at: int = 480  # typical amounts owed, each counted with its lateness
    doubling_above: int = 75  # points for twice as much, from five points up
    doubling_below: int = 110  # and from there down
    past_due: int = 15  # by how much more an account counts of which all is late, and so on
    over_30: int = 100
    over_60: int = 300
    over_90: int = 25
    days_overdue: int = 20  # at 120 days on average
    open_count: int = 10  # at ten invoices

    @property
    def numbers(self) -> list[int]:
        """In the order in which the database takes them."""
        return list(astuple(self)[1:])


DEFAULT = Weights()
WEIGHTS = tuple(each.name for each in fields(Weights))[1:]


@dataclass(frozen=True)
class Standing:
    """What the score rests on. Amounts in the currency's decimals; `days_overdue` with four.

    `over_30` is what is more than 30 days past due, and so on: each holds the next.
    """

    outstanding: Decimal
    past_due: Decimal
    over_30: Decimal
    over_60: Decimal
    over_90: Decimal
    days_overdue: Decimal
    open_count: int
    past_due_count: int


@dataclass(frozen=True)
class Factor:
    """What a factor adds to the score; `size` is the score it would have with nothing late."""

    name: str
    points: Decimal


@dataclass(frozen=True)
class Priority:
    """A score from 0.0 to 10.0 with one decimal, and what it is made of; the points add up to it.

    `payment` on the oldest invoices brings it into the band beneath; None in the lowest.
    """

    score: Decimal
    band: str
    factors: tuple[Factor, ...]
    payment: Decimal | None
    band_then: str | None


def priority(
    standing: Standing, *, typical: Decimal | None, weights: Weights = DEFAULT
) -> Priority:
    """The score of an account; `typical` is what accounts of its currency typically owe.

    Nothing outstanding: 0.0. The figures of the standing are the customers list's own columns.
    """
    score = tenths(standing, typical=typical, weights=weights)
    at = next(index for index, (least, _) in enumerate(BANDS) if _whole(score) >= least)
    payment = band_then = None
    if typical is not None and at + 1 < len(BANDS):
        payment = _payment_under(10 * BANDS[at][0] - 5, standing, typical=typical, weights=weights)
        then = tenths(_paid(standing, payment), typical=typical, weights=weights)
        band_then = next(name for least, name in BANDS if _whole(then) >= least)
    factors = _factors(standing, typical=typical, weights=weights) if score else ()
    return Priority(Decimal(score) / 10, BANDS[at][1], factors, payment, band_then)


def tenths(standing: Standing, *, typical: Decimal | None, weights: Weights = DEFAULT) -> int:
    """The score times ten, as ar.priority_score has it."""
    if standing.outstanding <= 0 or typical is None:
        return 0
    lateness = ONE + sum(_lateness(standing, weights)) // (100 * ONE)
    return _points(_size(standing, typical), lateness, weights)


def _whole(score: int) -> int:
    """Tenths rounded to whole points, half up."""
    return (score + 5) // 10


def _lateness(standing: Standing, weights: Weights) -> list[int]:
    """By how much each factor lets the account count for more, in hundredths of ratios.

    What is long overdue counts in full when all open invoices are late, and not when half are:
    one old invoice among many that are paid in time is mostly a dispute.
    """
    late = standing.past_due_count * ONE // max(standing.open_count, 1)
    broadly = max(2 * late - ONE, 0)
    past_due, over_30, over_60, over_90 = (
        int(min(amount, standing.outstanding) * ONE // standing.outstanding)
        for amount in (standing.past_due, standing.over_30, standing.over_60, standing.over_90)
    )
    days = min(int(standing.days_overdue * 10_000), LONG * 10_000) * ONE // (LONG * 10_000)
    many = min(standing.open_count, MANY) * ONE // MANY
    return [
        ONE * weights.past_due * past_due,
        broadly * weights.over_30 * over_30,
        broadly * weights.over_60 * over_60,
        ONE * weights.over_90 * over_90,
        broadly * weights.days_overdue * days,
        broadly * weights.open_count * many,
    ]


def _size(standing: Standing, typical: Decimal) -> int:
    return int(standing.outstanding * ONE // typical)


def _points(size: int, lateness: int, weights: Weights) -> int:
    """Tenths, from what is owed in typical amounts and by how much its lateness multiplies it.

    Size alone never says act now: above eight times what gives five points, it adds nothing.
    """
    five = weights.five_points_at * ONE // 100
    counted = max(min(size, 8 * five), 1)
    above = doublings(counted) + doublings(lateness) - doublings(five)
    if above >= 0:
        points = 500 * ONE + weights.doubling_above * above
    else:
        points = 500 * ONE + weights.doubling_below * above
    return min(max(points + 5 * ONE, 0) // (10 * ONE), 100)


def doublings(ratio: int) -> int:
    """How often 1 must be doubled to make a ratio; between two doublings, in proportion."""
    whole = ratio.bit_length() - 1
    return (whole - 17) * ONE + (ratio << 16 >> whole)


def _factors(
    standing: Standing, *, typical: Decimal | None, weights: Weights
) -> tuple[Factor, ...]:
    """Size as if nothing were late; what lateness adds, shared out by how much each part does."""
    assert typical is not None
    whole = tenths(standing, typical=typical, weights=weights)
    size = _points(_size(standing, typical), ONE, weights)
    parts = _lateness(standing, weights)
    added, total = whole - size, sum(parts)
    shares = [divmod(added * part, total) if total else (0, 0) for part in parts]
    left = added - sum(share for share, _ in shares)
    largest = sorted(range(len(parts)), key=lambda at: -shares[at][1])[:left]
    points = [share + (at in largest) for at, (share, _) in enumerate(shares)]
    named = zip(("size", *FACTORS), (size, *points), strict=True)
    return tuple(Factor(name, Decimal(each) / 10) for name, each in named)


def _payment_under(
    score: int, standing: Standing, *, typical: Decimal, weights: Weights
) -> Decimal:
    """The smallest payment, on the oldest first, that brings the score under so many tenths.

    Invoices and days are taken as they are: those paid leave fewer of both, never more.
    """
    unit = Decimal(1).scaleb(int(standing.outstanding.as_tuple().exponent))
    too_little, enough = 0, int(standing.outstanding / unit)
    while enough - too_little > 1:
        half = (too_little + enough) // 2
        then = _paid(standing, half * unit)
        if tenths(then, typical=typical, weights=weights) < score:
            enough = half
        else:
            too_little = half
    return enough * unit


def _paid(standing: Standing, payment: Decimal) -> Standing:
    zero = payment - payment
    return replace(
        standing,
        outstanding=standing.outstanding - payment,
        past_due=max(standing.past_due - payment, zero),
        over_30=max(standing.over_30 - payment, zero),
        over_60=max(standing.over_60 - payment, zero),
        over_90=max(standing.over_90 - payment, zero),
    )
