"""Why an account has its priority: its points, what would bring it down, what moved in 30 days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from duebook.reports.customers import CustomerRow, standings
from duebook.reports.priority import Standing, priority
from duebook.reports.priority_weights import weights_now
from duebook.reports.rows import organisation
from duebook.rollups.days import LOOK_BACK, worked_out
from duebook.web.customers.shown import BANDS
from duebook.web.templatetags.figures import writer

FACTORS: dict[str, str | Promise] = {
    "size": gettext_lazy("Outstanding, if nothing were late"),
    "past_due": gettext_lazy("Share past due"),
    "over_30": gettext_lazy("Share more than 30 days late"),
    "over_60": gettext_lazy("Share more than 60 days late"),
    "over_90": gettext_lazy("Share more than 90 days late"),
    "days_overdue": gettext_lazy("Wtd. avg. days overdue"),
    "open_count": gettext_lazy("Number of open invoices"),
}


@dataclass(frozen=True)
class Line:
    """A factor, what it is in this account, its points, and by how much they changed."""

    name: str | Promise
    said: str
    points: Decimal
    moved: Decimal | None


@dataclass(frozen=True)
class Why:
    """The score's points, which add up to it. `payment` on the oldest invoices brings it into
    `band_then`. `moved` is the change since the day `since`; None where that is not known yet."""

    score: Decimal
    band: str
    lines: list[Line]
    payment: Decimal | None
    band_then: str
    version: int
    since: date
    moved: Decimal | None

    @property
    def is_known(self) -> bool:
        """Whether the change over the last days could be read."""
        return self.moved is not None


def why(row: CustomerRow) -> Why:
    """The card of an account's row, of the row's day."""
    day, weights = row.as_of_date, weights_now()
    since = day - LOOK_BACK
    days = [day, since] if _is_known(since) else [day]
    known = standings(row.customer_id, currency=row.currency, days=days)
    of_days = {
        at: priority(of, typical=usual, weights=weights) for at, (of, usual) in known.items()
    }
    now, before, usual = of_days[day], of_days.get(since), known[day][1]
    points = {each.name: each.points for each in now.factors}
    old = {each.name: each.points for each in before.factors} if before else {}
    nothing = Decimal("0.0")
    lines = [
        Line(
            name=name,
            said=_said(code, row, usual),
            points=points.get(code, nothing) + nothing,
            moved=points.get(code, nothing) - old.get(code, nothing) if before else None,
        )
        for code, name in FACTORS.items()
        if points.get(code) or old.get(code)
    ]
    return Why(
        score=now.score,
        band=BANDS[row.collection_priority_band],
        lines=lines,
        payment=now.payment,
        band_then=BANDS[now.band_then] if now.band_then else "",
        version=weights.version,
        since=since,
        moved=now.score - before.score if before else None,
    )


def standing(row: CustomerRow) -> Standing:
    """What the score of a row rests on."""
    over_60 = row.d61_90_amount + row.d91_plus_amount
    return Standing(
        outstanding=row.outstanding_amount,
        past_due=row.past_due_amount,
        over_30=row.d31_60_amount + over_60,
        over_60=over_60,
        over_90=row.d91_plus_amount,
        days_overdue=row.weighted_avg_days_overdue,
        open_count=row.outstanding_invoice_count,
        past_due_count=row.past_due_count,
    )


def _is_known(day: date) -> bool:
    """Whether an earlier day is worked out, with what its scores rest on."""
    found = worked_out(organisation(), day).get(day)
    return found is not None and found.is_scored


def _said(code: str, row: CustomerRow, usual: Decimal | None) -> str:
    """What a factor is in this account, in words."""
    if code == "size":
        times = _rounded(row.outstanding_amount / usual) if usual else Decimal(0)
        return _("%(times)s times what accounts typically owe") % {"times": _number(times)}
    if code == "days_overdue":
        days = _rounded(row.weighted_avg_days_overdue)
        return _("%(days)s days") % {"days": _number(days)}
    if code == "open_count":
        number, late = row.outstanding_invoice_count, row.past_due_count
        said = ngettext(
            "%(number)s open, %(late)s past due", "%(number)s open, %(late)s past due", number
        )
        return said % {"number": _number(number), "late": _number(late)}
    now = standing(row)
    amount = {
        "past_due": now.past_due,
        "over_30": now.over_30,
        "over_60": now.over_60,
        "over_90": now.over_90,
    }[code]
    share = min(100 * amount / now.outstanding, Decimal(100)) if now.outstanding else Decimal(0)
    return _("%(share)s%% of what is outstanding") % {"share": _number(_rounded(share))}


def _number(number: Decimal | int) -> str:
    return writer(get_language(), "").text(Decimal(number))


def _rounded(number: Decimal) -> Decimal:
    return number.quantize(Decimal("0.1"), ROUND_HALF_UP)
