"""Which customers a search means."""

from __future__ import annotations

from duebook.ledger.posting import plain
from duebook.visibility.seeing import raw


def searched(search: str) -> set[int] | None:
    """The customers whose name or number contains the words, or begins with one or two letters.

    Candidates by id, which the policies check again; None when nothing is searched for.
    """
    words = plain(" ".join(search.split()))
    if not words:
        return None
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    patterns = [f"%{escaped}%"] if len(words) > 2 else [f"{escaped}%", f"%\n{escaped}%"]
    rows = raw().execute("SELECT guard.customers_like(%s)", [patterns]).fetchall()
    return {row[0] for row in rows}
