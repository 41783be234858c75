"""Which customers a search means."""

from __future__ import annotations

from collections.abc import Iterable

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
    query = "SELECT COALESCE(array_agg(id), '{}') FROM guard.customers_like(%s, %s) AS found (id)"
    ((ids,),) = raw().execute(query, [patterns, most]).fetchall()
    return list(ids)


def array(ids: Iterable[int]) -> str:
    """Thousands of ids as the database reads them; item by item takes six times as long."""
    return f"{{{','.join(map(str, ids))}}}"
