"""What is asked of the monthly report: which rows, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, LiteralString

from duebook.reports.customers_filter import NAMED, Filter
from duebook.reports.customers_order import ACCOUNT, Order
from duebook.reports.monthly import Window
from duebook.reports.monthly_order import LISTED, flag, is_busy, order_of
from duebook.reports.rows import organisation, query
from duebook.reports.searching import found, like
from duebook.rollups.months import must_be_there
from duebook.visibility.seeing import raw

DEFAULT_SORT = "-trend"
NO_OWNER = 0  # among owners: accounts that nobody owns
UNOWNED: LiteralString = (
    "NOT EXISTS (SELECT FROM ar.customer_internal i WHERE i.org_id = %(org)s"
    " AND i.customer_id = a.customer_id AND i.owner_id IS NOT NULL)"
)


@dataclass(frozen=True)
class Question:
    """What a page shows. `sort` is one of SORTS of the mode; month_1 is the oldest of the twelve.

    An empty currency means all of them; several owners, teams or flags mean any of them, NO_OWNER
    among the owners accounts without one.
    `hide_idle` leaves out rows whose twelve cells of the measure are zero.
    """

    data_type: str = "debt"
    measure: str = "net"
    currency: str = ""
    sort: str = DEFAULT_SORT
    search: str = ""
    owners: tuple[int, ...] = ()
    teams: tuple[int, ...] = ()
    flags: tuple[str, ...] = ()
    hide_idle: bool = False


def order_meant(question: Question, asked: Window) -> Order:
    """Raises KeyError for what cannot be sorted by in this mode."""
    return order_of(
        question.sort,
        data_type=question.data_type,
        measure=question.measure,
        complete=asked.complete,
        currency=question.currency,
    )


def rows_meant(question: Question, asked: Window) -> Filter:
    """Which rows of the window a question keeps; the window must be there."""
    must_be_there(organisation(), asked.until)
    kept: list[LiteralString] = [LISTED[question.data_type]]
    if question.hide_idle:
        kept.append(f"({is_busy(question.measure)})")
    if question.flags:
        flags = [f"({flag(each, asked.complete)})" for each in question.flags]
        kept.append(f"({' OR '.join(flags)})")
    named: dict[str, Any] = {
        "month": asked.months[-1],
        "until": asked.until,
        "currency": question.currency,
    }
    owned = question.owners or question.teams
    chosen = _looked_after_by(question) if owned else None
    if NO_OWNER in question.owners:
        kept.append(f"({UNOWNED} OR a.customer_id = ANY (%(owned)s))")
        chosen, named["owned"] = None, sorted(chosen or ())
    joined: LiteralString = ""
    if patterns := like(question.search):
        sought = found(patterns, most=NAMED + 1)
        if len(sought) <= NAMED:
            chosen = set(sought) if chosen is None else chosen & set(sought)
        else:
            kept.append("b.search_text LIKE ANY (%(patterns)s)")
            joined, named["patterns"] = ACCOUNT, patterns
    named["only"] = None if chosen is None else sorted(chosen)
    return Filter(" AND ".join(kept), {"org": organisation(), **named}, joined)


def _looked_after_by(question: Question) -> set[int]:
    """Customers that these people own, or that are shared with these teams, as far as is seen."""
    text = query("monthly_looked_after.sql")
    named = {"owners": list(question.owners), "teams": list(question.teams)}
    return {row[0] for row in raw().execute(text, {"org": organisation(), **named})}
