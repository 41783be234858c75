"""Small pictures drawn by the server: icons, aging bars, sparklines.

Widths are SVG attributes and colours are classes, so that a page needs no inline style.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Protocol

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

ICONS = "vendor/lucide-1.62.0/icons.svg"
MARKS = "duebook/marks.svg"
AGES = ("current", "days_1_30", "days_31_60", "days_61_90", "days_91_plus")
# The portal's ages, and what each is made of.
PORTAL_AGES = {
    "days_0_30": ("current", "days_1_30"),
    "days_31_60": ("days_31_60",),
    "days_61_90": ("days_61_90",),
    "days_90_plus": ("days_91_plus",),
    "disputed": ("disputed",),
}
SMALLEST = 2  # pixels, so that a small share is still seen


class Aged(Protocol):
    """Anything with amounts by age: a row of the aging, or its totals."""

    @property
    def current(self) -> Decimal: ...
    @property
    def days_1_30(self) -> Decimal: ...
    @property
    def days_31_60(self) -> Decimal: ...
    @property
    def days_61_90(self) -> Decimal: ...
    @property
    def days_91_plus(self) -> Decimal: ...
    @property
    def disputed(self) -> Decimal: ...


def icon(name: str, *, turns: bool = False) -> SafeString:
    """An icon of the set. `turns`: it points along the reading direction, and turns with it."""
    style = "icon turns" if turns else "icon"
    return _symbol(ICONS, name, style=style)


def mark(name: str) -> SafeString:
    """One of the product's own signs: pending, accepted, declined, expired, disputed, tie, dot."""
    return _symbol(MARKS, name, style="mark")


def aging_bar(row: Aged, *, width: int = 66, hatch: str = "hatch") -> SafeString:
    """The share of each age in a row's invoices. It repeats the figures beside it: aria-hidden."""
    parts = [(age_class(age), getattr(row, age)) for age in (*AGES, "disputed")]
    return _bar(parts, whole=Decimal(0), width=width, hatch=hatch)


def portal_bar(row: object, column: str, *, width: int = 160, hatch: str = "hatch") -> SafeString:
    """One age of a client's debt, on the scale of the largest of that row."""
    amounts = [Decimal(getattr(row, name)) for name in PORTAL_AGES]
    return _bar(_portal_parts(row, column), whole=max(amounts), width=width, hatch=hatch)


def age_key(column: str, *, hatch: str = "hatch") -> SafeString:
    """The colour of an age as a bar above its column."""
    ages = PORTAL_AGES.get(column) or (column,)
    parts = [(age_class(age), Decimal(1)) for age in ages]
    return _bar(parts, whole=Decimal(0), width=100, hatch=hatch)


def swatch(column: str, *, hatch: str = "hatch") -> SafeString:
    """The colour of an age beside an invoice; nothing for what does not age."""
    if column not in (*AGES, "disputed"):
        return SafeString("")
    inside = _segment(age_class(column), 0, 100, hatch, height=10)
    return SafeString(f'<svg class="key" aria-hidden="true">{inside}</svg>')


def sparkline(values: Sequence[Decimal]) -> SafeString:
    """A level over time, zero at the base, with a dot at the end."""
    low, high = min(*values, Decimal(0)), max(*values, Decimal(0))
    span = float(high - low) or 1.0
    step = 68 / max(len(values) - 1, 1)
    points = [
        (2 + step * at, 18 - 16 * float(value - low) / span) for at, value in enumerate(values)
    ]
    return format_html(
        '<svg class="sparkline" viewBox="0 0 72 20" aria-hidden="true">'
        '<line class="zero" x1="0" x2="72" y1="{0}" y2="{0}"/>'
        '<polyline points="{1}"/><circle class="end" cx="{2}" cy="{3}" r="2"/></svg>',
        f"{18 - 16 * float(-low) / span:.1f}",
        " ".join(f"{x:.1f},{y:.1f}" for x, y in points),
        f"{points[-1][0]:.1f}",
        f"{points[-1][1]:.1f}",
    )


class Level(Protocol):
    """What was owed at the end of a day."""

    @property
    def owed(self) -> Decimal: ...


def month_bars(levels: Sequence[Level]) -> SafeString:
    """A level at the ends of months as bars on one scale, zero at the base; the last one stands
    out. The figures stand beside it: aria-hidden.
    """
    owed = [each.owed for each in levels] or [Decimal(0)]
    low, high = min(*owed, Decimal(0)), max(*owed, Decimal(0))
    span = float(high - low) or 1.0
    base = 34 - 32 * float(-low) / span
    step = 168 / len(owed)
    bars = []
    for at, amount in enumerate(owed):
        height = max(32 * abs(float(amount)) / span, 1.0)
        top = base - height if amount >= 0 else base
        bars.append(
            f'<rect class="end" x="{at * step:.1f}" y="{top:.1f}" width="{step - 3:.1f}"'
            f' height="{height:.1f}"/>'
        )
    line = f'<line class="zero" x1="0" x2="168" y1="{base:.1f}" y2="{base:.1f}"/>'
    inside = line + "".join(bars)
    return SafeString(
        '<svg class="month-bars" viewBox="0 0 168 36" preserveAspectRatio="none"'
        f' aria-hidden="true">{inside}</svg>'
    )


def point_bar(points: Decimal) -> SafeString:
    """Points of ten."""
    return share_bar(10 * points)


def share_bar(part: Decimal | int) -> SafeString:
    """Per cent of a whole. The figure stands beside it: aria-hidden."""
    part = max(0, min(100, part))
    return SafeString(
        f'<svg class="bar" aria-hidden="true"><rect class="rest" width="100%" height="8"/>'
        f'<rect class="points" width="{part}%" height="8"/></svg>'
    )


def age_class(column: str) -> str:
    """current -> age-current, days_1_30 -> age-1-30: the class that colours an age."""
    if column == "disputed":
        return "hatch"
    return "age-" + column.removeprefix("days_").replace("_", "-")


def _portal_parts(row: object, column: str) -> list[tuple[str, Decimal]]:
    amount = Decimal(getattr(row, column))
    if column != "days_0_30":
        return [(age_class(age), amount) for age in PORTAL_AGES[column]]
    # Aged from the issue date, more may be not yet due than is young.
    not_yet_due = min(amount, Decimal(getattr(row, "not_yet_due")))  # noqa: B009
    return [("age-current", not_yet_due), ("age-1-30", amount - not_yet_due)]


def _bar(
    parts: Iterable[tuple[str, Decimal]], *, whole: Decimal, width: int, hatch: str
) -> SafeString:
    shown = [(style, amount) for style, amount in parts if amount > 0]
    whole = whole or sum((amount for _, amount in shown), Decimal(0))
    inside = _segments(shown, whole=whole, width=width, hatch=hatch) if shown else _NOTHING
    return SafeString(f'<svg class="bar" aria-hidden="true">{inside}</svg>')


_NOTHING = '<rect class="nothing" y="3.5" width="100%" height="1"/>'


def _segments(
    shown: Sequence[tuple[str, Decimal]], *, whole: Decimal, width: int, hatch: str
) -> str:
    smallest = 100 * SMALLEST / width
    wanted = [max(100 * float(amount / whole), smallest) for _, amount in shown]
    # What the smallest were given is taken from the others, in proportion.
    scale = min(1.0, 100 / sum(wanted))
    ends = [0.0]
    for share in wanted:
        ends.append(ends[-1] + share * scale)
    drawn = [
        _segment(style, start, end - start, hatch)
        for (style, _), (start, end) in zip(shown, pairwise(ends), strict=True)
    ]
    gaps = [f'<rect class="gap" x="{end:.2f}%" width="1" height="8"/>' for end in ends[1:-1]]
    return "".join(drawn + gaps)


def _segment(style: str, start: float, share: float, hatch: str, *, height: int = 8) -> str:
    place = f'x="{start:.2f}%" width="{share:.2f}%" height="{height}"'
    if style == "hatch":
        return f'<rect class="hatch" {place}/><rect fill="url(#{hatch})" {place}/>'
    return f'<rect class="{style}" {place}/>'


@cache
def _symbol(file: str, name: str, *, style: str) -> SafeString:
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', style, static(file), name
    )
