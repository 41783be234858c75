"""Charts of twelve months, drawn by the server: they print, need no script and turn with the text.

Places along the line are per cent of the width and places across are pixels, so that a chart
stands on the columns of the table beneath it. The reader's direction is given: digits are never
mirrored, time is.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from django.utils.html import escape
from django.utils.safestring import SafeString

TOP, LINES = 22, 3
AXIS_STEPS = tuple(map(Decimal, ("1", "2", "2.5", "5", "10")))


@dataclass(frozen=True)
class Point:
    """A month: its name, its figure, and the figure in words."""

    name: str
    value: Decimal | int
    said: str


@dataclass(frozen=True)
class _Plane:
    """Where a value stands: `base` and `height` are pixels, `low` and `high` the scale's ends."""

    low: Decimal
    high: Decimal
    height: int
    many: int
    is_rtl: bool

    def across(self, value: Decimal | int) -> float:
        span = float(self.high - self.low) or 1.0
        return TOP + (self.height - TOP - 1) * float(self.high - value) / span

    def along(self, at: float) -> float:
        place = 100 * (at + 0.5) / self.many
        return 100 - place if self.is_rtl else place


def level_chart(
    points: Sequence[Point], *, name: str, ticks: Sequence[tuple[Decimal, str]], is_rtl: bool
) -> SafeString:
    """A level at the end of each month as a line; the first and the last are written on it."""
    plane = _plane(points, ticks, height=150, is_rtl=is_rtl)
    places = [(plane.along(at), plane.across(each.value)) for at, each in enumerate(points)]
    zero = plane.across(0)
    line = " ".join(f"{x:.2f},{y:.1f}" for x, y in places)
    area = f"{places[0][0]:.2f},{zero:.1f} {line} {places[-1][0]:.2f},{zero:.1f}"
    dots = "".join(
        f'<circle class="dot{" end" if at == len(points) - 1 else ""}" cx="{x:.2f}%" cy="{y:.1f}"'
        f' r="{4 if at == len(points) - 1 else 2.5}"/>'
        for at, (x, y) in enumerate(places)
    )
    drawn = (
        f'<svg class="stretched" viewBox="0 0 100 {plane.height}" preserveAspectRatio="none"'
        f' width="100%" height="{plane.height}">'
        f'<polygon class="area" points="{area}"/><polyline class="line" points="{line}"/></svg>'
    )
    near, far = ("end", "start") if is_rtl else ("start", "end")
    ends = _written(points[0], *places[0], anchor=near) + _written(
        points[-1], *places[-1], anchor=far
    )
    inside = _axis(plane, ticks) + drawn + dots + ends + _columns(plane, points)
    return _chart(inside, points, name=name, height=plane.height)


def bar_chart(
    points: Sequence[Point], *, name: str, ticks: Sequence[tuple[Decimal, str]], is_rtl: bool
) -> SafeString:
    """A figure for each month as bars; each is written above its bar."""
    plane = _plane(points, ticks, height=120, is_rtl=is_rtl)
    zero, width = plane.across(0), 56 / plane.many
    bars = []
    for at, each in enumerate(points):
        top = plane.across(each.value)
        height = max(abs(zero - top), 1.0 if each.value else 0.0)
        bars.append(
            f'<rect class="month{" end" if at == len(points) - 1 else ""}"'
            f' x="{plane.along(at) - width / 2:.2f}%" y="{min(top, zero):.1f}"'
            f' width="{width:.2f}%" height="{height:.1f}"/>'
        )
        if each.value:
            bars.append(_written(each, plane.along(at), min(top, zero) + 3))
    inside = _axis(plane, ticks) + "".join(bars) + _columns(plane, points)
    return _chart(inside, points, name=name, height=plane.height)


def ticks(values: Sequence[Decimal | int]) -> list[Decimal]:
    """Two or three round values to draw hairlines at; of what is counted whole ones."""
    high, low = Decimal(max(*values, 0)), Decimal(min(*values, 0))
    largest = max(high, -low)
    if not largest:
        return []
    unit = Decimal(1).scaleb((largest / LINES).adjusted())
    step = next(each * unit for each in AXIS_STEPS if each * unit * LINES >= largest)
    if isinstance(values[0], int):
        step = max(step.to_integral(ROUND_CEILING), Decimal(1))
    above, beneath = math.ceil(high / step), math.floor(-low / step)
    return [times * step for times in range(-beneath, above + 1) if times]


def _plane(
    points: Sequence[Point], marks: Sequence[tuple[Decimal, str]], *, height: int, is_rtl: bool
) -> _Plane:
    every = [Decimal(each.value) for each in points] + [place for place, _ in marks] + [Decimal(0)]
    return _Plane(min(every), max(every), height, len(points), is_rtl)


def _axis(plane: _Plane, marks: Sequence[tuple[Decimal, str]]) -> str:
    zero = plane.across(0)
    found = [f'<line class="zero" x1="0" x2="100%" y1="{zero:.1f}" y2="{zero:.1f}"/>']
    side = (
        'x="100%" dx="8" text-anchor="start"' if plane.is_rtl else 'x="0" dx="-8" text-anchor="end"'
    )
    for place, said in marks:
        y = plane.across(place)
        found.append(f'<line class="hair" x1="0" x2="100%" y1="{y:.1f}" y2="{y:.1f}"/>')
        found.append(f'<text class="mark" {side} y="{y:.1f}" dy="4">{escape(said)}</text>')
    return "".join(found)


def _written(point: Point, x: float, y: float, *, anchor: str = "middle") -> str:
    return (
        f'<text class="value" x="{x:.2f}%" y="{y - 9:.1f}" text-anchor="{anchor}">'
        f"{escape(point.said)}</text>"
    )


def _columns(plane: _Plane, points: Sequence[Point]) -> str:
    """What the pointer finds over a month: its name and figure."""
    width = 100 / plane.many
    return "".join(
        f'<rect class="over" x="{plane.along(at) - width / 2:.2f}%" width="{width:.2f}%"'
        f' height="{plane.height}"><title>{escape(each.name)}: {escape(each.said)}</title></rect>'
        for at, each in enumerate(points)
    )


def _chart(inside: str, points: Sequence[Point], *, name: str, height: int) -> SafeString:
    said = "; ".join(f"{each.name} {each.said}" for each in points)
    return SafeString(
        f'<svg class="chart" role="img" aria-label="{escape(name)}: {escape(said)}"'
        f' width="100%" height="{height}">{inside}</svg>'
    )
