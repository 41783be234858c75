"""What other edges or another basis would do to the ages, before anything is saved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from duebook.reports.aging import AgingTotal, Edges, PortalRow, aging_page, portal_total
from duebook.web.tie_out import Difference
from duebook.web.words import column, span

OPERATORS = ("current", "days_1_30", "days_31_60", "days_61_90", "days_91_plus", "disputed")
CLIENTS = ("days_0_30", "days_31_60", "days_61_90", "days_90_plus", "disputed")
TRIES = 3


@dataclass(frozen=True)
class Ages:
    """A way of aging: the date that days count from, and where one age ends and the next begins."""

    basis: str
    edges: Edges


@dataclass(frozen=True)
class Line:
    """A column of the report, by the words it has now and would have, and its sums."""

    code: str
    word_now: str
    word_after: str
    now: Decimal
    after: Decimal


@dataclass(frozen=True)
class Shift:
    """One currency: the columns of operators and of clients; both add up to the invoices."""

    currency: str
    operators: list[Line]
    clients: list[Line]
    invoices: Decimal
    invoices_after: Decimal
    off_by: Difference | None


def preview(now: Ages, after: Ages, *, as_of: date) -> list[Shift]:
    """By currency. Should files land between the two looks, it looks again."""
    shifts: list[Shift] = []
    for _try in range(TRIES):
        looks = [
            aging_page(as_of=as_of, basis=w.basis, edges=w.edges, size=0) for w in (now, after)
        ]
        pairs = list(_pairs(looks[0].totals, looks[1].totals))
        shifts = [_shift(one, other, now=now, after=after) for one, other in pairs]
        if not any(shift.off_by for shift in shifts):
            break
    return shifts


def _pairs(
    now: list[AgingTotal], after: list[AgingTotal]
) -> Iterator[tuple[AgingTotal, AgingTotal]]:
    others = {total.currency: total for total in after}
    for total in now:
        yield total, others.get(total.currency, total)


def _shift(one: AgingTotal, other: AgingTotal, *, now: Ages, after: Ages) -> Shift:
    clients = portal_total(one), portal_total(other)
    operators = [_line(code, (one, other), now=now, after=after) for code in OPERATORS]
    return Shift(
        currency=one.currency,
        operators=operators,
        clients=[_line(code, clients, now=now, after=after) for code in CLIENTS],
        invoices=one.invoices,
        invoices_after=other.invoices,
        off_by=_difference(one, other, operators),
    )


def _line(
    code: str,
    looks: tuple[AgingTotal, AgingTotal] | tuple[PortalRow, PortalRow],
    *,
    now: Ages,
    after: Ages,
) -> Line:
    amounts = [Decimal(getattr(look, code)) for look in looks]
    return Line(code, _word(code, now.edges), _word(code, after.edges), *amounts)


def _word(code: str, edges: Edges) -> str:
    """The days alone, where a column is one of days."""
    return span(code, edges) if code.startswith("days") else column(code, edges)


def _difference(one: AgingTotal, other: AgingTotal, lines: list[Line]) -> Difference | None:
    """What must be the same on both sides and is not: the invoices, what is owed, the ages' sum."""
    offs = (
        other.invoices - one.invoices,
        other.outstanding - one.outstanding,
        other.weighted_avg_days_overdue - one.weighted_avg_days_overdue,
        sum((line.now for line in lines), Decimal(0)) - one.invoices,
        sum((line.after for line in lines), Decimal(0)) - other.invoices,
    )
    off = next((each for each in offs if each), None)
    return Difference(off, one.currency, f"after-{one.currency}") if off else None
