"""Other weights for the collection priority: a version of their own, and new scores at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from duebook.ledger import posting
from duebook.reports.priority import Weights
from duebook.reports.priority_weights import weights_now
from duebook.visibility.audit import record
from duebook.visibility.organisation_settings import settings_of
from duebook.visibility.seeing import raw
from duebook.visibility.viewer import Viewer


def weigh(viewer: Viewer, wanted: Mapping[str, int], *, by: str = "ledger") -> Weights:
    """Change some weights, by name, in hundredths; answers those that count from now on.

    Nothing different: no new version. Only inside seeing().
    """
    settings_of(viewer, by=by, hold=True)  # one at a time
    before = weights_now(by=by)
    changed = {name: each for name, each in wanted.items() if getattr(before, name) != each}
    if not changed:
        return before
    after = replace(before, **{**changed, "version": before.version + 1})
    raw(by).execute(
        "INSERT INTO ar.priority_weights (org_id, version, person_id, weights)"
        " VALUES (%s, %s, %s, %s)",
        [viewer.org_id, after.version, viewer.person_id, after.numbers],
    )
    were = {name: getattr(before, name) for name in changed}
    record(
        viewer, "priority weights changed", by=by, version=after.version, before=were, after=changed
    )
    posting.roll_up(raw(by), org_id=viewer.org_id, customers=None)
    return after
