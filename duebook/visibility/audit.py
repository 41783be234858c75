"""What was done, by whom: one row per act, which nobody may change afterwards."""

from __future__ import annotations

import json
from typing import Any

from duebook.visibility.seeing import raw
from duebook.visibility.viewer import Viewer


def record(viewer: Viewer, action: str, *, by: str = "ledger", **detail: Any) -> None:
    """Write an act into the organisation's trail, in the transaction that does it."""
    raw(by).execute(
        "INSERT INTO ar.audit_event (org_id, person_id, action, detail) VALUES (%s, %s, %s, %s)",
        [viewer.org_id, viewer.person_id, action, json.dumps(detail)],
    )
