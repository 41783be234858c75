"""Colours of the heat map: three steps on either side of zero, at round numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from time import time

from duebook.reports.monthly import Window
from duebook.reports.monthly_page import page
from duebook.reports.monthly_question import Question
from duebook.visibility.viewer import Viewer

STEPS = 3
SHARES = (0.4, 0.75, 0.93)  # of the cells that are not zero lie below a step
SAMPLE = 400  # accounts, the first by number
KEPT_SECONDS = 600
ROUND = tuple(map(Decimal, ("1", "1.5", "2", "2.5", "3", "4", "5", "6", "8", "10")))


@dataclass(frozen=True)
class Heat:
    """From which amounts on each step begins, the faintest first; fewer where few differ."""

    begins: tuple[Decimal, ...]

    def style(self, figure: Decimal | int) -> str:
        """The class of a cell; none around zero."""
        step = sum(abs(Decimal(figure)) >= each for each in self.begins)
        if not step:
            return ""
        # With fewer steps the strongest are used.
        return f"heat-{'n' if figure < 0 else 'p'}{step + STEPS - len(self.begins)}"

    @property
    def rises(self) -> list[tuple[str, Decimal]]:
        """For the legend: class and where it begins, from zero outwards."""
        return [(self.style(each), each) for each in self.begins]

    @property
    def falls(self) -> list[tuple[str, Decimal]]:
        """The same below zero, towards it."""
        return [(self.style(-each), -each) for each in reversed(self.begins)]


def heat_of(viewer: Viewer, asked: Question, window: Window) -> Heat:
    """The colours of a mode, measure and currency: the same however it is sorted or filtered.

    They are found once in a while for each viewer, from what that viewer sees.
    """
    whole = Question(asked.data_type, asked.measure, asked.currency, sort="account_number")
    return _heat_of(viewer, whole, window, int(time() // KEPT_SECONDS))


@lru_cache(maxsize=1024)
def _heat_of(_viewer: Viewer, whole: Question, window: Window, _while: int) -> Heat:
    sample = page(whole, window, limit=SAMPLE).rows
    cells = sorted(
        abs(Decimal(each)) for row in sample for each in row.cells(whole.measure) if each
    )
    if not cells:
        return Heat(())
    smallest = Decimal(1) if whole.measure == "count" else min(map(_unit, cells))
    return heat([cells[int(len(cells) * share)] for share in SHARES], smallest=smallest)


def _unit(amount: Decimal) -> Decimal:
    """What it is counted in: a cent, a yen."""
    return Decimal(1).scaleb(int(amount.as_tuple().exponent))


def heat(quantiles: Sequence[Decimal | int], *, smallest: Decimal) -> Heat:
    """Steps at round numbers near these quantiles of what the cells amount to without their sign.

    Quantiles, so that one enormous cell does not leave all others pale. `smallest` is what
    amounts are counted in: a cent, an order.
    """
    begins: list[Decimal] = []
    for each in quantiles:
        near = max(rounded(Decimal(each)), smallest)
        if each and (not begins or near > begins[-1]):
            begins.append(near)
    return Heat(tuple(begins))


def rounded(amount: Decimal) -> Decimal:
    """The nearest of 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8 and their tens, hundreds and so on."""
    if amount <= 0:
        return Decimal(0)
    unit = Decimal(1).scaleb(amount.adjusted())
    nearest = min(ROUND, key=lambda each: abs(each * unit - amount)) * unit
    return nearest.quantize(Decimal(1)) if nearest == nearest.to_integral() else nearest
