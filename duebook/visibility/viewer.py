"""Who looks: one organisation, one person, one kind; signed so that the database can prove it."""

from __future__ import annotations

import hashlib
import hmac
import time
from dataclasses import dataclass

from duebook.database.keys import KEY_ID, signing_key

LIFE_SECONDS = 60


@dataclass(frozen=True)
class Viewer:
    """`kind` is admin, member, member_all, client, service or platform.

    It is what the caller expects; the database derives it again from the membership and refuses
    a statement that claims another. In operator mode a person of the staff sees what a client
    of the account `looks_at` would, and only reads: `kind` is client then.
    """

    org_id: int
    person_id: int
    kind: str
    looks_at: int | None = None

    @property
    def role(self) -> str:
        """The database role whose policies apply."""
        return f"duebook_{self.kind}"

    def signed(self, backend_pid: int) -> str:
        """The statement for one connection, good for transactions begun within a minute."""
        expiry = int(time.time()) + LIFE_SECONDS
        kind = self.kind if self.looks_at is None else f"{self.kind}:{self.looks_at}"
        claims = f"{self.org_id}.{self.person_id}.{kind}.{KEY_ID}.{backend_pid}.{expiry}"
        return f"{claims}.{hmac.new(signing_key(), claims.encode(), hashlib.sha256).hexdigest()}"
