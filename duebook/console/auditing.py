"""audit verify: is the trail as it was written?"""

from __future__ import annotations

import re
from argparse import Namespace

from duebook.reports.audit_chain import Head, verification
from duebook.visibility.organisations import Refused, console_of
from duebook.visibility.seeing import seeing


def verify(asked: Namespace) -> int:
    """Work out every digest anew; 1 when one does not fit, with the entry that is wrong."""
    noted = _head(asked.head) if asked.head else None
    with seeing(console_of(asked.slug), read_only=True):
        found = verification(noted=noted)
    if found.trouble:
        print(found.trouble)
        return 1
    print(f"{found.head.seq} entries, intact, head {found.head}")
    return 0


def _head(written: str) -> Head:
    """Raises Refused for what is no head."""
    if not re.fullmatch(r"[0-9]{1,18}:([0-9a-f]{64})?", written):
        raise Refused(
            f"{written!r} is not a head; give the one that audit verify printed, such as 12:8f0c…"
        )
    seq, _, digest = written.partition(":")
    return Head(int(seq), bytes.fromhex(digest))
