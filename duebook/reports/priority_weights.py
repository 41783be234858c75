"""The weights of the collection priority that count in an organisation."""

from __future__ import annotations

from duebook.reports.priority import DEFAULT, Weights
from duebook.visibility.seeing import kept, raw


def weights_now(*, by: str = "ledger") -> Weights:
    """The newest version; those of this release, version 0, while there is none of its own."""
    query = "SELECT version, weights FROM ar.priority_weights ORDER BY version DESC LIMIT 1"
    row = raw(by).execute(**kept(query, by=by)).fetchone()
    return Weights(row[0], *row[1]) if row else DEFAULT
