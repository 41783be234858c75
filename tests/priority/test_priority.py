"""The score by itself: the cases it was made for, that it never falls as an input grows, and that
the database and the explanation say the same.
"""

from __future__ import annotations

from decimal import Decimal

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duebook.reports import priority as scoring
from duebook.reports.priority import DEFAULT, Standing, Weights, priority, tenths
from tests.isolation.attacker import Connection

TYPICAL = Decimal(5000)
COUNTS = range(1, 21)
SMALL, MUCH = Decimal("0.01"), 10**15
CALL = "SELECT ar.priority_score(%s, %s, %s, %s, %s, %s, %s, %s, %s{})"


def equal(amount: int, days: list[int], *, typical: Decimal = TYPICAL) -> Decimal:
    """The score of equal open invoices that are so many days late."""
    part = Decimal(amount) / len(days)
    late = [sum((part for each in days if each > edge), Decimal(0)) for edge in (0, 30, 60, 90)]
    average = sum(max(each, 0) for each in days) / Decimal(len(days))
    past_due = sum(each > 0 for each in days)
    standing = _standing(Decimal(amount), late, round(average, 4), len(days), past_due)
    return priority(standing, typical=typical).score


@pytest.mark.parametrize("count", COUNTS)
def test_the_cases_it_was_made_for(count: int) -> None:
    assert equal(5_000, [90] * count) >= 5
    assert equal(500, [120] * count) <= 4
    assert equal(50_000, [15] * count) < Decimal("7.5")
    assert equal(200_000, [10] * count) < Decimal("7.5")  # much, but nothing to call about yet
    assert equal(0, [200] * count) == 0


@pytest.mark.parametrize("count", range(3, 21))
@pytest.mark.parametrize("ages", [(5, 35, 65), (1, 31, 73), (14, 34, 61)])
def test_spread_over_three_months(count: int, ages: tuple[int, int, int]) -> None:
    days = [ages[at % 3] for at in range(count)]
    assert 5 <= equal(30_000, days) <= 8


@pytest.mark.parametrize("count", range(4, 21, 4))
@pytest.mark.parametrize("old,young", [(61, 1), (61, 60), (90, 10), (200, 30)])
def test_three_quarters_beyond_sixty_days(count: int, old: int, young: int) -> None:
    assert equal(100_000, [old] * (count * 3 // 4) + [young] * (count // 4)) >= 8


@pytest.mark.parametrize("scale", [Decimal("0.001"), Decimal(1000)])
def test_a_kiosk_and_a_steel_mill_alike(scale: Decimal) -> None:
    here, there = (
        _standing(9000 * unit, [9000 * unit] * 2 + [0 * unit] * 2, Decimal(40), 3, 3)
        for unit in (Decimal(1), scale)
    )
    assert tenths(there, typical=TYPICAL * scale) == tenths(here, typical=TYPICAL) > 40


def test_nothing_owed_is_nothing_to_do() -> None:
    owed = [Decimal(100)] * 4
    for outstanding in (Decimal(0), Decimal(-50)):
        found = priority(_standing(outstanding, owed, Decimal(99), 3, 3), typical=TYPICAL)
        assert (found.score, found.band, found.factors) == (0, "nothing to do", ())
        assert (found.payment, found.band_then) == (None, None)
    assert tenths(_standing(Decimal(9), owed, Decimal(9), 1, 1), typical=None) == 0


def _standing(
    outstanding: Decimal, late: list[Decimal], days: Decimal, count: int, past_due: int
) -> Standing:
    due, over_30, over_60, over_90 = late
    return Standing(outstanding, due, over_30, over_60, over_90, days, count, past_due)


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    """What an account's columns may hold; credits may leave less outstanding than is late."""
    outstanding = draw(st.integers(-5, MUCH))
    late = sorted((draw(st.integers(0, MUCH)) for _ in range(4)), reverse=True)
    count = draw(st.integers(0, 400))
    past_due = draw(st.integers(0, count))
    days = Decimal(draw(st.integers(0, 9_000_000))).scaleb(-4)
    owed, *rest = (SMALL * each for each in (outstanding, *late))
    return _standing(owed, rest, days, count, past_due)


typicals = st.integers(1, MUCH).map(lambda halves: halves * SMALL / 2)
weights = st.builds(
    Weights,
    version=st.just(1),
    five_points_at=st.integers(100, 2000),
    doubling_above=st.integers(10, 200),
    doubling_below=st.integers(10, 200),
    **{name: st.integers(0, 1000) for name in scoring.FACTORS},
)


@given(standings(), standings(), typicals, weights)
def test_it_never_falls_when_inputs_grow(
    one: Standing, two: Standing, typical: Decimal, weighed: Weights
) -> None:
    """Of the shares, not the amounts: the larger of the two in every input."""
    shares = [_inputs(each) for each in (one, two)]
    more = _of_inputs([max(this, that) for this, that in zip(*shares, strict=True)])
    for each in shares:
        less = _of_inputs(each)
        assert tenths(less, typical=typical, weights=weighed) <= tenths(
            more, typical=typical, weights=weighed
        )


def _inputs(standing: Standing) -> list[Decimal]:
    """Outstanding, shares, days, invoices and the share of them that is late: in 64ths."""
    owed = max(standing.outstanding, SMALL)
    late = (standing.past_due, standing.over_30, standing.over_60, standing.over_90)
    shares = [Decimal(int(min(each / owed, Decimal(1)) * 64)) / 64 for each in late]
    count = max(standing.open_count, 1)
    part = Decimal(standing.past_due_count * 64 // count) / 64
    return [standing.outstanding, *shares, standing.days_overdue, Decimal(count), part]


def _of_inputs(inputs: list[Decimal]) -> Standing:
    outstanding, *shares, days, count, part = inputs
    late = [max(outstanding, Decimal(0)) * each for each in shares]
    return _standing(outstanding, late, days, int(count) * 64, int(count * part * 64))


@given(st.data(), typicals)
def test_a_day_that_passes_never_lowers_it(data: st.DataObject, typical: Decimal) -> None:
    amounts = data.draw(st.lists(st.integers(1, 10**9), min_size=1, max_size=12))
    due = [data.draw(st.integers(-400, 400)) for _ in amounts]
    credit = data.draw(st.integers(0, sum(amounts)))
    scores = [
        tenths(_on(day, amounts, due, credit=credit), typical=typical) for day in range(0, 200, 7)
    ]
    assert scores == sorted(scores)


def _on(day: int, amounts: list[int], due: list[int], *, credit: int) -> Standing:
    late = [day - each for each in due]
    parts = [
        sum(amount for amount, days in zip(amounts, late, strict=True) if days > edge)
        for edge in (0, 30, 60, 90)
    ]
    weighted = sum(amount * max(days, 0) for amount, days in zip(amounts, late, strict=True))
    average = Decimal(weighted * 10_000 // sum(amounts)).scaleb(-4)
    money = [each * SMALL for each in parts]
    owed, late_ones = (sum(amounts) - credit) * SMALL, sum(each > 0 for each in late)
    return _standing(owed, money, average, len(amounts), late_ones)


@given(standings(), typicals, weights)
def test_points_add_up_and_the_payment_is_the_smallest(
    standing: Standing, typical: Decimal, weighed: Weights
) -> None:
    found = priority(standing, typical=typical, weights=weighed)
    assert 0 <= found.score <= 10
    assert sum(each.points for each in found.factors) == found.score
    assert all(each.points >= 0 for each in found.factors)
    if found.payment is None:
        assert found.band == "nothing to do"
        return
    edge = {"act now": 75, "watch": 45, "on track": 15}[found.band]
    for payment, is_under in ((found.payment, True), (found.payment - SMALL, False)):
        then = scoring._paid(standing, payment)
        assert (tenths(then, typical=typical, weights=weighed) < edge) is is_under


@pytest.fixture(scope="module")
def own(server: None) -> Connection:
    from duebook.database.migrate import connect

    return connect()


@settings(max_examples=300)
@given(standings(), typicals, weights)
def test_the_database_says_the_same(
    own: psycopg.Connection[tuple[object, ...]],
    standing: Standing,
    typical: Decimal,
    weighed: Weights,
) -> None:
    amounts = (
        standing.outstanding,
        standing.past_due,
        standing.over_30,
        standing.over_60,
        standing.over_90,
    )
    given = [int(each / SMALL) for each in amounts]
    given += [int(standing.days_overdue * 10_000), standing.open_count, standing.past_due_count]
    given.append(int(typical * 2 / SMALL))
    row = own.execute(CALL.format(", %s::bigint[]").encode(), [*given, weighed.numbers]).fetchone()
    assert row == (tenths(standing, typical=typical, weights=weighed),)
    row = own.execute(CALL.format("").encode(), given).fetchone()
    assert row == (tenths(standing, typical=typical, weights=DEFAULT),)
