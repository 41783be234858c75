"""Which customers a search means."""

from __future__ import annotations

from duebook.ledger.posting import plain
from duebook.visibility.seeing import raw


def like(search: str) -> list[str]:
    """What the search text of such customers is like; nothing when nothing is searched for."""
    words = plain(" ".join(search.split()))
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    if len(words) > 2:
        return [f"%{escaped}%"]
    return [f"{escaped}%", f"%\n{escaped}%"] if words else []


def found(patterns: list[str], *, most: int | None = None) -> list[int]:
    """The customers whose search text is like one of them, so many at most, in no order."""
    rows = raw().execute("SELECT guard.customers_like(%s, %s)", [patterns, most]).fetchall()
    return [row[0] for row in rows]
