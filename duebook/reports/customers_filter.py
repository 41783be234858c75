"""Which rows of the customers' list a search and filters mean, said so that few are looked at."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, LiteralString

from duebook.reports.customers_order import ACCOUNT
from duebook.reports.rows import records, sees_all
from duebook.reports.searching import array, found, like
from duebook.visibility.seeing import raw

INVITATIONS = ("Not Invited", "Pending", "Accepted", "Declined", "Expired")
# So many customers at most are named one by one; what more are like is looked for in the text.
NAMED = 10_000


@dataclass(frozen=True)
class Filter:
    """Conditions on ar.customer_aging `a`, with their parameters.

    `joined`: what else they need beside it. `without`: the customers left out one by one, or by
    their invitations. `is_whole`: nothing else but currency and status narrows the list.
    """

    text: LiteralString
    named: dict[str, Any] = field(default_factory=dict)
    joined: LiteralString = ""
    without: tuple[int, ...] = ()
    is_whole: bool = True


def filtered(
    *,
    currency: str,
    active: bool | None,
    search: str,
    invitation: tuple[str, ...],
    at: datetime,
    only: tuple[int, ...] | None = None,
    but: tuple[int, ...] = (),
    summed: bool = False,
) -> Filter:
    """`active`: the status wanted, None for any; `only` these customers, None for any, and all
    `but` those; `at` is when invitations are judged; `summed`: all rows are to be added up, not a
    page of them read.
    """
    text: LiteralString = "a.org_id = %(org)s AND a.is_listed"
    joined: LiteralString = ""
    named: dict[str, Any] = {"currency": currency, "active": active}
    if currency:
        text += " AND a.currency = %(currency)s"
    if active is not None:
        text += " AND a.is_active" if active else " AND NOT a.is_active"
    chosen, without = _invited(invitation, at=at)
    without |= set(but)
    if only is not None:
        chosen = set(only) if chosen is None else chosen & set(only)
    if patterns := like(search):
        is_most = sees_all() and _most_are_like(patterns)
        if not is_most and len(sought := found(patterns, most=NAMED + 1)) <= NAMED:
            chosen = set(sought) if chosen is None else chosen & set(sought)
        elif not (is_most and summed and _all_are_like(patterns)):
            text += " AND b.search_text LIKE ANY (%(patterns)s)"
            joined, named["patterns"] = ACCOUNT, patterns
    is_whole = chosen is None and not joined
    if chosen is not None:
        text += " AND a.customer_id = ANY (%(only)s::bigint[])"
        named["only"] = array(chosen)
    if without:
        text += " AND a.customer_id <> ALL (%(without)s::bigint[])"
        named["without"] = array(without)
    return Filter(text, named, joined, tuple(without), is_whole)


def _invited(states: tuple[str, ...], *, at: datetime) -> tuple[set[int] | None, set[int]]:
    """The customers that alone are meant, None for any, and those that are not."""
    if not states or set(states) == set(INVITATIONS):
        return None, set()
    known = dict(raw().execute("SELECT * FROM guard.invited(NULL, %s)", [at]).fetchall())
    wanted = {each.lower() for each in states}
    if "not invited" in wanted:
        return None, {each for each, state in known.items() if state not in wanted}
    return {each for each, state in known.items() if state in wanted}, set()


def _most_are_like(patterns: list[str]) -> bool:
    """Whether most customers seem to be meant, as when all numbers begin alike: then they are not
    named one by one. Where policies look at each row, that is too dear to ask.
    """
    ((is_most,),) = records("customers_mostly_like.sql", patterns=patterns)
    return bool(is_most)


def _all_are_like(patterns: list[str]) -> bool:
    """Whether every customer is meant; the first that is not ends the search."""
    query = (
        "SELECT NOT EXISTS (SELECT FROM ar.customer c"
        " WHERE c.org_id = split_part(current_setting('duebook.viewer'), '.', 1)::bigint"
        " AND NOT c.search_text LIKE ANY (%s))"
    )
    row = raw().execute(query, [patterns]).fetchone()
    return row is not None and bool(row[0])
