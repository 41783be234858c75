"""Who looks: one organisation, one person, one kind; signed so that the database can prove it."""

from __future__ import annotations

import hashlib
import hmac
import time
from dataclasses import dataclass

from duebook.database.target import derived

LIFE_SECONDS = 60
KEY_ID = "1"


@dataclass(frozen=True)
class Viewer:
    """`kind` is admin, member, member_all, client, service or platform.

    It is what the caller expects; the database derives it again from the membership and refuses
    a statement that claims another.
    """

    org_id: int
    person_id: int
    kind: str

    @property
    def role(self) -> str:
        """The database role whose policies apply."""
        return f"duebook_{self.kind}"

    def signed(self, backend_pid: int) -> str:
        """The statement for one connection, good for transactions begun within a minute."""
        expiry = int(time.time()) + LIFE_SECONDS
        claims = f"{self.org_id}.{self.person_id}.{self.kind}.{KEY_ID}.{backend_pid}.{expiry}"
        return f"{claims}.{hmac.new(signing_key(), claims.encode(), hashlib.sha256).hexdigest()}"


def signing_key() -> bytes:
    return bytes.fromhex(derived(f"viewer key {KEY_ID}"))


def pads(key: bytes) -> tuple[bytes, bytes]:
    """The inner and outer half of HMAC-SHA256 (RFC 2104), as the database keeps them."""
    block = key.ljust(64, b"\0")
    return bytes(b ^ 0x36 for b in block), bytes(b ^ 0x5C for b in block)
