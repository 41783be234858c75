"""Working out what is kept, by whoever needs it first."""

from __future__ import annotations

from typing import LiteralString

from psycopg.errors import LockNotAvailable, QueryCanceled

from duebook.visibility.seeing import NotReady, raw

LONGEST = "10min"  # a whole organisation's documents are read
PATIENCE = "15s"  # for somebody else who works out or loads something in the organisation


def make(call: LiteralString, *parameters: object, by: str) -> None:
    """Call a function that works something out, with time for it. Only inside seeing().

    The worker has all the time. A page waits its turn for a while and raises NotReady then: what
    it needs is being made, or what it is made of is being loaded.
    """
    if by == "worker":
        raw(by).execute(call, parameters)
        return
    raw(by).execute(
        "SELECT set_config('statement_timeout', %s, true), set_config('lock_timeout', %s, true)",
        [LONGEST, PATIENCE],
    )
    try:
        raw(by).execute(call, parameters)
    except (LockNotAvailable, QueryCanceled) as busy:
        raise NotReady("figures of this organisation are being worked out; ask again") from busy
