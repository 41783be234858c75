"""How an organisation handles disputes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import LiteralString

from duebook.visibility.audit import record
from duebook.visibility.seeing import NotAllowed, raw
from duebook.visibility.viewer import Viewer


@dataclass(frozen=True)
class DisputeSettings:
    """`answer_hours` (of business days, 24 each) until the first answer and `days` (business days)
    until the end; `weekend` is sat-sun, fri-sat or none. `reasons` are codes or own words.
    """

    reasons: list[str]
    answer_hours: int
    days: int
    weekend: str


def dispute_settings(viewer: Viewer) -> DisputeSettings:
    """As they are now."""
    query: LiteralString = (
        "SELECT dispute_reasons, dispute_answer_hours, dispute_days, weekend"
        " FROM ar.org WHERE org_id = %s"
    )
    row = raw().execute(query, [viewer.org_id]).fetchone()
    if row is None:
        raise NotAllowed("the organisation is not there")
    return DisputeSettings([*row[0]], *row[1:])


def change(viewer: Viewer, wanted: DisputeSettings) -> bool:
    """Make them so, with both sides in the trail. Answers whether anything changed."""
    before, after = asdict(dispute_settings(viewer)), asdict(wanted)
    differing = [name for name in after if after[name] != before[name]]
    if not differing:
        return False
    query: LiteralString = (
        "UPDATE ar.org SET dispute_reasons = %s, dispute_answer_hours = %s, dispute_days = %s,"
        " weekend = %s WHERE org_id = %s"
    )
    told = [wanted.reasons, wanted.answer_hours, wanted.days, wanted.weekend]
    raw().execute(query, [*told, viewer.org_id])
    was = {name: before[name] for name in differing}
    now = {name: after[name] for name in differing}
    record(viewer, "dispute settings changed", before=was, after=now)
    return True
