"""A living page of all parts in both themes, for those who build pages. Not there in production."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from duebook.web.tie_out import Difference

RAMP = (
    ("age-current", "Current", "#C6D5DB", "#3B4E57"),
    ("age-1-30", "1–30", "#D9AE45", "#7C652A"),
    ("age-31-60", "31–60", "#C1761F", "#B0792B"),
    ("age-61-90", "61–90", "#993F1B", "#E79050"),
    ("age-91-plus", "91+", "#5F0D20", "#FFB09B"),
)
HEAT = (
    ("heat-n3", "-22263.47"),
    ("heat-n2", "-10618.19"),
    ("heat-n1", "-5629.79"),
    ("", "0"),
    ("heat-p1", "7954.77"),
    ("heat-p2", "12821.70"),
    ("heat-p3", "24988.30"),
)


@dataclass(frozen=True)
class Sample:
    """A row of a made-up ledger whose amounts add up."""

    name: str
    number: str
    current: Decimal
    days_1_30: Decimal
    days_31_60: Decimal
    days_61_90: Decimal
    days_91_plus: Decimal
    disputed: Decimal
    credits: Decimal

    @property
    def past_due(self) -> Decimal:
        return self.days_1_30 + self.days_31_60 + self.days_61_90 + self.days_91_plus

    @property
    def outstanding(self) -> Decimal:
        return self.current + self.past_due + self.disputed - self.credits


def styleguide(request: HttpRequest) -> HttpResponse:
    if not settings.DEBUG:
        raise Http404
    return render(request, "styleguide.html", samples())


def samples() -> dict[str, object]:
    rows = [
        _sample("Castellane Hotels Group", "C-10482", "31050 22118.40 31602.75 27905.20 23695.60"),
        _sample("מאפיית הגליל בע״מ", "C-10215", "22140 16418 19862.30 0 8240", credits="1180"),
        _sample("Saltmarsh Brewing Company and Sons", "C-11377", "12866.35 4105 0 0 0"),
        _sample("Harrow & Pike Estates", "C-10903", "0 0 0 0 0", credits="2415"),
    ]
    return {
        "ramp": RAMP,
        "heat": [(style, Decimal(amount)) for style, amount in HEAT],
        "rows": rows,
        "total": _total(rows),
        "difference": Difference(Decimal("0.01"), "USD", "off"),
        "trend": [Decimal(n) for n in (40, 38, 44, 45, 42, 47, 48, 51, 55, 61, 65, 75)],
        "falls": [Decimal(-15000), Decimal(-8000), Decimal(-3000)],
        "rises": [Decimal(3000), Decimal(8000), Decimal(15000)],
        "past": date(2026, 9, 30),
        "amount": Decimal("157151.95"),
        "credit": Decimal("-2415.00"),
        "zero": Decimal("0.00"),
        "sum": Decimal("745519.20"),
    }


def _sample(name: str, number: str, ages: str, *, credits: str = "0") -> Sample:
    cents = Decimal("0.01")
    disputed = "24380" if number == "C-10482" else "0"
    amounts = [*ages.split(), disputed, credits]
    return Sample(name, number, *(Decimal(amount).quantize(cents) for amount in amounts))


def _total(rows: list[Sample]) -> Sample:
    def summed(name: str) -> Decimal:
        return sum((getattr(row, name) for row in rows), Decimal(0))

    names = ("current", "days_1_30", "days_31_60", "days_61_90", "days_91_plus")
    return Sample("", "", *(summed(n) for n in (*names, "disputed", "credits")))
