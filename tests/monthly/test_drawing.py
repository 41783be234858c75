"""Colours and charts: round steps that one huge cell does not move, axes that hold the figures."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from duebook.web.charts import Point, level_chart, ticks
from duebook.web.monthly.heat import Heat, heat, rounded

CENT = Decimal("0.01")
AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, places=2)


def test_steps_are_round_and_the_same_on_both_sides() -> None:
    found = heat([Decimal("2931.40"), Decimal("8120.00"), Decimal("14800.00")], smallest=CENT)
    assert found.begins == (3000, 8000, 15000)
    assert [found.style(Decimal(each)) for each in (0, 2999, 3000, -8000, 99999)] == [
        *("", "", "heat-p1", "heat-n2", "heat-p3")
    ]
    assert [style for style, _ in (*found.falls, *found.rises)] == [
        *("heat-n3", "heat-n2", "heat-n1", "heat-p1", "heat-p2", "heat-p3")
    ]


def test_fewer_differences_are_fewer_steps() -> None:
    assert heat([1, 1, 2], smallest=Decimal(1)).begins == (1, 2)
    assert heat([], smallest=Decimal(1)) == Heat(())
    assert Heat(()).style(5) == ""


@given(AMOUNTS.filter(bool).map(abs))
def test_a_round_amount_is_near(amount: Decimal) -> None:
    assert abs(rounded(amount) - amount) <= amount / 3


@given(st.lists(AMOUNTS, min_size=12, max_size=12))
def test_an_axis_holds_every_figure(values: list[Decimal]) -> None:
    marks = ticks(values)
    assert len(marks) <= 6 and Decimal(0) not in marks
    if any(values):
        assert max([*values, Decimal(0)]) <= max([*marks, Decimal(0)])
        step = min(abs(mark) for mark in marks)
        assert all(mark % step == 0 for mark in marks)


def test_orders_are_counted_in_whole_ones() -> None:
    assert ticks([0, 1, 2]) == [1, 2]


def test_time_turns_with_the_text_and_figures_do_not() -> None:
    points = [Point("May", 1, "1"), Point("<June>", 2, "2")]
    forth = level_chart(points, name="Owed", ticks=[], is_rtl=False)
    back = level_chart(points, name="Owed", ticks=[], is_rtl=True)
    assert 'class="dot end" cx="75.00%"' in forth and 'class="dot end" cx="25.00%"' in back
    assert "&lt;June&gt;: 2" in forth and "<June>" not in forth
    assert "scale" not in back
